"""The stock a year of weather and inputs holds for ever, by RothC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from estimates.calculations.catalogue.soc_rothc import streams_of
from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row, Table
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import each_group
from estimates.calculations.soc_tables import (
    FORCING_COLUMNS,
    LATITUDE,
    MOISTURE_COLUMNS,
    POOL_OUTPUTS,
    ROTHC_FORMULA,
    ROTHC_SOURCES,
    SOIL_COLUMNS,
    limits_of,
    series,
    site_named,
    weather_of,
)
from estimates.science.soc.rothc import POOLS, RothcSite
from estimates.science.soc.rothc_equilibrium import (
    rothc_equilibrium,
    rothc_input_factor,
    spin_up,
)
from estimates.science.soc.rothc_rates import Climate
from estimates.science.soc.streams import MONTHS, by_column

WANTED = Column(
    name="soc_t_ha",
    meaning="a stock to be held, for input_factor",
    unit="t ha-1",
    is_required=False,
    lower=0,
)
SITE_COLUMNS = tuple(replace(column, is_required=False) for column in SOIL_COLUMNS)


def _equilibrium(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    if len(rows) != MONTHS:
        raise BadCell(
            f"This site has {len(rows)} months; an equilibrium needs one year of 12.",
            column="month",
            code="wrong_length",
        )
    if any(row.values["month"] not in (None, number + 1) for number, row in enumerate(rows)):
        raise BadCell("The months run from 1 to 12.", column="month", code="wrong_order")
    soil = _soil(rows[0], given)
    inert = by_column(soil.number("iom_t_ha"))
    ground = RothcSite(
        clay_pct=by_column(soil.number("clay_pct")),
        climate=Climate(
            weather=weather_of(rows, given.options),
            is_covered=series(rows, "plant_cover") != 0,
            limits=limits_of(soil),
            start_deficit_mm=by_column(0.0),
        ),
    )
    streams, splits = streams_of(rows)
    found = rothc_equilibrium(ground, streams, iom_t_ha=inert, splits=splits)
    spun = spin_up(ground, streams, splits=splits)
    pools = dict(zip(POOLS, np.ravel(found.start.pools).tolist(), strict=True))
    wanted: Cells = {}
    if soil.has("soc_t_ha"):
        factor = rothc_input_factor(
            ground,
            streams,
            soc_t_ha=by_column(soil.number("soc_t_ha")),
            iom_t_ha=inert,
            scaled=["plant"],
            splits=splits,
        )
        wanted = {"input_factor": float(factor[0, 0])}
    stopped = dict(zip(POOLS, spun.pools, strict=True))
    yield {
        **pools,
        "soc": float(found.soc_t_ha[0, 0]),
        "smd_mm": float(found.deficit_mm[0, 0]),
        "spinup_months_reference": spun.months,
        **{f"{pool}_refstop": value for pool, value in stopped.items()},
        "soc_refstop": sum(spun.pools) + float(inert[0, 0]),
        **wanted,
    }


def _soil(row: Row, given: Given) -> Row:
    """Return the row that tells the soil: of the table site, else the first month itself."""
    if given.rows("site"):
        return site_named(row.optional_text("site"), given, key="site")
    return row


CALCULATION = Calculation(
    name="soc-rothc-equilibrium",
    summary="The SOC a year of weather, cover and inputs holds for ever, by RothC, exactly.",
    formula=f"{ROTHC_FORMULA}; the 12 months are one map x -> M x + v, solved for x = M x + v",
    sources=ROTHC_SOURCES,
    tables=(
        Table(
            name="in",
            meaning="twelve rows a site; soil in the same rows unless there is a table site",
            columns=(
                Column(name="site", meaning="name of the site", kind="text", is_required=False),
                Column(name="month", meaning="month", kind="whole", is_required=False, lower=1,
                       upper=12),
                *SITE_COLUMNS,
                *FORCING_COLUMNS,
                *MOISTURE_COLUMNS,
                WANTED,
            ),
        ),
        Table(
            name="site",
            meaning="soil, one row a site",
            is_required=False,
            columns=(
                Column(name="site", meaning="name", kind="text", is_required=False,
                       aliases=("case",)),
                *SOIL_COLUMNS,
                *MOISTURE_COLUMNS,
                WANTED,
            ),
        ),
    ),
    options=(
        Column(name="site", meaning="which row of site", kind="text", is_required=False),
        LATITUDE,
    ),
    outputs=(
        Column(name="site", meaning="name of the site", kind="text"),
        *POOL_OUTPUTS,
        Column(name="soc", meaning="SOC with inert C", unit="t ha-1"),
        Column(name="smd_mm", meaning="moisture deficit at the end of the year", unit="mm"),
        Column(name="spinup_months_reference", kind="whole", meaning="months until the yearly "
               "change of the four pools falls to 1e-6, as the reference spins up from nothing"),
        *(Column(name=f"{pool}_refstop", meaning="the same where that spin-up stops",
                 unit="t ha-1") for pool in (*POOLS, "soc")),
        Column(name="input_factor", meaning="by what c_input_t_ha must be multiplied to hold "
               "soc_t_ha, where that is given"),
    ),
    function=each_group(("site",), _equilibrium),
)  # fmt: skip
