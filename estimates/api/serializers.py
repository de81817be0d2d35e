"""What estimates look like to machines."""

from __future__ import annotations

from typing import Any, get_args

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from estimates.models import EstimateOrder, EstimateResult, EstimateRun, ParameterSet
from estimates.orders import METHOD_NAMES
from estimates.orders.place import LARGEST_SEED
from estimates.runs.provenance import Origin
from estimates.science.dispersion import DispersionType, Level, StandsFor

STATUSES = ("read", "abstract", "code", "derived", "memory", "assumption")
"""How the source of a number was met, as in `estimates.science.parameters.Status`."""


class WishSerializer(serializers.Serializer[Any]):
    """An order as it is asked for."""

    id = serializers.UUIDField(
        required=False, help_text="The client's own id: asking again gives the same order."
    )
    campaign = serializers.UUIDField()
    plots = serializers.ListField(
        child=serializers.UUIDField(), required=False, help_text="All plots when left out."
    )
    methods = serializers.ListField(
        child=serializers.ChoiceField(choices=METHOD_NAMES), required=False, min_length=1
    )
    options = serializers.DictField(child=serializers.JSONField(allow_null=True), required=False)
    seed = serializers.IntegerField(min_value=0, max_value=LARGEST_SEED, required=False)


class ProgressSerializer(serializers.Serializer[Any]):
    """How many runs stand in each state; superseded runs do not count."""

    queued = serializers.IntegerField()
    claimed = serializers.IntegerField()
    running = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    stale = serializers.IntegerField()
    finished = serializers.IntegerField()
    total = serializers.IntegerField()


class OrderSerializer(serializers.ModelSerializer[EstimateOrder]):
    """An order as a list shows it."""

    campaign_code = serializers.CharField(source="campaign.code", read_only=True)
    ordered_by_name = serializers.CharField(source="ordered_by.username", read_only=True)

    class Meta:
        model = EstimateOrder
        fields = [
            "id",
            "project",
            "campaign",
            "campaign_code",
            "methods",
            "options",
            "seed",
            "ordered_by",
            "ordered_by_name",
            "ordered_at",
            "cancelled_at",
        ]
        read_only_fields = fields


class OrderWithProgressSerializer(OrderSerializer):
    """An order with how far it is."""

    progress = serializers.SerializerMethodField()

    class Meta(OrderSerializer.Meta):
        fields = [*OrderSerializer.Meta.fields, "progress"]
        read_only_fields = fields

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, order: EstimateOrder) -> dict[str, int]:
        """Return the counts by state."""
        return order.progress()


class RunSerializer(serializers.ModelSerializer[EstimateRun]):
    """One computation: of a plot, or the summary of an order."""

    plot_code = serializers.CharField(source="plot.code", read_only=True, allow_null=True)
    campaign = serializers.UUIDField(source="order.campaign_id", read_only=True)
    project = serializers.UUIDField(source="order.project_id", read_only=True)
    parameter_set_version = serializers.CharField(source="parameter_set.version", read_only=True)

    class Meta:
        model = EstimateRun
        fields = [
            "id",
            "order",
            "project",
            "campaign",
            "plot",
            "plot_code",
            "is_summary",
            "method",
            "parameter_set",
            "parameter_set_version",
            "generation",
            "supersedes",
            "cause",
            "cause_text",
            "state",
            "attempt",
            "worker",
            "steps_done",
            "steps_total",
            "created_at",
            "started_at",
            "heartbeat_at",
            "finished_at",
            "failure_code",
            "failure_reason",
            "input_sha256",
            "code_version",
            "is_stale",
            "stale_cause",
            "stale_at",
        ]
        read_only_fields = fields


class RunWithDetailsSerializer(RunSerializer):
    """A run with its notes and budgets, and the names of its drawings."""

    figures: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)

    class Meta(RunSerializer.Meta):
        fields = [*RunSerializer.Meta.fields, "details", "figures"]
        read_only_fields = fields


class ResultSerializer(serializers.ModelSerializer[EstimateResult]):
    """One number with its 95 % interval."""

    order = serializers.UUIDField(source="run.order_id", read_only=True)
    campaign = serializers.UUIDField(source="run.order.campaign_id", read_only=True)
    plot = serializers.UUIDField(source="run.plot_id", read_only=True, allow_null=True)
    plot_code = serializers.CharField(source="run.plot.code", read_only=True, allow_null=True)
    treatment_code = serializers.CharField(source="treatment.code", read_only=True, allow_null=True)
    parameter_set_version = serializers.CharField(
        source="run.parameter_set.version", read_only=True
    )
    is_stale = serializers.BooleanField(source="run.is_stale", read_only=True)

    class Meta:
        model = EstimateResult
        fields = [
            "id",
            "run",
            "order",
            "campaign",
            "plot",
            "plot_code",
            "treatment",
            "treatment_code",
            "level",
            "quantity",
            "species",
            "method",
            "parameter_set_version",
            "unit",
            "upper_depth_cm",
            "lower_depth_cm",
            "mean",
            "sd",
            "median",
            "lower",
            "upper",
            "is_stale",
            "details",
        ]
        read_only_fields = fields


