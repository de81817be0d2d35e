"""What is typed into a cell is read without guessing, and kept as it was typed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.rules.remarks import CODES, Remark
from sampling.rules.values import plain, read_typed, shown


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1.234", "1.234"),
        (" 12 ", "12"),
        ("12.", "12"),
        (".5", "0.5"),
        ("+0.5", "0.5"),
        ("-26.39", "-26.39"),
        ("\u221226.39", "-26.39"),
        ("1e3", "1000"),
        ("1.5E-2", "0.015"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("0e999999999", "0"),
        (12, "12"),
        (1.5, "1.5"),
        (Decimal("1E+3"), "1000"),
    ],
)
def test_plain_numbers_are_read_as_they_stand(typed, number):
    read = read_typed(typed)

    assert (read.number, read.censoring) == (Decimal(number), "none")
    assert not read.errors
    assert not read.warnings
    assert read.as_entered == str(typed)


def test_zero_has_no_sign():
    assert not read_typed("-0").number.is_signed()


@pytest.mark.parametrize(
    ("typed", "censoring", "limit"),
    [
        ("<0.05", "lt", "0.05"),
        ("< 0.05", "lt", "0.05"),
        ("<=0.05", "lt", "0.05"),
        ("≤0.05", "lt", "0.05"),
        (">10", "gt", "10"),
        (">=10", "gt", "10"),
        ("≥ 10", "gt", "10"),
    ],
)
def test_limits_are_read_with_their_censoring(typed, censoring, limit):
    read = read_typed(typed)

    assert (read.number, read.censoring) == (Decimal(limit), censoring)


@pytest.mark.parametrize(
    ("typed", "number", "code"),
    [
        ("12,4", "12.4", "value.decimal_comma"),
        ("0,435", "0.435", "value.decimal_comma"),
        (",5", "0.5", "value.decimal_comma"),
        ("< 0,05", "0.05", "value.decimal_comma"),
        ("1,2345", "1.2345", "value.decimal_comma"),
        ("1.234,5", "1234.5", "value.decimal_comma"),
        ("1,234.5", "1234.5", "value.thousands_mark"),
        ("1,234,567", "1234567", "value.thousands_mark"),
        ("1.234.567", "1234567", "value.thousands_mark"),
        ("1.234.567,8", "1234567.8", "value.decimal_comma"),
    ],
)
def test_a_comma_is_read_and_said(typed, number, code):
    read = read_typed(typed)

    (remark,) = read.warnings
    assert read.number == Decimal(number)
    assert (remark.code, remark.read_as, remark.given) == (code, plain(Decimal(number)), typed)


def test_an_open_comma_is_never_guessed():
    read = read_typed("1,234")

    (remark,) = read.errors
    assert (remark.code, remark.read_as) == ("value.ambiguous_comma", "1.234")
    assert remark.hint == "value.decimal_comma"


@pytest.mark.parametrize(
    ("mark", "number", "code"),
    [(",", "1.234", "value.decimal_comma"), (".", "1234", "value.thousands_mark")],
)
def test_an_open_comma_is_read_by_who_says_their_mark(mark, number, code):
    read = read_typed("1,234", decimal_mark=mark)

    assert read.number == Decimal(number)
    assert [remark.code for remark in read.warnings] == [code]


@pytest.mark.parametrize(
    ("typed", "number", "unit"),
    [("1234 ug", "1234", "ug"), ("12mg", "12", "mg"), ("4.1 %", "4.1", "%"), ("7‰", "7", "‰")],
)
def test_a_unit_may_follow_the_number(typed, number, unit):
    read = read_typed(typed)

    assert (read.number, read.unit, read.as_entered) == (Decimal(number), unit, typed)


@pytest.mark.parametrize(("typed", "below"), [("nd", "lod"), ("N.D.", "lod"), ("<LOQ", "loq")])
def test_what_was_not_detected_lies_below_the_variables_limit(typed, below):
    read = read_typed(typed)

    assert (read.below, read.censoring, read.number) == (below, "lt", None)


@pytest.mark.parametrize("typed", ["-", "\u2013", " \u2014 "])
def test_a_dash_asks_for_a_reason(typed):
    assert read_typed(typed).needs_reason


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("lost", "lost"), ("NEM", "not_enough_material"), ("instrument fault", "instrument_fault")],
)
def test_a_reason_may_be_typed(typed, reason):
    assert read_typed(typed).reason == reason


@pytest.mark.parametrize("typed", [None, "", "   ", "\u00a0"])
def test_a_blank_cell_keeps(typed):
    assert read_typed(typed).is_blank


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("NaN", "value.not_finite"),
        ("sNaN", "value.not_finite"),
        ("Infinity", "value.not_finite"),
        ("-inf", "value.not_finite"),
        ("<inf", "value.not_finite"),
        ("3-5", "value.range"),
        ("3 to 5", "value.range"),
        ("1e999999999", "value.too_large"),
        ("1,5e999999999", "value.too_large"),
        ("123456789012345", "value.too_large"),
        ("1,5e-999999999", "value.too_small"),
        ("1" * 81, "value.too_long"),
        ("x", "value.not_a_number"),
        ("12 13", "value.not_a_number"),
        ("1 000", "value.not_a_number"),
        ("12,", "value.not_a_number"),
        ("1.2.3", "value.not_a_number"),
        ("1,2,3", "value.not_a_number"),
        ("1.2,3.4", "value.not_a_number"),
        ("12.34,5", "value.not_a_number"),
        ("1_000", "value.not_a_number"),
        ("\u0661\u0662", "value.not_a_number"),
        ("--5", "value.not_a_number"),
        ("=1+1", "value.not_a_number"),
        ("12\0", "value.not_a_number"),
        (True, "value.not_a_number"),
        ([1], "value.not_a_number"),
        ({"a": 1}, "value.not_a_number"),
    ],
)
def test_what_is_no_number_says_why(typed, code):
    read = read_typed(typed)

    assert [remark.code for remark in read.errors] == [code]
    assert read.number is None


@given(st.text(max_size=90) | st.floats() | st.integers() | st.booleans())
def test_nothing_typed_ends_in_a_crash(typed):
    read = read_typed(typed)

    said = (read.number is not None, bool(read.reason), bool(read.below), bool(read.errors))
    assert any((*said, read.is_blank, read.needs_reason))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-1e9, max_value=1e9))
def test_a_number_reads_back_from_how_it_is_shown(number):
    assert read_typed(plain(number)).number == number


def test_what_is_shown_can_be_stored():
    assert shown("a\0b\ud800") == "a\N{REPLACEMENT CHARACTER}b?"


def test_a_remark_has_a_code_of_the_closed_list():
    with pytest.raises(KeyError):
        Remark(code="value.made_up")

    assert Remark(code="value.range").message == CODES["value.range"]
