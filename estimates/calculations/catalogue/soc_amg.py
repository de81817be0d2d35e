"""Soil organic carbon year by year, by AMG v2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from estimates.calculations.amg_tables import (
    AMENDMENTS,
    AMG_SOURCES,
    BARE_SOIL,
    CROPS,
    MANAGEMENT,
    NAMES,
    SOIL,
    by_treatment,
    doubts_of,
    soil_of,
    supply_of,
)
from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row, Table
from estimates.calculations.problems import BadCell, Problem, ProblemsFound
from estimates.calculations.shapes import problem_of
from estimates.science.errors import ScienceError
from estimates.science.soc.amg import (
    STABLE_SHARE_ARABLE,
    AmgRate,
    AmgSoil,
    AmgWeather,
    Rounding,
    amg_as_shipped,
    amg_rate,
    amg_start,
    run_amg,
)
from estimates.science.soc.streams import Source, Stream, by_column, by_step

HUMIFIED = "humified"
MOST_RAIN_MM = 30_000.0  # no year on Earth had more
FACTORS = {
    "fT": "temperature", "fH": "moisture", "fA": "clay", "fC": "carbonate", "fpH": "ph",
    "fCN": "carbon_to_nitrogen",
}  # fmt: skip


def _amg(given: Given) -> Iterable[Cells]:
    answers: list[Cells] = []
    problems: list[Problem] = []
    for rows in by_treatment(given.rows()).values():
        try:
            answers += _treatment(rows, given)
        except ScienceError as error:
            problems.append(problem_of(error, rows[0]))
    if problems:
        raise ProblemsFound(problems)
    return answers


def _treatment(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    soil = soil_of(rows[0], given)
    years = list(range(min(r.whole("Year") for r in rows), max(r.whole("Year") for r in rows) + 1))
    _check_years(rows, years)
    weather = _weather(rows, years, given)
    ground = AmgSoil(
        clay_g_kg=by_column(soil.number("Clay")),
        carbonate_g_kg=by_column(soil.number("CaCO3")),
        ph=by_column(soil.number("pH")),
        carbon_to_nitrogen=by_column(soil.number("CN_ratio")),
    )
    start = amg_start(
        soil.number("Initial_SOC_stock"), stable_share=given.options.number("stable_share")
    )
    humified = dict.fromkeys(years, 0.0)
    depth_cm = soil.number("Considered_depth")
    for row in rows:
        humified[row.whole("Year")] += supply_of(row, given, depth_cm=depth_cm).humified
    rate = amg_rate(ground, weather)
    shipped = amg_rate(ground, weather, rounding=Rounding.AS_SHIPPED)
    amounts = np.array(list(humified.values()))
    soc = _stocks(rate, amounts, start_soc=start.pools[0, 0, 0] + start.inert_t_ha[0, 0],
                  stable_share=given.options.number("stable_share"))  # fmt: skip
    rounded = amg_as_shipped(np.ravel(shipped.per_year).tolist(), amounts.tolist(), start)
    stable = float(start.inert_t_ha[0, 0])
    factors = {name: np.broadcast_to(getattr(rate, part), rate.per_year.shape)[:, 0, 0].tolist()
               for name, part in FACTORS.items()}  # fmt: skip
    for number, year in enumerate(years):
        yield {
            "Trial": rows[0].text("Trial"),
            "Treatment": rows[0].text("Treatment"),
            "Year": year,
            "Time": number,
            **{name: values[number] for name, values in factors.items()},
            "k": float(rate.per_year[number, 0, 0]),
            "CTOT_hum_year": humified[year],
            "QCS": stable,
            "QCA": soc[number] - stable,
            "QC": soc[number],
            "k_as_shipped": float(shipped.per_year[number, 0, 0]),
            "QC_as_shipped": rounded[number],
        }


def _check_years(rows: Sequence[Row], years: Sequence[int]) -> None:
    """Raise BadCell where a year between the first and the last has no crop."""
    lacking = [str(year) for year in years if year not in {row.whole("Year") for row in rows}]
    if lacking:
        raise BadCell(
            f"No row for {', '.join(lacking)}: a year without a crop is a row of {BARE_SOIL}.",
            column="Year",
            code="missing_row",
        )


def _stocks(
    rate: AmgRate, amounts: np.ndarray, *, start_soc: float, stable_share: float
) -> list[float]:
    if len(amounts) == 1:
        return [float(start_soc)]
    stream = Stream(name=HUMIFIED, source=Source.ROOT, amount=amounts)
    start = amg_start(start_soc, stable_share=stable_share)
    result = run_amg(rate.per_year, [stream], start, humification={HUMIFIED: 1.0})
    stocks: list[float] = result.soc_t_ha[:, 0, 0].tolist()
    return stocks


def _weather(rows: Sequence[Row], years: Sequence[int], given: Given) -> AmgWeather:
    trial = rows[0].text("Trial")
    skies: dict[int, Row] = {}
    for sky in given.rows("meteo"):
        if sky.text("Trial") == trial and skies.setdefault(sky.whole("Year"), sky) is not sky:
            raise BadCell(
                f"The table meteo has two rows for trial {trial!r} in {sky.whole('Year')}.",
                column="Year",
                code="twice",
            )
    missing = [str(year) for year in years if year not in skies]
    if missing:
        raise BadCell(
            f"The table meteo has no row for trial {trial!r} in {', '.join(missing)}.",
            column="Year",
            code="missing_row",
        )
    given_water = dict.fromkeys(years, 0.0)
    for row in rows:
        given_water[row.whole("Year")] += row.number("Irrigation")
    return AmgWeather(
        temp_c=by_step([skies[year].number("T_mean") for year in years]),
        water_balance_mm=by_step(
            [
                skies[year].number("Rainfall") + given_water[year] - skies[year].number("PET")
                for year in years
            ]
        ),
    )


CALCULATION = Calculation(
    name="soc-amg",
    summary="SOC year by year from crops, amendments, soil and weather, by AMG v2.",
    formula=(
        "A_t = A_t-1 e^-k + H_t-1 / k (1 - e^-k), k = 0.29 fT fH fA fC fpH fCN of year t; "
        "SOC = A + stable share x SOC_0"
    ),
    sources=AMG_SOURCES,
    tables=(
        MANAGEMENT,
        SOIL,
        Table(
            name="meteo",
            meaning="yearly weather of a trial",
            columns=(
                NAMES[0],
                Column(name="Year", meaning="year", kind="whole"),
                Column(name="T_mean", meaning="mean temperature", unit="degC", lower=-60,
                       upper=60),
                Column(name="Rainfall", meaning="rain", unit="mm", lower=0, upper=MOST_RAIN_MM),
                Column(name="PET", meaning="potential evapotranspiration", unit="mm", lower=0,
                       upper=MOST_RAIN_MM),
            ),
        ),
        CROPS,
        AMENDMENTS,
    ),
    options=(
        Column(name="stable_share", meaning="stable share of SOC at the start: 0.65 long arable, "
               "0.40 after grassland", is_required=False, lower=0, upper=1,
               default=STABLE_SHARE_ARABLE),
    ),
    outputs=(
        *NAMES,
        Column(name="Year", meaning="year", kind="whole"),
        Column(name="Time", meaning="years since the first", kind="whole", unit="yr"),
        *(Column(name=name, meaning=f"factor of {part}") for name, part in FACTORS.items()),
        Column(name="k", meaning="rate of the active pool", unit="yr-1"),
        Column(name="CTOT_hum_year", meaning="humified C input", unit="t ha-1 yr-1"),
        Column(name="QCS", meaning="stable C", unit="t ha-1"),
        Column(name="QCA", meaning="active C", unit="t ha-1"),
        Column(name="QC", meaning="SOC", unit="t ha-1"),
        Column(name="k_as_shipped", meaning="rate with the published script's rounding",
               unit="yr-1"),
        Column(name="QC_as_shipped", meaning="SOC with that rounding", unit="t ha-1"),
    ),
    function=_amg,
    remarks=doubts_of,
)  # fmt: skip
