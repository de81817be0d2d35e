"""Soil organic carbon year by year, by ICBM with roots and shoots apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from estimates.calculations import icbm_shapes
from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row, Source, Table
from estimates.calculations.problems import BadCell, Problem, ProblemsFound
from estimates.calculations.shapes import each_group, problem_of
from estimates.science.errors import ScienceError
from estimates.science.soc.frame_trial import AMENDMENTS, YIELDS
from estimates.science.soc.icbm import OLD_RATE_PER_YEAR, YOUNG_RATE_PER_YEAR, Arrival


def _icbm(given: Given) -> Iterable[Cells]:
    """Answer a table by its shape: a trial, closed forms, years, or steady states."""
    rows = given.rows()
    if all(row.has("treatment", "re") for row in rows):
        return each_group(("treatment",), _trial)(given)
    if all(row.has("t_yr") for row in rows):
        return _each(rows, icbm_shapes.closed_form)
    if all(row.has("year") for row in rows):
        return each_group(("case", "input_mode"), _years)(given)
    if not any(row.has("year") or row.has("t_yr") for row in rows):
        icbm_shapes.check_inputs(rows)
        return _each(rows, icbm_shapes.steady)
    raise BadCell(
        "Some rows have a year and others none: the first make years, the others steady states; "
        "put them in tables of their own.",
        column="year",
        code="missing_value",
    )


def _years(rows: Sequence[Row], _given: Given) -> Iterable[Cells]:
    return icbm_shapes.years(rows)


def _trial(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    return icbm_shapes.frame_trial(rows, given.rows("site"))


def _each(rows: Sequence[Row], answer: icbm_shapes.OneRow) -> Iterable[Cells]:
    answers: list[Cells] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            answers.append(answer(row))
        except ScienceError as error:
            problems.append(problem_of(error, row))
    if problems:
        raise ProblemsFound(problems)
    return answers


def _amount(name: str, meaning: str) -> Column:
    return Column(name=name, meaning=meaning, unit="t ha-1 yr-1", is_required=False, lower=0)


def _share(name: str, meaning: str, default: float | None) -> Column:
    return Column(name=name, meaning=meaning, is_required=False, lower=0, upper=1, default=default)


CALCULATION = Calculation(
    name="soc-icbm",
    summary="SOC by ICBM: years of shoot, root and manure C, steady states, or the closed form.",
    formula=(
        "dY_j/dt = i_j - k1 r Y_j; dO/dt = sum h_j k1 r Y_j - k2 r O, solved exactly; input_mode "
        "continuous, or pulse_start_of_year"
    ),
    sources=(
        Source(
            text="Andren & Katterer 1997",
            doi="10.1890/1051-0761(1997)007[1226:ITICBM]2.0.CO;2",
        ),
        Source(text="h of roots 0.30 and manure 0.31: Holos 4 (uncertain: 0.125 to 0.35)"),
        Source(text="yields of the Ultuna frame trial: published recalibration of ICBM, SLU"),
    ),
    tables=(
        Table(
            name="in",
            meaning="a case year by year, its start first (year, i_*_t_ha, r); or without years "
            "one steady state a row; or y0_kg_m2, o0_kg_m2, input_kg_m2_yr, t_yr, h, r for the "
            "closed form; or the years of a treatment of the Ultuna frame trial (treatment, re)",
            columns=(
                Column(name="case", meaning="name of the case", kind="text", is_required=False),
                Column(name="input_mode", meaning="how a year's input arrives", kind="text",
                       is_required=False, choices=tuple(Arrival), default=Arrival.CONTINUOUS.value),
                _share("h_shoot", "humification of shoots", 0.125),
                _share("h_root", "humification of roots", 0.30),
                _share("h_manure", "humification of manure", 0.31),
                Column(name="k1_per_yr", meaning="rate of young C", unit="yr-1", lower=0,
                       is_required=False, default=YOUNG_RATE_PER_YEAR),
                Column(name="k2_per_yr", meaning="rate of old C", unit="yr-1", lower=0,
                       is_required=False, default=OLD_RATE_PER_YEAR),
                Column(name="year", meaning="year; 0 for the start", kind="whole",
                       is_required=False),
                Column(name="r", meaning="climate factor, 1 at Ultuna", is_required=False, lower=0),
                *(Column(name=f"i_{name}", meaning=f"C of {name}s of the year", unit="t ha-1 yr-1",
                         is_required=False, lower=0, aliases=(f"i_{name}_t_ha",))
                  for name in icbm_shapes.SOURCES),
                *(Column(name=name, meaning="young C at the start", unit="t ha-1",
                         is_required=False, lower=0) for name in icbm_shapes.YOUNG),
                Column(name="old", meaning="old C at the start", unit="t ha-1", is_required=False,
                       lower=0),
                _share("h", "humification, closed form", None),
                Column(name="y0_kg_m2", meaning="young C at first", unit="kg m-2",
                       is_required=False, lower=0),
                Column(name="o0_kg_m2", meaning="old C at first", unit="kg m-2",
                       is_required=False, lower=0),
                Column(name="input_kg_m2_yr", meaning="C input", unit="kg m-2 yr-1",
                       is_required=False, lower=0),
                Column(name="t_yr", meaning="time since", unit="yr", is_required=False, lower=0),
                Column(name="treatment", meaning="treatment of the frame trial", kind="text",
                       is_required=False),
                *(Column(name=f"yield_{name}", meaning="yield, dry", unit="t ha-1",
                         is_required=False, lower=0) for name in YIELDS),
                *(_amount(f"i_{name}", "C of the amendment") for name in AMENDMENTS),
                Column(name="re", meaning="climate factor of the year", is_required=False, lower=0),
                Column(name="soc_measured_t_ha", meaning="measured SOC; the first starts the run",
                       unit="t ha-1", is_required=False, lower=0),
            ),
        ),
        Table(
            name="site",
            meaning="parameters of the frame trial by symbol, in place of the published sets",
            is_required=False,
            columns=(
                Column(name="symbol", meaning="k1, k2, h_r, h_s, h_fym, h_pea, h_saw, h_slu, st, "
                       "stm, c, rc, o, m, oy, a, am or C", kind="text"),
                Column(name="default", meaning="value for soc_icbm_default"),
                Column(name="recalibrated", meaning="value for soc_icbm_recalibrated"),
            ),
        ),
    ),
    outputs=(
        *(Column(name=name, meaning="young C", unit="t ha-1") for name in icbm_shapes.YOUNG),
        Column(name="young", meaning="young C, closed form", unit="kg m-2"),
        Column(name="old", meaning="old C", unit="t ha-1, closed form kg m-2"),
        Column(name="total", meaning="young and old C", unit="t ha-1, closed form kg m-2"),
        Column(name="steady_young", meaning="young C for ever", unit="kg m-2"),
        Column(name="steady_old", meaning="old C for ever", unit="kg m-2"),
        Column(name="soc_icbm_default", meaning="SOC by the published set", unit="t ha-1"),
        Column(name="soc_icbm_recalibrated", meaning="SOC by the recalibrated set",
               unit="t ha-1"),
    ),
    function=_icbm,
)  # fmt: skip
