"""Student's t without SciPy, for processes that answer pages and load no heavy libraries.

The distribution function is an incomplete beta function (Abramowitz & Stegun 1964, 26.5.27),
evaluated by its continued fraction (26.5.8 in the form of DLMF 8.17.22) with Lentz's algorithm.
"""

from __future__ import annotations

import math

TINY = 1e-300
EPSILON = 1e-15
MOST_TERMS = 10_000
MOST_STEPS = 200


def t_quantile(probability: float, degrees_of_freedom: float) -> float:
    """Return the t below which this share of the distribution lies, within 1e-10 of its value.

    Raises ValueError for a probability outside 0 to 1 or degrees of freedom not above 0.
    """
    if not 0.0 < probability < 1.0 or not degrees_of_freedom > 0.0:
        raise ValueError("A quantile needs a probability within 0 and 1 and freedom above 0.")
    if probability < 0.5:
        return -t_quantile(1.0 - probability, degrees_of_freedom)
    wanted = 2.0 * (1.0 - probability)
    low, high = 0.0, 1.0
    while outside(high, degrees_of_freedom) > wanted:
        low, high = high, high * 2.0
    for _ in range(MOST_STEPS):
        middle = (low + high) / 2.0
        if high - low <= 1e-13 * middle:
            break
        if outside(middle, degrees_of_freedom) > wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def outside(t: float, degrees_of_freedom: float) -> float:
    """Return the probability of a t further from 0 than this."""
    share = degrees_of_freedom / (degrees_of_freedom + t * t)
    return incomplete_beta(share, degrees_of_freedom / 2.0, 0.5)


def incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), 0 <= x <= 1."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - incomplete_beta(1.0 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return front / a / _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """Return 1 + d1 / (1 + d2 / (1 + ...)), the denominator of the continued fraction."""
    value, above, below, change, term = 1.0, 1.0, 0.0, 0.0, 0
    while abs(change - 1.0) >= EPSILON and term < MOST_TERMS:
        term += 1
        half = term // 2
        if term % 2:
            weight = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            weight = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        below = 1.0 / _away_from_zero(1.0 + weight * below)
        above = _away_from_zero(1.0 + weight / above)
        change = above * below
        value *= change
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
