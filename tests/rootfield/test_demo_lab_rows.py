from __future__ import annotations

from dataclasses import replace

import pytest

from rootfield.demo.records import fitted
from rootfield.demo.variables import analyte_code, unit_code, variable_code
from tests.rootfield.demo_rows import (
    RESULT,
    mapped,
    only,
)


def test_equal_specimen_and_variable_count_as_replicates():
    again = replace(RESULT, key="A2", lab_result_id="A2")
    other = replace(RESULT, key="A3", lab_result_id="A3", analyte="N")

    rows = mapped(lab_results=(RESULT, again, other)).lab

    assert [(row.variable, row.replicate_no) for row in rows] == [
        ("carbon_percent", 1),
        ("carbon_percent", 2),
        ("nitrogen_percent", 1),
    ]


@pytest.mark.parametrize(
    ("value", "raw", "note", "expected", "reason"),
    [
        ("43.51", "43.51", "", "43.51", ""),
        ("1,5", "", "", "1.5", ""),
        ("<0,05", "", "", "<0.05", ""),
        ("", "", "NEM", "", "not_enough_material"),
        ("", "Sample Lost", "", "", "lost"),
        ("n.a.", "", "", "", "not_recorded"),
        ("lots", "", "", "", "not_a_number"),
    ],
)
def test_a_result_has_a_value_or_a_reason(value, raw, note, expected, reason):
    result = replace(RESULT, value=value, value_raw=raw, note=note)

    row = only(mapped(lab_results=(result,)).lab)

    assert (row.value, row.reason) == (expected, reason)


def test_a_raw_value_that_differs_is_told():
    row = only(mapped(lab_results=(replace(RESULT, value="43", value_raw="43.4"),)).lab)

    assert "value_raw: '43.4'" in row.note


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("C", "carbon"),
        ("organic C", "organic_carbon"),
        ("δ13C", "delta_13c"),
        ("Mn (ICP)", "mn_icp"),
    ],
)
def test_analytes_have_codes_and_unknown_ones_their_own_words(words, code):
    assert analyte_code(words) == code


@pytest.mark.parametrize(
    ("typed", "unit"),
    [
        ("% of dry mass", "%"),
        ("g/100 g", "%"),
        ("permil vs VPDB", "permil"),
        ("permil vs air", "permil"),
        ("mg/kg", "mg/kg"),
    ],
)
def test_units_are_spelt_as_on_the_bench_or_kept(typed, unit):
    assert unit_code(typed) == unit


def test_one_analyte_in_two_units_is_two_variables():
    assert variable_code("nitrogen", "%") == "nitrogen_percent"
    assert variable_code("nitrogen", "mg/kg") == "nitrogen_mg_kg"
    assert variable_code("nitrogen", "") == "nitrogen_no_unit"


def test_long_codes_are_cut_and_stay_apart():
    first, second = fitted("x" * 100 + "1", 60), fitted("x" * 100 + "2", 60)

    assert len(first) == len(second) == 60
    assert first != second
    assert fitted("short", 60) == "short"
