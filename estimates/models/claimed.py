"""What every computation by workers has in common: who holds it, how far it is, how it ended."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from sampling.models.base import between, one_of

RUN_STATES = [
    ("queued", "queued"),
    ("claimed", "claimed"),
    ("running", "running"),
    ("succeeded", "succeeded"),
    ("failed", "failed"),
    ("cancelled", "cancelled"),
]
HELD_STATES = ("claimed", "running")
"""A worker holds the run, under a lease."""
ACTIVE_STATES = ("queued", *HELD_STATES)
FINAL_STATES = ("succeeded", "failed", "cancelled")

CAUSES = [("ordered", "ordered"), ("recomputed", "recomputed")]

MAX_ATTEMPTS = 5
"""After as many silent workers a run is given up: it is the run that kills them."""

_FINAL_IS_FINAL = """
    IF (to_jsonb(NEW) - 'is_stale' - 'stale_cause' - 'stale_at')
        IS DISTINCT FROM (to_jsonb(OLD) - 'is_stale' - 'stale_cause' - 'stale_at')
    THEN
        RAISE EXCEPTION '{kind} run % is finished: it is superseded, never changed', OLD.id
            USING ERRCODE = 'RF010';
    END IF;
    RETURN NEW;
"""


def run_triggers(kind: str) -> list[pgtrigger.Trigger]:
    """Return the triggers that keep what is finished as it is, and every run for ever."""
    return [
        pgtrigger.Trigger(
            name="final_is_final",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            condition=pgtrigger.Q(old__state__in=FINAL_STATES),
            func=_FINAL_IS_FINAL.format(kind=kind),
        ),
        pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
    ]


class ClaimedRun(models.Model):
    """A computation that one worker at a time claims, under a lease, and finishes once.

    A worker that claims the run writes its `claim` and holds it until `lease_until`; only the
    holder of the claim may store results. `generation` counts the recomputations; `supersedes`
    is the run before, whose results stay readable. `input_sha256` is the digest of the values
    the science was given.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    generation = models.PositiveIntegerField(default=0)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    cause = models.CharField(max_length=12, choices=CAUSES, default="ordered")
    cause_text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=RUN_STATES, default="queued")
    published_at = models.DateTimeField()
    publications = models.PositiveIntegerField(default=1)
    attempt = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    steps_done = models.PositiveSmallIntegerField(default=0)
    steps_total = models.PositiveSmallIntegerField(default=3)
    last_error = models.TextField(blank=True)
    failure_code = models.CharField(max_length=40, blank=True)
    failure_reason = models.TextField(blank=True)
    input_sha256 = models.CharField(max_length=64, blank=True)
    code_version = models.CharField(max_length=40, blank=True)
    details = models.JSONField(default=dict, blank=True)
    is_stale = models.BooleanField(default=False)
    stale_cause = models.TextField(blank=True)
    stale_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            one_of("%(class)s_state_known", "state", RUN_STATES),
            one_of("%(class)s_cause_known", "cause", CAUSES),
            models.CheckConstraint(
                name="%(class)s_held_under_a_lease",
                condition=(
                    Q(state__in=HELD_STATES, claim__isnull=False, lease_until__isnull=False)
                    & ~Q(worker="")
                )
                | (~Q(state__in=HELD_STATES) & Q(claim__isnull=True, lease_until__isnull=True)),
                violation_error_code="lease_without_worker",
                violation_error_message="A held run names its worker and its lease; no other does.",
            ),
            models.CheckConstraint(
                name="%(class)s_finished_at_end",
                condition=Q(state__in=FINAL_STATES, finished_at__isnull=False)
                | Q(state__in=ACTIVE_STATES, finished_at__isnull=True),
                violation_error_code="finished_without_time",
                violation_error_message="A finished run says when it ended.",
            ),
            models.CheckConstraint(
                name="%(class)s_failed_with_a_reason",
                condition=Q(state="failed", failure_reason__gt="")
                | (~Q(state="failed") & Q(failure_reason="")),
                violation_error_code="no_reason",
                violation_error_message="A failed run says why, and no other run does.",
            ),
            models.CheckConstraint(
                name="%(class)s_success_knows_inputs",
                condition=~Q(state="succeeded")
                | (Q(input_sha256__regex=r"^[0-9a-f]{64}$") & ~Q(code_version="")),
                violation_error_code="unknown_inputs",
                violation_error_message="A result names its inputs and the code that made it.",
            ),
            models.CheckConstraint(
                name="%(class)s_recomputed_from_another",
                condition=Q(cause="ordered", supersedes__isnull=True, generation=0)
                | (
                    Q(cause="recomputed", supersedes__isnull=False, generation__gt=0)
                    & ~Q(cause_text="")
                ),
                violation_error_code="recomputed_from_nothing",
                violation_error_message="A recomputation names the run it replaces, and why.",
            ),
            models.CheckConstraint(
                name="%(class)s_stale_with_a_cause",
                condition=(Q(is_stale=True, stale_at__isnull=False) & ~Q(stale_cause=""))
                | Q(is_stale=False, stale_cause="", stale_at__isnull=True),
                violation_error_code="stale_without_cause",
                violation_error_message="A stale run says what changed.",
            ),
            between(
                "%(class)s_attempts_range",
                "attempt",
                0,
                MAX_ATTEMPTS,
                f"A run is tried at most {MAX_ATTEMPTS} times.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["published_at"],
                name="%(class)s_waiting",
                condition=Q(state__in=ACTIVE_STATES),
            ),
        ]
