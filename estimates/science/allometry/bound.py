"""A stand under one method: its uncertain inputs by name, and what their values make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from estimates.science.allometry.formulas import (
    G_M2_PER_T_HA,
    HARVEST_INDEX_CAP,
    Allocation,
    harvest_index_of_yield,
)
from estimates.science.allometry.rows import CropRow, crop_row
from estimates.science.allometry.stands import YieldStand
from estimates.science.distributions import (
    Array,
    Distribution,
    Fixed,
    Lognormal,
    lognormal_by_moments,
)
from estimates.science.errors import MoistureMissing, YieldMissing
from estimates.science.parameters import ParameterSet
from estimates.science.results import Note

Draws = Mapping[str, Array]

YIELD = "yield"
CARBON = "carbon"
ROOT = "root_factor"
STRAW = "straw_factor"
DEPOSITION = "deposition_ratio"


@dataclass(frozen=True, kw_only=True)
class BoundStand:
    """What `allocate` needs, by name, and the allocation it makes of values of those names.

    rows name the rows of tables it was made from. The input `yield` belongs to the stand; all
    others to the crop, the same on every plot. beta is the method's own depth model.
    """

    rows: tuple[str, ...]
    inputs: Mapping[str, Distribution]
    allocate: Callable[[Draws], Allocation[Array]]
    notes: tuple[Note, ...] = ()
    beta: float | None = None

    def published(self) -> Allocation[Array]:
        """Return the allocation with every input at its published value, as arrays of one."""
        return self.allocate({name: np.array([centre(it)]) for name, it in self.inputs.items()})


def centre(distribution: Distribution) -> float:
    """Return the published value a distribution lies around: the median of a ratio, else a mean."""
    return distribution.median if isinstance(distribution, PublishedRatio) else distribution.mean


class PublishedRatio(Lognormal):
    """A ratio known within a factor; the published number is its median."""


def harvest_inputs(
    stand: YieldStand, parameters: ParameterSet, *, carbon: str
) -> dict[str, Distribution]:
    """Return the inputs of every method that starts from a yield.

    Raises YieldMissing, or MoistureMissing for a yield that may be fresh or dry.
    """
    if stand.yield_t_ha is None and stand.fresh_yield_t_ha is not None:
        raise MoistureMissing(
            f"The yield of {stand.crop!r} has no moisture: record it (0 for dry matter), or order "
            "with a moisture for all such yields."
        )
    if stand.yield_t_ha is None:
        raise YieldMissing(f"No yield is recorded for {stand.crop!r}: this method starts from it.")
    cv = parameters.value("yield.cv") if stand.yield_cv is None else stand.yield_cv
    return {
        YIELD: lognormal_by_moments(mean=stand.yield_t_ha, sd=cv * stand.yield_t_ha),
        CARBON: parameters.number(carbon).distribution,
        STRAW: factor(parameters, "straw.cv"),
        ROOT: factor(parameters, "root.cv"),
    }


def factor(parameters: ParameterSet, key: str) -> Distribution:
    """Return a factor around 1 with the coefficient of variation of this key."""
    return lognormal_by_moments(mean=1.0, sd=parameters.value(key))


def deposition(ratio: float, parameters: ParameterSet) -> Distribution:
    """Return a ratio of rhizodeposits to roots, known within a factor; 0 stays 0."""
    if ratio == 0:
        return Fixed(value=0.0)
    return PublishedRatio(median=ratio, gsd=parameters.value("rhizodeposition.gsd"))


def product_c(values: Draws) -> Array:
    """Return the C of the harvest in g per m2."""
    return values[YIELD] * values[CARBON] * G_M2_PER_T_HA


@dataclass(frozen=True, kw_only=True)
class HarvestLine:
    """A harvest index that rises with yield; one given for the stand rises with nothing."""

    intercept: float
    slope: float
    row: CropRow | None = None

    def at(self, yield_t_ha: Array) -> Array:
        """Return the harvest index at these yields."""
        return harvest_index_of_yield(yield_t_ha, intercept=self.intercept, slope=self.slope)

    def notes(self, stand: YieldStand) -> tuple[Note, ...]:
        """Return the notes on the row, and one when the yield lies beyond the line."""
        notes = self.row.notes if self.row else ()
        reach = self.intercept + self.slope * (stand.yield_t_ha or 0.0)
        if self.slope == 0 or reach <= HARVEST_INDEX_CAP:
            return notes
        text = (
            f"A yield of {stand.yield_t_ha:g} t per ha of {stand.crop!r} is beyond the line of its "
            f"harvest index: {HARVEST_INDEX_CAP} is taken."
        )
        return (*notes, Note(code="harvest_index_capped", message=text))


def harvest_line(stand: YieldStand, parameters: ParameterSet) -> HarvestLine:
    """Return the harvest index of the stand as given, or the line of its crop."""
    if stand.harvest_index is not None:
        return HarvestLine(intercept=stand.harvest_index, slope=0.0)
    row = crop_row(stand, "harvest_index", "slope", parameters)
    return HarvestLine(intercept=row.value("intercept"), slope=row.value("slope"), row=row)
