"""What was asked for, and every attempt to answer it. The run row is the truth."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from estimates.models.claimed import (
    ACTIVE_STATES,
    FINAL_STATES,
    HELD_STATES,
    RUN_STATES,
    ClaimedRun,
    run_triggers,
)
from estimates.models.parameters import ParameterSet
from sampling.models import Campaign, Plot, Project

ENSEMBLE = "ensemble"
"""The method of runs that sum up what the other methods of an order say of a plot."""


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
        """Return how many runs stand in each state and in total, and how many workers hold some.

        Superseded runs do not count.
        """
        counts = (
            EstimateRun.objects.newest()
            .filter(order=self)
            .aggregate(
                **{state: Count("pk", filter=Q(state=state)) for state, _ in RUN_STATES},
                stale=Count("pk", filter=Q(is_stale=True)),
                workers=Count("worker", filter=Q(state__in=HELD_STATES), distinct=True),
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
        """Those that wait for no other run.

        A summary waits for the plots of its method; the ensemble of a plot for the other methods
        on that plot; the summary of the ensemble for all the rest of its order.
        """
        active = EstimateRun.objects.active().filter(order=OuterRef("order"))
        same_method = active.of_plots().filter(method=OuterRef("method"))
        same_plot = active.filter(plot=OuterRef("plot")).exclude(method=ENSEMBLE)
        rest = active.exclude(pk=OuterRef("pk"))
        is_ensemble = Q(method=ENSEMBLE)
        return self.filter(
            Q(~is_ensemble, is_summary=False)
            | Q(~is_ensemble & ~Exists(same_method), is_summary=True)
            | Q(is_ensemble & ~Exists(same_plot), is_summary=False)
            | Q(is_ensemble & ~Exists(rest), is_summary=True)
        )


class EstimateRun(ClaimedRun):
    """One computation of one method: of a plot, or the summary over the plots of an order.

    `input_sha256` is the digest of the values the science was given.
    """

    order = models.ForeignKey(EstimateOrder, models.PROTECT, related_name="runs")
    plot = models.ForeignKey(Plot, models.PROTECT, null=True, blank=True, related_name="+")
    is_summary = models.BooleanField(default=False)
    method = models.CharField(max_length=40)
    parameter_set = models.ForeignKey(ParameterSet, models.PROTECT, related_name="runs")

    objects = EstimateRunQuerySet.as_manager()

    class Meta(ClaimedRun.Meta):
        constraints = [
            *ClaimedRun.Meta.constraints,
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
        ]
        indexes = [
            *ClaimedRun.Meta.indexes,
            models.Index(fields=["plot", "method"], name="estimaterun_plot_method"),
        ]
        triggers = run_triggers("estimate")

    def __str__(self) -> str:
        return f"{self.method} of {self.plot_id or self.order_id}: {self.state}"
