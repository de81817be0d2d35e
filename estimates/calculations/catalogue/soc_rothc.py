"""Soil organic carbon month by month, by RothC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

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
    check_months,
    limits_of,
    series,
    site_named,
    weather_of,
)
from estimates.science.soc.engine import FloatArray
from estimates.science.soc.isotopes import (
    activity_at,
    activity_feed,
    activity_start,
    delta_14c,
    radiocarbon_age_years,
)
from estimates.science.soc.rothc import (
    NAME,
    POOLS,
    RothcSite,
    plant_split,
    rothc_model,
    rothc_start,
    run_rothc,
    standard_splits,
)
from estimates.science.soc.rothc_rates import Climate, rate_blocks
from estimates.science.soc.series import SocSeries, Start, Wish, simulate
from estimates.science.soc.streams import MONTHS, Source, Stream, by_column

AGES = tuple(f"age_{pool}0_yr" for pool in POOLS)
MODIFIERS = ("rm_temp", "rm_moist", "rm_cover", "smd_mm")


def site_of(site: Row, months: Sequence[Row], options: Row) -> RothcSite:
    """Return soil and climate of consecutive months."""
    return RothcSite(
        clay_pct=by_column(site.number("clay_pct")),
        climate=Climate(
            weather=weather_of(months, options),
            is_covered=series(months, "plant_cover") != 0,
            limits=limits_of(site),
            start_deficit_mm=by_column(site.number("smd0_mm")),
        ),
    )


def streams_of(months: Sequence[Row]) -> tuple[list[Stream], dict[str, FloatArray]]:
    """Return plant C and farmyard manure, and how each is split."""
    plant = Stream(name="plant", source=Source.SHOOT, amount=series(months, "c_input_t_ha"))
    manure = Stream(name="manure", source=Source.MANURE, amount=series(months, "fym_t_ha"))
    splits = dict(standard_splits()) | {"plant": plant_split(series(months, "dpm_rpm"))}
    return [plant, manure], splits


def _rothc(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    site = site_named(rows[0].optional_text("case"), given, key="case")
    check_months(rows)
    if site.has("months") and site.whole("months") != len(rows):
        raise BadCell(
            f"The site has {site.whole('months')} months, the table in {len(rows)}: "
            "do they belong together?",
            column="months",
            code="wrong_length",
        )
    ground = site_of(site, rows, given.options)
    start = rothc_start(
        pools=[site.number(f"{pool}0") for pool in POOLS], iom_t_ha=site.number("iom_t_ha")
    )
    streams, splits = streams_of(rows)
    wish = Wish(record=range(1, len(rows) + 1))
    result = run_rothc(ground, streams, start, splits=splits, wish=wish)
    deltas = (
        _radiocarbon(site, rows, ground, start, result)
        if _wants_radiocarbon(site, rows, given.options)
        else None
    )
    modifiers = _modifiers(ground.climate)
    for number, row in enumerate(rows):
        yield {
            "step": number + 1 if not row.has("step") else row.whole("step"),
            "year": row.values["year"],
            "month": number % MONTHS + 1 if not row.has("month") else row.whole("month"),
            **dict(zip(MODIFIERS, modifiers[number].tolist(), strict=True)),
            **{pool: float(result.pools[pool][number, 0, 0]) for pool in POOLS},
            "iom": float(start.inert_t_ha[0, 0]),
            "soc": float(result.soc_t_ha[number, 0, 0]),
            "co2_cum": float(result.respired_t_ha[number, 0, 0]),
            **({} if deltas is None else {"delta14c_permil": float(deltas[number, 0, 0])}),
        }


def _modifiers(climate: Climate) -> FloatArray:
    """Return temperature, moisture, cover and deficit by month."""
    return np.concatenate(
        [
            np.column_stack(
                [
                    np.ravel(part)
                    for part in (
                        block.temperature, block.moisture, block.cover, block.deficit_mm,
                    )
                ]
            )
            for block in rate_blocks(climate)
        ]
    )  # fmt: skip


def _wants_radiocarbon(site: Row, rows: Sequence[Row], options: Row) -> bool:
    """Return whether to reckon delta-14C: as told, else where the air's activity ever changes."""
    wish = options.text("radiocarbon")
    if wish == "auto":
        is_given = site.has(*AGES) and all(row.has("modern_pct") for row in rows)
        return is_given and len({row.number("modern_pct") for row in rows}) > 1
    for row, names in ((site, AGES), *((row, ("modern_pct",)) for row in rows)):
        for name in names if wish == "yes" else ():
            row.number(name)
    return wish == "yes"


