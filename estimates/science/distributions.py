"""Probability distributions of inputs, drawn as whole arrays.

Masses and ratios are lognormal, shares are beta, limits known only as a range are uniform. A
normal stands only where its mean is more than four standard deviations from zero, and is cut
there (JCGM 101:2008, 6.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from estimates.science.errors import ImpossibleParameter

Array = NDArray[np.float64]

NORMAL_NEEDS_SDS = 4.0  # a normal closer to zero than this would be drawn below it


class Distribution(Protocol):
    """What an unknown input may be, and how to draw it."""

    def __hash__(self) -> int:
        """Return equal numbers for equal distributions, so that draws can be kept."""

    @property
    def mean(self) -> float:
        """Return the expected value."""

    @property
    def sd(self) -> float:
        """Return the standard deviation."""

    def draw(self, generator: np.random.Generator, size: int) -> Array:
        """Return independent draws."""


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """A number taken as known."""

    value: float

    @property
    def mean(self) -> float:
        """Return the number."""
        return self.value

    @property
    def sd(self) -> float:
        """Return zero."""
        return 0.0

    def draw(self, generator: np.random.Generator, size: int) -> Array:
        """Return the number, repeated."""
        return np.full(size, self.value)


@dataclass(frozen=True, kw_only=True)
class StandardNormal:
    """Standard deviations from the middle, for an input that scales with its plot."""

    mean: float = 0.0
    sd: float = 1.0

    def draw(self, generator: np.random.Generator, size: int) -> Array:
        """Return independent draws."""
        return generator.standard_normal(size)


@dataclass(frozen=True, kw_only=True)
class Uniform:
    """Anything between two limits, equally likely."""

    lower: float
    upper: float

    def __post_init__(self) -> None:
        """Refuse limits out of order."""
        if not self.lower < self.upper:
            raise ImpossibleParameter(f"Uniform needs lower < upper, not {self}.")

    @property
    def mean(self) -> float:
        """Return the middle of the limits."""
        return (self.lower + self.upper) / 2.0

    @property
    def sd(self) -> float:
        """Return the standard deviation, width / sqrt(12)."""
        return (self.upper - self.lower) / math.sqrt(12.0)

    def draw(self, generator: np.random.Generator, size: int) -> Array:
        """Return independent draws."""
        return generator.uniform(self.lower, self.upper, size)


@dataclass(frozen=True, kw_only=True)
class Normal:
    """A positive quantity with a symmetric error, cut four standard deviations off its mean."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        """Refuse an error so wide that draws would fall below zero."""
        if self.sd < 0 or not self.mean > NORMAL_NEEDS_SDS * self.sd:
            raise ImpossibleParameter(
                f"A normal needs a mean above {NORMAL_NEEDS_SDS:g} sd, not {self}: use a lognormal."
            )

    def draw(self, generator: np.random.Generator, size: int) -> Array:
        """Return independent draws, none further than four standard deviations from the mean."""
        draws = generator.standard_normal(size)
        np.clip(draws, -NORMAL_NEEDS_SDS, NORMAL_NEEDS_SDS, out=draws)
        draws *= self.sd
        draws += self.mean
        return draws


@dataclass(frozen=True, kw_only=True)
class Lognormal:
    """A positive quantity known within a factor: median and geometric standard deviation."""

    median: float
    gsd: float

    def __post_init__(self) -> None:
        """Refuse a median or a factor that no positive quantity can have."""
        if not (self.median > 0 and self.gsd > 1):
            raise ImpossibleParameter(f"Lognormal needs median > 0 and gsd > 1, not {self}.")

    @property
    def mean(self) -> float:
        """Return the expected value, above the median."""
        return self.median * math.exp(math.log(self.gsd) ** 2 / 2.0)

    @property
    def sd(self) -> float:
        """Return the standard deviation."""
        return self.mean * math.sqrt(math.expm1(math.log(self.gsd) ** 2))

    def draw(self, generator: np.random.Generator, size: int) -> Array:
        """Return independent draws."""
        return generator.lognormal(math.log(self.median), math.log(self.gsd), size)


@dataclass(frozen=True, kw_only=True)
class Beta:
    """A share between 0 and 1, by its mean and its strength (a + b of the usual beta)."""

    mean: float
    strength: float

    def __post_init__(self) -> None:
        """Refuse a mean that is no share, or a strength that is not positive."""
        if not (0 < self.mean < 1 and self.strength > 0):
            raise ImpossibleParameter(f"Beta needs 0 < mean < 1 and strength > 0, not {self}.")

    @property
    def sd(self) -> float:
        """Return the standard deviation."""
        return math.sqrt(self.mean * (1.0 - self.mean) / (self.strength + 1.0))

    def draw(self, generator: np.random.Generator, size: int) -> Array:
        """Return independent draws."""
        a = self.mean * self.strength
        return generator.beta(a, self.strength - a, size)


def lognormal_by_moments(*, mean: float, sd: float) -> Lognormal | Fixed:
    """Return the lognormal with this mean and standard deviation; a known number when sd is 0."""
    if sd == 0:
        return Fixed(value=mean)
    if mean <= 0:
        raise ImpossibleParameter(f"A lognormal needs a mean above 0, not {mean:g}.")
    log_sd = lognormal_sigma(sd / mean)
    return Lognormal(median=mean * math.exp(-(log_sd**2) / 2.0), gsd=math.exp(log_sd))


def beta_by_moments(*, mean: float, sd: float) -> Beta | Fixed:
    """Return the beta with this mean and standard deviation; a known share when sd is 0."""
    if sd == 0:
        return Fixed(value=mean)
    return Beta(mean=mean, strength=mean * (1.0 - mean) / sd**2 - 1.0)


def lognormal_sigma(coefficient_of_variation: float) -> float:
    """Return the standard deviation of the logarithm that gives this coefficient of variation."""
    return math.sqrt(math.log1p(coefficient_of_variation**2))


class PositiveRows:
    """Many positive inputs at once, made in place from rows of standard normal draws.

    A row is normal where its mean is more than four standard deviations from zero, else the
    lognormal of the same mean and standard deviation; a mean of zero stays zero.
    """

    def __init__(self, *, mean: Array, sd: Array) -> None:
        """Prepare rows of these means and standard deviations."""
        self.mean = mean
        self.sd = sd
        self.wide = np.flatnonzero((mean > 0) & (sd > 0) & (mean <= NORMAL_NEEDS_SDS * sd))
        relative = np.ones_like(self.wide, dtype=float)
        np.divide(sd[self.wide], mean[self.wide], out=relative)
        self.sigma: Array = np.sqrt(np.log1p(relative**2))[:, None]
        self.median: Array = mean[self.wide, None] * np.exp(-(self.sigma**2) / 2.0)
        self.scale = np.where(mean > 0, sd, 0.0)[:, None]
        self.floor = np.maximum(mean[:, None] - NORMAL_NEEDS_SDS * self.scale, 0.0)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.mean)

    @property
    def nominal(self) -> Array:
        """Return the standard normal value at which each row is at its mean."""
        value = np.zeros((len(self), 1))
        value[self.wide] = self.sigma / 2.0
        return value

    def fill(self, rows: Array) -> Array:
        """Turn rows of standard normal draws into draws of the inputs, in place."""
        wide = np.exp(rows[self.wide] * self.sigma) * self.median
        rows *= self.scale
        rows += self.mean[:, None]
        np.maximum(rows, self.floor, out=rows)
        rows[self.wide] = wide
        return rows
