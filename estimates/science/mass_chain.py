"""Masses from the field to the powder: which share went on at each division, and what is missing.

A division closes when its parts, and the rest that was weighed back, make up the whole. What does
not close is told, and widens the share: a part m of a whole M whose parts sum to S is a share
between m / M and m / S, each value in between equally likely (JCGM 100:2008, 4.3.7).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from estimates.science.errors import NotEnoughData

CLOSES_WITHIN = 0.02  # of the whole: balance and rounding, as findings about specimens have it
MOST_DUST = 0.05  # assumption: what a mill keeps of a sample
LEAST_DRY, MOST_DRY = 0.03, 0.95  # dry over fresh; GRooT p01 and p99 of grass roots


@dataclass(frozen=True, kw_only=True)
class Division:
    """One specimen divided: the part that went on, all parts, and the whole where it was weighed.

    All masses in g and in one state, fresh or dry. rest_g is what was weighed back; None says
    that it was not, so that only too much can be seen, not too little.
    """

    code: str
    part_g: float
    parts_g: Sequence[float]
    whole_g: float | None = None
    rest_g: float | None = None


@dataclass(frozen=True, kw_only=True)
class Closure:
    """The sum of what was found less the whole, as a share of the whole, and a sentence if open."""

    imbalance: float
    doubt: str = ""


@dataclass(frozen=True, kw_only=True)
class ChainShare:
    """The share of the material at the start that reached the end, and its standard deviation."""

    share: float
    sd: float
    doubts: tuple[str, ...]


def closure(
    code: str, *, whole_g: float, parts_g: Sequence[float], rest_g: float | None = None
) -> Closure:
    """Return how far the parts of a specimen are from its whole.

    Without the rest weighed back only parts above the whole are an imbalance.
    """
    found = math.fsum(parts_g) + (rest_g or 0.0)
    imbalance = found / whole_g - 1.0
    if rest_g is None:
        imbalance = max(imbalance, 0.0)
    if abs(imbalance) <= CLOSES_WITHIN:
        return Closure(imbalance=imbalance)
    text = f"{code} weighed {whole_g:g} g, its parts {found:g} g: {imbalance:+.0%} of it"
    return Closure(imbalance=imbalance, doubt=text)


def chain_share(divisions: Sequence[Division]) -> ChainShare:
    """Return the share that went through all divisions, one after the other.

    The parts of a whole that was not weighed are taken to be all of it. Raises NotEnoughData for
    a division without any mass.
    """
    share = 1.0
    relative_variance = 0.0
    doubts = []
    for division in divisions:
        parts = math.fsum(division.parts_g) + (division.rest_g or 0.0)
        whole = parts if division.whole_g is None else division.whole_g
        if not whole > 0 or not division.part_g > 0:
            raise NotEnoughData(f"No mass says which share of {division.code} went on.")
        closed = closure(
            division.code, whole_g=whole, parts_g=division.parts_g, rest_g=division.rest_g
        )
        share *= min(division.part_g / whole, 1.0)
        if closed.doubt:
            relative_variance += closed.imbalance**2 / 3.0
            doubts.append(closed.doubt)
    return ChainShare(share=share, sd=share * math.sqrt(relative_variance), doubts=tuple(doubts))


def drying_doubt(code: str, *, fresh_g: float, dry_g: float) -> str:
    """Return what is odd about a dry mass beside the fresh one, or nothing."""
    ratio = dry_g / fresh_g
    if LEAST_DRY <= ratio <= MOST_DRY:
        return ""
    return f"{code} weighed {fresh_g:g} g fresh and {dry_g:g} g dry: {ratio:.0%} is no dry matter"


def milling_doubt(code: str, *, taken_g: float, ground_g: float) -> str:
    """Return what is odd about the mass of a powder beside what was milled, or nothing."""
    change = ground_g / taken_g - 1.0
    if -MOST_DUST <= change <= CLOSES_WITHIN:
        return ""
    return f"{code}: {taken_g:g} g were milled to {ground_g:g} g, {change:+.0%}"


def two_weighings(first_g: float, second_g: float) -> tuple[float, float, bool]:
    """Return the middle of two masses of one sample, its standard deviation, whether they agree.

    Masses that agree are one number; others are a range, each value in it equally likely.
    """
    middle = (first_g + second_g) / 2.0
    apart = abs(first_g - second_g)
    if apart <= CLOSES_WITHIN * middle:
        return first_g, 0.0, True
    return middle, apart / math.sqrt(12.0), False
