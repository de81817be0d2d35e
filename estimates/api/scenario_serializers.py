"""What scenarios and contrasts look like to machines."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from estimates.models import (
    INTERVENTIONS,
    Contrast,
    ContrastResult,
    ContrastRun,
    Scenario,
    TreatmentContrast,
)
from estimates.orders.contrast_options import INPUT_METHODS, SOIL_MODELS, WHOLE
from estimates.orders.place import LARGEST_SEED
from estimates.orders.scenarios import LONGEST_HORIZON_YEARS, LONGEST_NAME


class DraftSerializer(serializers.Serializer[Any]):
    """A scenario as it is written."""

    id = serializers.UUIDField(
        required=False, help_text="The client's own id: asking again gives the same scenario."
    )
    project = serializers.UUIDField()
    name = serializers.CharField(max_length=LONGEST_NAME)
    intervention = serializers.ChoiceField(choices=INTERVENTIONS)
    document = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        help_text='The rotation: {"years": [{"stands": [...], "amendments": [...]}]}.',
    )
    note = serializers.CharField(required=False, allow_blank=True)


class ScenarioSerializer(serializers.ModelSerializer[Scenario]):
    """A scenario."""

    created_by_name = serializers.CharField(source="created_by.username", read_only=True)

    class Meta:
        model = Scenario
        fields = [
            "id",
            "project",
            "name",
            "intervention",
            "sha256",
            "note",
            "created_by",
            "created_by_name",
            "created_at",
        ]
        read_only_fields = fields


class ScenarioWithDocumentSerializer(ScenarioSerializer):
    """A scenario with its rotation, every default filled in."""

    class Meta(ScenarioSerializer.Meta):
        fields = [*ScenarioSerializer.Meta.fields, "document"]
        read_only_fields = fields


class ContrastWishSerializer(serializers.Serializer[Any]):
    """A contrast as it is asked for."""

    id = serializers.UUIDField(
        required=False, help_text="The client's own id: asking again gives the same contrast."
    )
    project = serializers.UUIDField()
    site = serializers.UUIDField()
    baseline = serializers.UUIDField()
    intervention = serializers.UUIDField()
    methods = serializers.ListField(
        child=serializers.ChoiceField(choices=INPUT_METHODS), required=False, min_length=1
    )
    soil_models = serializers.ListField(
        child=serializers.ChoiceField(choices=SOIL_MODELS), required=False, min_length=1
    )
    horizons_years = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LONGEST_HORIZON_YEARS),
        required=False,
        min_length=1,
        max_length=10,
    )
    options = serializers.DictField(
        child=serializers.JSONField(),
        help_text="soc_t_ha, the stock to start from, and what the rows of the site do not say: "
        "numbers, and the word weather_order.",
    )
    seed = serializers.IntegerField(min_value=0, max_value=LARGEST_SEED, required=False)

    def validate_options(self, options: dict[str, Any]) -> dict[str, Any]:
        """Take 300.0 for 300 where draws or years are counted."""
        return {
            name: int(value)
            if name in WHOLE and isinstance(value, float) and value.is_integer()
            else value
            for name, value in options.items()
        }


class ContrastSerializer(serializers.ModelSerializer[Contrast]):
    """A contrast as a list shows it."""

    site_code = serializers.CharField(source="site.code", read_only=True)
    baseline_name = serializers.CharField(source="baseline.name", read_only=True)
    intervention_name = serializers.CharField(source="intervention.name", read_only=True)
    parameter_set_version = serializers.CharField(source="parameter_set.version", read_only=True)
    ordered_by_name = serializers.CharField(source="ordered_by.username", read_only=True)

    class Meta:
        model = Contrast
        fields = [
            "id",
            "project",
            "site",
            "site_code",
            "baseline",
            "baseline_name",
            "intervention",
            "intervention_name",
            "methods",
            "soil_models",
            "horizons_years",
            "options",
            "parameter_set",
            "parameter_set_version",
            "seed",
            "ordered_by",
            "ordered_by_name",
            "ordered_at",
            "cancelled_at",
        ]
        read_only_fields = fields


class ContrastRunSerializer(serializers.ModelSerializer[ContrastRun]):
    """One computation of a contrast, with its notes and the shares over methods and models."""

    figures: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)

    class Meta:
        model = ContrastRun
        fields = [
            "id",
            "generation",
            "supersedes",
            "cause",
            "cause_text",
            "state",
            "attempt",
            "steps_done",
            "steps_total",
            "created_at",
            "started_at",
            "finished_at",
            "failure_code",
            "failure_reason",
            "input_sha256",
            "code_version",
            "is_stale",
            "stale_cause",
            "stale_at",
            "details",
            "figures",
        ]
        read_only_fields = fields


class ContrastWithRunsSerializer(ContrastSerializer):
    """A contrast with its runs, the newest first."""

    runs = serializers.SerializerMethodField()

    class Meta(ContrastSerializer.Meta):
        fields = [*ContrastSerializer.Meta.fields, "runs"]
        read_only_fields = fields

    def get_runs(self, contrast: Contrast) -> list[dict[str, Any]]:
        """Return the runs."""
        runs = contrast.runs.prefetch_related("figures").order_by("-generation")
        return [dict(ContrastRunSerializer(run).data) for run in runs]


class ContrastResultSerializer(serializers.ModelSerializer[ContrastResult]):
    """A difference with its 95 % interval, or how far methods or models lie apart."""

    contrast = serializers.UUIDField(source="run.contrast_id", read_only=True)
    baseline_name = serializers.CharField(source="run.contrast.baseline.name", read_only=True)
    intervention_name = serializers.CharField(
        source="run.contrast.intervention.name", read_only=True
    )
    is_stale = serializers.BooleanField(source="run.is_stale", read_only=True)

    class Meta:
        model = ContrastResult
        fields = [
            "id",
            "run",
            "contrast",
            "baseline_name",
            "intervention_name",
            "quantity",
            "kind",
            "horizon_years",
            "method",
            "method_version",
            "model",
            "model_version",
            "unit",
            "baseline_mean",
            "baseline_lower",
            "baseline_upper",
            "intervention_mean",
            "intervention_lower",
            "intervention_upper",
            "mean",
            "sd",
            "median",
            "lower",
            "upper",
            "is_stale",
            "details",
        ]
        read_only_fields = fields


class TreatmentContrastSerializer(serializers.ModelSerializer[TreatmentContrast]):
    """A measured treatment minus the control of its study, with its 95 % interval."""

    order = serializers.UUIDField(source="run.order_id", read_only=True)
    treatment_code = serializers.CharField(source="treatment.code", read_only=True)
    baseline_code = serializers.CharField(source="baseline.code", read_only=True)
    study_code = serializers.CharField(source="treatment.study.code", read_only=True)
    parameter_set_version = serializers.CharField(
        source="run.parameter_set.version", read_only=True
    )
    is_stale = serializers.BooleanField(source="run.is_stale", read_only=True)

    class Meta:
        model = TreatmentContrast
        fields = [
            "id",
            "run",
            "order",
            "study_code",
            "treatment",
            "treatment_code",
            "baseline",
            "baseline_code",
            "quantity",
            "method",
            "parameter_set_version",
            "unit",
            "mean",
            "baseline_mean",
            "standard_error",
            "shared_sd",
            "sd",
            "degrees_of_freedom",
            "lower",
            "upper",
            "variance_block",
            "variance_plot",
            "variance_core",
            "blocks",
            "is_stale",
        ]
        read_only_fields = fields
