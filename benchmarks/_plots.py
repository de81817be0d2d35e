"""The sampled plots the estimate benchmarks compute. Imported once Django is set up."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from benchmarks._people import found_campaign
from estimates.models import EstimateRun
from estimates.orders import Wish, place
from estimates.runs.carry_out import complete_run
from estimates.runs.publish import publish
from sampling.actions.ledger import announce
from sampling.models import (
    Campaign,
    CoreSegment,
    Plot,
    RootFraction,
    SamplingPoint,
    SoilCore,
    SyncedModel,
    User,
)

CORES = 5
LAYERS = ((0.0, 10.0, 0.99), (10.0, 30.0, 0.47), (30.0, 50.0, 0.21), (50.0, 100.0, 0.15))
"""Upper and lower depth in cm, g: as in the maize cores of Black et al. 2017."""


def found_plots(number: int) -> tuple[Campaign, list[uuid.UUID]]:
    """Set up a campaign with sampled plots of five cores in four layers each."""
    made = found_campaign()
    campaign = Campaign.objects.get(pk=made.campaign)
    study = Plot.objects.get().study
    now = timezone.now()
    setting: dict[str, Any] = {"project": campaign.project, "received_at": now}
    captured = {**setting, "scope": campaign.capture_scope}
    plots = [
        Plot(**setting, scope=campaign.project.scope, study=study, code=f"P{n:03d}")
        for n in range(number)
    ]
    points = [
        SamplingPoint(**captured, plot=plot, code=str(n)) for plot in plots for n in range(CORES)
    ]
    cores = [
        SoilCore(**captured, sampling_point=point, code="A", inner_diameter_cm=6.0)
        for point in points
    ]
    segments = [
        CoreSegment(**captured, soil_core=core, upper_depth_cm=upper, lower_depth_cm=lower)
        for core in cores
        for upper, lower, _ in LAYERS
    ]
    masses = {upper: mass for upper, _, mass in LAYERS}
    fractions = [
        RootFraction(
            **captured,
            core_segment=segment,
            dry_mass_g=masses[segment.upper_depth_cm] * (1 + number % 7 / 10),
        )
        for number, segment in enumerate(segments)
    ]
    for rows in (plots, points, cores, segments, fractions):
        _store(rows)
    return campaign, [plot.pk for plot in plots]


def order_quietly(campaign: Campaign, plots: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Order estimates of the plots and return their runs, unpublished."""
    with transaction.atomic():
        wish = Wish(plots=plots)
        order = place.order_estimates(
            campaign, wish, ordered_by=User.objects.get(username="editor"), now=timezone.now()
        )
        transaction.get_connection().run_on_commit.clear()
    runs = EstimateRun.objects.filter(order=order).of_plots().order_by("pk")
    return list(runs.values_list("pk", flat=True))


def complete_here(run_ids: Sequence[uuid.UUID]) -> None:
    """Carry out runs in this process."""
    for run_id in run_ids:
        complete_run(run_id, worker="here")


def send(run_ids: Sequence[uuid.UUID]) -> None:
    """Publish runs to the workers."""
    publish(run_ids)


def unfinished(run_ids: Sequence[uuid.UUID]) -> int:
    """Return how many of the runs, and of the summaries of their orders, are not finished."""
    orders = EstimateRun.objects.filter(pk__in=run_ids).values("order")
    return EstimateRun.objects.active().filter(order__in=orders).count()


def _store(rows: Sequence[SyncedModel]) -> None:
    with transaction.atomic():
        type(rows[0])._default_manager.bulk_create(rows)
        announce(rows)
