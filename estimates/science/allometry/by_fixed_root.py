"""Methods whose below-ground C does not follow the yield: fixed by crop, or by days of cover."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from estimates.science.allometry.bound import (
    DEPOSITION,
    ROOT,
    STRAW,
    YIELD,
    BoundStand,
    Draws,
    HarvestLine,
    deposition,
    factor,
    harvest_inputs,
    harvest_line,
    product_c,
)
from estimates.science.allometry.by_shares import BOLINDER, deposition_of
from estimates.science.allometry.formulas import (
    Allocation,
    cover_shoot_c_by_duration,
    fixed_below_ground,
    straw_by_harvest_index,
)
from estimates.science.allometry.rows import CropRow, crop_row
from estimates.science.allometry.stands import YieldStand
from estimates.science.distributions import Array, Distribution
from estimates.science.errors import DurationMissing, UnknownCrop
from estimates.science.parameters import ParameterSet
from estimates.science.results import Note

FIXED = "fixed_root_c"
KG_HA_PER_G_M2 = 10.0
DURATION = "duration_factor"


def bind_fixed(stand: YieldStand, parameters: ParameterSet) -> BoundStand:
    """Return the stand with below-ground C fixed by crop, and straw by the harvest index.

    The yield is needed for product and straw only. Cover crops go by `bind_cover_crop`.
    """
    if stand.kind == "cover":
        return bind_cover_crop(stand, parameters)
    below_g_m2, ratio, row = _below_ground(stand, parameters)
    inputs: dict[str, Distribution] = {}
    if stand.yield_t_ha is not None:
        inputs |= harvest_inputs(stand, parameters, carbon="carbon.plant")
    inputs |= {ROOT: factor(parameters, "root.cv"), DEPOSITION: deposition(ratio, parameters)}
    line = _line_or_none(stand, parameters)

    def allocate(values: Draws) -> Allocation[Array]:
        root_c, deposit_c = fixed_below_ground(
            below_g_m2 * values[ROOT], rhizodeposit_ratio=values[DEPOSITION]
        )
        harvest_c, straw_c = _above_ground(values, line)
        return Allocation(
            product_c=harvest_c, straw_c=straw_c, root_c=root_c, rhizodeposit_c=deposit_c
        )

    return BoundStand(
        rows=(row.name,),
        inputs=inputs,
        allocate=allocate,
        notes=(*row.notes, *(line.notes(stand) if line else ())),
    )


def bind_cover_crop(stand: YieldStand, parameters: ParameterSet) -> BoundStand:
    """Return a cover crop by its shoot, weighed or reckoned from its days, and shoot:root."""
    if stand.kind != "cover":
        raise UnknownCrop(f"{stand.crop!r} is no cover crop: this method is for those alone.")
    shoot_c, inputs, notes = _cover_shoot(stand, parameters)
    ratio = stand.deposition_ratio
    inputs |= {
        ROOT: factor(parameters, "root.cv"),
        DEPOSITION: deposition(
            parameters.value("rhizodeposition.cover_crop") if ratio is None else ratio, parameters
        ),
    }
    shoot_root = stand.shoot_root or parameters.value("shoot_root.cover_crop")

    def allocate(values: Draws) -> Allocation[Array]:
        shoot = shoot_c(values)
        root_c = shoot / shoot_root * values[ROOT]
        return Allocation(
            product_c=np.zeros_like(root_c),
            straw_c=shoot,
            root_c=root_c,
            rhizodeposit_c=root_c * values[DEPOSITION],
        )

    return BoundStand(
        rows=("shoot_root.cover_crop",), inputs=inputs, allocate=allocate, notes=notes
    )


def _below_ground(stand: YieldStand, parameters: ParameterSet) -> tuple[float, float, CropRow]:
    """Return fixed below-ground C in g per m2, its ratio of rhizodeposits, and its row."""
    row = _fixed_row(stand, parameters)
    ratio = stand.deposition_ratio
    if row.has("root"):
        ratio = row.value("deposition_ratio") if ratio is None else ratio
        return row.value("root") * (1.0 + ratio) / KG_HA_PER_G_M2, ratio, row
    if ratio is None:
        ratio = deposition_of(crop_row(stand, BOLINDER, "RR", parameters))
    return row.value("below_ground") / KG_HA_PER_G_M2, ratio, row


def _fixed_row(stand: YieldStand, parameters: ParameterSet) -> CropRow:
    try:
        return crop_row(stand, FIXED, "below_ground", parameters)
    except UnknownCrop:
        return crop_row(stand, FIXED, "root", parameters)


def _line_or_none(stand: YieldStand, parameters: ParameterSet) -> HarvestLine | None:
    """Return the line of the harvest index, or None for a crop without one, such as a ley."""
    try:
        return harvest_line(stand, parameters)
    except UnknownCrop:
        return None


def _above_ground(values: Draws, line: HarvestLine | None) -> tuple[Array | None, Array | None]:
    """Return C of product and straw as far as yield and harvest index are known."""
    if YIELD not in values:
        return None, None
    harvest_c = product_c(values)
    if line is None:
        return harvest_c, None
    return harvest_c, straw_by_harvest_index(harvest_c, line.at(values[YIELD])) * values[STRAW]


def _cover_shoot(
    stand: YieldStand, parameters: ParameterSet
) -> tuple[Callable[[Draws], Array], dict[str, Distribution], tuple[Note, ...]]:
    """Return how to reckon the C of the shoot, the inputs that takes, and notes."""
    if stand.yield_t_ha is not None:
        return product_c, harvest_inputs(stand, parameters, carbon="carbon.plant"), ()
    days = stand.duration_days
    if not days:
        raise DurationMissing(
            f"Record the shoot mass of the cover crop {stand.crop!r}, or the days it stood."
        )
    shoot_g_m2 = cover_shoot_c_by_duration(days)

    def shoot_c(values: Draws) -> Array:
        return shoot_g_m2 * values[DURATION]

    text = f"The shoot of {stand.crop!r} is reckoned from its {days:g} days, not weighed."
    return (
        shoot_c,
        {DURATION: factor(parameters, "cover_duration.cv")},
        (Note(code="shoot_by_duration", message=text),),
    )
