"""Units of the bench and the field, turned into those of the science at this edge only."""

from __future__ import annotations

from collections.abc import Mapping

MASS_SHARE: Mapping[str, float] = {
    "%": 0.01,
    "g/100 g": 0.01,
    "g/kg": 0.001,
    "mg/g": 0.001,
    "g/g": 1.0,
    "1": 1.0,
}
"""To g per g."""

DENSITY: Mapping[str, float] = {"mg/cm3": 1.0, "g/cm3": 1000.0, "kg/m3": 1.0, "g/m3": 0.001}
"""To mg per cm3."""

ACTIVITY: Mapping[str, float] = {"Bq/g": 1.0, "Bq/g C": 1.0, "kBq/g": 1000.0, "kBq/g C": 1000.0}
"""To Bq per g C."""

BY_AREA: Mapping[str, float] = {
    "1/m2": 1.0,
    "plants/m2": 1.0,
    "m-2": 1.0,
    "1/har": 1e-4,
    "1/ha": 1e-4,
    "plants/ha": 1e-4,
}
"""To a number per m2."""

MASS: Mapping[str, float] = {"g": 1.0, "mg": 0.001, "kg": 1000.0}
"""To g."""

SCALES = ("VPDB", "VPDB-LSVEC", "air", "air-N2")

PERMIL: Mapping[str, float] = {
    f"{unit}{scale}": 1.0
    for unit in ("permil", "per mil", "‰")
    for scale in ("", *(f"{vs}{name}" for vs in (" ", " vs ") for name in SCALES))
}
"""To permil; `scale_of` says on which scale."""

VOLUME: Mapping[str, float] = {
    "cm3": 1.0,
    "ml": 1.0,
    "l": 1000.0,
    "dm3": 1000.0,
    "mL": 1.0,
    "L": 1000.0,
}
"""To cm3."""


def converted(value: float, unit: str, table: Mapping[str, float]) -> float | None:
    """Return the value in the unit of the table, or None for a unit it does not know."""
    factor = table.get(unit.strip())
    return None if factor is None else value * factor


def scale_of(unit: str) -> str | None:
    """Return the scale that the unit of a delta value names, or None where it names none."""
    name = unit.strip().rpartition(" ")[2]
    if name == "air":
        return "air-N2"
    return name if name in SCALES else None
