"""How precise a campaign will be, before anybody digs: replicates needed and interval to expect."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from estimates.science.errors import ImpossibleOption, NotEnoughData
from estimates.science.student_t import t_quantile

COVERAGE = 0.95
LEAST_REPLICATES = 2
MOST_REPLICATES = 100_000
MOST_BLOCKS = 1_000
Comparison = Literal["mean", "difference"]


@dataclass(frozen=True, kw_only=True)
class PlannedPrecision:
    """Replicates with the half-width of the interval to expect, as a share of the mean."""

    replicates: int
    relative_half_width: float
    degrees_of_freedom: float


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Variances between blocks, between plots of a block and between cores of a plot."""

    variance_block: float
    variance_plot: float
    variance_core: float

    def __post_init__(self) -> None:
        """Refuse variances below zero."""
        if min(self.variance_block, self.variance_plot, self.variance_core) < 0:
            raise ImpossibleOption("A variance is 0 or above.")


@dataclass(frozen=True, kw_only=True)
class PlannedLayout:
    """Blocks, each with one plot a treatment, and cores a plot; half_width in the unit given."""

    comparison: Comparison
    blocks: int
    cores: int
    half_width: float


def replicates_needed(
    *, coefficient_of_variation: float, relative_half_width: float, coverage: float = COVERAGE
) -> PlannedPrecision:
    """Return the fewest replicates whose interval of the mean is no wider than wanted.

    Both are shares of the mean. n >= (t CV / E)^2, t with n - 1 degrees of freedom, so that n is
    found by trying (Cochran & Cox 1957, Experimental Designs). Raises ImpossibleOption for
    values that are not positive, NotEnoughData where more than 100,000 would be needed.
    """
    if not (coefficient_of_variation > 0 and relative_half_width > 0):
        raise ImpossibleOption("Variation and half-width must be above 0.")
    if not 0 < coverage < 1:
        raise ImpossibleOption("Coverage must be above 0 and below 1.")

    def half_width(replicates: int) -> float:
        quantile = t_quantile((1 + coverage) / 2, replicates - 1)
        return quantile * coefficient_of_variation / math.sqrt(replicates)

    if half_width(MOST_REPLICATES) > relative_half_width:
        raise NotEnoughData(
            f"More than {MOST_REPLICATES} replicates would be needed for a half-width of "
            f"{relative_half_width:.3g}: allow a wider interval."
        )
    few, many = LEAST_REPLICATES - 1, MOST_REPLICATES
    while many - few > 1:  # the half-width falls with every replicate
        middle = (few + many) // 2
        few, many = (few, middle) if half_width(middle) <= relative_half_width else (middle, many)
    return PlannedPrecision(
        replicates=many,
        relative_half_width=half_width(many),
        degrees_of_freedom=float(many - 1),
    )


def blocks_needed(
    spread: Spread,
    comparison: Comparison,
    *,
    half_width: float,
    cores: int,
    coverage: float = COVERAGE,
) -> PlannedLayout:
    """Return the fewest blocks, with a plot of each treatment in each, for a half-width.

    A mean has Var = (s2_block + s2_plot + s2_core / c) / b. The difference between two treatments
    of the same blocks has Var = 2 (s2_plot + s2_core / c) / b: what blocks differ by falls out.
    Both have b - 1 degrees of freedom. Raises NotEnoughData where 1,000 blocks are too few.
    """
    if not half_width > 0 or cores < 1:
        raise ImpossibleOption("A half-width is above 0, and a plot has one core or more.")
    if not 0 < coverage < 1:
        raise ImpossibleOption("Coverage must be above 0 and below 1.")
    of_plots = spread.variance_plot + spread.variance_core / cores
    variance = spread.variance_block + of_plots if comparison == "mean" else 2.0 * of_plots

    def reached(blocks: int) -> float:
        return t_quantile((1 + coverage) / 2, blocks - 1) * math.sqrt(variance / blocks)

    if reached(MOST_BLOCKS) > half_width:
        raise NotEnoughData(
            f"{MOST_BLOCKS} blocks of plots with {cores} cores do not bring the half-width down to "
            f"{half_width:.3g}: allow a wider interval."
        )
    few, many = LEAST_REPLICATES - 1, MOST_BLOCKS
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if reached(middle) <= half_width else (middle, many)
    return PlannedLayout(comparison=comparison, blocks=many, cores=cores, half_width=reached(many))


def planned_half_width(
    spread: Spread, *, blocks: int, plots: int, cores: int, coverage: float = COVERAGE
) -> float:
    """Return half the width of the interval of a mean to expect, in the unit of the values.

    Var(mean) = s2_block / b + s2_plot / (b p) + s2_core / (b p c), for p plots in each of b blocks
    and c cores in each plot; b - 1 degrees of freedom, or those of the plots when blocks do not
    differ. Raises NotEnoughData for a layout without replicates.
    """
    if min(blocks, plots, cores) < 1:
        raise ImpossibleOption("A layout has one block, plot and core or more.")
    units = blocks if spread.variance_block > 0 else blocks * plots
    if units < LEAST_REPLICATES:
        raise NotEnoughData("An interval needs two replicates: cores of one plot are none.")
    variance = (
        spread.variance_block / blocks
        + spread.variance_plot / (blocks * plots)
        + spread.variance_core / (blocks * plots * cores)
    )
    return t_quantile((1 + coverage) / 2, units - 1) * math.sqrt(variance)
