"""A small trial as rows: plots with cores, segments, root fractions and released results.

Rows are written by sets and announced in the ledger, as its triggers demand.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from estimates.assembly import PlotInputs, assemble, science_options
from estimates.science.inputs import Options
from sampling.actions.ledger import announce
from sampling.models import (
    Block,
    Campaign,
    CoreSegment,
    CropStand,
    Determination,
    Plot,
    RootFraction,
    SamplingPoint,
    SoilCore,
    Specimen,
    Study,
    SyncedModel,
    Treatment,
    User,
    Variable,
)
from tests.people import FRIDAY

HARVEST = date(2026, 8, 3)
LAYERS = ((0.0, 30.0, 0.52), (30.0, 60.0, 0.21), (60.0, 100.0, 0.08))
"""Upper and lower depth in cm, g of washed roots."""


OPTIONS = science_options({}, seed=1)


@dataclass(kw_only=True)
class Trial:
    """The rows of a campaign, to be changed by tests."""

    campaign: Campaign
    enterer: User
    verifier: User
    carbon: Variable
    plots: list[Plot] = field(default_factory=list)
    cores: list[SoilCore] = field(default_factory=list)
    segments: list[CoreSegment] = field(default_factory=list)
    fractions: list[RootFraction] = field(default_factory=list)
    specimens: list[Specimen] = field(default_factory=list)
    determinations: list[Determination] = field(default_factory=list)

    def fractions_of(self, plot: Plot) -> list[RootFraction]:
        """Return the root fractions of a plot, topmost first."""
        return [
            item
            for item in self.fractions
            if item.core_segment.soil_core.sampling_point.plot_id == plot.pk
        ]


def store(records: Sequence[SyncedModel]) -> None:
    """Insert rows of one table with their place in the change log."""
    with transaction.atomic():
        type(records[0])._default_manager.bulk_create(records)
        announce(records)


def change(record: SyncedModel, **fields: Any) -> None:
    """Change a row with a new revision, told to the ledger."""
    for name, value in fields.items():
        setattr(record, name, value)
    record.revision += 1
    with transaction.atomic():
        record.save()
        announce([record])


def synced(campaign: Campaign, *, captured: bool) -> dict[str, Any]:
    """Return the fields every row of the campaign shares."""
    scope = campaign.capture_scope if captured else f"project:{campaign.project_id}"
    return {"project_id": campaign.project_id, "scope": scope, "received_at": FRIDAY}


def plant(trial: Trial, study: Study, *, plots: int, cores: int = 2, year: int = 2026) -> None:
    """Grow a trial: two treatments in blocks of two plots, a stand of wheat on each plot."""
    setting = synced(trial.campaign, captured=False)
    treatments = [Treatment(**setting, study=study, code=code) for code in ("T1", "T2")]
    blocks = [Block(**setting, study=study, code=f"B{n + 1}") for n in range((plots + 1) // 2)]
    store(treatments)
    store(blocks)
    new = [
        Plot(
            **setting,
            study=study,
            code=f"P{n + 1:03d}",
            block=blocks[n // 2],
            treatment=treatments[n % 2],
        )
        for n in range(plots)
    ]
    store(new)
    trial.plots += new
    store([CropStand(**setting, plot=plot, season=year, species="winter wheat") for plot in new])
    sample(trial, new, cores=cores)


def sample(
    trial: Trial, plots: Sequence[Plot], *, cores: int, on: date = HARVEST, **core_fields: Any
) -> list[SoilCore]:
    """Take cores on plots, cut them into three layers and weigh the roots."""
    captured = synced(trial.campaign, captured=True)
    tag = f"{on:%m%d}"
    points = [
        SamplingPoint(**captured, plot=plot, code=f"{plot.code}-{tag}-{n + 1}")
        for plot in plots
        for n in range(cores)
    ]
    store(points)
    geometry = {"inner_diameter_cm": 6.0, "collected_on": on, "date_precision": "day"}
    new = [
        SoilCore(**captured, sampling_point=point, code="A", **{**geometry, **core_fields})
        for point in points
    ]
    store(new)
    segments = [
        CoreSegment(**captured, soil_core=core, upper_depth_cm=upper, lower_depth_cm=lower)
        for core in new
        for upper, lower, _ in LAYERS
    ]
    store(segments)
    weigh(trial, segments)
    trial.cores += new
    trial.segments += segments
    return new


def weigh(trial: Trial, segments: Sequence[CoreSegment]) -> None:
    """Bag, weigh and analyse the roots of segments; masses differ from core to core."""
    captured = synced(trial.campaign, captured=True)
    bags = [
        Specimen(**captured, core_segment=segment, code=f"RF-{uuid.uuid4().hex[:7]}", kind="roots")
        for segment in segments
    ]
    store(bags)
    masses = {upper: mass for upper, _, mass in LAYERS}
    fractions = [
        RootFraction(
            **captured,
            core_segment=segment,
            specimen=bag,
            dry_mass_g=masses[segment.upper_depth_cm] * (1 + 0.05 * (number // 3 % 4)),
        )
        for number, (segment, bag) in enumerate(zip(segments, bags, strict=True))
    ]
    store(fractions)
    trial.specimens += bags
    trial.fractions += fractions
    trial.determinations += [determine(trial, bag, 41.0) for bag in bags]


def determine(
    trial: Trial, specimen: Specimen, value: float | None, **fields: Any
) -> Determination:
    """Release a C concentration of a specimen, in percent."""
    return Determination.objects.create(
        **{
            "project_id": trial.campaign.project_id,
            "specimen": specimen,
            "variable": trial.carbon,
            "value": value,
            "unit": "%",
            "as_entered": "" if value is None else str(value),
            "state": "approved",
            "entered_by": trial.enterer,
            "entered_at": FRIDAY,
            "verified_by": trial.verifier,
            "approved_by": trial.verifier,
            "approved_at": FRIDAY,
            **fields,
        }
    )


def inputs_of(trial: Trial, plot: Plot, options: Options = OPTIONS) -> PlotInputs:
    """Return what science would be given for a plot."""
    return assemble(trial.campaign.pk, [plot.pk], options=options)[plot.pk]


def codes(inputs: PlotInputs) -> set[str]:
    """Return the codes of the notes on a plot."""
    return {note.code for note in inputs.notes}
