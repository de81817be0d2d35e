"""Which numbers of a device are there: all up to one, and ranges above it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Range = list[int]
"""The first and the last number of a range, both in it."""


def with_numbers(
    upto: int, more: Sequence[Sequence[int]], numbers: Iterable[int]
) -> tuple[int, list[Range]]:
    """Return how far the numbers run without a gap, and the ranges above, once some are added.

    more holds ranges above upto in ascending order, as this function gave them.
    """
    pieces = sorted([*([n, n] for n in numbers if n > upto), *map(list, more)])
    ranges: list[Range] = []
    for first, last in pieces:
        if first <= upto + 1:
            upto = max(upto, last)
        elif ranges and first <= ranges[-1][1] + 1:
            ranges[-1][1] = max(ranges[-1][1], last)
        else:
            ranges.append([first, last])
    return upto, ranges


def gaps_between(upto: int, ranges: Sequence[Sequence[int]]) -> list[Range]:
    """Return the numbers that are missing below the last range."""
    lasts = [upto, *(last for _, last in ranges)]
    return [[last + 1, first - 1] for last, (first, _) in zip(lasts, ranges, strict=False)]
