"""Putting the plots of a campaign together for the science, with lineage and notes."""

from __future__ import annotations

import statistics
import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from estimates.assembly.dug import dug_parts
from estimates.assembly.harvests import science_harvests
from estimates.assembly.laboratory import Bench
from estimates.assembly.layers import CoreLayers, core_keys
from estimates.assembly.lineage import Lineage, lineage_of
from estimates.assembly.neighbours import Neighbours
from estimates.assembly.occasions import last_occasion
from estimates.assembly.places import distance_m, position_scheme
from estimates.assembly.references import science_references
from estimates.assembly.rows import CampaignRows, PlotRows, read_rows
from estimates.assembly.seasons import Season
from estimates.assembly.stands import science_stands
from estimates.assembly.tracers import TracedPlot, neighbours_for, traced_plots
from estimates.science.inputs import Core, DugPart, Measured, Options, Plot, Stand, YieldStand
from estimates.science.results import Note
from sampling.models import Measurement, SamplingPoint, SoilCore
from sampling.models import Plot as PlotRow
from sampling.rules.canonical_json import canonical_sha256

EXTRANEOUS_SD = 0.05  # assumption, for a share that was determined once on the plot
POSITIONS_KNOWN = ("row", "mid_row", "plant")


@dataclass(frozen=True, kw_only=True)
class PlotInputs:
    """One plot as the science sees it, what it was made from, and what was decided on the way."""

    plot_id: uuid.UUID
    treatment_id: uuid.UUID | None
    plot: Plot
    lineage: tuple[Lineage, ...]
    notes: tuple[Note, ...]

    def digest(self, options: Options, *, parameters_sha256: str, code_version: str) -> str:
        """Return the SHA-256 of everything the numbers follow from."""
        return canonical_sha256(
            {
                "plot": {**asdict(self.plot), "scheme": type(self.plot.positions).__name__},
                "options": asdict(options),
                "parameters": parameters_sha256,
                "code": code_version,
            }
        )


def assemble(
    campaign_id: uuid.UUID, plots: Collection[uuid.UUID], *, options: Options
) -> dict[uuid.UUID, PlotInputs]:
    """Return the plots by their id; a plot that was voided is left out.

    Only released determinations count, and nothing void. The number of queries is the same for
    one plot and for a campaign.
    """
    rows = read_rows(campaign_id, plots)
    bench = Bench(material=rows.material)
    traced = traced_plots(rows, bench, options)
    neighbours = neighbours_for(traced, campaign_id=campaign_id, options=options)
    return {
        plot_id: _plot_inputs(plot_rows, rows, bench, options, Traced(traced[plot_id], neighbours))
        for plot_id, plot_rows in rows.plots.items()
    }


def plot_key(plot: PlotRow) -> str:
    """Return a key that stays the same wherever the plot is loaded; random numbers follow it."""
    return f"{plot.study.site.code}/{plot.study.code}/{plot.code}"


def treatment_key(plot: PlotRow) -> str | None:
    """Return a key of the treatment, apart from like-named ones of other studies."""
    return None if plot.treatment_id is None else str(plot.treatment_id)


class Traced(NamedTuple):
    """The isotopes of a plot, and the plots it may be compared with."""

    plot: TracedPlot
    neighbours: Neighbours


def _plot_inputs(
    plot_rows: PlotRows, rows: CampaignRows, bench: Bench, options: Options, traced: Traced
) -> PlotInputs:
    row = plot_rows.plot
    measured = rows.measurements.get(row.pk, [])
    dug, dug_notes = dug_parts(measured)
    rooted, collected = _collected(plot_rows, rows, bench, options, dug)
    chosen, notes = last_occasion(rooted)
    taken = [collected[core.pk] for core in chosen]
    points = [core.sampling_point for core in chosen]
    positions, position_notes = position_scheme(row, points)
    grown = _grown(plot_rows, rows, taken, options)
    extraneous, extraneous_notes = _extraneous([x for part in taken for x in part.extraneous])
    references = science_references(part.references for part in taken)
    limiting = [x for x in (row.limiting_layer_cm, row.study.site.limiting_layer_cm) if x]
    science = Plot(
        key=plot_key(row),
        cores=tuple(_core(part) for part in sorted(taken, key=lambda part: part.key)),
        stands=grown.stands,
        harvests=grown.harvests,
        block=row.block.code if row.block else None,
        treatment=treatment_key(row),
        positions=positions,
        depth_group=grown.depth_group,
        limiting_depth_cm=limiting[0] if limiting else None,
        extraneous=extraneous,
        dug=dug,
        **traced.plot.fields(references, traced.neighbours),
    )
    all_notes = [*notes, *position_notes, *grown.notes, *extraneous_notes]
    all_notes += [*dug_notes, *_plant_core_notes(dug, points)]
    all_notes += [note for part in taken for note in part.notes]
    return PlotInputs(
        plot_id=row.pk,
        treatment_id=row.treatment_id,
        plot=science,
        lineage=_lineage(
            plot_rows,
            list(collected.values()),
            grown.season,
            _seen(measured) | traced.plot.used(),
        ),
        notes=tuple(sorted(set(all_notes))),
    )


