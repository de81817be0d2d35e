"""Soil organic carbon year by year, by the Tier 2 steady-state method of IPCC 2019."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row, Source, Table
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import each_group
from estimates.calculations.soc_tables import MOST_WATER_MM, series
from estimates.science.soc.engine import FloatArray
from estimates.science.soc.ipcc_tier2 import (
    NAME,
    POOLS,
    RUN_IN_YEARS,
    Quality,
    Steady,
    Tier2Site,
    Tillage,
    temperature_factor,
    tier2_model,
    water_factor,
)
from estimates.science.soc.series import Wish, every, simulate
from estimates.science.soc.streams import Source as CarbonSource
from estimates.science.soc.streams import Stream, by_column

INPUT = "input"


def _tier2(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    years = [row.whole("year") for row in rows]
    if years != list(range(years[0], years[0] + len(rows))):
        raise BadCell("The years follow each other.", column="year", code="wrong_order")
    if len({row.number("sand_fraction") for row in rows}) > 1:
        raise BadCell("Sand does not change with the year.", column="sand_fraction",
                      code="not_constant")  # fmt: skip
    temperature, water = _factors(rows, given)
    run = tier2_model(
        Tier2Site(
            sand_fraction=by_column(rows[0].number("sand_fraction")),
            temperature=temperature,
            water=water,
            tillage=[Tillage(row.text("tillage")) for row in rows],
        ),
        [Stream(name=INPUT, source=CarbonSource.SHOOT, amount=series(rows, "c_input_t_ha"))],
        qualities={
            INPUT: Quality(
                lignin=series(rows, "lignin_fraction"), nitrogen=series(rows, "n_fraction")
            )
        },
        run_in_years=given.options.whole("run_in_years"),
    )
    first = given.options.whole("run_in_years") - 1
    record = every(1, len(rows) - first - 1)
    result = simulate(
        run.model, run.feed, run.start, name=NAME, steps_a_year=1, wish=Wish(record=record)
    )
    mean = [float(np.mean(part[: first + 1])) for part in (temperature, water)]
    for number in record:
        year = first + number
        steady, row = (run.run_in, 0) if number == 0 else (run.later, number - 1)
        factors = mean if number == 0 else [float(p[year, 0, 0]) for p in (temperature, water)]
        pools = {pool: float(result.pools[pool][number, 0, 0]) for pool in POOLS}
        yield {
            "year": years[year],
            "tfac": factors[0],
            "wfac": factors[1],
            **_steady(steady, row),
            **pools,
            "soc": sum(pools.values()),
        }


def _steady(steady: Steady, row: int) -> Cells:
    return {
        "beta": float(steady.beta[row, 0, 0]),
        "alpha": float(steady.alpha[row, 0, 0]),
        **{f"k_{p}": float(steady.rates[i, row, 0, 0]) for i, p in enumerate(POOLS)},
        **{f"ss_{p}": float(steady.pools[i, row, 0, 0]) for i, p in enumerate(POOLS)},
    }


def _factors(rows: Sequence[Row], given: Given) -> tuple[FloatArray, FloatArray]:
    """Return the factors of temperature and water by year, from months or as given."""
    if not given.rows("meteo"):
        return series(rows, "temp_factor"), series(rows, "water_factor")
    scenario = rows[0].values["scenario"]
    months: dict[tuple[int, int], Row] = {}
    for sky in given.rows("meteo"):
        month = (sky.whole("year"), sky.whole("month"))
        if sky.values["scenario"] == scenario and months.setdefault(month, sky) is not sky:
            raise BadCell(
                f"The table meteo has {month[0]}-{month[1]:02d} twice.", column="year", code="twice"
            )
    wanted = [(row.whole("year"), month) for row in rows for month in range(1, 13)]
    missing = [f"{year}-{month:02d}" for year, month in wanted if (year, month) not in months]
    if missing:
        raise BadCell(
            f"The table meteo lacks {', '.join(missing[:5])} of {scenario or 'the scenario'}.",
            column="year",
            code="missing_row",
        )
    skies = [months[key] for key in wanted]
    return temperature_factor(series(skies, "temp_c")), water_factor(
        series(skies, "precip_mm"), series(skies, "pet_mm"), series(skies, "irrigated") != 0
    )


SCENARIO = Column(name="scenario", meaning="name", kind="text", is_required=False)
CALCULATION = Calculation(
    name="soc-ipcc-tier2",
    summary="SOC year by year, 0-30 cm, by the IPCC 2019 Tier 2 steady-state method.",
    formula=(
        "three pools move to the steady state of each year: X_t = X_t-1 + (X* - X_t-1) min(1, k); "
        "the first is the steady state of the run-in's mean"
    ),
    sources=(
        Source(text="2019 Refinement to the 2006 IPCC Guidelines, volume 4, chapter 5, "
               "equations 5.0A to 5.0G"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a year of a scenario",
            columns=(
                SCENARIO,
                Column(name="year", meaning="year", kind="whole"),
                Column(name="sand_fraction", meaning="sand", lower=0, upper=1),
                Column(name="c_input_t_ha", meaning="C input of the year", unit="t ha-1",
                       lower=0),
                Column(name="lignin_fraction", meaning="lignin of the input", is_required=False,
                       lower=0, upper=1, default=0.073),
                Column(name="n_fraction", meaning="N of the input", is_required=False,
                       lower=0.0001, upper=1, default=0.0083),
                Column(name="tillage", meaning="how the soil is tilled", kind="text",
                       choices=tuple(Tillage), is_required=False, default=Tillage.UNKNOWN.value),
                Column(name="temp_factor", meaning="factor of temperature, without meteo",
                       is_required=False, lower=0, aliases=("temp_factor_expected", "tfac")),
                Column(name="water_factor", meaning="factor of water, without meteo",
                       is_required=False, lower=0, aliases=("water_factor_expected", "wfac")),
            ),
        ),
        Table(
            name="meteo",
            meaning="one row a month of a scenario; without it the factors stand in the table in",
            is_required=False,
            columns=(
                SCENARIO,
                Column(name="year", meaning="year", kind="whole"),
                Column(name="month", meaning="month", kind="whole", lower=1, upper=12),
                Column(name="temp_c", meaning="mean temperature", unit="degC", lower=-90,
                       upper=60),
                Column(name="precip_mm", meaning="rain", unit="mm", lower=0, upper=MOST_WATER_MM,
                       aliases=("rain_mm",)),
                Column(name="pet_mm", meaning="potential evapotranspiration", unit="mm", lower=0,
                       upper=MOST_WATER_MM),
                Column(name="irrigated", meaning="1 in a month with irrigation", kind="flag",
                       is_required=False, default=0),
            ),
        ),
    ),
    options=(
        Column(name="run_in_years", meaning="years whose mean makes the first state",
               kind="whole", is_required=False, lower=RUN_IN_YEARS, default=RUN_IN_YEARS),
    ),
    outputs=(
        SCENARIO,
        Column(name="year", meaning="year", kind="whole"),
        Column(name="tfac", meaning="factor of temperature"),
        Column(name="wfac", meaning="factor of water"),
        Column(name="beta", meaning="metabolic C", unit="t ha-1 yr-1"),
        Column(name="alpha", meaning="C to the active pool", unit="t ha-1 yr-1"),
        *(Column(name=f"k_{pool}", meaning=f"rate, {pool}", unit="yr-1") for pool in POOLS),
        *(Column(name=f"ss_{pool}", meaning=f"steady state, {pool}", unit="t ha-1")
          for pool in POOLS),
        *(Column(name=pool, meaning=f"C, {pool}", unit="t ha-1") for pool in POOLS),
        Column(name="soc", meaning="SOC", unit="t ha-1"),
    ),
    function=each_group(("scenario",), _tier2),
)  # fmt: skip
