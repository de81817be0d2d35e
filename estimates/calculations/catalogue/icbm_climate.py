"""The yearly climate factor of ICBM from monthly weather and soil."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row, Source, Table
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import each_group
from estimates.calculations.soc_tables import MOST_WATER_MM, check_months
from estimates.science.soc.icbm_climate import water_points, yearly_climate_factors
from estimates.science.soc.streams import MONTHS

SOIL = ("clay_pct", "sand_pct", "soc_pct")


def _factors(rows: Sequence[Row], _given: Given) -> Iterable[Cells]:
    check_months(rows)
    if rows[0].whole("month") != 1 or len(rows) % MONTHS:
        raise BadCell("Years are whole, from January to December.", column="month",
                      code="wrong_length")  # fmt: skip
    soil = {name: {row.number(name) for row in rows} for name in SOIL}
    for name, values in soil.items():
        if len(values) > 1:
            raise BadCell("The soil of a site is one.", column=name, code="not_constant")
    clay, sand, soc = (values.pop() for values in soil.values())
    temp, rain, pet = (
        np.array([row.number(name) for row in rows]) for name in ("temp_c", "rain_mm", "pet_mm")
    )
    points = water_points(clay_percent=clay, sand_percent=sand, soc_percent=soc)
    factors = yearly_climate_factors(temp, rain, pet, points)
    for first, factor in zip(rows[::MONTHS], factors.tolist(), strict=True):
        yield {"year": first.whole("year"), "r": factor}


CALCULATION = Calculation(
    name="icbm-climate",
    summary="Climate factor r of ICBM year by year, from monthly weather and soil; 1 at Ultuna.",
    formula=(
        "r = mean(r_T r_W) / 0.1056855, r_T = ((T + 3.78) / 33.78)^2, r_W by the water of 25 cm; "
        "months and air temperature for days and soil: an approximation of this project"
    ),
    sources=(
        Source(text="Katterer & Andren 2001", doi="10.1016/S0304-3800(00)00420-8"),
        Source(text="package reclim, Menichetti 2024"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a month, whole years in order; the first year starts as it ends",
            columns=(
                Column(name="site", meaning="rows with the same belong together", kind="text",
                       is_required=False),
                Column(name="year", meaning="year", kind="whole"),
                Column(name="month", meaning="month", kind="whole", lower=1, upper=12),
                Column(name="temp_c", meaning="mean air temperature", unit="degC", lower=-90,
                       upper=60, aliases=("tmp", "temp")),
                Column(name="rain_mm", meaning="rain", unit="mm", lower=0, upper=MOST_WATER_MM,
                       aliases=("rain", "precip_mm")),
                Column(name="pet_mm", meaning="potential evapotranspiration", unit="mm", lower=0,
                       upper=MOST_WATER_MM, aliases=("pet",)),
                Column(name="clay_pct", meaning="clay", unit="%", lower=0, upper=100,
                       aliases=("clay",)),
                Column(name="sand_pct", meaning="sand", unit="%", lower=0, upper=100,
                       aliases=("sand",)),
                Column(name="soc_pct", meaning="organic C of the topsoil", unit="%", lower=0,
                       upper=20),
            ),
        ),
    ),
    outputs=(
        Column(name="site", meaning="the site", kind="text"),
        Column(name="year", meaning="year", kind="whole"),
        Column(name="r", meaning="climate factor, for the column r of soc-icbm"),
    ),
    function=each_group(("site",), _factors),
)  # fmt: skip
