"""Which cores of a plot belong together in time.

A plot sampled several times in a season has several root C stocks. The last occasion counts:
it is nearest to harvest, which the C input is reckoned from, and taking the largest instead
would prefer the one with the luckiest cores. The estimate notes which dates were left out.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import NamedTuple

from estimates.science.results import Note
from sampling.models import SoilCore

ONE_OCCASION_DAYS = 14
"""Cores of a plot taken no further apart belong to one occasion: a campaign takes days."""


class Occasion(NamedTuple):
    """Cores taken together and the day of the last; coarse if only year or month is known."""

    last_on: datetime.date
    is_coarse: bool
    cores: tuple[SoilCore, ...]


def last_occasion(cores: Sequence[SoilCore]) -> tuple[list[SoilCore], list[Note]]:
    """Return the cores of the last occasion and a note on what was left out or unsure.

    Cores dated no closer than the month or year join the last occasion of that month or year;
    cores without a date join the last of all.
    """
    dated = [core for core in cores if _day(core) is not None]
    undated = [core for core in cores if _day(core) is None]
    occasions = _occasions(dated)
    if not occasions:
        return list(undated), [_undated_note(undated)] if undated else []
    chosen = occasions[-1]
    notes = []
    if len(occasions) > 1:
        left_out = ", ".join(_named(occasion) for occasion in occasions[:-1])
        notes.append(
            Note(
                code="several_occasions",
                message=(
                    f"Sampled on {len(occasions)} occasions: the last, {_named(chosen)}, counts; "
                    f"left out: {left_out}."
                ),
            )
        )
    if undated:
        notes.append(_undated_note(undated))
    if chosen.is_coarse:
        notes.append(
            Note(
                code="coarse_date",
                message=f"The date of sampling is known to {_named(chosen)} only.",
            )
        )
    return [*chosen.cores, *undated], notes


def _occasions(cores: Sequence[SoilCore]) -> list[Occasion]:
    """Return the occasions in the order of time."""
    exact = sorted((core for core in cores if not _is_coarse(core)), key=_sorting)
    occasions: list[list[SoilCore]] = []
    for core in exact:
        if occasions and (_on(core) - _on(occasions[-1][-1])).days <= ONE_OCCASION_DAYS:
            occasions[-1].append(core)
        else:
            occasions.append([core])
    coarse: dict[tuple[int, ...], list[SoilCore]] = {}
    for core in sorted((core for core in cores if _is_coarse(core)), key=_sorting):
        same = [group for group in occasions if _may_be_of(core, group)]
        if same:
            same[-1].append(core)
        else:
            coarse.setdefault(_period(core), []).append(core)
    found = [Occasion(max(map(_on, group)), False, tuple(group)) for group in occasions]
    found += [Occasion(_on(group[-1]), True, tuple(group)) for group in coarse.values()]
    return sorted(found, key=lambda occasion: occasion.last_on)


def _may_be_of(core: SoilCore, group: Sequence[SoilCore]) -> bool:
    period = _period(core)
    return any((_on(other).year, _on(other).month)[: len(period)] == period for other in group)


def _period(core: SoilCore) -> tuple[int, ...]:
    """Return the year, or the year and month, in which a core of coarse date was taken."""
    on = _on(core)
    return (on.year,) if core.date_precision == "year" else (on.year, on.month)


def _day(core: SoilCore) -> datetime.date | None:
    if core.collected_on is not None:
        return core.collected_on
    return core.collected_at.date() if core.collected_at else None


def _on(core: SoilCore) -> datetime.date:
    on = _day(core)
    if on is None:
        raise ValueError(f"Core {core.code} has no date.")
    return on


def _is_coarse(core: SoilCore) -> bool:
    return core.date_precision in ("month", "year")


def _sorting(core: SoilCore) -> tuple[datetime.date, str]:
    return _on(core), str(core.pk)


def _named(occasion: Occasion) -> str:
    if not occasion.is_coarse:
        return occasion.last_on.isoformat()
    precision = occasion.cores[-1].date_precision
    return f"{occasion.last_on:%Y}" if precision == "year" else f"{occasion.last_on:%Y-%m}"


def _undated_note(cores: Sequence[SoilCore]) -> Note:
    codes = ", ".join(sorted(core.code for core in cores))
    return Note(code="undated_core", message=f"No date of sampling is recorded for {codes}.")
