"""From a harvest to the C of product, straw, root and rhizodeposits: the arithmetic.

Yields and masses are t of dry matter per ha, C is g per m2 (1 t per ha is 100 g per m2), shares
and ratios are of carbon unless their name says mass. All take numbers or arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from estimates.science.distributions import Array

Values = TypeVar("Values", float, NDArray[np.float64])

G_M2_PER_T_HA = 100.0
HARVEST_INDEX_CAP = 0.65
"""No grain crop puts more into its grain; lines fitted to yield rise without limit."""
DAYS_TO_FULL_COVER = 240.0
FULL_COVER_C_G_M2 = 191.6


@dataclass(frozen=True, kw_only=True)
class Allocation(Generic[Values]):
    """C of one stand in one year in g per m2; None where the method cannot say.

    Straw is all above ground but the product; rhizodeposit_c is net rhizodeposition.
    """

    product_c: Values | None
    straw_c: Values | None
    root_c: Values
    rhizodeposit_c: Values | None


def by_carbon_shares(
    product_c: Values, *, product: float, straw: float, root: Values, rhizodeposit: Values
) -> Allocation[Values]:
    """Return the allocation from the C of the product by relative shares RP, RS, RR, RE.

    Bolinder et al. 2007, doi:10.1016/j.agee.2006.05.013.
    """
    return Allocation(
        product_c=product_c,
        straw_c=product_c * (straw / product),
        root_c=product_c * (root / product),
        rhizodeposit_c=product_c * (rhizodeposit / product),
    )


def straw_by_harvest_index(product: Values, harvest_index: Values) -> Values:
    """Return straw, in the unit of the product, from product over all above ground."""
    return product * ((1.0 - harvest_index) / harvest_index)


def harvest_index_of_yield(yield_t_ha: Array, *, intercept: float, slope: float) -> Array:
    """Return the harvest index a + b Y, at most 0.65 where it rises with yield.

    Fan et al. 2017, doi:10.1016/j.fcr.2017.01.014; yields in t of dry matter per ha.
    """
    cap = HARVEST_INDEX_CAP if slope > 0 else 1.0
    index: Array = np.minimum(intercept + slope * yield_t_ha, cap)
    return index


def by_shoot_root(
    product_c: Values, *, harvest_index: Values, shoot_root: Values, rhizodeposit_ratio: Values
) -> Allocation[Values]:
    """Return the allocation by harvest index, shoot over root and rhizodeposit over root.

    Shoot is product and straw together.
    """
    straw_c = straw_by_harvest_index(product_c, harvest_index)
    root_c = (product_c + straw_c) / shoot_root
    return Allocation(
        product_c=product_c,
        straw_c=straw_c,
        root_c=root_c,
        rhizodeposit_c=root_c * rhizodeposit_ratio,
    )


def fixed_below_ground(
    below_ground_c: Values, *, rhizodeposit_ratio: Values
) -> tuple[Values, Values]:
    """Return root C and rhizodeposit C that make up a below-ground C whatever the yield.

    Below-ground C did not rise with yield (Hirte et al. 2018, doi:10.1016/j.agee.2018.07.010).
    """
    root_c = below_ground_c / (rhizodeposit_ratio + 1.0)
    return root_c, root_c * rhizodeposit_ratio


def root_by_amg(
    yield_t_ha: Values, *, harvest_index: float, shoot_root_mass: Values, root_carbon: Values
) -> Values:
    """Return root C in g per m2 as AMG v2 does: Y / (SR HI) times the C of roots.

    Clivot et al. 2019, doi:10.1016/j.envsoft.2019.04.004. Harvest index and shoot:root are by
    mass; a cover crop, whose yield is all its shoot, has a harvest index of 1 here.
    """
    return yield_t_ha / (shoot_root_mass * harvest_index) * root_carbon * G_M2_PER_T_HA


def root_mass_by_ipcc(
    yield_t_ha: Values, *, residue_per_yield: Values, root_shoot: Values
) -> Values:
    """Return root mass in t per ha: (Crop + AG) x RS, on the whole shoot, not on its residue.

    IPCC 2019 Refinement, volume 4, chapter 11, table 11.1A and equation 11.6.
    """
    return (yield_t_ha + yield_t_ha * residue_per_yield) * root_shoot


def cover_shoot_c_by_duration(days: float) -> float:
    """Return the above-ground C of a cover crop in g per m2: 1916 kg per ha after 240 days.

    Linear up to there and constant after. Seitz et al. 2022, doi:10.1007/s11104-022-05438-w;
    it overestimates stands of few days.
    """
    return FULL_COVER_C_G_M2 * min(days, DAYS_TO_FULL_COVER) / DAYS_TO_FULL_COVER


def returned_c(
    allocation: Allocation[Values],
    *,
    product: float = 0.0,
    straw: float = 1.0,
    root: float = 1.0,
    rhizodeposit: float = 1.0,
) -> Values:
    """Return the C in g per m2 that stays on the field, by the share of each part that does.

    Parts the method does not give are not in it.
    """
    total = allocation.root_c * root
    parts = (
        (allocation.product_c, product),
        (allocation.straw_c, straw),
        (allocation.rhizodeposit_c, rhizodeposit),
    )
    for amount, share in parts:
        if amount is not None:
            total = total + amount * share
    return total
