"""Soil cores: the spot, the cylinder, and the pieces cut from it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from sampling.models.base import (
    CAPTURED,
    CapturedModel,
    between,
    captured_constraints,
    ledger_triggers,
    one_of,
)
from sampling.models.studies import Plot

DATES = ("collected_at", "collected_on", "date_precision")


SAMPLING_POINT_POSITIONS = [
    ("row", "on the crop row"),
    ("mid_row", "between crop rows"),
    ("plant", "on a plant"),
    ("tree_distance", "at a distance from the tree row"),
    ("random", "random"),
    ("unknown", "unknown"),
]


class SamplingPoint(CapturedModel):
    """The spot in a plot where a core was taken. ISO 28258 calls this a plot.

    An accuracy of 0 means that the receiver did not say.
    """

    record_type: ClassVar[str] = "sampling_point"
    merge_groups = (
        DATES,
        ("latitude", "longitude", "accuracy_m"),
        ("position", "distance_to_row_cm", "distance_to_tree_m"),
    )

    plot = models.ForeignKey(
        Plot, models.PROTECT, related_name="sampling_points", db_constraint=False
    )
    code = models.CharField(max_length=120)
    position = models.CharField(max_length=16, choices=SAMPLING_POINT_POSITIONS, default="unknown")
    distance_to_row_cm = models.FloatField(null=True, blank=True)
    distance_to_tree_m = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    accuracy_m = models.FloatField(null=True, blank=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            *captured_constraints("samplingpoint"),
            one_of("samplingpoint_position_known", "position", SAMPLING_POINT_POSITIONS),
            between(
                "samplingpoint_latitude_on_earth", "latitude", -90, 90, "Latitude is -90 to 90."
            ),
            between(
                "samplingpoint_longitude_on_earth",
                "longitude",
                -180,
                180,
                "Longitude is -180 to 180.",
            ),
            models.CheckConstraint(
                name="samplingpoint_point_whole",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_code="half_a_point",
                violation_error_message="Give latitude and longitude, or neither.",
            ),
            between(
                "samplingpoint_tree_distance_range",
                "distance_to_tree_m",
                0,
                1000,
                "The distance to the tree is 0 to 1000 m.",
            ),
        ]
        indexes = [models.Index(fields=["scope"], name="samplingpoint_scope")]
        triggers = ledger_triggers("sampling_point", {**CAPTURED, "plot": "sampling_plot"})

    def __str__(self) -> str:
        return self.code


class SoilCore(CapturedModel):
    """The cylinder taken at a sampling point, or several taken together and mixed.

    The inner diameter is that of the cutting edge. A pit monolith has none: its segments
    carry the sampled area instead.
    """

    record_type: ClassVar[str] = "soil_core"
    merge_groups = (
        DATES,
        ("inner_diameter_cm", "cores_composited"),
        ("driven_length_cm", "recovered_length_cm"),
    )

    sampling_point = models.ForeignKey(
        SamplingPoint, models.PROTECT, related_name="cores", db_constraint=False
    )
    code = models.CharField(max_length=120)
    corer = models.CharField(max_length=120, blank=True, default="")
    inner_diameter_cm = models.FloatField(null=True, blank=True)
    cores_composited = models.PositiveSmallIntegerField(null=True, blank=True)
    driven_length_cm = models.FloatField(null=True, blank=True)
    recovered_length_cm = models.FloatField(null=True, blank=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            *captured_constraints("soilcore"),
            models.CheckConstraint(
                name="soilcore_diameter_possible",
                condition=Q(inner_diameter_cm__gt=0, inner_diameter_cm__lte=100),
                violation_error_code="out_of_range",
                violation_error_message="The inner diameter is above 0 and at most 100 cm.",
            ),
            between(
                "soilcore_composited_range", "cores_composited", 1, 1000, "Mix 1 to 1000 cores."
            ),
            between(
                "soilcore_driven_range", "driven_length_cm", 0, 2000, "Driven 0 to 2000 cm deep."
            ),
            between(
                "soilcore_recovered_range",
                "recovered_length_cm",
                0,
                2000,
                "The recovered length is 0 to 2000 cm.",
            ),
        ]
        indexes = [models.Index(fields=["scope"], name="soilcore_scope")]
        triggers = ledger_triggers(
            "soil_core", {**CAPTURED, "sampling_point": "sampling_samplingpoint"}
        )

    def __str__(self) -> str:
        return self.code


CORE_SEGMENT_PURPOSES = [
    ("roots", "roots"),
    ("bulk_density", "bulk density"),
    ("chemistry", "chemistry"),
]


class CoreSegment(CapturedModel):
    """The piece really cut from a core, from the upper to the lower depth.

    Depths are cm down from the surface, half-open. A segment without a lower depth went to
    refusal. `recovered_length_cm` is the length of soil in the piece, summed over all cores
    mixed; `sampled_area_cm2` replaces the corer's where a monolith was cut.
    """

    record_type: ClassVar[str] = "core_segment"
    merge_groups = (DATES, ("upper_depth_cm", "lower_depth_cm", "is_to_refusal"))

    soil_core = models.ForeignKey(
        SoilCore, models.PROTECT, related_name="segments", db_constraint=False
    )
    code = models.CharField(max_length=120, blank=True, default="")
    upper_depth_cm = models.FloatField()
    lower_depth_cm = models.FloatField(null=True, blank=True)
    is_to_refusal = models.BooleanField(default=False)
    recovered_length_cm = models.FloatField(null=True, blank=True)
    sampled_area_cm2 = models.FloatField(null=True, blank=True)
    purpose = models.CharField(max_length=12, choices=CORE_SEGMENT_PURPOSES, default="roots")
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            *captured_constraints("coresegment"),
            models.CheckConstraint(
                name="coresegment_upper_above_lower",
                condition=Q(upper_depth_cm__lt=F("lower_depth_cm")),
                violation_error_code="depths_out_of_order",
                violation_error_message="Upper depth must be above lower depth.",
            ),
            between(
                "coresegment_upper_in_soil",
                "upper_depth_cm",
                0,
                2000,
                "Depth is counted down from the surface, 0 to 2000 cm.",
            ),
            between(
                "coresegment_lower_in_soil",
                "lower_depth_cm",
                0,
                2000,
                "Depth is counted down from the surface, 0 to 2000 cm.",
            ),
            models.CheckConstraint(
                name="coresegment_ends_somewhere",
                condition=Q(lower_depth_cm__isnull=False) | Q(is_to_refusal=True),
                violation_error_code="no_lower_depth",
                violation_error_message="Give the lower depth, or say that it went to refusal.",
            ),
            between(
                "coresegment_recovered_range",
                "recovered_length_cm",
                0,
                100_000,
                "The recovered length is 0 or more.",
            ),
            models.CheckConstraint(
                name="coresegment_area_positive",
                condition=Q(sampled_area_cm2__gt=0),
                violation_error_code="out_of_range",
                violation_error_message="The sampled area is above 0.",
            ),
            one_of("coresegment_purpose_known", "purpose", CORE_SEGMENT_PURPOSES),
        ]
        indexes = [models.Index(fields=["scope"], name="coresegment_scope")]
        triggers = ledger_triggers("core_segment", {**CAPTURED, "soil_core": "sampling_soilcore"})

    def __str__(self) -> str:
        lower = "refusal" if self.lower_depth_cm is None else f"{self.lower_depth_cm:g}"
        return f"{self.code} {self.upper_depth_cm:g}-{lower} cm".strip()
