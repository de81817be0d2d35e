"""The water of a season from the rain of its months and what was irrigated."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from estimates.assembly.lineage import Lineage
from estimates.assembly.rows import Rain
from estimates.science.results import Note
from sampling.models import CropStand, ManagementEvent

WEATHER_KIND = "weather"
SPRING = 3
"""A crop sown the year before is counted from March: an assumption, as the classes of water come
from crops sown in spring."""


@dataclass(kw_only=True)
class Season:
    """The rain of a site and the irrigation of a plot, and which months of it were used."""

    rain: Rain
    irrigations: Sequence[ManagementEvent] = ()
    used: set[tuple[int, int]] = field(default_factory=set)

    def water_of(self, stand: CropStand) -> tuple[float | None, list[Note]]:
        """Return rain and irrigation in mm from sowing to harvest, with how it was reckoned.

        None where harvest or rain are not known, or where water was given in an unknown amount.
        """
        months = months_of(stand)
        if not months or not self.rain:
            return None, []
        missing = [
            f"{year}-{month:02d}" for year, month in months if (year, month) not in self.rain
        ]
        if missing:
            text = f"The water of the season of {stand.species} lacks rain of {', '.join(missing)}."
            return None, [Note(code="season_water_gaps", message=text)]
        given = [item for item in self.irrigations if _month_of(item) in months]
        if any(item.amount is None or item.amount_unit.strip() != "mm" for item in given):
            text = f"{stand.species} was irrigated by an amount that is not in mm."
            return None, [Note(code="irrigation_unknown", message=text)]
        self.used |= set(months)
        water_mm = sum(self.rain[month] for month in months)
        water_mm += sum(item.amount or 0.0 for item in given)
        text = (
            f"Water of the season of {stand.species}: {water_mm:.0f} mm of rain and irrigation, "
            f"{months[0][0]}-{months[0][1]:02d} to {months[-1][0]}-{months[-1][1]:02d}."
        )
        return water_mm, [Note(code="season_water_from_weather", message=text)]

    def lineage(self, site: uuid.UUID) -> set[Lineage]:
        """Return what was used of the site's weather; its revision is the rain in tenths of mm."""
        if not self.used:
            return set()
        tenths = round(10 * sum(self.rain[month] for month in self.used))
        return {Lineage(WEATHER_KIND, site, tenths)}


def months_of(stand: CropStand) -> list[tuple[int, int]]:
    """Return the months from sowing, or March if it was sown before, to harvest."""
    if stand.harvested_on is None:
        return []
    year, last = stand.harvested_on.year, stand.harvested_on.month
    first = SPRING
    if stand.sown_on is not None and stand.sown_on.year == year:
        first = stand.sown_on.month
    return [(year, month) for month in range(first, last + 1)]


def _month_of(item: ManagementEvent) -> tuple[int, int] | None:
    day = item.happened_on
    return None if day is None else (day.year, day.month)
