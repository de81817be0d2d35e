"""Methods that start from relative shares of C in product, straw, roots and rhizodeposits."""

from __future__ import annotations

from dataclasses import replace

from estimates.science.allometry.bound import (
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
from estimates.science.allometry.formulas import Allocation, by_carbon_shares, by_shoot_root
from estimates.science.allometry.rows import CropRow, crop_row
from estimates.science.allometry.stands import YieldStand
from estimates.science.distributions import Array
from estimates.science.errors import WaterMissing
from estimates.science.parameters import ParameterSet

BOLINDER = "bolinder_2007"
WATER_CLASS = "water_class"
WATER_CLASSES = ("_dry", "_medium", "_wet")


def bind_bolinder(stand: YieldStand, parameters: ParameterSet) -> BoundStand:
    """Return the stand by the shares of its crop, the same at any yield."""
    return _by_shares(stand, crop_row(stand, BOLINDER, "RP", parameters), parameters)


def bind_water_class(stand: YieldStand, parameters: ParameterSet) -> BoundStand:
    """Return the stand by the shares measured at its class of rain and irrigation."""
    first = crop_row(stand, WATER_CLASS, "RP", parameters, suffixes=WATER_CLASSES)
    water_mm = stand.season_water_mm
    if water_mm is None:
        raise WaterMissing(
            f"Rain and irrigation of the season choose the row for {stand.crop!r}: give them in mm."
        )
    crop = first.crop.rpartition("_")[0]
    rows = (replace(first, crop=crop + suffix) for suffix in WATER_CLASSES)
    known = (row for row in rows if row.has("RP"))
    # the classes of a crop begin at 0 and the last has no end that rain could reach
    row = next(row for row in known if water_mm < row.value("water_to"))
    return _by_shares(stand, row, parameters)


def bind_harvest_index(stand: YieldStand, parameters: ParameterSet) -> BoundStand:
    """Return the stand with straw by the harvest index of its yield, roots by shoot:root.

    Shoot:root and the ratio of rhizodeposits are those of the shares of the crop.
    """
    line = harvest_line(stand, parameters)
    shoot_root, ratio, shares = _ratios(stand, parameters)
    inputs = harvest_inputs(stand, parameters, carbon="carbon.plant")
    inputs[DEPOSITION] = deposition(ratio, parameters)

    def allocate(values: Draws) -> Allocation[Array]:
        parts = by_shoot_root(
            product_c(values),
            harvest_index=line.at(values[YIELD]),
            shoot_root=shoot_root / values[ROOT],
            rhizodeposit_ratio=values[DEPOSITION],
        )
        return _with_uncertain_straw(parts, values)

    rows = [row for row in (line.row, shares) if row is not None]
    return BoundStand(
        rows=tuple(row.name for row in rows),
        inputs=inputs,
        allocate=allocate,
        notes=(*line.notes(stand), *(shares.notes if shares else ())),
    )


def shoot_root_of(shares: CropRow) -> float:
    """Return shoot over root: (RP + RS) / RR."""
    return (shares.value("RP") + shares.value("RS")) / shares.value("RR")


def deposition_of(shares: CropRow) -> float:
    """Return rhizodeposits over roots: RE / RR."""
    return shares.value("RE") / shares.value("RR")


def _by_shares(stand: YieldStand, row: CropRow, parameters: ParameterSet) -> BoundStand:
    inputs = harvest_inputs(stand, parameters, carbon="carbon.plant")
    ratio = stand.deposition_ratio
    ratio = deposition_of(row) if ratio is None else ratio
    inputs[DEPOSITION] = deposition(ratio, parameters)

    def allocate(values: Draws) -> Allocation[Array]:
        root = values[ROOT] * row.value("RR")
        parts = by_carbon_shares(
            product_c(values),
            product=row.value("RP"),
            straw=row.value("RS"),
            root=root,
            rhizodeposit=root * values[DEPOSITION],
        )
        return _with_uncertain_straw(parts, values)

    return BoundStand(rows=(row.name,), inputs=inputs, allocate=allocate, notes=row.notes)


def _with_uncertain_straw(parts: Allocation[Array], values: Draws) -> Allocation[Array]:
    """Return the allocation with straw as uncertain as the harvest index of a crop is.

    Roots stay: their own factor holds what is not known of them.
    """
    return replace(parts, straw_c=None if parts.straw_c is None else parts.straw_c * values[STRAW])


def _ratios(stand: YieldStand, parameters: ParameterSet) -> tuple[float, float, CropRow | None]:
    """Return shoot:root and rhizodeposits:root, as given or of the crop, and the row read."""
    shoot_root, ratio = stand.shoot_root, stand.deposition_ratio
    if shoot_root is not None and ratio is not None:
        return shoot_root, ratio, None
    shares = crop_row(stand, BOLINDER, "RR", parameters)
    return (
        shoot_root_of(shares) if shoot_root is None else shoot_root,
        deposition_of(shares) if ratio is None else ratio,
        shares,
    )
