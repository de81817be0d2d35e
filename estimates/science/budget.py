"""Which input the uncertainty of an estimate comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

REMAINDER = "remainder"


@dataclass(frozen=True, kw_only=True)
class VarianceShare:
    """The part of the variance that one input explains when it alone varies."""

    input: str
    share: float


def kind_of(name: str) -> str:
    """Return the kind of an input: of several laboratory batches, that they are batches."""
    return name.partition(":")[0]


def variance_shares(
    total_variance: float, single_variances: Mapping[str, float]
) -> tuple[VarianceShare, ...]:
    """Return first-order shares, largest first, and the remainder; together they are 1.

    The remainder is what only inputs together explain, and the noise of the draws, so it may
    be slightly negative. An estimate without variance has no shares.
    """
    if total_variance <= 0:
        return ()
    shares = [
        VarianceShare(input=name, share=variance / total_variance)
        for name, variance in single_variances.items()
    ]
    shares.sort(key=lambda item: (-item.share, item.input))
    rest = 1.0 - sum(item.share for item in shares)
    return (*shares, VarianceShare(input=REMAINDER, share=rest))
