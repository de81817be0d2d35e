"""What was observed in the field besides mass: single values and resistance profiles."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sampling.models.base import (
    CAPTURED,
    VALUE_CENSORING,
    CapturedModel,
    between,
    captured_constraints,
    exactly_one,
    ledger_triggers,
    one_of,
    value_constraints,
)
from sampling.models.cores import DATES, CoreSegment, SamplingPoint, SoilCore
from sampling.models.lab import Variable
from sampling.models.specimens import REASONS_OR_NONE, RootFraction
from sampling.models.studies import Plot

_SUBJECTS = ("plot", "soil_core", "core_segment", "root_fraction")


class Measurement(CapturedModel):
    """A value observed in the field on a plot, core, segment or fraction; long form."""

    record_type: ClassVar[str] = "measurement"
    merge_groups = (DATES, ("value", "censoring", "limit", "as_entered", "reason"))

    plot = models.ForeignKey(
        Plot, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    soil_core = models.ForeignKey(
        SoilCore,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="measurements",
        db_constraint=False,
    )
    core_segment = models.ForeignKey(
        CoreSegment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="measurements",
        db_constraint=False,
    )
    root_fraction = models.ForeignKey(
        RootFraction,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="measurements",
        db_constraint=False,
    )
    variable = models.ForeignKey(Variable, models.PROTECT, related_name="+", db_constraint=False)
    value = models.FloatField(null=True, blank=True)
    censoring = models.CharField(max_length=4, choices=VALUE_CENSORING, default="none")
    limit = models.FloatField(null=True, blank=True)
    as_entered = models.CharField(max_length=80, blank=True, default="")
    reason = models.CharField(max_length=24, choices=REASONS_OR_NONE, blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            *captured_constraints("measurement"),
            *value_constraints(
                "measurement", value="value", censoring="censoring", limit="limit", reason="reason"
            ),
            one_of("measurement_reason_known", "reason", REASONS_OR_NONE),
            models.CheckConstraint(
                name="measurement_one_subject",
                condition=exactly_one(_SUBJECTS),
                violation_error_code="one_subject",
                violation_error_message="A measurement is of one plot, core, segment or fraction.",
            ),
        ]
        indexes = [models.Index(fields=["scope"], name="measurement_scope")]
        triggers = ledger_triggers(
            "measurement",
            {
                **CAPTURED,
                "plot": "sampling_plot",
                "soil_core": "sampling_soilcore",
                "core_segment": "sampling_coresegment",
                "root_fraction": "sampling_rootfraction",
                "variable": "sampling_variable",
            },
        )

    def __str__(self) -> str:
        return f"{self.variable_id} {self.as_entered}"


class PenetrationProfile(CapturedModel):
    """Penetration resistance down the profile, MPa per step, with the cone that measured it."""

    record_type: ClassVar[str] = "penetration_profile"
    merge_groups = (DATES, ("cone_area_cm2", "cone_angle_deg"), ("step_cm", "resistance_mpa"))

    sampling_point = models.ForeignKey(
        SamplingPoint, models.PROTECT, related_name="penetration_profiles", db_constraint=False
    )
    cone_area_cm2 = models.FloatField(null=True, blank=True)
    cone_angle_deg = models.FloatField(null=True, blank=True)
    step_cm = models.FloatField(default=1.0)
    resistance_mpa = ArrayField(models.FloatField(), default=list)
    soil_water_percent = models.FloatField(null=True, blank=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            *captured_constraints("penetrationprofile"),
            models.CheckConstraint(
                name="penetrationprofile_step_positive",
                condition=Q(step_cm__gt=0, step_cm__lte=100),
                violation_error_code="out_of_range",
                violation_error_message="The step is above 0 and at most 100 cm.",
            ),
            between(
                "penetrationprofile_water_range",
                "soil_water_percent",
                0,
                100,
                "Soil water is 0 to 100 %.",
            ),
        ]
        indexes = [models.Index(fields=["scope"], name="penetrationprofile_scope")]
        triggers = ledger_triggers(
            "penetration_profile", {**CAPTURED, "sampling_point": "sampling_samplingpoint"}
        )

    def __str__(self) -> str:
        return f"{len(self.resistance_mpa)} steps of {self.step_cm:g} cm"
