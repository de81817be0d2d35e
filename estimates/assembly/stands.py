"""From what grew on a plot to the stands the science knows: growth, plant group, turnover."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Literal

from estimates.assembly.ends import Fate, end_of, fate_of
from estimates.assembly.plants import ANY_TREE, TURNOVER_OF_TREE, kinship_of
from estimates.assembly.root_shares import shared_roots
from estimates.science.inputs import Stand
from estimates.science.results import Note
from estimates.science.species_shares import RootSample
from estimates.science.turnover import Growth
from sampling.models import CropStand, ManagementEvent, Plot

GROWTH_OF_KIND: Mapping[str, Growth] = {
    "main": "annual",
    "cover": "annual",
    "grass": "perennial",
    "tree": "tree",
}
NO_ENDS: Mapping[uuid.UUID, datetime.date | None] = {}
PEAK_BBCH = range(60, 76)
"""Flowering to milk ripeness, when root mass of cereals is largest: nothing was lost yet."""


def science_stands(
    plot: Plot,
    stands: Sequence[CropStand],
    *,
    sampled_on: datetime.date | None,
    samples: Sequence[RootSample] = (),
    events: Sequence[ManagementEvent] = (),
) -> tuple[tuple[Stand, ...], str, list[Note]]:
    """Return the stands whose roots were sampled, the depth group, and notes on assumptions.

    The stands of the season of sampling count, or else of the last season before it. Species
    share the roots as told of the samples; without that, several stands share them equally and the
    species of a mixture by their shares of the stand. Events say which stands had ended, and which
    end in the year.
    """
    ends = {stand.pk: end_of(stand, events) for stand in stands}
    grown = grown_stands(stands, sampled_on, ends=ends)
    if not grown:
        return _unknown_stand(plot)
    notes = []
    if len(grown) > 1 and not samples:
        named = ", ".join(sorted(stand.species for stand in grown))
        message = f"Several stands grew here ({named}): each gets an equal share of the roots."
        notes.append(Note(code="equal_stands", message=message))
    parts: list[Stand] = []
    for stand in grown:
        fate = fate_of(stand, events, sampled_on=sampled_on)
        notes += fate.notes
        for species, share in species_shares(stand).items():
            part, part_notes = _part(stand, species, share / len(grown), fate)
            parts.append(part)
            notes += part_notes
    parts, share_notes = shared_roots(parts, samples, stands=len(grown))
    notes += share_notes
    first = grown[0]
    group = kinship_of(first.species, growth=GROWTH_OF_KIND[first.kind])[0].depth_group
    return tuple(parts), group, notes


def grown_stands(
    stands: Sequence[CropStand],
    sampled_on: datetime.date | None,
    *,
    ends: Mapping[uuid.UUID, datetime.date | None] = NO_ENDS,
) -> list[CropStand]:
    """Return the stands of the season of sampling that stood then, or those of the last season.

    ends are days on which events ended stands that have no harvest.
    """
    if not stands:
        return []
    year = max(stand.season for stand in stands) if sampled_on is None else sampled_on.year
    seasons = [stand.season for stand in stands if stand.season <= year] or [
        min(stand.season for stand in stands)
    ]
    grown = [stand for stand in stands if stand.season == max(seasons)]
    if sampled_on is not None:
        standing = [stand for stand in grown if _stood_on(stand, sampled_on, ends.get(stand.pk))]
        grown = standing or grown
    return sorted(grown, key=lambda stand: (stand.species, str(stand.pk)))


def _stood_on(stand: CropStand, on: datetime.date, ended_on: datetime.date | None) -> bool:
    is_sown = stand.sown_on is None or stand.sown_on <= on
    last_on = stand.harvested_on or ended_on
    return is_sown and (last_on is None or on <= last_on)


def species_shares(stand: CropStand) -> dict[str, float]:
    """Return the species of a stand with their shares; a pure stand is one species, whole."""
    shares = {
        str(species): float(share)
        for species, share in sorted(stand.species_shares.items())
        if share
    }
    return shares or {stand.species: 1.0}


def _part(stand: CropStand, species: str, share: float, fate: Fate) -> tuple[Stand, list[Note]]:
    growth = GROWTH_OF_KIND[stand.kind]
    kinship, is_known = kinship_of(species, growth=growth)
    notes = []
    if not is_known:
        message = f"The plant group of {species!r} is not known: taken as {kinship.plant_group}."
        notes.append(Note(code="plant_group_assumed", message=message))
    turnover = "perennial"
    if growth == "tree":
        turnover, is_known = _turnover_of_tree(species)
        if not is_known:
            message = f"No turnover is known for {species!r}: that of {ANY_TREE} is taken."
            notes.append(Note(code="turnover_assumed", message=message))
    return (
        Stand(
            species=species,
            share=share,
            growth=growth,
            plant_group=kinship.plant_group,
            turnover=turnover,
            sampled_at="peak" if fate.ended_growing else _sampled_at(stand),
            is_terminated=fate.is_terminated,
        ),
        notes,
    )


def _turnover_of_tree(species: str) -> tuple[str, bool]:
    for pattern, key in TURNOVER_OF_TREE.items():
        if re.search(pattern, species.casefold()):
            return key, True
    return ANY_TREE, False


def _sampled_at(stand: CropStand) -> Literal["harvest", "peak"]:
    return "peak" if stand.growth_stage_bbch in PEAK_BBCH else "harvest"


def _unknown_stand(plot: Plot) -> tuple[tuple[Stand, ...], str, list[Note]]:
    is_grassland = plot.study.site.land_use == "grassland"
    growth: Growth = "perennial" if is_grassland else "annual"
    message = f"No stand is recorded for this plot: {growth} grasses are assumed."
    return (
        (Stand(growth=growth),),
        "grassland" if is_grassland else "crop",
        [Note(code="no_stand", message=message)],
    )
