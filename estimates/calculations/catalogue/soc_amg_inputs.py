"""C inputs of crops and amendments, as AMG reckons them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from estimates.calculations.amg_tables import (
    AMENDMENTS,
    AMG_SOURCES,
    CROPS,
    MANAGEMENT,
    SOIL,
    doubts_of,
    in_order,
    soil_of,
    supply_of,
)
from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row
from estimates.calculations.problems import Problem, ProblemsFound
from estimates.calculations.shapes import problem_of
from estimates.science.errors import ScienceError


def _amg_inputs(given: Given) -> Iterable[Cells]:
    answers: list[Cells] = []
    problems: list[Problem] = []
    for row in in_order(given.rows()):
        try:
            answers.append(_answer(row, given))
        except ScienceError as error:
            problems.append(problem_of(error, row))
    if problems:
        raise ProblemsFound(problems)
    return answers


def _answer(row: Row, given: Given) -> Cells:
    depth_cm = soil_of(row, given).number("Considered_depth")
    supply = supply_of(row, given, depth_cm=depth_cm)
    crop = supply.crop
    return {
        **{name: row.values[name] for name in KEYS},
        "Considered_depth": depth_cm,
        "CAG": crop.above,
        "CBG": crop.below,
        "CPLT": crop.total,
        "CAG_hum": crop.above_humified,
        "CBG_hum": crop.below_humified,
        "CPLT_hum": crop.total_humified,
        "CEOM": supply.amended,
        "CEOM_hum": supply.amended_humified,
        "CTOT": crop.total + supply.amended,
        "CTOT_hum": supply.humified,
    }


def _column(name: str, meaning: str) -> Column:
    return Column(name=name, meaning=meaning, unit="t ha-1 yr-1")


KEYS: Sequence[str] = ("Trial", "Treatment", "Year", "Crop_type", "Crop_name")
CALCULATION = Calculation(
    name="soc-amg-inputs",
    summary="C input of each crop and amendment in the considered depth, by AMG v2.",
    formula=(
        "straw Y (1 - HI) / HI x 0.44, roots Y / (SR HI) x 0.40 (cover crops Y x 0.44, Y / SR x "
        "0.40); roots x 1.65 (1 - beta^depth); exported straw leaves PSS; humified by h"
    ),
    sources=AMG_SOURCES,
    tables=(MANAGEMENT, SOIL, CROPS, AMENDMENTS),
    outputs=(
        *(column for column in MANAGEMENT.columns if column.name in KEYS),
        Column(name="Considered_depth", meaning="depth", unit="cm"),
        _column("CAG", "C of shoots"),
        _column("CBG", "C of roots and what they leave"),
        _column("CPLT", "both"),
        _column("CAG_hum", "of it humified: shoots"),
        _column("CBG_hum", "roots"),
        _column("CPLT_hum", "both"),
        _column("CEOM", "C of amendments"),
        _column("CEOM_hum", "of it humified"),
        _column("CTOT", "all C"),
        _column("CTOT_hum", "of it humified"),
    ),
    function=_amg_inputs,
    remarks=doubts_of,
)
