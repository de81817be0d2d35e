"""Units of the laboratory: a closed list of codes, what people write for them, exact conversion.

The codes follow UCUM (https://ucum.org) where it has one that people can read; `permil` stands for
an isotope delta, `[pH]` for pH, `har` for a hectare. Like units differ by powers of ten only, so a
conversion moves the decimal point and never rounds.
"""

from __future__ import annotations

from decimal import Decimal

from sampling.errors import RuleError

# Code: what it measures, and the power of ten that brings it to the base unit of its kind.
UNITS: dict[str, tuple[str, int]] = {
    "g/g": ("mass fraction", 0),
    "%": ("mass fraction", -2),
    "g/kg": ("mass fraction", -3),
    "mg/g": ("mass fraction", -3),
    "mg/kg": ("mass fraction", -6),
    "ug/g": ("mass fraction", -6),
    "kg": ("mass", 3),
    "g": ("mass", 0),
    "mg": ("mass", -3),
    "ug": ("mass", -6),
    "g/cm3": ("density", 0),
    "kg/dm3": ("density", 0),
    "Mg/m3": ("density", 0),
    "kg/m3": ("density", -3),
    "mg/cm3": ("density", -3),
    "g/m2": ("mass by area", 0),
    "kg/m2": ("mass by area", 3),
    "mg/cm2": ("mass by area", 1),
    "t/har": ("mass by area", 2),
    "Bq/g": ("activity by mass", 0),
    "kBq/g": ("activity by mass", 3),
    "1/m2": ("number by area", 0),
    "1/har": ("number by area", -4),
    "kg/har": ("mass by area", -1),
    "m": ("length", 0),
    "cm": ("length", -2),
    "mm": ("length", -3),
    "m2": ("area", 0),
    "cm2": ("area", -4),
    "mm2": ("area", -6),
    "L": ("volume", 0),
    "dm3": ("volume", 0),
    "mL": ("volume", -3),
    "cm3": ("volume", -3),
    "cm/cm3": ("length by volume", 0),
    "km/m3": ("length by volume", -1),
    "m/g": ("length by mass", 0),
    "cm/mg": ("length by mass", 1),
    "cm/g": ("length by mass", -2),
    "MPa": ("pressure", 0),
    "kPa": ("pressure", -3),
    "permil": ("isotope delta", 0),
    "atom%": ("atom fraction", 0),
    "1": ("ratio", 0),
    "[pH]": ("acidity", 0),
    "Cel": ("temperature", 0),
}

# Written as it stands: here capitals count, because Mg is a thousand million times mg.
SYMBOLS = {
    "": "1",
    "‰": "permil",
    "at%": "atom%",
    "g/100g": "%",
    "g/t": "mg/kg",
    "ppm": "mg/kg",
    "mcg": "ug",
    "t/ha": "t/har",
    "Mg/ha": "t/har",
    "Mg/har": "t/har",
    "kg/ha": "kg/har",
    "t/m3": "Mg/m3",
    "kg/L": "kg/dm3",
    "g/mL": "g/cm3",
    "ml": "mL",
    "l": "L",
    "pH": "[pH]",
    "°C": "Cel",
    "degC": "Cel",
}

# Written in words: capitals do not count.
WORDS = {
    "percent": "%",
    "per cent": "%",
    "pct": "%",
    "% of dry mass": "%",
    "% dry mass": "%",
    "% dm": "%",
    "bq/g c": "Bq/g",
    "kbq/g c": "kBq/g",
    "plants/m2": "1/m2",
    "plants per m2": "1/m2",
    "permille": "permil",
    "per mil": "permil",
    "per mille": "permil",
    "atom percent": "atom%",
    "atom %": "atom%",
    "gram": "g",
    "grams": "g",
    "milligram": "mg",
    "milligrams": "mg",
    "microgram": "ug",
    "micrograms": "ug",
    "kilogram": "kg",
    "kilograms": "kg",
    "no unit": "1",
    "ratio": "1",
}

_SCALES = (
    *("vs vpdb", "vs vpdb-lsvec", "vs air", "vs air-n2"),
    *("vpdb", "vpdb-lsvec", "air", "air-n2"),
)  # references of a delta; the analyte implies one
_SPELLING = str.maketrans({"µ": "u", "μ": "u", "²": "2", "³": "3", "\u00a0": " ", "\u2212": "-"})


class UnitUnknown(RuleError):
    """A unit that is not on the list."""

    code = "unit-unknown"
    title = "This unit is not known."


class UnitsUnlike(RuleError):
    """Two units that measure different things."""

    code = "units-unlike"
    title = "These two units do not measure the same."


def find_unit(words: str) -> str | None:
    """Return the code of what a person wrote for a unit, or None."""
    text = " ".join(words.translate(_SPELLING).split())
    return _by_symbol(text) or _by_word(text.casefold())


def _by_symbol(text: str) -> str | None:
    joined = _without_powers(text)
    for written in (text, joined):
        if written in UNITS:
            return written
        if written in SYMBOLS:
            return SYMBOLS[written]
    return None


def _without_powers(text: str) -> str:
    """Return `g kg-1` and `g kg^-1` as `g/kg`, and a text without blanks otherwise."""
    parts = text.replace("^", "").split(" ")
    if len(parts) == 2 and parts[1].endswith(("-1", "-2", "-3")):
        below, power = parts[1][:-2], parts[1][-1]
        return f"{parts[0]}/{below}{'' if power == '1' else power}"
    return text.replace("^", "").replace(" ", "")


def _by_word(text: str) -> str | None:
    for scale in _SCALES:
        if text.endswith(scale):
            delta = find_unit(text[: -len(scale)])
            return delta if delta == "permil" else None
    return WORDS.get(text)


def convert(value: Decimal, *, from_unit: str, to_unit: str) -> Decimal:
    """Return the value in another unit of the same kind, exactly.

    Raises UnitUnknown for a code that is not on the list and UnitsUnlike for two kinds.
    """
    for unit in (from_unit, to_unit):
        if unit not in UNITS:
            raise UnitUnknown(unit=unit)
    (kind, power), (other_kind, other_power) = UNITS[from_unit], UNITS[to_unit]
    if kind != other_kind:
        raise UnitsUnlike(f"{from_unit} is {kind}, {to_unit} is {other_kind}.")
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):  # NaN and the infinities have none
        return value
    return Decimal((sign, digits, exponent + power - other_power))
