"""Methods that start from ratios of dry mass: AMG v2, IPCC 2019 Tier 1 and Tier 2."""

from __future__ import annotations

import numpy as np

from estimates.science.allometry.bound import (
    CARBON,
    DEPOSITION,
    ROOT,
    STRAW,
    YIELD,
    BoundStand,
    Draws,
    deposition,
    harvest_inputs,
    harvest_line,
    product_c,
)
from estimates.science.allometry.formulas import (
    G_M2_PER_T_HA,
    Allocation,
    root_by_amg,
    root_mass_by_ipcc,
    straw_by_harvest_index,
)
from estimates.science.allometry.rows import CropRow, crop_row
from estimates.science.allometry.stands import YieldStand
from estimates.science.distributions import Array, lognormal_by_moments
from estimates.science.errors import RenewalMissing
from estimates.science.parameters import ParameterSet

CI95_SDS = 1.96
CARBON_ROOT = "carbon_root"
RENEWED = ("lucerne", "clover", "perennial_forage", "grass", "ley")


def bind_amg(stand: YieldStand, parameters: ParameterSet) -> BoundStand:
    """Return the stand by harvest index and shoot:root of AMG v2; a cover crop is all shoot."""
    row = crop_row(stand, "amg_v2", "SR", parameters)
    is_cover = row.value("HI") == 0
    index = 1.0 if is_cover else stand.harvest_index or row.value("HI")
    shoot_root = stand.shoot_root or row.value("SR")
    ratio = stand.deposition_ratio
    inputs = harvest_inputs(stand, parameters, carbon="carbon.amg_above")
    inputs[CARBON_ROOT] = parameters.number("carbon.amg_below").distribution
    inputs[DEPOSITION] = deposition(
        parameters.value("rhizodeposition.amg") if ratio is None else ratio, parameters
    )

    def allocate(values: Draws) -> Allocation[Array]:
        harvest_c = product_c(values)
        root_c = root_by_amg(
            values[YIELD],
            harvest_index=index,
            shoot_root_mass=shoot_root / values[ROOT],
            root_carbon=values[CARBON_ROOT],
        )
        straw_c = harvest_c
        if not is_cover:
            straw_c = straw_by_harvest_index(harvest_c, np.full_like(harvest_c, index))
            straw_c = straw_c * values[STRAW]
        return Allocation(
            product_c=np.zeros_like(harvest_c) if is_cover else harvest_c,
            straw_c=straw_c,
            root_c=root_c,
            rhizodeposit_c=root_c * values[DEPOSITION],
        )

    return BoundStand(
        rows=(row.name,),
        inputs=inputs,
        allocate=allocate,
        notes=row.notes,
        beta=row.value("beta") if row.has("beta") else None,
    )


def bind_ipcc_tier1(stand: YieldStand, parameters: ParameterSet) -> BoundStand:
    """Return the stand by residue per yield and root:shoot on the whole shoot; roots only."""
    above = crop_row(stand, "ipcc_2019_tier1", "R_AG", parameters)
    below = crop_row(stand, "ipcc_2019_roots", "RS", parameters)
    inputs = harvest_inputs(stand, parameters, carbon="carbon.ipcc")
    inputs[ROOT] = lognormal_by_moments(mean=1.0, sd=below.value("RS_pm") / CI95_SDS)
    renewed = _renewed_share(stand, below)

    def allocate(values: Draws) -> Allocation[Array]:
        per_yield = values[STRAW] * above.value("R_AG")
        mass_t_ha = root_mass_by_ipcc(
            values[YIELD],
            residue_per_yield=per_yield,
            root_shoot=values[ROOT] * below.value("RS"),
        )
        return _roots_only(values, per_yield, mass_t_ha * renewed)

    notes = (*above.notes, *(note for note in below.notes if note not in above.notes))
    return BoundStand(rows=(above.name, below.name), inputs=inputs, allocate=allocate, notes=notes)


def bind_ipcc_tier2(stand: YieldStand, parameters: ParameterSet) -> BoundStand:
    """Return the stand by the harvest index of its yield and root:shoot on Y / HI; roots only."""
    line = harvest_line(stand, parameters)
    row = line.row or crop_row(stand, "harvest_index", "RS", parameters)
    inputs = harvest_inputs(stand, parameters, carbon="carbon.ipcc")

    def allocate(values: Draws) -> Allocation[Array]:
        index = line.at(values[YIELD])
        per_yield = (1.0 - index) / index * values[STRAW]
        mass_t_ha = root_mass_by_ipcc(
            values[YIELD], residue_per_yield=per_yield, root_shoot=values[ROOT] * row.value("RS")
        )
        return _roots_only(values, per_yield, mass_t_ha)

    return BoundStand(
        rows=(row.name,),
        inputs=inputs,
        allocate=allocate,
        notes=line.notes(stand),
    )


def _roots_only(values: Draws, per_yield: Array, root_mass_t_ha: Array) -> Allocation[Array]:
    return Allocation(
        product_c=product_c(values),
        straw_c=product_c(values) * per_yield,
        root_c=root_mass_t_ha * values[CARBON] * G_M2_PER_T_HA,
        rhizodeposit_c=None,
    )


def _renewed_share(stand: YieldStand, row: CropRow) -> float:
    """Return FracRenew of the IPCC: 1 for annual crops, 1 / years of life for perennials."""
    if row.crop not in RENEWED:
        return 1.0
    if stand.renewal_years is None:
        raise RenewalMissing(
            f"{stand.crop!r} is perennial: say after how many years it is renewed."
        )
    return 1.0 / stand.renewal_years
