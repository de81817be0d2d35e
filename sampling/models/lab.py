"""What the laboratory found: methods, variables, determinations and their states."""

from __future__ import annotations

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sampling.models.base import (
    MISSING_REASONS,
    VALUE_CENSORING,
    SyncedModel,
    append_only,
    ledger_triggers,
    one_of,
    value_constraints,
)
from sampling.models.people import User
from sampling.models.specimens import Specimen

REASONS_OR_NONE = [("", "none"), *MISSING_REASONS]

STATES = [
    ("draft", "draft"),
    ("submitted", "submitted"),
    ("verified", "verified"),
    ("approved", "approved"),
    ("rejected", "rejected"),
    ("discarded", "discarded"),
    ("superseded", "superseded"),
    ("invalidated", "invalidated"),
]

LIVE_STATES = ("draft", "submitted", "verified", "approved")

_ONLY_STATE_MOVES = """
    IF (to_jsonb(NEW) - 'state' - 'version' - 'verified_by_id' - 'approved_by_id'
            - 'is_on_hold' - 'approved_at')
        IS DISTINCT FROM
       (to_jsonb(OLD) - 'state' - 'version' - 'verified_by_id' - 'approved_by_id'
            - 'is_on_hold' - 'approved_at')
    THEN
        RAISE EXCEPTION 'a determination is never edited: enter one that supersedes it'
            USING ERRCODE = 'RF005';
    END IF;
    IF NEW.version <= OLD.version THEN
        RAISE EXCEPTION 'a determination moved without a new version' USING ERRCODE = 'RF005';
    END IF;
    RETURN NEW;
"""


class Method(models.Model):
    """A way of determining something in the laboratory."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey("sampling.Project", models.PROTECT, related_name="methods")
    code = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(name="method_code_once", fields=["project", "code"])]

    def __str__(self) -> str:
        return self.title


class MethodVersion(models.Model):
    """One wording of a method; never changed, only followed by another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    method = models.ForeignKey(Method, models.PROTECT, related_name="versions")
    number = models.CharField(max_length=20)
    content = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="methodversion_number_once", fields=["method", "number"])
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.method} {self.number}"


VARIABLE_PLACES = [("field", "field"), ("lab", "lab")]


class Variable(SyncedModel):
    """What is determined, how, and in which unit.

    Values outside the plausible range are flagged, outside the hard range refused.
    """

    record_type: ClassVar[str] = "variable"
    merge_groups = (("plausible_min", "plausible_max"), ("hard_min", "hard_max"))

    code = models.SlugField(max_length=80)
    analyte = models.CharField(max_length=80)
    method_version = models.ForeignKey(
        MethodVersion, models.PROTECT, null=True, blank=True, related_name="variables"
    )
    unit = models.CharField(max_length=24)
    place = models.CharField(max_length=8, choices=VARIABLE_PLACES, default="lab")
    decimals = models.PositiveSmallIntegerField(default=3)
    plausible_min = models.FloatField(null=True, blank=True)
    plausible_max = models.FloatField(null=True, blank=True)
    hard_min = models.FloatField(null=True, blank=True)
    hard_max = models.FloatField(null=True, blank=True)
    lod = models.FloatField(null=True, blank=True)
    loq = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="variable_code_once", fields=["project", "code"]),
            one_of("variable_place_known", "place", VARIABLE_PLACES),
            models.CheckConstraint(
                name="variable_ranges_in_order",
                condition=(
                    Q(hard_min__isnull=True)
                    | Q(hard_max__isnull=True)
                    | Q(hard_min__lt=F("hard_max"))
                ),
                violation_error_code="out_of_order",
                violation_error_message="The hard range starts below its end.",
            ),
        ]
        triggers = ledger_triggers("variable")

    def __str__(self) -> str:
        return f"{self.analyte} ({self.unit})"


