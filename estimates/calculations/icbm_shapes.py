"""The shapes of tables that ICBM is asked with: years, steady states, one closed form, a trial."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from estimates.calculations.declaration import Cells, Row
from estimates.calculations.problems import BadCell
from estimates.science.soc.frame_trial import (
    AMENDMENTS,
    DEFAULT_SET,
    RECALIBRATED_SET,
    YIELDS,
    FrameTrialYears,
    frame_trial_soc,
    set_of_symbols,
)
from estimates.science.soc.icbm import (
    Arrival,
    IcbmSite,
    icbm_site,
    icbm_start,
    icbm_steady_state,
    run_icbm,
)
from estimates.science.soc.streams import Source, Stream

SOURCES = {"shoot": Source.SHOOT, "root": Source.ROOT, "manure": Source.MANURE}
YOUNG = tuple(f"young_{name}" for name in SOURCES)
ONE = "one"
OneRow = Callable[[Row], Cells]


def years(rows: Sequence[Row]) -> Iterable[Cells]:
    """Answer a case year by year: the first row holds the start, each other one its year."""
    first, later = rows[0], rows[1:]
    if not later:
        raise BadCell("A case needs its start and a year at least.", column="year",
                      code="missing_row")  # fmt: skip
    _check_years(rows)
    check_inputs(later)
    streams = _streams(later)
    start = icbm_start(
        streams,
        young={name: first.optional_number(f"young_{name}") or 0.0 for name in SOURCES},
        old=first.number("old"),
    )
    result = run_icbm(
        _site(first, [row.number("r") for row in later]),
        streams,
        start,
        humification=_humification(first),
    )
    for number, row in enumerate(rows):
        pools = {name: float(values[number, 0, 0]) for name, values in result.pools.items()}
        yield {**row.cells, **pools, "total": float(result.soc_t_ha[number, 0, 0])}


def steady(row: Row) -> Cells:
    """Answer the state that one input and one climate hold for ever."""
    start = icbm_steady_state(
        _site(row, [row.number("r")]), _streams([row]), humification=_humification(row)
    )
    pools = dict(zip((*YOUNG, "old"), np.ravel(start.pools).tolist(), strict=True))
    return {**row.cells, **pools, "total": sum(pools.values())}


def closed_form(row: Row) -> Cells:
    """Answer the pools after a time under one input: a single step as long as that time."""
    time = row.number("t_yr")
    share = {ONE: row.number("h")}
    amount = np.array([row.number("input_kg_m2_yr")])
    spanned = [Stream(name=ONE, source=Source.SHOOT, amount=amount * time)]
    start = icbm_start(spanned, young={ONE: row.number("y0_kg_m2")}, old=row.number("o0_kg_m2"))
    result = run_icbm(_site(row, [row.number("r") * time]), spanned, start, humification=share)
    young, old = (float(values[-1, 0, 0]) for values in result.pools.values())
    held = icbm_steady_state(
        _site(row, [row.number("r")]),
        [Stream(name=ONE, source=Source.SHOOT, amount=amount)],
        humification=share,
    )
    held_young, held_old = np.ravel(held.pools).tolist()
    return {
        **row.cells,
        "young": young,
        "old": old,
        "total": young + old,
        "steady_young": held_young,
        "steady_old": held_old,
    }


def frame_trial(rows: Sequence[Row], symbols: Sequence[Row]) -> Iterable[Cells]:
    """Answer a treatment of the Ultuna frame trial with both published sets, or with yours."""
    sets = [
        set_of_symbols({row.text("symbol"): row.number(name) for row in symbols})
        if symbols
        else published
        for name, published in (("default", DEFAULT_SET), ("recalibrated", RECALIBRATED_SET))
    ]
    if rows[0].has("year"):
        _check_years(rows)
    trial = FrameTrialYears(
        yields_t_ha={name: _filled(rows, f"yield_{name}") for name in YIELDS},
        amendments_t_ha={name: _filled(rows, f"i_{name}") for name in AMENDMENTS},
        climate_factor=[row.number("re") for row in rows],
        first_soc_t_ha=rows[0].number("soc_measured_t_ha"),
        has_crop=any(row.optional_number(f"yield_{name}") for row in rows for name in YIELDS),
    )
    default, recalibrated = (frame_trial_soc(trial, numbers).tolist() for numbers in sets)
    for row, one, other in zip(rows, default, recalibrated, strict=True):
        yield {**row.cells, "soc_icbm_default": one, "soc_icbm_recalibrated": other}


def _check_years(rows: Sequence[Row]) -> None:
    numbers = [row.whole("year") for row in rows]
    if numbers != list(range(numbers[0], numbers[0] + len(rows))):
        raise BadCell("The years of a case follow each other.", column="year", code="wrong_order")


def _site(row: Row, factors: Sequence[float]) -> IcbmSite:
    return icbm_site(
        factors,
        arrival=Arrival(row.text("input_mode")),
        young_rate_per_year=row.number("k1_per_yr"),
        old_rate_per_year=row.number("k2_per_yr"),
    )


def _humification(row: Row) -> Mapping[str, float]:
    return {name: row.number(f"h_{name}") for name in SOURCES}


def check_inputs(rows: Sequence[Row]) -> None:
    """Raise BadCell without inputs: one that no row has is none, one that some lack is unknown."""
    columns = [f"i_{name}" for name in SOURCES]
    given = [column for column in columns if any(row.has(column) for row in rows)]
    if not given:
        raise BadCell(f"Give {', '.join(columns)}, 0 where nothing comes.", column=columns[0],
                      code="missing_value")  # fmt: skip
    for row, column in ((row, column) for row in rows for column in given):
        if not row.has(column):
            raise BadCell(f"Line {row.line} has no {column}: write 0 where nothing comes.",
                          column=column, code="missing_value")  # fmt: skip


def _streams(rows: Sequence[Row]) -> list[Stream]:
    return [
        Stream(name=name, source=source, amount=np.array(_filled(rows, f"i_{name}")))
        for name, source in SOURCES.items()
    ]


def _filled(rows: Sequence[Row], name: str) -> list[float]:
    """Return a column; a blank is no input."""
    return [row.optional_number(name) or 0.0 for row in rows]
