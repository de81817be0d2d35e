"""Material with a code: where it came from, where it went, what roots it holds."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from sampling.models.base import (
    CAPTURED,
    MISSING_REASONS,
    VALUE_CENSORING,
    CapturedModel,
    SyncedModel,
    between,
    captured_constraints,
    ledger_triggers,
    one_of,
    value_constraints,
)
from sampling.models.cores import DATES, CoreSegment
from sampling.models.people import Device

REASONS_OR_NONE = [("", "none"), *MISSING_REASONS]


_NUMBERS = models.Func(
    F("first_number"),
    F("first_number") + F("size"),
    function="int8range",
    output_field=BigIntegerRangeField(),
)


class CodeBlock(SyncedModel):
    """Consecutive specimen numbers given to one device, so that offline codes never collide."""

    record_type: ClassVar[str] = "code_block"
    read_only: ClassVar[bool] = True

    device = models.ForeignKey(Device, models.PROTECT, related_name="code_blocks")
    first_number = models.BigIntegerField()
    size = models.PositiveIntegerField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="codeblock_no_overlap",
                expressions=[(_NUMBERS, RangeOperators.OVERLAPS)],
                violation_error_code="codes_given_twice",
                violation_error_message="Some of these codes were given to a device before.",
            ),
            between("codeblock_size_range", "size", 1, 100_000, "A block has 1 to 100,000 codes."),
            between(
                "codeblock_number_range",
                "first_number",
                0,
                32**6 - 1,
                "Codes end at 32 to the 6th.",
            ),
        ]
        triggers = ledger_triggers("code_block")

    def __str__(self) -> str:
        return f"{self.size} codes for {self.device}"


SPECIMEN_KINDS = [("roots", "roots"), ("soil", "soil"), ("plant", "plant")]


class Specimen(CapturedModel):
    """Material with a code on its bag: `RF-`, six Crockford base-32 characters, a check."""

    record_type: ClassVar[str] = "specimen"
    merge_groups = (DATES,)

    core_segment = models.ForeignKey(
        CoreSegment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="specimens",
        db_constraint=False,
    )
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, choices=SPECIMEN_KINDS)
    is_labelled = models.BooleanField(default=False)
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            *captured_constraints("specimen"),
            one_of("specimen_kind_known", "kind", SPECIMEN_KINDS),
            models.CheckConstraint(
                name="specimen_code_given",
                condition=~Q(code=""),
                violation_error_code="no_code",
                violation_error_message="A specimen has the code written on its bag.",
            ),
        ]
        indexes = [
            models.Index(fields=["scope"], name="specimen_scope"),
            models.Index(fields=["project", "code"], name="specimen_code"),
        ]
        triggers = ledger_triggers("specimen", {**CAPTURED, "core_segment": "sampling_coresegment"})

    def __str__(self) -> str:
        return self.code


SPECIMEN_LINK_RELATIONS = [
    ("split", "split"),
    ("pool", "pool"),
    ("prep", "prep"),
    ("capsule", "capsule"),
]


class SpecimenLink(CapturedModel):
    """Mass that went from one specimen into another: split, pool, prep or capsule."""

    record_type: ClassVar[str] = "specimen_link"
    merge_groups = (DATES,)

    parent = models.ForeignKey(
        Specimen, models.PROTECT, related_name="links_down", db_constraint=False
    )
    child = models.ForeignKey(
        Specimen, models.PROTECT, related_name="links_up", db_constraint=False
    )
    relation = models.CharField(max_length=8, choices=SPECIMEN_LINK_RELATIONS)
    mass_taken_g = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [
            *captured_constraints("specimenlink"),
            one_of("specimenlink_relation_known", "relation", SPECIMEN_LINK_RELATIONS),
            models.CheckConstraint(
                name="specimenlink_not_itself",
                condition=~Q(parent=F("child")),
                violation_error_code="own_parent",
                violation_error_message="A specimen does not come from itself.",
            ),
            between("specimenlink_mass_range", "mass_taken_g", 0, 1e6, "Mass is 0 g or more."),
        ]
        indexes = [models.Index(fields=["scope"], name="specimenlink_scope")]
        triggers = ledger_triggers(
            "specimen_link",
            {**CAPTURED, "parent": "sampling_specimen", "child": "sampling_specimen"},
        )

    def __str__(self) -> str:
        return f"{self.relation} of {self.parent_id}"


ROOT_FRACTION_KINDS = [
    ("root", "root"),
    ("rhizome", "rhizome"),
    ("crown", "crown"),
    ("taproot", "taproot"),
    ("nodule", "nodule"),
]


ROOT_FRACTION_LIVING = [
    ("living", "living"),
    ("dead", "dead"),
    ("mixed", "living and dead"),
    ("unknown", "unknown"),
]


ROOT_FRACTION_ORIGINS = [
    ("crop", "crop"),
    ("weed", "weed"),
    ("tree", "tree"),
    ("previous_crop", "previous crop"),
    ("unknown", "unknown"),
]


class RootFraction(CapturedModel):
    """Roots of a segment in one class: diameter, living or dead, origin.

    The dry mass is that of the washed and dried fraction, g, as number, as limit it did not
    reach, or as the reason why there is none; the text as typed stays beside it.
    `processed_share` is the part of the segment that was washed.
    """

    record_type: ClassVar[str] = "root_fraction"
    merge_groups = (
        DATES,
        ("lower_diameter_mm", "upper_diameter_mm"),
        (
            "dry_mass_g",
            "dry_mass_censoring",
            "dry_mass_limit_g",
            "dry_mass_as_entered",
            "dry_mass_reason",
        ),
        ("species", "species_share", "species_share_method"),
        ("extraneous_share", "extraneous_method"),
    )

    core_segment = models.ForeignKey(
        CoreSegment, models.PROTECT, related_name="root_fractions", db_constraint=False
    )
    specimen = models.ForeignKey(
        Specimen,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="root_fractions",
        db_constraint=False,
    )
    code = models.CharField(max_length=120, blank=True, default="")
    kind = models.CharField(max_length=8, choices=ROOT_FRACTION_KINDS, default="root")
    living = models.CharField(max_length=8, choices=ROOT_FRACTION_LIVING, default="unknown")
    origin = models.CharField(max_length=16, choices=ROOT_FRACTION_ORIGINS, default="unknown")
    species = models.CharField(max_length=120, blank=True, default="")
    species_share = models.FloatField(null=True, blank=True)
    species_share_method = models.CharField(max_length=40, blank=True, default="")
    lower_diameter_mm = models.FloatField(null=True, blank=True)
    upper_diameter_mm = models.FloatField(null=True, blank=True)
    sieve_mesh_mm = models.FloatField(null=True, blank=True)
    is_picked = models.BooleanField(null=True, blank=True)
    processed_share = models.FloatField(null=True, blank=True)
    extraneous_share = models.FloatField(null=True, blank=True)
    extraneous_method = models.CharField(max_length=40, blank=True, default="")
    dry_mass_g = models.FloatField(null=True, blank=True)
    dry_mass_censoring = models.CharField(max_length=4, choices=VALUE_CENSORING, default="none")
    dry_mass_limit_g = models.FloatField(null=True, blank=True)
    dry_mass_as_entered = models.CharField(max_length=80, blank=True, default="")
    dry_mass_reason = models.CharField(
        max_length=24, choices=REASONS_OR_NONE, blank=True, default=""
    )
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            *captured_constraints("rootfraction"),
            one_of("rootfraction_kind_known", "kind", ROOT_FRACTION_KINDS),
            one_of("rootfraction_living_known", "living", ROOT_FRACTION_LIVING),
            one_of("rootfraction_origin_known", "origin", ROOT_FRACTION_ORIGINS),
            one_of("rootfraction_reason_known", "dry_mass_reason", REASONS_OR_NONE),
            *value_constraints(
                "rootfraction",
                value="dry_mass_g",
                censoring="dry_mass_censoring",
                limit="dry_mass_limit_g",
                reason="dry_mass_reason",
            ),
            between("rootfraction_mass_range", "dry_mass_g", 0, 1e6, "Dry mass is 0 g or more."),
            models.CheckConstraint(
                name="rootfraction_diameters_in_order",
                condition=Q(lower_diameter_mm__lt=F("upper_diameter_mm")),
                violation_error_code="diameters_out_of_order",
                violation_error_message="The lower diameter is below the upper.",
            ),
            between(
                "rootfraction_species_share_range", "species_share", 0, 1, "A share is 0 to 1."
            ),
            models.CheckConstraint(
                name="rootfraction_processed_share_range",
                condition=Q(processed_share__gt=0, processed_share__lte=1),
                violation_error_code="out_of_range",
                violation_error_message="The processed share is above 0 and at most 1.",
            ),
            between(
                "rootfraction_extraneous_share_range",
                "extraneous_share",
                0,
                1,
                "A share is 0 to 1.",
            ),
        ]
        indexes = [models.Index(fields=["scope"], name="rootfraction_scope")]
        triggers = ledger_triggers(
            "root_fraction",
            {**CAPTURED, "core_segment": "sampling_coresegment", "specimen": "sampling_specimen"},
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.living} {self.code}".strip()


CUSTODY_EVENT_KINDS = [
    ("collected", "collected"),
    ("sent", "sent"),
    ("received", "received"),
    ("stored", "stored"),
    ("used_up", "used up"),
    ("disposed", "disposed of"),
]


class CustodyEvent(CapturedModel):
    """A specimen changed hands or place. Never edited: a wrong one is followed by a right one."""

    record_type: ClassVar[str] = "custody_event"

    specimen = models.ForeignKey(
        Specimen, models.PROTECT, related_name="custody", db_constraint=False
    )
    kind = models.CharField(max_length=12, choices=CUSTODY_EVENT_KINDS)
    place = models.CharField(max_length=120, blank=True, default="")
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            *captured_constraints("custodyevent"),
            one_of("custodyevent_kind_known", "kind", CUSTODY_EVENT_KINDS),
        ]
        indexes = [models.Index(fields=["scope"], name="custodyevent_scope")]
        triggers = [
            *ledger_triggers("custody_event", {**CAPTURED, "specimen": "sampling_specimen"}),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}".strip()
