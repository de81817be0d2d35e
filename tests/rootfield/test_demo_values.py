from __future__ import annotations

import datetime

import pytest

from rootfield.demo.values import positive, read_amount, read_date, read_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0.99", 0.99),
        (" 7e-4 ", 0.0007),
        (".5", 0.5),
        ("-13.5", -13.5),
        ("1,5", 1.5),
        ("0,1234", 0.1234),
        ("1,500", None),
        ("1,2,3", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("12 g", None),
        ("0x10", None),
        ("1_000", None),
        ("", None),
    ],
)
def test_a_cell_is_a_number_only_when_it_says_one(typed, number):
    assert read_number(typed) == number


@pytest.mark.parametrize(("typed", "number"), [("2", 2.0), ("0", None), ("-1", None), ("x", None)])
def test_a_size_is_above_zero(typed, number):
    assert positive(typed) == number


@pytest.mark.parametrize(
    ("typed", "censoring", "limit"),
    [("<10", "lt", 10), ("< 0,5", "lt", 0.5), ("<=3", "lt", 3), (">20", "gt", 20), ("≥2", "gt", 2)],
)
def test_a_limit_is_not_a_value(typed, censoring, limit):
    amount = read_amount(typed)

    assert (amount.value, amount.censoring, amount.limit) == (None, censoring, limit)
    assert amount.reason == ""


@pytest.mark.parametrize(
    ("typed", "remark", "reason"),
    [
        ("NEM", "", "not_enough_material"),
        ("", "NEM", "not_enough_material"),
        ("Sample Lost", "", "lost"),
        ("", "Sample DNE", "not_sampled"),
        ("Sample DNE", "no numeric mass in source", "not_sampled"),
        ("", "no numeric mass in source", "not_recorded"),
        ("n.a.", "", "not_recorded"),
        ("", "", "not_recorded"),
        ("30-40", "", "range_given"),
        ("30 to 40", "", "range_given"),
        ("a bit", "", "not_a_number"),
        ("1,500", "", "not_a_number"),
        ("<", "", "not_a_number"),
    ],
)
def test_what_is_no_number_has_a_reason_and_keeps_its_text(typed, remark, reason):
    amount = read_amount(typed, remark=remark)

    assert amount.as_entered == typed
    assert (amount.value, amount.limit, amount.censoring) == (None, None, "none")
    assert amount.reason == reason


@pytest.mark.parametrize(
    ("typed", "precision", "on", "known_to", "is_certain"),
    [
        ("2019-06-06", "day", (2019, 6, 6), "day", True),
        ("2019-06-06T10:11:12", "", (2019, 6, 6), "day", True),
        ("6.7.2019", "day", (2019, 7, 6), "day", True),
        ("2011-05", "", (2011, 5, 1), "month", True),
        ("2011", "year", (2011, 1, 1), "year", True),
        ("2011", "day", (2011, 1, 1), "year", True),
        ("2011-07-05", "year", (2011, 1, 1), "year", False),
        ("2011-07-05", "month", (2011, 7, 1), "month", False),
        ("spring 2011", "", (2011, 1, 1), "year", False),
        ("2011-02-30", "day", (2011, 1, 1), "year", False),
        ("31.2.2011", "day", (2011, 1, 1), "year", False),
        ("07/08/2011", "day", (2011, 1, 1), "year", False),
        ("", "", (1999, 1, 1), "year", False),
    ],
)
def test_a_date_is_no_more_exact_than_its_text(typed, precision, on, known_to, is_certain):
    date = read_date(typed, precision=precision, year="1999")

    assert (date.on, date.precision) == (datetime.date(*on), known_to)
    assert date.is_certain is is_certain


def test_a_date_nobody_can_tell_is_unknown():
    date = read_date("last autumn")

    assert (date.on, date.precision, date.is_certain) == (None, "unknown", False)
