"""Means over cores in plots in blocks, with the variance each level adds.

y = mean + block + plot in block + core in plot. Variances are estimated by REML (restricted
maximum likelihood) and never below zero; a level whose variance is zero adds no false
certainty, and the interval is Student's t with Satterthwaite's degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from estimates.science.distributions import Array
from estimates.science.errors import NotEnoughData
from estimates.science.mixed import WITHIN, fit_mixed, same_group

LEAST_UNITS_TO_RESAMPLE = 5
COVERAGE = 0.95


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One value of a core, with the plot and the block it stands in."""

    value: float
    plot: Hashable
    block: Hashable


@dataclass(frozen=True, kw_only=True)
class NestedMean:
    """A mean with its standard error, degrees of freedom and 95 % t interval.

    A level that the layout cannot tell from the one below it has variance 0 here: with one core
    in a plot, plots and cores are one level.
    """

    mean: float
    standard_error: float
    degrees_of_freedom: float
    lower: float
    upper: float
    variance_block: float
    variance_plot: float
    variance_core: float


def nested_mean(observations: Sequence[Observation]) -> NestedMean:
    """Return the mean of a nested sample.

    Raises NotEnoughData for fewer than two observations. With a single block (or plot) the
    differences between blocks (or plots) are unknown and not part of the standard error.
    """
    if len(observations) < 2:
        raise NotEnoughData("A mean with a standard error needs two cores or more.")
    values = np.array([item.value for item in observations])
    if not np.ptp(values) > 0:
        return _nested(float(values[0]), 0.0, float(len(values) - 1), {WITHIN: 0.0})
    fit = fit_mixed(values, np.ones((len(values), 1)), levels_above_core(observations))
    mean = fit.combination([1.0])
    return _nested(mean.value, mean.variance, mean.degrees_of_freedom, fit.variances)


def mean_squares(values: Sequence[float], groups: Sequence[Hashable]) -> tuple[float, float]:
    """Return the mean square between groups and within groups of a one-way layout."""
    names = list(dict.fromkeys(groups))
    if len(names) < 2 or len(values) == len(names):
        raise NotEnoughData("Mean squares need two groups, and two values in one of them.")
    data = np.asarray(values, dtype=float)
    between = within = 0.0
    for name in names:
        members = data[[group == name for group in groups]]
        between += len(members) * (members.mean() - data.mean()) ** 2
        within += ((members - members.mean()) ** 2).sum()
    return between / (len(names) - 1), within / (len(data) - len(names))


def resampled_interval(
    observations: Sequence[Observation], *, generator: np.random.Generator, repeats: int = 10_000
) -> tuple[float, float]:
    """Return the 95 % interval of the mean by resampling whole blocks.

    Raises NotEnoughData below five blocks, where resampling understates the spread.
    """
    by_block: dict[Hashable, list[float]] = {}
    for item in observations:
        by_block.setdefault(item.block, []).append(item.value)
    if len(by_block) < LEAST_UNITS_TO_RESAMPLE:
        raise NotEnoughData(
            f"Resampling needs {LEAST_UNITS_TO_RESAMPLE} blocks or more, not {len(by_block)}."
        )
    sums = np.array([sum(values) for values in by_block.values()])
    sizes = np.array([len(values) for values in by_block.values()])
    chosen = generator.integers(0, len(sums), size=(repeats, len(sums)))
    means = sums[chosen].sum(axis=1) / sizes[chosen].sum(axis=1)
    lower, upper = np.quantile(means, ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2))
    return float(lower), float(upper)


def student_half_width(standard_error: float, degrees_of_freedom: float) -> float:
    """Return half the width of the 95 % t interval."""
    return float(student.ppf((1 + COVERAGE) / 2, degrees_of_freedom)) * standard_error


def levels_above_core(observations: Sequence[Observation]) -> dict[str, Array]:
    """Return the levels above the core that the layout can tell apart, as same-group matrices."""
    groups: dict[str, list[tuple[Hashable, ...]]] = {
        "block": [(item.block,) for item in observations],
        "plot": [(item.block, item.plot) for item in observations],
    }
    levels: dict[str, Array] = {}
    for name, keys in groups.items():
        same = same_group(keys)
        is_new = not any(np.array_equal(same, known) for known in levels.values())
        if 1 < len(set(keys)) < len(observations) and is_new:
            levels[name] = same
    return levels


def _nested(
    mean: float, variance: float, freedom: float, variances: Mapping[str, float]
) -> NestedMean:
    error = float(np.sqrt(variance))
    half = student_half_width(error, freedom)
    return NestedMean(
        mean=mean,
        standard_error=error,
        degrees_of_freedom=freedom,
        lower=mean - half,
        upper=mean + half,
        variance_block=variances.get("block", 0.0),
        variance_plot=variances.get("plot", 0.0),
        variance_core=variances[WITHIN],
    )
