"""What was asked for, and every attempt to answer it. The run row is the truth."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from estimates.models.parameters import ParameterSet
from sampling.models import Campaign, Plot, Project
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
        RAISE EXCEPTION 'estimate run % is finished: it is superseded, never changed', OLD.id
            USING ERRCODE = 'RF010';
    END IF;
    RETURN NEW;
"""


class EstimateOrderQuerySet(models.QuerySet["EstimateOrder"]):
    """Sets of orders with a name in the office."""

    def for_display(self) -> EstimateOrderQuerySet:
        """Those with what a page or an answer names, read along."""
        return self.select_related("project", "campaign", "ordered_by").order_by("-ordered_at")

    def with_counts(self) -> EstimateOrderQuerySet:
        """Those with how many of their newest runs there are, finished and failed."""
        newest = Q(runs__superseded_by__isnull=True)
        return self.annotate(
            run_count=Count("runs", filter=newest),
            finished_count=Count("runs", filter=newest & Q(runs__state__in=FINAL_STATES)),
            failed_count=Count("runs", filter=newest & Q(runs__state="failed")),
        )


class EstimateOrder(models.Model):
    """A request for estimates of the plots of one campaign, by one or more methods.

    Seed, options, methods and parameter sets never change, so that a recomputation differs from
    the first run by its inputs alone. `checked_mark` is where the ledger stood when the runs of
    the order were last compared with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    methods = ArrayField(models.CharField(max_length=40))
    options = models.JSONField(default=dict, blank=True)
    seed = models.BigIntegerField()
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    checked_mark = models.JSONField(null=True, blank=True, editable=False)

    objects = EstimateOrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="estimateorder_seed_from_zero",
                condition=Q(seed__gte=0),
                violation_error_code="out_of_range",
                violation_error_message="A seed is a whole number, 0 or above.",
            ),
            models.CheckConstraint(
                name="estimateorder_names_a_method",
                condition=Q(methods__len__gte=1),
                violation_error_code="no_method",
                violation_error_message="Order one method or more.",
            ),
            models.CheckConstraint(
                name="estimateorder_cancelled_by_somebody",
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                violation_error_code="cancelled_by_nobody",
                violation_error_message="A cancelled order names who cancelled it.",
            ),
        ]
        indexes = [models.Index(fields=["project", "-ordered_at"], name="estimateorder_recent")]
        triggers = [
            pgtrigger.Protect(
                name="order_is_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "project",
                    "campaign",
                    "methods",
                    "options",
                    "seed",
                    "ordered_by",
                    "ordered_at",
                ),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} of {self.ordered_at:%Y-%m-%d %H:%M}"

    def progress(self) -> dict[str, int]:
        """Return how many runs stand in each state, and in total; superseded runs do not count."""
        counts = (
            EstimateRun.objects.newest()
            .filter(order=self)
            .aggregate(
                **{state: Count("pk", filter=Q(state=state)) for state, _ in RUN_STATES},
                stale=Count("pk", filter=Q(is_stale=True)),
                total=Count("pk"),
            )
        )
        counts["finished"] = sum(counts[state] for state in FINAL_STATES)
        return counts


class EstimateRunQuerySet(models.QuerySet["EstimateRun"]):
    """Sets of runs with a name in the office."""

    def newest(self) -> EstimateRunQuerySet:
        """Those that no later run replaces."""
        return self.filter(superseded_by__isnull=True)

    def active(self) -> EstimateRunQuerySet:
        """Those still to be finished."""
        return self.filter(state__in=ACTIVE_STATES)

    def of_plots(self) -> EstimateRunQuerySet:
        """Those of single plots, without the runs that sum them up."""
        return self.filter(plot__isnull=False)

    def current(self) -> EstimateRunQuerySet:
        """Those to be read: the last that succeeded for each order, plot and method."""
        later = EstimateRun.objects.filter(
            Q(plot=OuterRef("plot")) | Q(plot__isnull=True),
            order=OuterRef("order"),
            method=OuterRef("method"),
            is_summary=OuterRef("is_summary"),
            generation__gt=OuterRef("generation"),
            state="succeeded",
        )
        return self.filter(~Exists(later), state="succeeded")

    def ready(self) -> EstimateRunQuerySet:
        """Those that wait for no other run: a summary waits for the plots of its order."""
        unfinished = (
            EstimateRun.objects.active()
            .of_plots()
            .filter(order=OuterRef("order"), method=OuterRef("method"))
        )
        return self.filter(Q(is_summary=False) | ~Exists(unfinished))


class EstimateRun(models.Model):
    """One computation of one method: of a plot, or the summary over the plots of an order.

    A worker that claims the run writes its `claim` and holds it until `lease_until`; only the
    holder of the claim may store results. `generation` counts the recomputations; `supersedes`
    is the run before, whose results stay readable. `input_sha256` is the digest of the values
    the science was given; `ledger_mark` where the ledger stood before they were read.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(EstimateOrder, models.PROTECT, related_name="runs")
    plot = models.ForeignKey(Plot, models.PROTECT, null=True, blank=True, related_name="+")
    is_summary = models.BooleanField(default=False)
    method = models.CharField(max_length=40)
    parameter_set = models.ForeignKey(ParameterSet, models.PROTECT, related_name="runs")
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

    objects = EstimateRunQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("estimaterun_state_known", "state", RUN_STATES),
            one_of("estimaterun_cause_known", "cause", CAUSES),
            models.CheckConstraint(
                name="estimaterun_plot_or_summary",
                condition=Q(plot__isnull=False, is_summary=False)
                | Q(plot__isnull=True, is_summary=True),
                violation_error_code="plot_or_summary",
                violation_error_message="A run is of one plot, or it sums up an order.",
            ),
            models.UniqueConstraint(
                name="estimaterun_generation_once",
                fields=["order", "plot", "method", "generation"],
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                name="estimaterun_one_active",
                fields=["order", "plot", "method"],
                condition=Q(state__in=ACTIVE_STATES),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="estimaterun_held_under_a_lease",
                condition=(
                    Q(state__in=HELD_STATES, claim__isnull=False, lease_until__isnull=False)
                    & ~Q(worker="")
                )
                | (~Q(state__in=HELD_STATES) & Q(claim__isnull=True, lease_until__isnull=True)),
                violation_error_code="lease_without_worker",
                violation_error_message="A held run names its worker and its lease; no other does.",
            ),
            models.CheckConstraint(
                name="estimaterun_finished_at_end",
                condition=Q(state__in=FINAL_STATES, finished_at__isnull=False)
                | Q(state__in=ACTIVE_STATES, finished_at__isnull=True),
                violation_error_code="finished_without_time",
                violation_error_message="A finished run says when it ended.",
            ),
            models.CheckConstraint(
                name="estimaterun_failed_with_a_reason",
                condition=Q(state="failed", failure_reason__gt="")
                | (~Q(state="failed") & Q(failure_reason="")),
                violation_error_code="no_reason",
                violation_error_message="A failed run says why, and no other run does.",
            ),
            models.CheckConstraint(
                name="estimaterun_success_knows_inputs",
                condition=~Q(state="succeeded")
                | (Q(input_sha256__regex=r"^[0-9a-f]{64}$") & ~Q(code_version="")),
                violation_error_code="unknown_inputs",
                violation_error_message="A result names its inputs and the code that made it.",
            ),
            models.CheckConstraint(
                name="estimaterun_recomputed_from_another",
                condition=Q(cause="ordered", supersedes__isnull=True, generation=0)
                | (
                    Q(cause="recomputed", supersedes__isnull=False, generation__gt=0)
                    & ~Q(cause_text="")
                ),
                violation_error_code="recomputed_from_nothing",
                violation_error_message="A recomputation names the run it replaces, and why.",
            ),
            models.CheckConstraint(
                name="estimaterun_stale_with_a_cause",
                condition=(Q(is_stale=True, stale_at__isnull=False) & ~Q(stale_cause=""))
                | Q(is_stale=False, stale_cause="", stale_at__isnull=True),
                violation_error_code="stale_without_cause",
                violation_error_message="A stale run says what changed.",
            ),
            between(
                "estimaterun_attempts_range",
                "attempt",
                0,
                MAX_ATTEMPTS,
                f"A run is tried at most {MAX_ATTEMPTS} times.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["published_at"],
                name="estimaterun_waiting",
                condition=Q(state__in=ACTIVE_STATES),
            ),
            models.Index(fields=["plot", "method"], name="estimaterun_plot_method"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="final_is_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=FINAL_STATES),
                func=_FINAL_IS_FINAL,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.method} of {self.plot_id or self.order_id}: {self.state}"
