"""Crowns and taproots by plant density."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row, Source, Table
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import each_group
from estimates.science.plant_mass import mass_by_density


def _plant_mass(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    densities = {row.number("plants_per_m2") for row in rows}
    if len(densities) > 1:
        text = "Plants of one plot stand at one density."
        raise BadCell(text, column="plants_per_m2", code="two_densities")
    found = mass_by_density(
        [row.number("plant_mass_g") for row in rows],
        plants_per_m2=densities.pop(),
        density_sd=rows[0].number("u_plants_per_m2"),
    )
    yield {
        "mass_g_m2": found.mass_g_m2,
        "standard_error_g_m2": found.standard_error,
        "plants": found.plants,
    }


CALCULATION = Calculation(
    name="plant-mass",
    summary="Mass per area of crowns, taproots or stubble that were dug out plant by plant.",
    formula="B = mean(m) D; u(B)^2 = (s / sqrt(n) D)^2 + (mean(m) u(D))^2",
    sources=(Source(text="JCGM 100:2008, 5.1.2"),),
    tables=(
        Table(
            name="in",
            meaning="one row a plant; what is here may not be counted in cores as well",
            columns=(
                Column(
                    name="plot",
                    meaning="name of the plot; rows with the same name belong together",
                    kind="text",
                    is_required=False,
                    default="",
                ),
                Column(
                    name="plant_mass_g",
                    meaning="dry mass of the part of one plant",
                    unit="g",
                    lower=0,
                    aliases=("mass_g", "crown_mass_g", "taproot_mass_g"),
                ),
                Column(
                    name="plants_per_m2",
                    meaning="plants per area",
                    unit="m-2",
                    lower=0.0001,
                    aliases=("density", "plant_density"),
                ),
                Column(
                    name="u_plants_per_m2",
                    meaning="one standard deviation of it",
                    unit="m-2",
                    is_required=False,
                    lower=0,
                    default=0.0,
                ),
            ),
        ),
    ),
    outputs=(
        Column(name="mass_g_m2", meaning="mass per area", unit="g m-2"),
        Column(name="standard_error_g_m2", meaning="blank for a single plant", unit="g m-2"),
        Column(name="plants", meaning="number of plants", kind="whole"),
    ),
    function=each_group(("plot",), _plant_mass),
)
