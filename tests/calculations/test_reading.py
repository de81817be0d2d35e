from __future__ import annotations

import pytest

from estimates.calculations.declaration import Column, Table
from estimates.calculations.problems import ProblemsFound
from estimates.calculations.reading import read_table

TABLE = Table(
    name="in",
    meaning="one row a layer",
    columns=(
        Column(name="clay_pct", meaning="clay", unit="%", lower=0, upper=100, aliases=("clay",)),
        Column(name="soc_g_kg", meaning="SOC", unit="g kg-1", converted=(("soc_pct", 10.0),)),
        Column(name="core", meaning="core", kind="text", is_required=False),
        Column(name="cores", meaning="pooled cores", kind="whole", is_required=False, default=1),
        Column(name="is_wet", meaning="wet", kind="flag", is_required=False),
        Column(
            name="system",
            meaning="class system",
            kind="text",
            is_required=False,
            choices=("USDA", "KA5"),
        ),
    ),
)


def read(text):
    return read_table(text.encode(), TABLE)


def problems(text):
    try:
        reading = read(text)
    except ProblemsFound as found:
        return [(p.line, p.column, p.code) for p in found.problems]
    return [(p.line, p.column, p.code) for p in reading.problems]


def test_a_byte_order_mark_remarks_and_blank_lines_are_no_matter():
    text = "\ufeff# from the lab\nclay_pct,soc_g_kg,core\n20,11.5,A\n\n,,\n30,9,\n"

    rows = read(text).rows

    assert [row.line for row in rows] == [3, 6]
    assert rows[0].values == {
        "clay_pct": 20.0,
        "soc_g_kg": 11.5,
        "core": "A",
        "cores": 1,
        "is_wet": None,
        "system": None,
    }
    assert rows[1].optional_text("core") is None


def test_headers_are_known_by_their_aliases_in_any_case_and_unit():
    row = read("Clay [%],SOC (pct)\n20,1.5\n").rows[0]

    assert (row.number("clay_pct"), row.number("soc_g_kg")) == (20.0, 15.0)


def test_cells_are_read_as_their_column_says():
    row = read("Clay,SOC %,Core,Cores,is wet,system,Remark\n20,1.5,A,3,yes,ka5,dry\n").rows[0]

    assert (row.number("clay_pct"), row.whole("cores"), row.flag("is_wet")) == (20.0, 3, True)
    assert (row.text("core"), row.text("system")) == ("A", "KA5")
    assert row.cells["Remark"] == "dry"
    assert row.has("clay_pct", "core")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("NA", "not_a_number"),
        ("NaN", "not_a_number"),
        ("inf", "not_a_number"),
        ("1e999", "out_of_range"),
        ('"1,5"', "decimal_comma"),
        ('"1,250.5"', "thousands_comma"),
        ("<0.5", "censored"),
        ("12 %", "not_a_number"),
        ("twelve", "not_a_number"),
        ("1_000", "not_a_number"),
        ("\u22123", "not_a_number"),
        ("101", "out_of_range"),
        ("", "missing_value"),
    ],
)
def test_a_number_is_read_strictly(cell, code):
    assert problems(f"clay_pct,soc_g_kg\n{cell},11\n") == [(2, "clay_pct", code)]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("cores", "2.5", "not_whole"),
        ("is_wet", "perhaps", "not_a_flag"),
        ("system", "FAO", "unknown_choice"),
    ],
)
def test_other_cells_are_read_strictly_too(column, cell, code):
    assert problems(f"clay_pct,soc_g_kg,{column}\n20,11,{cell}\n") == [(2, column, code)]


def test_every_bad_cell_of_every_row_is_named():
    found = problems('clay_pct,soc_g_kg\n"20,5",x\n20,11\n-1,3\n')

    assert found == [
        (2, "clay_pct", "decimal_comma"),
        (2, "soc_g_kg", "not_a_number"),
        (4, "clay_pct", "out_of_range"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(None, None, "empty_file")]),
        ("clay_pct,soc_g_kg\n", [(None, None, "no_rows")]),
        ("clay_pct;soc_g_kg\n20;11\n", [(1, None, "wrong_separator")]),
        ("clay_pct\tsoc_g_kg\n20\t11\n", [(1, None, "wrong_separator")]),
        ("clay_pct,soc_g_kg,clay_pct\n1,2,3\n", [(1, None, "column_twice")]),
        ("clay,Clay,soc_g_kg\n1,2,3\n", [(1, "clay_pct", "column_twice")]),
        ("clay_pct\n20\n", [(1, "soc_g_kg", "missing_column")]),
        ("clay_pct,soc_g_kg\n20,5,11\n", [(2, None, "cell_count")]),
        ('clay_pct,soc_g_kg\n20,"1"1\n', [(2, None, "not_csv")]),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_place(text, expected):
    assert problems(text) == expected


def test_bytes_that_are_not_utf8_are_refused_with_their_line():
    with pytest.raises(ProblemsFound) as caught:
        read_table(b"clay_pct,soc_g_kg,core\n20,11,M\xfcncheberg\n", TABLE)

    assert [(p.line, p.code) for p in caught.value.problems] == [(2, "not_utf8")]


def test_a_missing_column_is_looked_for_among_the_headers():
    with pytest.raises(ProblemsFound) as caught:
        read("clay_pct,soc_gkg\n20,11\n")

    assert "Did you mean it by soc_gkg?" in caught.value.problems[0].message


def test_a_misspelt_optional_column_is_remarked_on_and_carried():
    reading = read("clay_pct,soc_g_kg,coress\n20,11,3\n")

    assert reading.rows[0].cells["coress"] == "3"
    assert reading.rows[0].values["cores"] == 1
    assert reading.remarks == ("The column coress is carried along unread; did you mean cores?",)


def test_an_exact_header_wins_over_another_name_of_it():
    reading = read("clay_pct,clay,soc_g_kg\n20,30,11\n")

    assert reading.rows[0].values["clay_pct"] == 20.0
    assert reading.remarks == ("clay_pct is read; clay is carried along.",)


def test_a_short_row_has_blanks_at_its_end():
    assert read("clay_pct,soc_g_kg,core\n20,11\n").rows[0].optional_text("core") is None


@pytest.mark.parametrize(
    ("lower", "upper", "allowed"),
    [(0, 1, "from 0 to 1"), (0, None, "at least 0"), (None, 1, "at most 1")],
)
def test_a_range_is_told_as_it_is(lower, upper, allowed):
    column = Column(name="share", meaning="share", lower=lower, upper=upper)
    cell = "-3" if lower == 0 else "3"

    reading = read_table(
        f"share\n{cell}\n".encode(), Table(name="in", meaning="rows", columns=(column,))
    )

    assert reading.problems[0].message == f"share is {cell}; it must be {allowed}."