class ParameterSetSerializer(serializers.ModelSerializer[ParameterSet]):
    """A version of the numbers of a method, with their sources."""

    class Meta:
        model = ParameterSet
        fields = [
            "id",
            "name",
            "version",
            "method",
            "sha256",
            "source_note",
            "loaded_at",
            "loaded_by",
        ]
        read_only_fields = fields


class ParameterSetWithContentSerializer(ParameterSetSerializer):
    """A parameter set with its numbers."""

    class Meta(ParameterSetSerializer.Meta):
        fields = [*ParameterSetSerializer.Meta.fields, "content"]
        read_only_fields = fields


class DispersionSerializer(serializers.Serializer[Any]):
    """What a source prints beside a mean: of which type, over which units, how many."""

    type = serializers.ChoiceField(choices=get_args(DispersionType))
    level = serializers.ChoiceField(choices=get_args(Level))
    value = serializers.FloatField(min_value=0)
    n = serializers.IntegerField(min_value=1)
    degrees_of_freedom = serializers.FloatField(required=False)
    stands_for = serializers.ChoiceField(
        choices=get_args(StandsFor),
        required=False,
        help_text="Whether the number is the mean of the units (the default) or one of them.",
    )


class ChangeSerializer(serializers.Serializer[Any]):
    """One number of a parameter set to change, and where the new one comes from."""

    key = serializers.CharField(help_text="Such as `bolinder_2007.winter_wheat.RR`.")
    value = serializers.FloatField()
    source: Any = serializers.CharField()
    doi = serializers.CharField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=STATUSES, required=False)
    note = serializers.CharField(required=False, allow_blank=True)
    distribution = serializers.DictField(
        required=False, help_text="Where the spread changes too; else it stays around the value."
    )
    dispersion = DispersionSerializer(
        required=False, help_text="What the source prints, instead of a distribution; it is kept."
    )


class RevisionSerializer(serializers.Serializer[Any]):
    """The next version of a parameter set."""

    version = serializers.CharField(max_length=20)
    note = serializers.CharField(required=False, allow_blank=True, default="")
    changes = ChangeSerializer(many=True, allow_empty=False)


class EstimateMethodSerializer(serializers.Serializer[Any]):
    """One method that orders may name."""

    name = serializers.CharField()
    parameter_set = serializers.CharField(help_text="The set whose newest version it reads.")
    source: Any = serializers.CharField()
    needs = serializers.CharField()


class BatchSerializer(serializers.Serializer[Any]):
    """The push an operation came in, by number and digest of its bytes."""

    id = serializers.IntegerField()
    sha256 = serializers.CharField()
    received_at = serializers.DateTimeField()


class OperationSerializer(serializers.Serializer[Any]):
    """One change that brought a record to the revision used."""

    op = serializers.UUIDField()
    do = serializers.CharField()
    revision = serializers.IntegerField(allow_null=True)
    status = serializers.CharField()
    via = serializers.CharField()
    at = serializers.CharField()
    received_at = serializers.DateTimeField()
    by = serializers.CharField(source="by.username", allow_null=True)
    device = serializers.CharField(source="device.name", allow_null=True)
    batch = serializers.SerializerMethodField()

    @extend_schema_field(BatchSerializer(allow_null=True))
    def get_batch(self, operation: Any) -> dict[str, Any] | None:
        """Return the push, or None for what did not come from a tablet."""
        if operation.batch is None:
            return None
        return {
            "id": operation.batch.pk,
            "sha256": bytes(operation.batch.sha256).hex(),
            "received_at": operation.batch.received_at,
        }


class LabResultSerializer(serializers.Serializer[Any]):
    """A determination with the people behind it."""

    specimen = serializers.CharField(source="specimen.code")
    variable = serializers.CharField(source="variable.code")
    value = serializers.DecimalField(max_digits=24, decimal_places=10, allow_null=True)
    censoring = serializers.CharField()
    limit = serializers.DecimalField(max_digits=24, decimal_places=10, allow_null=True)
    unit = serializers.CharField()
    as_entered = serializers.CharField()
    replicate_no = serializers.IntegerField()
    state = serializers.CharField()
    entered_by = serializers.CharField(source="entered_by.username")
    entered_at = serializers.DateTimeField()
    verified_by = serializers.CharField(source="verified_by.username", allow_null=True)
    approved_by = serializers.CharField(source="approved_by.username", allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    import_batch_sha256 = serializers.CharField(source="batch.body_sha256", allow_null=True)


class OriginSerializer(serializers.Serializer[Origin]):
    """One input of a run and how it came to be."""

    kind = serializers.CharField(source="input.kind")
    record = serializers.UUIDField(source="input.record")
    revision = serializers.IntegerField(source="input.revision")
    operations = OperationSerializer(many=True)
    determination = LabResultSerializer(allow_null=True)


class LineageSerializer(serializers.Serializer[Any]):
    """What a run was made from."""

    run = RunSerializer()
    parameter_set = ParameterSetSerializer()
    inputs = OriginSerializer(many=True)
