"""Linear mixed models: fixed effects, nested groups, variances by REML and never below zero.

y = X b + sum of Z_i u_i + e. Every group variance is found as its ratio to the variance within
(restricted maximum likelihood, Patterson & Thompson 1971, doi:10.1093/biomet/58.3.545). A contrast
of fixed effects has Satterthwaite's degrees of freedom in the general form (Fai & Cornelius 1996,
doi:10.1080/00949659608811740): 2 v^2 / (g' A g), v its variance, g the slopes of v by the
variances, A their covariance from the expected information.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from estimates.science.distributions import Array

WITHIN = "within"
NEGLIGIBLE_RATIO = 1e-6  # of the variance within; REML ends this close to a variance of zero
LARGEST_RATIO = 1e6
STARTS = (0.0, 0.3, 3.0)


@dataclass(frozen=True, kw_only=True)
class Combination:
    """A weighted sum of fixed effects with its variance and degrees of freedom."""

    value: float
    variance: float
    degrees_of_freedom: float


@dataclass(frozen=True, kw_only=True)
class MixedFit:
    """A fitted model: what the fixed effects are and which variance each level adds.

    variances holds the levels whose variance is above zero, and `within`.
    """

    values: Array
    design: Array
    covariances: Mapping[str, Array]
    variances: Mapping[str, float]

    def combination(self, weights: Sequence[float]) -> Combination:
        """Return the weighted sum of the fixed effects."""
        parts = [self.covariances[name] for name in self.variances]
        covariance = sum(
            variance * part for variance, part in zip(self.variances.values(), parts, strict=True)
        )
        inverse = np.linalg.inv(np.asarray(covariance))
        spread = np.linalg.inv(self.design.T @ inverse @ self.design)
        solver = inverse @ self.design @ spread
        share = solver @ np.asarray(weights, dtype=float)
        projection = inverse - solver @ self.design.T @ inverse
        moved = [projection @ part for part in parts]
        information = np.array([[np.trace(a @ b) / 2.0 for b in moved] for a in moved])
        slope = np.array([share @ part @ share for part in parts])
        variance = float(np.asarray(weights) @ spread @ np.asarray(weights))
        variance_of_variance = float(slope @ np.linalg.solve(information, slope))
        return Combination(
            value=float(share @ self.values),
            variance=variance,
            degrees_of_freedom=2.0 * variance**2 / variance_of_variance,
        )


def fit_mixed(values: Array, design: Array, levels: Mapping[str, Array]) -> MixedFit:
    """Return the REML fit; levels are same-group matrices, as `same_group` makes them.

    The values must differ from what the fixed effects alone explain.
    """
    ratios = _reml_ratios(values, design, list(levels.values()))
    kept = {
        name: ratio for name, ratio in zip(levels, ratios, strict=True) if ratio > NEGLIGIBLE_RATIO
    }
    inverse, _, _, residual = _reml_parts(
        values, design, [levels[name] for name in kept], list(kept.values())
    )
    within = float(residual @ inverse @ residual) / (len(values) - design.shape[1])
    return MixedFit(
        values=values,
        design=design,
        covariances={**levels, WITHIN: np.eye(len(values))},
        variances={**{name: ratio * within for name, ratio in kept.items()}, WITHIN: within},
    )


def same_group(keys: Sequence[Hashable]) -> Array:
    """Return the matrix that is 1 where two observations have the same key."""
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    codes = np.array([numbers[key] for key in keys])
    return np.asarray(codes[:, None] == codes[None, :], dtype=np.float64)


def residuals(values: Array, design: Array) -> Array:
    """Return what the fixed effects alone leave unexplained."""
    found: Array = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    return found


def _reml_ratios(values: Array, design: Array, levels: Sequence[Array]) -> list[float]:
    """Return each level's variance over the variance within that REML finds, 0 or more."""
    if not levels:
        return []
    freedom = len(values) - design.shape[1]

    def badness(ratios: Array) -> float:
        inverse, log_determinant, log_weight, residual = _reml_parts(values, design, levels, ratios)
        squares = float(residual @ inverse @ residual)
        return float(log_determinant + log_weight + freedom * np.log(squares))

    limits = [(0.0, LARGEST_RATIO)] * len(levels)
    tries = [
        minimize(
            badness,
            np.full(len(levels), start),
            method="L-BFGS-B",
            bounds=limits,
            options={"ftol": 1e-15, "gtol": 1e-9},
        )
        for start in STARTS
    ]
    return [float(ratio) for ratio in min(tries, key=lambda found: float(found.fun)).x]


def _reml_parts(
    values: Array, design: Array, levels: Sequence[Array], ratios: Sequence[float] | Array
) -> tuple[Array, float, float, Array]:
    """Return V^-1, log |V|, log |X' V^-1 X| and the residual, V in units of the variance within."""
    shape: Array = np.eye(len(values))
    for ratio, level in zip(ratios, levels, strict=True):
        shape += ratio * level
    inverse: Array = np.asarray(np.linalg.inv(shape), dtype=np.float64)
    weight: Array = design.T @ inverse @ design
    effects = np.linalg.solve(weight, design.T @ inverse @ values)
    return (
        inverse,
        float(np.linalg.slogdet(shape)[1]),
        float(np.linalg.slogdet(weight)[1]),
        values - design @ effects,
    )
