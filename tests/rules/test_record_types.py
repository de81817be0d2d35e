"""The shape of a record: what it takes, and what it says to what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from sampling.rules.record_types import (
    Field,
    RecordType,
    has_unstorable_number,
    has_unstorable_text,
    is_plain_text,
    pointer_to,
    storable_text,
    with_storable_text,
)


def field(name: str, kind: Any, **more: Any) -> Field:
    return Field(name=name, column=name, sql_type="", kind=kind, **more)


FIELDS = (
    field("code", "text", is_required=True, max_length=5),
    field("note", "text", is_nullable=True),
    field("colour", "text", choices=("", "red", "green")),
    field("count", "integer", lowest=0, highest=9, is_nullable=True),
    field("rank", "integer"),
    field("depth", "number", is_nullable=True),
    field("is_wet", "boolean"),
    field("on", "date"),
    field("at", "datetime", is_nullable=True),
    field("plot", "uuid", references="plot", is_required=True),
    field("shares", "json"),
    field("steps", "numbers"),
)
KIND = RecordType(
    name="thing",
    table="things",
    scope_kind="campaign",
    is_read_only=False,
    fields=FIELDS,
    groups=(("count", "rank"),),
)
GOOD: dict[str, Any] = {
    "code": "C1",
    "note": None,
    "colour": "red",
    "count": 9,
    "rank": -3,
    "depth": 30,
    "is_wet": False,
    "on": "2026-05-02",
    "at": "2026-05-02T10:11:12.123456+02:00",
    "plot": "11111111-1111-4111-8111-111111111111",
    "shares": {"wheat": 0.5},
    "steps": [1, 2.5],
}


def codes(values: dict[str, Any], *, is_new: bool = False) -> dict[str, str]:
    return {problem.pointer: problem.code for problem in KIND.problems(values, is_new=is_new)}


def test_a_good_record_has_no_problems() -> None:
    assert KIND.problems(GOOD, is_new=True) == []


def test_a_change_names_only_what_it_changes() -> None:
    assert KIND.problems({"note": "wet"}, is_new=False) == []


def test_a_new_record_names_everything_that_must_be_given() -> None:
    assert codes({"note": "wet"}, is_new=True) == {
        pointer_to("code"): "missing",
        pointer_to("plot"): "missing",
    }


def test_fields_of_a_newer_app_are_no_problem() -> None:
    assert KIND.problems({**GOOD, "new_field": {"any": [1, "x"]}}, is_new=True) == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("code", "longer", "code is a text of at most 5 characters."),
        ("code", None, "code is a text of at most 5 characters."),
        ("code", "\ud800", "code holds a character that no text may hold."),
        ("note", 5, "note is a text of at most 20000 characters or blank."),
        ("colour", "blue", "colour is one of: blank, red, green."),
        ("colour", "\ud800", "colour is one of: blank, red, green."),
        ("count", 10, "count is a whole number from 0 to 9 or blank."),
        ("rank", 1.5, "rank is a whole number."),
        ("depth", "30", "depth is a number or blank."),
        ("depth", 10**400, "depth is a number or blank."),
        ("is_wet", 1, "is_wet is true or false."),
        ("on", "2.5.2026", "on is a date like 2026-05-02."),
        ("on", "\ud800", "on is a date like 2026-05-02."),
        ("at", "2026-05-02T10:11:12", "at is a moment like 2026-05-02T10:11:12+02:00 or blank."),
        (
            "at",
            "0001-01-01T00:00:00+01:00",
            "at is a moment like 2026-05-02T10:11:12+02:00 or blank.",
        ),
        (
            "at",
            "2026-05-02T10:11:12-16:00",
            "at is a moment like 2026-05-02T10:11:12+02:00 or blank.",
        ),
        ("plot", "x", "plot is an id."),
        ("shares", 5, "shares is an object or a list."),
        ("steps", ["x"], "steps is a list of numbers."),
        ("steps", 5, "steps is a list of numbers."),
    ],
)
def test_a_wrong_value_is_answered_with_what_the_field_takes(
    name: str, value: Any, words: str
) -> None:
    found = KIND.problems({name: value}, is_new=False)

    assert [problem.pointer for problem in found if problem.detail == words] == [pointer_to(name)]


def test_every_wrong_value_is_named_at_once() -> None:
    wrong = {"code": 5, "count": "x", "on": 5, "at": "9999-12-31T23:59:59-01:00", "note": "\x00"}

    assert set(codes(wrong, is_new=True)) == {
        pointer_to(name) for name in ("code", "count", "on", "at", "note", "plot")
    }


def test_a_moment_that_cannot_be_stored_is_named_beside_good_values() -> None:
    assert codes({**GOOD, "at": "0001-01-01T00:00:00+01:00"}, is_new=True) == {
        pointer_to("at"): "wrong-type"
    }


@pytest.mark.parametrize("value", [10**30, -(10**300), 1.7e308, 0, -1])
def test_a_whole_number_of_any_size_is_a_number(value: Any) -> None:
    assert KIND.problems({"depth": value, "steps": [value]}, is_new=False) == []


def test_a_type_knows_its_references_defaults_and_names() -> None:
    assert KIND.references == {"plot": "plot"}
    assert KIND.required == {"code", "plot"}
    assert KIND.defaults == dict.fromkeys(KIND.names)


@pytest.mark.parametrize(
    "value", ["\x00", "a\ud800", "\udfff", ["x", "\x00"], {"a": ["\ud800"]}, {"\x00": 1}]
)
def test_nul_and_half_a_surrogate_pair_are_unstorable_wherever_they_are(value: Any) -> None:
    assert has_unstorable_text(value)
    assert not is_plain_text({"a": value})
    assert not has_unstorable_text(with_storable_text(value))


@pytest.mark.parametrize("value", ["", "\u00e9\U0001f331\n\x01", 5, None, True, [1, {"a": "b"}]])
def test_every_other_text_is_kept_as_it_is(value: Any) -> None:
    assert not has_unstorable_text(value)
    assert is_plain_text({"a": value})
    assert with_storable_text(value) == value


def test_an_unstorable_character_is_replaced_one_for_one() -> None:
    assert storable_text("a\x00b\ud800") == "a\ufffdb\ufffd"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("inf"), True),
        (float("nan"), True),
        (2**1024, True),
        ([1, {"a": float("-inf")}], True),
        (1.7e308, False),
        (10**300, False),
        ([{"a": "x", "b": None}, True], False),
    ],
)
def test_a_number_beyond_all_floats_is_unstorable(value: Any, expected: bool) -> None:
    assert has_unstorable_number(value) is expected