class Grown(NamedTuple):
    """What grew on a plot, as its roots and its harvests are estimated from it."""

    stands: tuple[Stand, ...]
    depth_group: str
    harvests: tuple[YieldStand, ...]
    season: Season
    notes: list[Note]


def _grown(
    plot_rows: PlotRows, rows: CampaignRows, taken: Sequence[CoreLayers], options: Options
) -> Grown:
    row = plot_rows.plot
    sampled_on = max((x for part in taken if (x := part.core.collected_on)), default=None)
    stands, depth_group, notes = science_stands(
        row,
        plot_rows.stands,
        sampled_on=sampled_on,
        samples=[sample for part in taken for sample in part.samples],
        events=plot_rows.cover_events,
    )
    season = Season(rain=rows.rain.get(row.study.site_id, {}), irrigations=plot_rows.irrigations)
    harvests, harvest_notes = science_harvests(
        plot_rows.stands,
        plot_rows.cover_events,
        sampled_on=sampled_on,
        options=options,
        season=season,
    )
    return Grown(stands, depth_group, harvests, season, [*notes, *harvest_notes])


def _collected(
    plot_rows: PlotRows,
    rows: CampaignRows,
    bench: Bench,
    options: Options,
    dug: Sequence[DugPart],
) -> tuple[list[SoilCore], dict[uuid.UUID, CoreLayers]]:
    """Return the cores that hold roots, with their layers."""
    keys = core_keys(plot_rows.cores)
    collected = {}
    for core in plot_rows.cores:
        part = CoreLayers(
            core=core,
            key=keys[core.pk],
            rows=rows,
            bench=bench,
            clean_carbon=options.route == "A",
            dug=frozenset(part.part for part in dug),
        )
        part.collect()
        if part.layers:
            collected[core.pk] = part
    return [core for core in plot_rows.cores if core.pk in collected], collected


def _core(part: CoreLayers) -> Core:
    point = part.core.sampling_point
    return Core(
        key=part.key,
        layers=tuple(sorted(part.layers, key=repr)),
        position=point.position if point.position in POSITIONS_KNOWN else None,
        distance_m=distance_m(point),
    )


def _extraneous(shares: Sequence[float]) -> tuple[Measured | None, list[Note]]:
    if not shares:
        return None, []
    middle = statistics.fmean(shares)
    spread = statistics.stdev(shares) if len(shares) > 1 else 0.0
    message = f"Extraneous matter: {middle:.0%} of the mass, from {len(shares)} determinations."
    return (
        Measured(value=middle, uncertainty=spread or EXTRANEOUS_SD),
        [Note(code="extraneous_measured", message=message)],
    )


def _plant_core_notes(dug: Sequence[DugPart], points: Sequence[SamplingPoint]) -> list[Note]:
    if not dug or all(point.position != "plant" for point in points):
        return []
    message = (
        "Cores stood on plants, and crowns or taproots were dug out by plant: what of them is in "
        "those cores and not sorted out counts twice."
    )
    return [Note(code="core_on_plant", message=message)]


def _seen(measured: Sequence[Measurement]) -> set[Lineage]:
    """Return what was measured on the plot itself."""
    used = {lineage_of(item) for item in measured}
    return used | {lineage_of(item.variable) for item in measured}


def _lineage(
    plot_rows: PlotRows, parts: Sequence[CoreLayers], season: Season, seen: set[Lineage]
) -> tuple[Lineage, ...]:
    """Return every record read for the plot, also those of occasions left out.

    A later date, or a first mass in a core left out, changes which occasion counts.
    """
    row = plot_rows.plot
    used = {lineage_of(row), lineage_of(row.study.site)}
    used |= {lineage_of(stand) for stand in plot_rows.stands}
    used |= {lineage_of(event) for event in plot_rows.cover_events + plot_rows.irrigations}
    used |= season.lineage(row.study.site_id)
    used |= {lineage_of(group) for group in (row.block, row.treatment) if group is not None}
    used |= seen
    for part in parts:
        used |= part.lineage
    return tuple(sorted(used))