class ImportBatch(models.Model):
    """One bulk entry: who, when, which body, what became of each row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey("sampling.Project", models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    idempotency_key = models.CharField(max_length=120)
    body_sha256 = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    undo_until = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "import batches"
        constraints = [
            models.UniqueConstraint(
                name="importbatch_key_once", fields=["created_by", "idempotency_key"]
            )
        ]

    def __str__(self) -> str:
        return f"batch of {self.created_at:%Y-%m-%d %H:%M}"


class DeterminationQuerySet(models.QuerySet["Determination"]):
    """Sets of determinations with a name in the laboratory."""

    def live(self) -> DeterminationQuerySet:
        """Those that are not replaced, withdrawn or thrown away."""
        return self.filter(state__in=LIVE_STATES)

    def released(self) -> DeterminationQuerySet:
        """Those an estimate may use."""
        return self.filter(state="approved", is_on_hold=False)

    def for_user(self, user: User) -> DeterminationQuerySet:
        """Those of the projects the person belongs to."""
        return self.filter(project__in=user.memberships.values("project"))


class Determination(models.Model):
    """One result of one variable on one specimen, one replicate.

    The value never changes: a correction is a new row that supersedes this one. Exactly one
    row per specimen, variable, purpose and replicate is live.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey("sampling.Project", models.PROTECT, related_name="+")
    specimen = models.ForeignKey(Specimen, models.PROTECT, related_name="determinations")
    variable = models.ForeignKey(Variable, models.PROTECT, related_name="determinations")
    purpose = models.CharField(max_length=24, default="result")
    replicate_no = models.PositiveSmallIntegerField(default=1)
    value = models.DecimalField(max_digits=24, decimal_places=10, null=True, blank=True)
    censoring = models.CharField(max_length=4, choices=VALUE_CENSORING, default="none")
    limit = models.DecimalField(max_digits=24, decimal_places=10, null=True, blank=True)
    unit = models.CharField(max_length=24)
    as_entered = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=24, choices=REASONS_OR_NONE, blank=True)
    flags = models.JSONField(default=list, blank=True)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=STATES, default="draft")
    is_on_hold = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    batch = models.ForeignKey(
        ImportBatch, models.PROTECT, null=True, blank=True, related_name="determinations"
    )

    objects = DeterminationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="determination_one_live",
                fields=["specimen", "variable", "purpose", "replicate_no"],
                condition=Q(state__in=LIVE_STATES),
                violation_error_code="already_entered",
                violation_error_message="This result exists already; supersede it instead.",
            ),
            models.UniqueConstraint(
                name="determination_superseded_once",
                fields=["supersedes"],
                condition=Q(supersedes__isnull=False) & ~Q(state__in=["discarded", "rejected"]),
                violation_error_code="already_superseded",
                violation_error_message="This result was superseded already.",
            ),
            *value_constraints(
                "determination",
                value="value",
                censoring="censoring",
                limit="limit",
                reason="reason",
            ),
            one_of("determination_state_known", "state", STATES),
            models.CheckConstraint(
                name="determination_four_eyes",
                condition=(Q(verified_by__isnull=True) | ~Q(verified_by=F("entered_by")))
                & (Q(approved_by__isnull=True) | ~Q(approved_by=F("entered_by"))),
                violation_error_code="four_eyes",
                violation_error_message="Nobody verifies or approves what they entered.",
            ),
            models.CheckConstraint(
                name="determination_verified_before_approved",
                condition=~Q(state__in=["verified", "approved"]) | Q(verified_by__isnull=False),
                violation_error_code="not_verified",
                violation_error_message="A result is verified before it is approved.",
            ),
            models.CheckConstraint(
                name="determination_approved_by_somebody",
                condition=~Q(state="approved")
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                violation_error_code="not_approved",
                violation_error_message="An approved result names who approved it.",
            ),
        ]
        indexes = [models.Index(fields=["project", "state"], name="determination_state")]
        triggers = [
            pgtrigger.Trigger(
                name="only_state_moves",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_ONLY_STATE_MOVES,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.variable_id} {self.as_entered} {self.state}"


class Transition(models.Model):
    """One step of a determination from state to state. Never changed."""

    determination = models.ForeignKey(Determination, models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    client = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            one_of("transition_to_state_known", "to_state", STATES),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.from_state} to {self.to_state}"
