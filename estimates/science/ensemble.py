"""Several methods on the same ground: their mean, and how far they lie apart.

Methods are not replicates: averaging says nothing of which is right. The ensemble is therefore
the equal mixture of what the methods say, and the spread between them a number of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pvariance, stdev

from scipy.optimize import brentq
from scipy.special import ndtr

from estimates.science.errors import NotEnoughData
from estimates.science.monte_carlo import QUANTILES, Summary

LEAST_METHODS = 2
HALF_WIDTH_SDS = 1.959963984540054  # of a normal's 95 % interval


@dataclass(frozen=True, kw_only=True)
class Member:
    """What one method says of one quantity of one plot or treatment."""

    method: str
    summary: Summary


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """The mixture of the methods, and their spread apart from it.

    within_sd is what the methods say of their own error, between_sd the standard deviation of
    their means, lowest and highest the methods at the ends.
    """

    members: tuple[Member, ...]
    mixture: Summary
    within_sd: float
    between_sd: float
    lowest: Member
    highest: Member

    @property
    def between_share(self) -> float | None:
        """Return the share of the variance of the mixture that lies between methods."""
        if self.mixture.sd == 0:
            return None
        return 1.0 - (self.within_sd / self.mixture.sd) ** 2


def ensemble_of(members: Sequence[Member]) -> Ensemble:
    """Return the ensemble of two methods or more; raises NotEnoughData for fewer.

    The variance of the mixture is the mean of the variances and the variance of the means; its
    quantiles follow from those of the members, each taken as a normal (of the logarithm, where
    it lies above zero) to both sides of its median.
    """
    if len(members) < LEAST_METHODS:
        raise NotEnoughData(f"An ensemble needs {LEAST_METHODS} methods with a result.")
    ordered = sorted(members, key=lambda member: (member.summary.mean, member.method))
    means = [member.summary.mean for member in ordered]
    within = math.sqrt(fmean(member.summary.sd**2 for member in ordered))
    lower, median, upper = (_quantile(ordered, share) for share in QUANTILES)
    return Ensemble(
        members=tuple(sorted(members, key=lambda member: member.method)),
        mixture=Summary(
            mean=fmean(means),
            sd=math.sqrt(within**2 + pvariance(means)),
            median=median,
            lower=lower,
            upper=upper,
        ),
        within_sd=within,
        between_sd=stdev(means),
        lowest=ordered[0],
        highest=ordered[-1],
    )


def _quantile(members: Sequence[Member], share: float) -> float:
    """Return where the mean of the members' distribution functions reaches a share."""
    low = min(member.summary.lower for member in members)
    high = max(member.summary.upper for member in members)

    def excess(value: float) -> float:
        return fmean(_share_below(member.summary, value) for member in members) - share

    if excess(low) >= 0 or excess(high) <= 0:
        return low if excess(low) >= 0 else high
    return float(brentq(excess, low, high, xtol=1e-9 * max(abs(high), 1.0)))


def _share_below(summary: Summary, value: float) -> float:
    is_above = value > summary.median
    end = summary.upper if is_above else summary.lower
    if summary.lower > 0:
        reach, way = math.log(end / summary.median), math.log(value / summary.median)
    else:
        reach, way = end - summary.median, value - summary.median
    if reach == 0:  # a number without spread on this side
        return 0.5 if way == 0 else float(is_above)
    sds = HALF_WIDTH_SDS * way / abs(reach)
    return float(ndtr(sds))
