from __future__ import annotations

import math

import numpy as np
import pytest

from estimates.calculations.declaration import Calculation, Column, Source, Table
from estimates.calculations.describing import description_lines
from estimates.calculations.problems import BadCell, ProblemsFound
from estimates.calculations.reading import normalised
from estimates.calculations.registry import calculations
from estimates.calculations.running import run_calculation
from estimates.calculations.shapes import EachRow, each_group
from estimates.calculations.writing import cell_text, csv_text
from estimates.science.errors import NotEnoughData

COLUMNS = (
    Column(name="plot", meaning="plot", kind="text", is_required=False),
    Column(name="mass_g", meaning="mass", unit="g", is_required=False),
)


def calculation(function):
    return Calculation(
        name="trial",
        summary="A trial.",
        formula="y = x",
        sources=(Source(text="By hand."),),
        tables=(Table(name="in", meaning="rows", columns=COLUMNS),),
        outputs=(Column(name="half_g", meaning="half", unit="g"),),
        function=function,
    )


def run(function, text):
    return run_calculation(calculation(function), files={"in": text.encode()}, options={})


def half(row, options):
    if row.optional_text("plot") == "lost":
        raise NotEnoughData("Nothing was found here.")
    return {"half_g": row.number("mass_g") / 2}


def mean(rows, given):
    if len(rows) < 2:
        raise NotEnoughData("A mean needs two rows.")
    return [{"half_g": sum(row.number("mass_g") for row in rows) / len(rows)}]


def test_rows_that_cannot_be_read_hide_no_rows_that_are_refused():
    with pytest.raises(ProblemsFound) as caught:
        run(EachRow(half), "plot,mass_g\nlost,1\nB,\nC,x\n")

    assert [(p.line, p.column, p.code) for p in caught.value.problems] == [
        (2, None, "not_enough_data"),
        (3, "mass_g", "missing_value"),
        (4, "mass_g", "not_a_number"),
    ]


def test_groups_are_answered_together_and_refused_by_their_first_line():
    answer = run(each_group(("plot",), mean), "plot,mass_g\nA,1\nB,5\nA,2\nB,6\n")

    assert answer.rows == ({"plot": "A", "half_g": 1.5}, {"plot": "B", "half_g": 5.5})
    assert answer.columns == ("plot", "half_g")
    with pytest.raises(ProblemsFound) as caught:
        run(each_group(("plot",), mean), "plot,mass_g\nA,1\nB,5\nC,\nA,2\nC,3\n")
    assert [(p.line, p.column) for p in caught.value.problems] == [(3, None), (4, "mass_g")]


def test_rows_of_groups_are_not_taken_without_the_unreadable_ones():
    with pytest.raises(ProblemsFound) as caught:
        run(each_group(("plot",), mean), "plot,mass_g\nA,1\nA,x\n")

    assert [p.line for p in caught.value.problems] == [3]


def test_problems_of_several_groups_found_by_line_are_gathered():
    def refuse(rows, given):
        return EachRow(half)(given)

    with pytest.raises(ProblemsFound) as caught:
        run(each_group(("plot",), refuse), "plot,mass_g\nlost,1\n")

    assert [p.code for p in caught.value.problems] == ["not_enough_data"]


@pytest.mark.parametrize(
    ("error", "column"),
    [
        (NotEnoughData("Too few."), None),
        (BadCell("Bad.", column="mass_g", code="bad_cell"), "mass_g"),
        (OverflowError("Too large."), None),
    ],
)
def test_a_whole_table_can_be_refused(error, column):
    def refuse(given):
        raise error

    with pytest.raises(ProblemsFound, match="1 problems") as caught:
        run(refuse, "plot,mass_g\nA,1\n")

    assert [(p.line, p.column) for p in caught.value.problems] == [(None, column)]


def test_numbers_that_lead_nowhere_are_refused_by_line():
    def divide(row, options):
        return {"half_g": 1.0 / row.number("mass_g")}

    with pytest.raises(ProblemsFound) as caught:
        run(EachRow(divide), "plot,mass_g\nA,1\nB,0\n")

    assert [(p.line, p.code) for p in caught.value.problems] == [(3, "not_finite")]


def test_a_table_that_cannot_be_read_is_refused_with_the_others():
    with pytest.raises(ProblemsFound) as caught:
        run(EachRow(half), "")

    assert [p.code for p in caught.value.problems] == ["empty_file"]


def test_numbers_are_written_in_full_and_missing_ones_as_blanks():
    cells = [0.1 + 0.2, np.float64(1.5), 3, np.int64(4), True, None, "A"]

    assert [cell_text(cell) for cell in cells] == [
        "0.30000000000000004",
        "1.5",
        "3",
        "4.0",
        "true",
        "",
        "A",
    ]


def test_a_number_that_is_not_finite_is_never_written():
    trial = calculation(EachRow(half))

    with pytest.raises(ProblemsFound) as caught:
        csv_text(trial, columns=("half_g",), rows=[{"half_g": 1.0}, {"half_g": math.nan}])

    assert [(p.line, p.column, p.code) for p in caught.value.problems] == [
        (2, "half_g", "not_finite")
    ]


@pytest.mark.parametrize("known", calculations().values(), ids=lambda known: known.name)
def test_a_calculation_says_everything_a_reader_needs(known):
    columns = [*known.outputs, *known.options]
    columns += [column for table in known.tables for column in table.columns]

    lines = description_lines(known)

    assert lines[0] == f"{known.name}: {known.summary}"
    assert len(lines) > len(columns)
    assert known.summary.endswith(".")
    assert known.formula
    assert known.sources
    assert all(column.meaning for column in columns)
    assert len({output.name for output in known.outputs}) == len(known.outputs)
    for table in known.tables:
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("known", calculations().values(), ids=lambda known: known.name)
def test_no_header_stands_for_two_columns(known):
    for table in known.tables:
        headers = [
            {normalised(name) for name in (column.name, *column.aliases, *dict(column.converted))}
            for column in table.columns
        ]
        every = [header for names in headers for header in names]
        assert len(set(every)) == len(every)
