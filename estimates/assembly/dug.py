"""Crowns and taproots dug out on a plot: measurements of the plot, one a plant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from estimates.assembly.references import mean_of
from estimates.assembly.units import BY_AREA, MASS, MASS_SHARE, converted
from estimates.science.inputs import DugPart
from estimates.science.results import Note
from sampling.models import Measurement

PARTS: tuple[Literal["crown", "taproot"], ...] = ("crown", "taproot")
DENSITY = "plant_density"


def dug_parts(measurements: Sequence[Measurement]) -> tuple[tuple[DugPart, ...], list[Note]]:
    """Return the parts dug out: `crown_dry_mass` in g a plant, `plant_density` per m2.

    `crown_carbon` is their C as a share of mass; taproots likewise. Masses without a density are
    told and left out.
    """
    density = mean_of(_values(measurements, DENSITY, BY_AREA))
    parts = []
    notes = []
    for part in PARTS:
        masses = _values(measurements, f"{part}_dry_mass", MASS)
        if not masses:
            continue
        if density is None:
            text = f"{part.capitalize()}s were dug out, but no plants counted per m2: left out."
            notes.append(Note(code="no_plant_density", message=text))
            continue
        carbon = mean_of(_values(measurements, f"{part}_carbon", MASS_SHARE))
        parts.append(
            DugPart(part=part, masses_g=tuple(masses), plants_per_m2=density, carbon=carbon)
        )
    return tuple(parts), notes


def _values(
    measurements: Sequence[Measurement], analyte: str, units: Mapping[str, float]
) -> list[float]:
    found = [
        converted(row.value, row.variable.unit, units)
        for row in measurements
        if row.variable.analyte == analyte and row.value is not None
    ]
    return sorted(value for value in found if value is not None)
