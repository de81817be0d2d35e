"""How deep a variety roots: D50, D95 and beta of a measured profile.

D50 and D95 are those of the roots above the deepest layer measured, so that profiles of one depth
compare; beta is fitted to the same layers and says how it goes on below.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from estimates.science.errors import NotEnoughData

LEAST_LAYERS = 3
BETA_LIMITS = (0.5, 0.9999)
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
CLOSE = 1e-10


@dataclass(frozen=True, kw_only=True)
class RootingDepth:
    """The depth traits of one profile; d50 and d95 in cm, by interpolation between layers."""

    beta: float
    d50_cm: float
    d95_cm: float
    measured_to_cm: float


def rooting_depth(lower_depths_cm: Sequence[float], root_mass: Sequence[float]) -> RootingDepth:
    """Return the depth traits of layers from the surface down, in any unit of mass or length.

    Plain Python, as pages ask for it. Raises NotEnoughData with fewer than three layers, or
    without roots.
    """
    depths = [float(depth) for depth in lower_depths_cm]
    if len(depths) != len(root_mass) or depths != sorted(set(depths)):
        raise NotEnoughData("Depth traits need the mass of each layer, from the surface down.")
    if len(depths) < LEAST_LAYERS or not sum(root_mass) > 0:
        raise NotEnoughData(f"Depth traits need {LEAST_LAYERS} layers with roots in them.")
    cumulative = list(accumulate(root_mass))
    shares = [mass / cumulative[-1] for mass in cumulative]
    return RootingDepth(
        beta=fitted_beta(depths, shares),
        d50_cm=_depth_at(0.50, depths, shares),
        d95_cm=_depth_at(0.95, depths, shares),
        measured_to_cm=depths[-1],
    )


def fitted_beta(lower_depths_cm: Sequence[float], shares: Sequence[float]) -> float:
    """Return the beta of least squares on cumulative shares, truncated at the last depth.

    By golden section, as `depth.fit_beta` finds it with SciPy.
    """
    deepest = lower_depths_cm[-1]

    def misfit(beta: float) -> float:
        whole = 1.0 - math.pow(beta, deepest)
        return sum(
            ((1.0 - math.pow(beta, depth)) / whole - share) ** 2
            for depth, share in zip(lower_depths_cm, shares, strict=True)
        )

    low, high = BETA_LIMITS
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = misfit(left), misfit(right)
    while high - low > CLOSE:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = misfit(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = misfit(right)
    return (low + high) / 2.0


def _depth_at(share: float, depths: Sequence[float], shares: Sequence[float]) -> float:
    """Return the depth above which a share lies, straight within the layer that reaches it."""
    ends = zip([0.0, *depths], [0.0, *shares], strict=True)
    (upper, above), (lower, reached) = next(pair for pair in pairwise(ends) if pair[1][1] >= share)
    return upper + (lower - upper) * (share - above) / (reached - above)
