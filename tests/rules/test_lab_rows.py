"""A row of results says everything that is wrong with it at once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.rules.lab_results import VariableFacts, judge_row
from sampling.rules.lab_rows import FIELDS, as_sent, read_row

NAMED = {"specimen": "RF-0000000", "variable": "carbon"}
CARBON = VariableFacts(
    unit="%",
    lod=Decimal("0.05"),
    plausible=(Decimal(20), Decimal(50)),
    hard=(Decimal(0), Decimal(100)),
)
MASS = VariableFacts(unit="mg", hard=(Decimal(0), None))


def codes_of(raw):
    return [error.code for error in read_row(raw, number=1).errors]


def judged(facts=CARBON, **raw):
    return judge_row(read_row({**NAMED, "unit": facts.unit, **raw}, number=1), facts)


def codes(remarks):
    return [remark.code for remark in remarks]


def test_a_whole_row_is_read():
    row = read_row(
        {
            **NAMED,
            "ref": 5,
            "value": "41.2",
            "unit": "%",
            "replicate_no": "2",
            "purpose": "recheck",
            "note": "a note",
            "flag": ["reweighed", "reweighed"],
            "version": 3,
            "amend_reason": "reweighed",
            "amend_text": "balance was off",
        },
        number=7,
    )

    assert not row.errors
    assert (row.number, row.ref, row.replicate_no, row.purpose) == (7, "5", 2, "recheck")
    assert (row.flags, row.version, row.amend_reason) == (("reweighed",), 3, "reweighed")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"state": "approved"}, "row.unknown_field"),
        ({"entered_by": "x"}, "row.unknown_field"),
        ({"specimen": ""}, "specimen.missing"),
        ({"specimen": 5}, "specimen.not_text"),
        ({"specimen": "x" * 81}, "specimen.too_long"),
        ({"variable": None}, "variable.missing"),
        ({"unit": 5}, "unit.not_text"),
        ({"note": "x" * 2001}, "note.too_long"),
        ({"note": "a\0b"}, "note.not_text"),
        ({"ref": "\ud800"}, "ref.not_text"),
        ({"ref": True}, "ref.not_text"),
        ({"replicate_no": 0}, "replicate_no.out_of_range"),
        ({"replicate_no": 1.5}, "replicate_no.out_of_range"),
        ({"replicate_no": True}, "replicate_no.out_of_range"),
        ({"replicate_no": "x"}, "replicate_no.out_of_range"),
        ({"version": -1}, "version.out_of_range"),
        ({"purpose": "Capital"}, "purpose.unknown"),
        ({"purpose": ["result"]}, "purpose.unknown"),
        ({"purpose": "blank"}, "purpose.not_a_specimen"),
        ({"purpose": "standard"}, "purpose.not_a_specimen"),
        ({"flag": "Not A Word"}, "flag.unknown"),
        ({"flag": [1]}, "flag.unknown"),
        ({"flag": ["a"] * 21}, "flag.unknown"),
        ({"amend_reason": "because"}, "amend_reason.unknown"),
        ({"amend_text": 5}, "amend_text.not_text"),
        ({"decimal_mark": ";"}, "decimal_mark.unknown"),
        ({"value": "-"}, "reason.missing"),
        ({"value": "1", "reason": "lost"}, "reason.with_value"),
        ({"value": "lost", "reason": "other"}, "reason.with_value"),
        ({"value": "nd", "reason": "lost"}, "reason.with_value"),
        ({"value": "", "reason": "no idea"}, "reason.unknown"),
        ({"value": "a\0"}, "value.not_a_number"),
    ],
)
def test_each_fault_of_the_shape_has_its_code(more, code):
    assert codes_of({"value": "1", **NAMED, **more}) == [code]


def test_all_faults_of_a_row_are_found():
    row = {"specimen": "", "variable": 5, "value": "NaN", "replicate_no": 0, "purpose": "drift"}

    assert sorted(codes_of(row)) == [
        "purpose.not_a_specimen",
        "replicate_no.out_of_range",
        "specimen.missing",
        "value.not_finite",
        "variable.not_text",
    ]


def test_a_row_is_an_object():
    assert codes_of(["RF-0000000", 5]) == ["row.not_an_object"]


def test_blank_keeps_and_clear_takes_away():
    blank = read_row(NAMED, number=1)
    cleared = read_row({**NAMED, "value": {"clear": True}}, number=1)
    reasoned = read_row({**NAMED, "reason": "lost"}, number=1)

    assert blank.keeps
    assert not cleared.keeps
    assert cleared.is_clear
    assert not reasoned.keeps
    assert codes_of({**NAMED, "value": {"clear": False}}) == ["value.not_a_number"]


@pytest.mark.parametrize(
    "raw",
    [
        {**NAMED, "value": "1,25", "decimal_mark": ",", "flag": "a", "ref": "B1"},
        {**NAMED, "value": {"clear": True}},
        {**NAMED, "reason": "lost", "replicate_no": 2},
    ],
)
def test_a_row_that_waits_can_be_read_again(raw):
    row = read_row(raw, number=3)

    again = read_row(as_sent(row), number=3)

    assert again == row


@given(
    st.dictionaries(
        st.sampled_from(FIELDS) | st.text(max_size=5),
        st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text()),
    )
)
def test_no_row_ends_in_a_crash(raw):
    row = read_row(raw, number=1)

    assert judge_row(row, CARBON).unit == "%"


def test_a_value_is_stored_in_the_unit_of_its_variable():
    stored = judged(facts=MASS, value="1234", unit="ug")

    assert (stored.value, stored.unit) == (Decimal("1.234"), "mg")
    assert stored.as_entered == "1234 ug"
    assert stored.read_as == "1.234"


def test_the_unit_in_the_cell_counts_as_well():
    stored = judged(facts=MASS, value="1234 µg", unit="")

    assert (stored.value, stored.as_entered) == (Decimal("1.234"), "1234 µg")


def test_two_units_that_differ_contradict():
    assert codes(judged(facts=MASS, value="5 mg", unit="g").errors) == ["unit.contradiction"]
    assert not judged(facts=MASS, value="5 µg", unit="ug").errors


def test_a_value_without_unit_is_taken_in_its_variables_and_said():
    stored = judged(value="41.2", unit="")

    assert codes(stored.warnings) == ["unit.assumed"]
    assert stored.value == Decimal("41.2")


def test_what_has_no_unit_needs_none():
    facts = VariableFacts(unit="[pH]")

    assert not judged(facts=facts, value="6.5", unit="").warnings


@pytest.mark.parametrize(
    ("facts", "unit", "code"),
    [
        (CARBON, "furlong", "unit.unknown"),
        (CARBON, "mg", "unit.mismatch"),
        (VariableFacts(unit="points of Munsell"), "mg", "unit.mismatch"),
    ],
)
def test_a_unit_that_does_not_fit_is_refused(facts, unit, code):
    stored = judged(facts=facts, value="5", unit=unit)

    assert codes(stored.errors) == [code]
    assert stored.value is None


def test_a_unit_off_the_list_fits_itself():
    facts = VariableFacts(unit="points of Munsell")

    assert judged(facts=facts, value="5").value == 5


@pytest.mark.parametrize("value", ["-1", "100.1", "<0", ">100", "12,400"])
def test_the_impossible_is_refused(value):
    stored = judged(value=value, decimal_mark="." if "," in value else "")

    (error,) = stored.errors
    assert error.code == "value.hard_range"
    assert error.limits == ("0", "100")
    assert error.unit == "%"


def test_a_comma_that_makes_a_value_impossible_is_hinted_at():
    facts = VariableFacts(unit="%", hard=(Decimal(0), Decimal(8)))

    (error,) = judged(facts=facts, value="12,4").errors

    assert (error.given, error.read_as, error.hint) == ("12,4", "12.4", "value.decimal_comma")


@pytest.mark.parametrize("value", ["19", "51", "<0.05", ">50"])
def test_the_unusual_is_flagged(value):
    stored = judged(value=value)

    assert codes(stored.warnings) == ["value.plausible_range"]
    assert stored.flags == ("out_of_plausible_range",)
    assert not stored.errors


def test_what_was_not_detected_takes_the_variables_limit():
    stored = judged(value="nd", flag="checked")

    assert (stored.censoring, stored.limit, stored.value) == ("lt", Decimal("0.05"), None)
    assert (stored.read_as, stored.as_entered) == ("<0.05", "nd")
    assert stored.flags == ("checked", "out_of_plausible_range")


def test_a_variable_without_limit_asks_for_one():
    stored = judged(value="<loq")

    assert codes(stored.errors) == ["value.no_limit"]
    assert stored.censoring == "none"


def test_above_a_limit_reads_so():
    assert judged(value=">42").read_as == ">42"


def test_no_value_reads_as_its_reason():
    stored = judged(value="-", reason="lost")

    assert (stored.value, stored.limit, stored.reason, stored.read_as) == (
        None,
        None,
        "lost",
        "lost",
    )


def test_more_decimals_than_are_kept_are_rounded_and_said():
    stored = judged(value="41.5800018310547", unit="%")

    assert stored.value == Decimal("41.5800018311")
    assert stored.as_entered == "41.5800018310547"
    assert codes(stored.warnings) == ["value.rounded"]


@pytest.mark.parametrize(
    ("value", "unit", "code"),
    [("1e-11", "mg", "value.too_small"), ("99999999999999", "kg", "value.too_large")],
)
def test_what_cannot_be_kept_is_refused(value, unit, code):
    assert codes(judged(facts=MASS, value=value, unit=unit).errors) == [code]
