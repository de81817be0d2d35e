"""How a stand ended, as the events of its plot tell: what was standing then goes into the soil."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from estimates.science.results import Note
from sampling.models import CropStand, ManagementEvent

ENDED = "stand_ended"
ENDS_OF_KIND = {
    "grass": (ENDED,),
    "cover": ("cover_crop_terminated", ENDED),
}
"""Annual crops end with their harvest, and trees are not ended by an event of a season."""

INPUT_YEAR = datetime.timedelta(days=365)
"""The C input is that of the year from sampling on, or of the season of the stand."""


@dataclass(frozen=True, kw_only=True)
class Fate:
    """Whether a perennial ended in the year reckoned, whether a crop ended while it grew."""

    ended_on: datetime.date | None = None
    is_terminated: bool = False
    ended_growing: bool = False
    notes: tuple[Note, ...] = ()


def end_of(stand: CropStand, events: Sequence[ManagementEvent]) -> datetime.date | None:
    """Return the day on which an event of the plot ended this stand, or None."""
    after = stand.sown_on or datetime.date(stand.season - (stand.kind == "cover"), 1, 1)
    days = [
        event.happened_on
        for event in events
        if event.kind in ENDS_OF_KIND.get(stand.kind, ())
        and event.happened_on is not None
        and event.date_precision != "unknown"
        and event.happened_on > after
    ]
    return min(days, default=None)


def fate_of(
    stand: CropStand, events: Sequence[ManagementEvent], *, sampled_on: datetime.date | None
) -> Fate:
    """Return what became of a stand, with what a reader should know of it."""
    ended_on = end_of(stand, events)
    if stand.kind == "cover":
        return _of_cover_crop(stand, ended_on, sampled_on)
    if ended_on is None or not _in_year(stand, ended_on, sampled_on):
        return Fate(ended_on=ended_on)
    text = f"{stand.species} ended on {ended_on}: its standing roots are C input of the year."
    notes = [Note(code="stand_ended", message=text), *_late_notes(stand, ended_on, sampled_on)]
    return Fate(ended_on=ended_on, is_terminated=True, notes=tuple(notes))


def _of_cover_crop(
    stand: CropStand, ended_on: datetime.date | None, sampled_on: datetime.date | None
) -> Fate:
    """Return the fate of a crop that is ended while it grows: no roots lost, all go in."""
    if ended_on is None:
        if stand.harvested_on is not None:
            return Fate()
        text = f"No end of {stand.species} is recorded: all its roots count as C input."
        return Fate(notes=(Note(code="cover_crop_not_ended", message=text),))
    text = f"{stand.species} was ended on {ended_on}: all its roots are C input."
    notes = [Note(code="cover_crop_ended", message=text)]
    notes += _late_notes(stand, ended_on, sampled_on)
    if sampled_on is not None and sampled_on < ended_on:
        text = f"{stand.species} grew on for {(ended_on - sampled_on).days} days after sampling."
        notes.append(Note(code="sampled_before_end", message=text))
    return Fate(ended_on=ended_on, ended_growing=True, notes=tuple(notes))


def _in_year(stand: CropStand, ended_on: datetime.date, sampled_on: datetime.date | None) -> bool:
    if ended_on.year == stand.season:
        return True
    return sampled_on is not None and sampled_on <= ended_on <= sampled_on + INPUT_YEAR


def _late_notes(
    stand: CropStand, ended_on: datetime.date, sampled_on: datetime.date | None
) -> list[Note]:
    if sampled_on is None or sampled_on <= ended_on:
        return []
    days = (sampled_on - ended_on).days
    text = f"Sampled {days} days after {stand.species} ended: what was lost since is not counted."
    return [Note(code="sampled_after_end", message=text)]
