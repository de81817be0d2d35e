"""What is measured in the field and determined in the laboratory, with codes and units."""

from __future__ import annotations

import re
import uuid

from rootfield.demo.records import ProjectRecord, Wire, fitted, project_record

FIELD_VARIABLES = {
    "bulk_density_g_cm3": ("bulk_density", "g/cm3"),
    "soil_mass_g": ("soil_mass", "g"),
    "soil_volume_cm3": ("soil_volume", "cm3"),
    "root_mass_density_mg_cm3": ("root_mass_density", "mg/cm3"),
    "root_length_density_cm_cm3": ("root_length_density", "cm/cm3"),
    "root_dead_percent": ("root_dead", "%"),
}
ANALYTES = {
    "c": "carbon",
    "carbon": "carbon",
    "total_c": "carbon",
    "n": "nitrogen",
    "nitrogen": "nitrogen",
    "total_n": "nitrogen",
    "organic_c": "organic_carbon",
    "organic_carbon": "organic_carbon",
    "soc": "organic_carbon",
    "d13c": "delta_13c",
    "delta_13c": "delta_13c",
    "d15n": "delta_15n",
    "delta_15n": "delta_15n",
}
UNITS = {
    "%": "%",
    "% of dry mass": "%",
    "percent": "%",
    "g/100 g": "%",
    "g/100g": "%",
    "permil": "permil",
    "per mil": "permil",
    "‰": "permil",
    "permil vs vpdb": "permil",
    "permil vs air": "permil",
}
UNIT_WORDS = {"%": "percent", "": "no_unit"}


def field_variable(code: str, *, namespace: uuid.UUID) -> ProjectRecord:
    """Return the record of a variable observed in the field."""
    analyte, unit = FIELD_VARIABLES[code]
    return _variable(code, analyte, unit, place="field", namespace=namespace)


def lab_variable(analyte: str, unit: str, *, namespace: uuid.UUID) -> ProjectRecord:
    """Return the record of a variable determined in the laboratory."""
    code = variable_code(analyte, unit)
    return _variable(code, analyte, unit, place="lab", namespace=namespace)


def analyte_code(words: str) -> str:
    """Return the code of an analyte; one nobody listed becomes its own words as a code."""
    code = _ascii_slug(words.replace("δ", "d").replace("Δ", "d"))
    return ANALYTES.get(code, code)


def unit_code(words: str) -> str:
    """Return the unit in the spelling of the bench, or as typed."""
    return UNITS.get(words.strip().casefold(), words.strip())


def variable_code(analyte: str, unit: str) -> str:
    """Return the code of an analyte in a unit, such as carbon_percent."""
    return fitted(f"{analyte}_{UNIT_WORDS.get(unit) or _ascii_slug(unit)}", 80).replace("~", "-")


def _ascii_slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", words.strip().casefold()).strip("_") or "other"


def _variable(
    code: str, analyte: str, unit: str, *, place: str, namespace: uuid.UUID
) -> ProjectRecord:
    fields: dict[str, Wire] = {
        "code": code,
        "analyte": fitted(analyte, 80),
        "unit": fitted(unit, 24),
        "place": place,
    }
    if unit == "%":
        fields |= {"hard_min": 0.0, "hard_max": 100.0}
    return project_record(namespace, "variable", code, fields)
