"""Reading the rows of a campaign by sets: the number of queries does not grow with the plots."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import Q

from sampling.models import (
    CoreSegment,
    CropStand,
    Determination,
    ManagementEvent,
    Measurement,
    Plot,
    RootFraction,
    SoilCore,
    Specimen,
    SpecimenLink,
    WeatherMonth,
)

T = TypeVar("T")

RESULT = "result"
"""The purpose of determinations that speak for their specimen."""

COVER_EVENTS = ("cover_crop_sown", "cover_crop_terminated", "stand_ended")
IRRIGATION = "irrigation"

Rain = Mapping[tuple[int, int], float]
"""Rain in mm by year and month."""

DEEPEST_LINK = 8  # specimens from bag to capsule; a chain is longer only by mistake


@dataclass(kw_only=True)
class PlotRows:
    """What was recorded on one plot in one campaign; nothing in it is void."""

    plot: Plot
    stands: list[CropStand] = field(default_factory=list)
    cover_events: list[ManagementEvent] = field(default_factory=list)
    irrigations: list[ManagementEvent] = field(default_factory=list)
    cores: list[SoilCore] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class CampaignRows:
    """The rows of some plots of a campaign, each set by the id of what it belongs to."""

    plots: Mapping[uuid.UUID, PlotRows]
    segments: Mapping[uuid.UUID, list[CoreSegment]]
    fractions: Mapping[uuid.UUID, list[RootFraction]]
    measurements: Mapping[uuid.UUID, list[Measurement]]
    material: Material
    rain: Mapping[uuid.UUID, Rain]


@dataclass(frozen=True, kw_only=True)
class Material:
    """Specimens, the links between them and the released determinations on them."""

    specimens: Mapping[uuid.UUID, Specimen]
    soil_of_segment: Mapping[uuid.UUID, list[Specimen]]
    plants_of_segment: Mapping[uuid.UUID, list[Specimen]]
    links_down: Mapping[uuid.UUID, list[SpecimenLink]]
    links_up: Mapping[uuid.UUID, list[SpecimenLink]]
    determinations: Mapping[uuid.UUID, list[Determination]]

    def below(self, specimen: uuid.UUID) -> tuple[list[uuid.UUID], list[SpecimenLink]]:
        """Return a specimen with all made from it, and the links on the way.

        Roots washed from soil are no soil any more.
        """
        found, ways = [specimen], []
        frontier = [specimen]
        for _ in range(DEEPEST_LINK):
            links = [
                link
                for parent in frontier
                for link in self.links_down.get(parent, ())
                if self._kind(link.child_id) in (self._kind(specimen), None)
            ]
            frontier = [link.child_id for link in links if link.child_id not in found]
            ways += links
            found += frontier
            if not frontier:
                break
        return found, ways

    def splits_above(self, specimen: uuid.UUID) -> list[SpecimenLink]:
        """Return the splits a specimen came by, the last first; none above a pool."""
        ways: list[SpecimenLink] = []
        for _ in range(DEEPEST_LINK):
            links = self.links_up.get(specimen, ())
            if len(links) != 1 or links[0].relation != "split":
                break
            ways.append(links[0])
            specimen = links[0].parent_id
        return ways

    def _kind(self, specimen: uuid.UUID) -> str | None:
        row = self.specimens.get(specimen)
        return None if row is None else row.kind


def read_rows(campaign_id: uuid.UUID, plots: Collection[uuid.UUID]) -> CampaignRows:
    """Return what was recorded on these plots in the campaign."""
    by_plot = {
        plot.pk: PlotRows(plot=plot)
        for plot in Plot.objects.filter(pk__in=plots, voided_at=None)
        .select_related("study__site", "block", "treatment")
        .order_by("pk")
    }
    for stand in CropStand.objects.filter(plot__in=by_plot, voided_at=None).order_by("pk"):
        by_plot[stand.plot_id].stands.append(stand)
    kinds = (*COVER_EVENTS, IRRIGATION)
    events = ManagementEvent.objects.filter(plot__in=by_plot, voided_at=None, kind__in=kinds)
    for event in events.order_by("happened_on", "pk"):
        rows = by_plot[event.plot_id]
        (rows.irrigations if event.kind == IRRIGATION else rows.cover_events).append(event)
    cores = list(
        SoilCore.objects.filter(
            scope=f"campaign:{campaign_id}",
            sampling_point__plot__in=by_plot,
            voided_at=None,
            sampling_point__voided_at=None,
        )
        .select_related("sampling_point")
        .order_by("pk")
    )
    for core in cores:
        by_plot[core.sampling_point.plot_id].cores.append(core)
    segments = list(CoreSegment.objects.filter(soil_core__in=cores, voided_at=None).order_by("pk"))
    fractions = list(
        RootFraction.objects.filter(core_segment__in=segments, voided_at=None).order_by("pk")
    )
    return CampaignRows(
        plots=by_plot,
        segments=grouped((item.soil_core_id, item) for item in segments),
        fractions=grouped((item.core_segment_id, item) for item in fractions),
        measurements=read_measurements(campaign_id, list(by_plot), segments, fractions),
        material=read_material(campaign_id, segments, fractions),
        rain=read_rain({row.plot.study.site_id for row in by_plot.values()}),
    )


def read_rain(sites: Collection[uuid.UUID]) -> dict[uuid.UUID, Rain]:
    """Return the rain of every month recorded at these sites."""
    found: dict[uuid.UUID, dict[tuple[int, int], float]] = defaultdict(dict)
    rows = WeatherMonth.objects.filter(site__in=sites)
    for site, year, month, rain_mm in rows.values_list("site", "year", "month", "rain_mm"):
        found[site][year, month] = rain_mm
    return dict(found)


def read_measurements(
    campaign_id: uuid.UUID,
    plots: Collection[uuid.UUID],
    segments: Collection[CoreSegment],
    fractions: Collection[RootFraction],
) -> dict[uuid.UUID, list[Measurement]]:
    """Return the measurements by the plot, segment or fraction they were made on."""
    rows = (
        Measurement.objects.filter(
            Q(core_segment__in=segments)
            | Q(root_fraction__in=fractions)
            | Q(plot__in=plots, scope=f"campaign:{campaign_id}"),
            voided_at=None,
        )
        .select_related("variable")
        .order_by("pk")
    )
    return grouped(
        (row.core_segment_id or row.root_fraction_id or row.plot_id, row) for row in rows
    )


def read_material(
    campaign_id: uuid.UUID,
    segments: Collection[CoreSegment],
    fractions: Collection[RootFraction],
) -> Material:
    """Return the specimens of segments and fractions with what the laboratory released.

    Determinations on a subsample speak for what it was taken from; on a pool, for every
    specimen in it.
    """
    links = list(
        SpecimenLink.objects.filter(scope=f"campaign:{campaign_id}", voided_at=None).order_by("pk")
    )
    links_down = grouped((link.parent_id, link) for link in links)
    links_up = grouped((link.child_id, link) for link in links)
    bags = [item.specimen_id for item in fractions if item.specimen_id]
    own = Specimen.objects.filter(
        Q(pk__in=bags) | Q(core_segment__in=segments), voided_at=None
    ).order_by("pk")
    specimens = {item.pk: item for item in own}
    made = children_of(specimens, links_down) | parents_of(bags, links_up)
    made -= specimens.keys()
    below = Specimen.objects.filter(pk__in=made, voided_at=None).order_by("pk")
    specimens |= {item.pk: item for item in below}
    determinations = (
        Determination.objects.released()
        .filter(specimen__in=specimens, purpose=RESULT)
        .select_related("variable")
        .order_by("pk")
    )
    return Material(
        specimens=specimens,
        soil_of_segment=_of_segments(specimens.values(), kind="soil"),
        plants_of_segment=_of_segments(specimens.values(), kind="plant"),
        links_down=links_down,
        links_up=links_up,
        determinations=grouped((item.specimen_id, item) for item in determinations),
    )


def _of_segments(specimens: Iterable[Specimen], *, kind: str) -> dict[uuid.UUID, list[Specimen]]:
    return grouped((item.core_segment_id, item) for item in specimens if item.kind == kind)


def children_of(
    parents: Iterable[uuid.UUID], links_down: Mapping[uuid.UUID, list[SpecimenLink]]
) -> set[uuid.UUID]:
    """Return the specimens with all that was made from them, whatever the way."""
    made = {parent: [link.child_id for link in links] for parent, links in links_down.items()}
    return _reached(parents, made)


def parents_of(
    children: Iterable[uuid.UUID], links_up: Mapping[uuid.UUID, list[SpecimenLink]]
) -> set[uuid.UUID]:
    """Return the specimens with all they were made from, whatever the way."""
    came = {child: [link.parent_id for link in links] for child, links in links_up.items()}
    return _reached(children, came)


def _reached(
    start: Iterable[uuid.UUID], steps: Mapping[uuid.UUID, Collection[uuid.UUID]]
) -> set[uuid.UUID]:
    found: set[uuid.UUID] = set()
    frontier = set(start)
    while frontier:
        found |= frontier
        frontier = {there for here in frontier for there in steps.get(here, ())} - found
    return found


def grouped(pairs: Iterable[tuple[uuid.UUID | None, T]]) -> dict[uuid.UUID, list[T]]:
    """Return the values by their key; a value without a key is left out."""
    groups: defaultdict[uuid.UUID, list[T]] = defaultdict(list)
    for key, value in pairs:
        if key is not None:
            groups[key].append(value)
    return dict(groups)
