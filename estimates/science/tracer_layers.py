"""What isotopes are asked about: soil of one depth layer, what it is compared with, its stock."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from estimates.science.errors import ImpossibleLayer
from estimates.science.measured import Measured

Nearness = Literal["plot", "block", "site"]

USUAL_DENSITY_G_CM3 = (0.02, 2.65)
"""From loose peat to solid quartz: outside lies a slip of units."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What a labelled or new material is compared with: the mean of several, and where it is from.

    spread is the standard deviation of single ones: of samples of the plot itself, or of plots
    where they are other plots; 0 where there is one. plots names those other plots.
    """

    value: float
    spread: float = 0.0
    number: int = 1
    nearness: Nearness = "plot"
    plots: tuple[str, ...] = ()

    def single_sd(self, least: float) -> float:
        """Return the standard deviation of single ones, no less than that of a determination."""
        return max(self.spread, least)

    def mean_sd(self, least: float) -> float:
        """Return the standard error of the mean."""
        return self.single_sd(least) / math.sqrt(self.number)

    def plot_sd(self, least: float) -> float:
        """Return how far the plot asked about may lie from plots it is compared with."""
        return 0.0 if self.is_own else self.single_sd(least)

    @property
    def is_own(self) -> bool:
        """Return whether it was taken on the plot asked about."""
        return self.nearness == "plot"

    @property
    def name(self) -> str:
        """Return a name that is the same for all plots compared with it."""
        return f"{self.nearness} {', '.join(self.plots)}"


@dataclass(frozen=True, kw_only=True)
class Concentration:
    """C or N of a soil in g per g: mean of `number` determinations, with their standard error.

    batches are the laboratory batches with the share of the determinations made in each: what a
    batch reads too high, it reads too high for all of them.
    """

    value: float
    standard_error: float = 0.0
    number: int = 1
    batches: tuple[tuple[str, float], ...] = (("", 1.0),)


@dataclass(frozen=True, kw_only=True)
class Density:
    """Bulk density in g per cm3: mean of `number` determinations, with their standard error."""

    value: float
    standard_error: float = 0.0
    number: int = 1


@dataclass(frozen=True, kw_only=True)
class TracerLayer:
    """Soil of one depth layer: its isotope value, and C (for 15N the N) and bulk density.

    Values are deltas in permil, of 14C activities in Bq per g C.
    """

    upper_depth_cm: float
    lower_depth_cm: float
    soil: Measured
    element_g_per_g: Concentration | None = None
    bulk_density_g_cm3: Density | None = None

    def __post_init__(self) -> None:
        """Refuse what no layer can have."""
        if not 0 <= self.upper_depth_cm < self.lower_depth_cm < math.inf:
            raise ImpossibleLayer(f"Upper depth must be above lower depth, not {self.span}.")
        if not all(math.isfinite(value.value) for value in self.values if value is not None):
            raise ImpossibleLayer(f"An isotope value at {self.span} is no number.")
        element, density = self.element_g_per_g, self.bulk_density_g_cm3
        if element is not None and not 0 < element.value <= 1:
            raise ImpossibleLayer(
                f"C or N of the soil at {self.span} is {element.value:g} g per g: it must lie "
                "above 0 and be 1 at most."
            )
        low, high = USUAL_DENSITY_G_CM3
        if density is not None and not low <= density.value <= high:
            raise ImpossibleLayer(
                f"A bulk density of {density.value:g} g per cm3 at {self.span} is none of a soil: "
                f"{low:g} to {high:g}. Check its unit."
            )

    @property
    def span(self) -> str:
        """Return its depths in words."""
        return span_of(self.upper_depth_cm, self.lower_depth_cm)

    @property
    def values(self) -> Sequence[Measured | Reference | None]:
        """Return its isotope values."""
        return (self.soil,)


@dataclass(frozen=True, kw_only=True)
class LabelledLayer(TracerLayer):
    """Soil and roots of one layer, labelled and not."""

    soil_background: Reference | None = None
    root: Measured | None = None
    root_background: Reference | None = None

    @property
    def values(self) -> Sequence[Measured | Reference | None]:
        """Return its isotope values."""
        return (*super().values, self.soil_background, self.root, self.root_background)


@dataclass(frozen=True, kw_only=True)
class NaturalLayer(TracerLayer):
    """Soil of one layer under a crop and under the vegetation before: delta 13C in permil."""

    reference: Reference | None = None

    @property
    def values(self) -> Sequence[Measured | Reference | None]:
        """Return its isotope values."""
        return (*super().values, self.reference)


def span_of(upper_depth_cm: float, lower_depth_cm: float) -> str:
    """Return depths in words."""
    return f"{upper_depth_cm:g}-{lower_depth_cm:g} cm"


def check_apart(layers: Sequence[TracerLayer]) -> None:
    """Raise ImpossibleLayer where two layers share a depth: its C would count twice."""
    ordered = sorted(layers, key=lambda layer: layer.upper_depth_cm)
    for above, below in pairwise(ordered):
        if below.upper_depth_cm < above.lower_depth_cm:
            raise ImpossibleLayer(
                f"The soil at {above.span} and at {below.span} overlaps: its C would count "
                "twice. Correct the depths, or void the segments of one cutting."
            )


def gaps_of(layers: Sequence[TracerLayer]) -> list[str]:
    """Return the depths between layers, and above the first, that nobody determined."""
    ordered = sorted(layers, key=lambda layer: layer.upper_depth_cm)
    ends = [0.0, *(layer.lower_depth_cm for layer in ordered)]
    return [
        span_of(end, layer.upper_depth_cm)
        for end, layer in zip(ends, ordered, strict=False)
        if layer.upper_depth_cm > end
    ]
