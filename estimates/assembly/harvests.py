"""From what grew on a plot to the harvests that methods by yield start from."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

from estimates.assembly.seasons import Season
from estimates.assembly.stands import grown_stands, species_shares
from estimates.science.inputs import Options, YieldStand
from estimates.science.results import Note
from sampling.models import CropStand, ManagementEvent

SOWN, TERMINATED = "cover_crop_sown", "cover_crop_terminated"


def science_harvests(
    stands: Sequence[CropStand],
    events: Sequence[ManagementEvent],
    *,
    sampled_on: datetime.date | None,
    options: Options,
    season: Season | None = None,
) -> tuple[tuple[YieldStand, ...], list[Note]]:
    """Return the harvests of the stands whose roots were sampled, or of the last season.

    Each stand counts whole, as crops of one season follow each other or carry their own yields;
    the species of a mixture share by ground. Trees have no method by yield and are named.
    """
    harvests: list[YieldStand] = []
    notes: list[Note] = []
    for stand in grown_stands(stands, sampled_on):
        if stand.kind == "tree":
            message = f"No method by yield knows trees: {stand.species} is left out."
            notes.append(Note(code="tree_left_out", message=message))
            continue
        days = _days(stand, events)
        water_mm, water_notes = _water(stand, options, season)
        for species, share in species_shares(stand).items():
            harvest = _harvest(stand, species, share, days=days, options=options)
            harvests.append(replace(harvest, season_water_mm=water_mm))
        notes += [*_moisture_notes(stand, options), *water_notes]
    return tuple(harvests), notes


def _harvest(
    stand: CropStand, species: str, share: float, *, days: float | None, options: Options
) -> YieldStand:
    dry = dry_yield_t_ha(stand, options)
    return YieldStand(
        crop=species,
        kind="cover" if stand.kind == "cover" else "main",
        share=share,
        yield_t_ha=dry,
        fresh_yield_t_ha=stand.yield_t_ha if dry is None else None,
        duration_days=days if stand.kind == "cover" else None,
        renewal_years=options.renewal_years,
    )


def _water(
    stand: CropStand, options: Options, season: Season | None
) -> tuple[float | None, list[Note]]:
    if options.season_water_mm is not None or season is None:
        return options.season_water_mm, []
    return season.water_of(stand)


def dry_yield_t_ha(stand: CropStand, options: Options) -> float | None:
    """Return the yield in t of dry matter per ha, or None when it or its moisture is unknown."""
    moisture_percent = stand.yield_moisture_percent
    if moisture_percent is None:
        moisture_percent = options.yield_moisture_percent
    if stand.yield_t_ha is None or moisture_percent is None:
        return None
    return stand.yield_t_ha * (1.0 - moisture_percent / 100.0)


def _moisture_notes(stand: CropStand, options: Options) -> list[Note]:
    assumed = options.yield_moisture_percent
    if stand.yield_t_ha is None or stand.yield_moisture_percent is not None or assumed is None:
        return []
    message = f"The yield of {stand.species} has no moisture: {assumed:g} % is taken as ordered."
    return [Note(code="moisture_assumed", message=message)]


def _days(stand: CropStand, events: Sequence[ManagementEvent]) -> float | None:
    """Return how many days a cover crop stood, by its own dates or by what was done to the plot."""
    sown_on = stand.sown_on or _last(events, SOWN, before=stand.harvested_on)
    ended_on = stand.harvested_on or _first(events, TERMINATED, after=sown_on)
    if sown_on is None or ended_on is None or ended_on <= sown_on:
        return None
    return float((ended_on - sown_on).days)


def _last(
    events: Sequence[ManagementEvent], kind: str, *, before: datetime.date | None
) -> datetime.date | None:
    days = [day for day in _days_of(events, kind) if before is None or day < before]
    return max(days, default=None)


def _first(
    events: Sequence[ManagementEvent], kind: str, *, after: datetime.date | None
) -> datetime.date | None:
    days = [day for day in _days_of(events, kind) if after is None or day > after]
    return min(days, default=None)


def _days_of(events: Sequence[ManagementEvent], kind: str) -> list[datetime.date]:
    return [
        event.happened_on
        for event in events
        if event.kind == kind and event.happened_on is not None and event.date_precision == "day"
    ]