def _radiocarbon(
    site: Row, rows: Sequence[Row], ground: RothcSite, start: Start, carbon: SocSeries
) -> FloatArray:
    """Return delta-14C of SOC by month."""
    streams, splits = streams_of(rows)
    model, feed = rothc_model(ground, streams, splits=splits)
    ages = np.array([site.number(name) for name in AGES])[:, None, None]
    first = activity_start(start, ages)
    grown = simulate(
        model,
        activity_feed(feed, series(rows, "modern_pct"), steps_a_year=MONTHS),
        replace(first, inert_t_ha=np.zeros((1, 1))),
        name=NAME,
        steps_a_year=MONTHS,
        wish=Wish(record=range(1, len(rows) + 1), keeps_respired=False),
    )
    activity = activity_at(grown.soc_t_ha, grown.years) + first.inert_t_ha
    return delta_14c(radiocarbon_age_years(carbon.soc_t_ha, activity))


CALCULATION = Calculation(
    name="soc-rothc",
    summary="SOC month by month by RothC (26.3 = 1.0.0; moisture options of 2.0.0).",
    formula=ROTHC_FORMULA,
    sources=ROTHC_SOURCES,
    tables=(
        Table(
            name="in",
            meaning="one row a month, in order; a column case where several sites follow",
            columns=(
                Column(name="case", meaning="which row of site", kind="text", is_required=False),
                Column(name="step", meaning="number", kind="whole", is_required=False),
                Column(name="year", meaning="year", kind="whole", is_required=False),
                Column(name="month", meaning="month", kind="whole", is_required=False, lower=1,
                       upper=12),
                Column(name="modern_pct", meaning="radiocarbon of the air, 100 before the bombs",
                       unit="%", is_required=False, lower=0, aliases=("modern",)),
                *FORCING_COLUMNS,
            ),
        ),
        Table(
            name="site",
            meaning="soil and start, one row a case",
            columns=(
                Column(name="case", meaning="name", kind="text", is_required=False),
                *SOIL_COLUMNS,
                *(Column(name=f"{pool}0", meaning=f"C in {pool.upper()} at the start",
                         unit="t ha-1", lower=0) for pool in POOLS),
                Column(name="smd0_mm", meaning="moisture deficit at the start, 0 or below",
                       unit="mm", is_required=False, upper=0, default=0.0),
                Column(name="months", meaning="months in the table in", kind="whole",
                       is_required=False, lower=1),
                *(Column(name=age, meaning="radiocarbon age at the start", unit="yr",
                         is_required=False, lower=0) for age in AGES),
                *MOISTURE_COLUMNS,
            ),
        ),
    ),
    options=(
        Column(name="case", meaning="which row of site", kind="text", is_required=False),
        LATITUDE,
        Column(name="radiocarbon", meaning="answer delta-14C: auto where ages are given and the "
               "radiocarbon of the air changes", kind="text", choices=("auto", "yes", "no"),
               is_required=False, default="auto"),
    ),
    outputs=(
        Column(name="step", meaning="number of the month", kind="whole"),
        Column(name="year", meaning="year", kind="whole"),
        Column(name="month", meaning="month", kind="whole"),
        Column(name="rm_temp", meaning="temperature modifier a"),
        Column(name="rm_moist", meaning="moisture modifier b"),
        Column(name="rm_cover", meaning="cover modifier c"),
        Column(name="smd_mm", meaning="moisture deficit at the end of the month", unit="mm"),
        *POOL_OUTPUTS,
        Column(name="iom", meaning="inert C", unit="t ha-1"),
        Column(name="soc", meaning="SOC with inert C", unit="t ha-1"),
        Column(name="co2_cum", meaning="C respired since the start", unit="t ha-1"),
        Column(name="delta14c_permil", meaning="delta-14C of SOC, see radiocarbon",
               unit="permil"),
    ),
    function=each_group(("case",), _rothc),
)  # fmt: skip
