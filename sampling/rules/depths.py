"""Depth intervals: half-open, cm down from the surface; what overlaps, what is missing.

Nothing here refuses a campaign: overlaps, gaps and compaction are findings, to be judged by people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sampling.errors import RuleError

LOWEST_COMPACTION_RATIO = 0.90
HIGHEST_COMPACTION_RATIO = 1.05


class DepthsOutOfOrder(RuleError):
    """An interval whose upper depth is not above its lower depth, or lies above the surface."""

    code = "depths-out-of-order"
    title = "Upper depth must be above lower depth, and neither above the surface."


class LengthNotPositive(RuleError):
    """A driven length that is zero or less, or a recovered length below zero."""

    code = "length-not-positive"
    title = "A core is driven more than 0 cm deep and recovers 0 cm or more."


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthInterval:
    """The soil from upper depth down to, but without, lower depth; raises DepthsOutOfOrder."""

    key: str
    upper_depth_cm: float
    lower_depth_cm: float

    def __post_init__(self) -> None:
        if not 0 <= self.upper_depth_cm < self.lower_depth_cm:
            raise DepthsOutOfOrder(
                key=self.key,
                upper_depth_cm=self.upper_depth_cm,
                lower_depth_cm=self.lower_depth_cm,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """The soil two intervals both claim; first is the one that starts higher."""

    first: str
    second: str
    upper_depth_cm: float
    lower_depth_cm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The soil no interval covers; above is None at the surface, below is None at the end."""

    above: str | None
    below: str | None
    upper_depth_cm: float
    lower_depth_cm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Compaction:
    """A core that came out shorter or longer than it was driven, beyond the usual."""

    ratio: float
    lowest_usual: float
    highest_usual: float


def find_overlaps(intervals: Iterable[DepthInterval]) -> tuple[Overlap, ...]:
    """Return every pair of intervals that share soil, from the surface down."""
    ordered = _from_the_surface(intervals)
    overlaps: list[Overlap] = []
    for place, first in enumerate(ordered):
        for second in ordered[place + 1 :]:
            if second.upper_depth_cm >= first.lower_depth_cm:
                break
            overlaps.append(
                Overlap(
                    first=first.key,
                    second=second.key,
                    upper_depth_cm=second.upper_depth_cm,
                    lower_depth_cm=min(first.lower_depth_cm, second.lower_depth_cm),
                )
            )
    return tuple(overlaps)


def find_gaps(
    intervals: Iterable[DepthInterval],
    *,
    upper_depth_cm: float | None = None,
    lower_depth_cm: float | None = None,
) -> tuple[Gap, ...]:
    """Return the uncovered soil between the intervals, from the surface down.

    Give upper_depth_cm or lower_depth_cm (where the plan begins or ends) to count what is missing
    before the first and after the last interval too.
    """
    gaps: list[Gap] = []
    reached, above = upper_depth_cm, None
    for interval in _from_the_surface(intervals):
        if reached is not None and interval.upper_depth_cm > reached:
            gaps.append(_gap(reached, interval.upper_depth_cm, above=above, below=interval.key))
        if reached is None or interval.lower_depth_cm > reached:
            reached, above = interval.lower_depth_cm, interval.key
    if reached is not None and lower_depth_cm is not None and lower_depth_cm > reached:
        gaps.append(_gap(reached, lower_depth_cm, above=above, below=None))
    return tuple(gaps)


def is_contiguous(intervals: Iterable[DepthInterval]) -> bool:
    """Say whether the intervals follow each other without overlap and without gap."""
    known = tuple(intervals)
    return not find_overlaps(known) and not find_gaps(known)


def compaction_ratio(*, recovered_length_cm: float, driven_length_cm: float) -> float:
    """Return recovered over driven length, dimensionless; raises LengthNotPositive."""
    if driven_length_cm <= 0 or recovered_length_cm < 0:
        raise LengthNotPositive(
            recovered_length_cm=recovered_length_cm, driven_length_cm=driven_length_cm
        )
    return recovered_length_cm / driven_length_cm


def find_compaction(*, recovered_length_cm: float, driven_length_cm: float) -> Compaction | None:
    """Return what is unusual about the recovered length, or None; raises LengthNotPositive."""
    ratio = compaction_ratio(
        recovered_length_cm=recovered_length_cm, driven_length_cm=driven_length_cm
    )
    if LOWEST_COMPACTION_RATIO <= ratio <= HIGHEST_COMPACTION_RATIO:
        return None
    return Compaction(
        ratio=ratio,
        lowest_usual=LOWEST_COMPACTION_RATIO,
        highest_usual=HIGHEST_COMPACTION_RATIO,
    )


def _from_the_surface(intervals: Iterable[DepthInterval]) -> list[DepthInterval]:
    return sorted(intervals, key=lambda i: (i.upper_depth_cm, i.lower_depth_cm))


def _gap(upper: float, lower: float, *, above: str | None, below: str | None) -> Gap:
    return Gap(above=above, below=below, upper_depth_cm=upper, lower_depth_cm=lower)
