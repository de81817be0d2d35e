"""How roots are spread over depth, and how much lies below the deepest layer measured.

A depth model answers the share F(z) of all roots above depth z cm; F rises from 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from scipy.optimize import brentq, minimize_scalar

from estimates.science.crop_tables import SHALLOWEST_BETA
from estimates.science.errors import NotEnoughData, PlaceholderDepth, ShallowProfile

LEAST_SHARE_MEASURED = 0.6  # below this the unmeasured part is guesswork
LEAST_LAYERS_TO_FIT = 3
BETA_LIMITS = (0.5, 0.9999)


class DepthModel(Protocol):
    """A cumulative distribution of root mass over depth."""

    def share_above(self, depth_cm: float) -> float:
        """Return the share of all roots above this depth."""

    def depth_of(self, share: float) -> float:
        """Return the depth in cm above which this share lies."""


@dataclass(frozen=True, kw_only=True)
class BetaDepth:
    """F(z) = 1 - beta^z, never quite 1.

    Gale & Grigal 1987, doi:10.1139/x87-131; Jackson et al. 1996, doi:10.1007/BF00333714.
    """

    beta: float

    def share_above(self, depth_cm: float) -> float:
        """Return the share of all roots above this depth."""
        return -math.expm1(depth_cm * math.log(self.beta))

    def depth_of(self, share: float) -> float:
        """Return ln(1 - share) / ln(beta), in cm."""
        return math.log1p(-share) / math.log(self.beta)


@dataclass(frozen=True, kw_only=True)
class LogisticDepth:
    """The logistic of Fan et al. 2016, eq. 2 (doi:10.1016/j.fcr.2016.02.013), 1 at the deepest.

    middle_cm is their d_a, steepness their c (negative), deepest_cm their d_max.
    """

    middle_cm: float
    steepness: float
    deepest_cm: float

    def share_above(self, depth_cm: float) -> float:
        """Return the share of all roots above this depth."""
        if depth_cm >= self.deepest_cm:
            return 1.0
        tail = (1.0 - self._curve(self.deepest_cm)) * depth_cm / self.deepest_cm
        return self._curve(depth_cm) + tail

    def depth_of(self, share: float) -> float:
        """Return the depth in cm above which this share lies."""
        return _solved_depth(self, share, self.deepest_cm)

    def _curve(self, depth_cm: float) -> float:
        above = math.pow(depth_cm / self.middle_cm, -self.steepness)
        return above / (1.0 + above)


@dataclass(frozen=True, kw_only=True)
class MichaelisMentenDepth:
    """F(z) = z (D + K) / ((z + K) D): half-depth K, 1 at the deepest D.

    Used in this form by Katterer et al. 2011, doi:10.1016/j.agee.2011.02.029.
    """

    half_depth_cm: float
    deepest_cm: float

    def share_above(self, depth_cm: float) -> float:
        """Return the share of all roots above this depth."""
        if depth_cm >= self.deepest_cm:
            return 1.0
        span = (self.deepest_cm + self.half_depth_cm) / self.deepest_cm
        return depth_cm * span / (depth_cm + self.half_depth_cm)

    def depth_of(self, share: float) -> float:
        """Return the depth in cm above which this share lies."""
        return _solved_depth(self, share, self.deepest_cm)


@dataclass(frozen=True, kw_only=True)
class MissingDepth:
    """Roots below the measured depth, per root measured.

    middle is that of the models; half their range serves as one standard deviation.
    """

    measured_to_cm: float
    lower_depth_cm: float | None
    middle: float
    half_range: float
    factors: tuple[tuple[str, float], ...]


def share_above_truncated(model: DepthModel, depth_cm: float, *, lower_depth_cm: float) -> float:
    """Return the share above a depth of the roots that lie above lower_depth_cm, at most 1."""
    if depth_cm >= lower_depth_cm:
        return 1.0
    return model.share_above(depth_cm) / model.share_above(lower_depth_cm)


def fit_beta(lower_depths_cm: Sequence[float], cumulative_mass: Sequence[float]) -> BetaDepth:
    """Return the beta of least squares on the cumulative share, truncated at the last depth.

    Needs three layers or more that hold roots.
    """
    if len(lower_depths_cm) < LEAST_LAYERS_TO_FIT or not cumulative_mass[-1] > 0:
        raise NotEnoughData(
            f"A local depth model needs {LEAST_LAYERS_TO_FIT} layers with roots in them."
        )
    deepest = lower_depths_cm[-1]
    shares = [mass / cumulative_mass[-1] for mass in cumulative_mass]

    def misfit(beta: float) -> float:
        model = BetaDepth(beta=beta)
        return sum(
            (share - share_above_truncated(model, depth, lower_depth_cm=deepest)) ** 2
            for depth, share in zip(lower_depths_cm, shares, strict=True)
        )

    found = minimize_scalar(misfit, bounds=BETA_LIMITS, method="bounded", options={"xatol": 1e-9})
    return BetaDepth(beta=float(found.x))


def missing_depth(
    models: Sequence[tuple[str, DepthModel]],
    *,
    measured_to_cm: float,
    lower_depth_cm: float | None,
) -> MissingDepth:
    """Return the roots between the measured depth and a deeper one, per root measured.

    lower_depth_cm None means the whole profile. Raises ShallowProfile when any model puts less
    than 0.6 of the roots above the measured depth, NotEnoughData without a model, and
    PlaceholderDepth for a beta such as the 0.75 some tables carry for crops nobody dug up: it
    would say that nothing is missing.
    """
    if not models:
        raise NotEnoughData("No depth model is known for this crop: nothing to extrapolate with.")
    factors = []
    for name, model in models:
        _check_measured(name, model)
        share = _measured_share(model, measured_to_cm, lower_depth_cm)
        if share < LEAST_SHARE_MEASURED:
            raise ShallowProfile(
                f"Only {share:.0%} of the roots lie above {measured_to_cm:g} cm by the model "
                f"{name}; at least {LEAST_SHARE_MEASURED:.0%} must be measured."
            )
        factors.append((name, 1.0 / share - 1.0))
    values = [factor for _, factor in factors]
    return MissingDepth(
        measured_to_cm=measured_to_cm,
        lower_depth_cm=lower_depth_cm,
        middle=(max(values) + min(values)) / 2.0,
        half_range=(max(values) - min(values)) / 2.0,
        factors=tuple(factors),
    )


def _check_measured(name: str, model: DepthModel) -> None:
    if isinstance(model, BetaDepth) and model.beta < SHALLOWEST_BETA:
        raise PlaceholderDepth(
            f"The depth model {name} has beta {model.beta:g}, with half the roots above "
            f"{model.depth_of(0.5):.1f} cm: that is a placeholder. Give one of the crop."
        )


def _measured_share(model: DepthModel, depth_cm: float, lower_depth_cm: float | None) -> float:
    if lower_depth_cm is None:
        return model.share_above(depth_cm)
    return share_above_truncated(model, depth_cm, lower_depth_cm=lower_depth_cm)


def _solved_depth(model: DepthModel, share: float, deepest_cm: float) -> float:
    return float(brentq(lambda depth: model.share_above(depth) - share, 0.0, deepest_cm))
