from __future__ import annotations

from typing import Any

import pytest

from sampling.rules import shapes


@pytest.mark.parametrize(
    ("shape", "value", "code"),
    [
        (shapes.text(), "a", None),
        (shapes.text(), 1, "not-a-text"),
        (shapes.text(), "  ", "blank"),
        (shapes.text(may_be_blank=True), "", None),
        (shapes.text(at_most=2), "abc", "too-long"),
        (shapes.identifier(), "root-c", None),
        (shapes.identifier(), "Root C", "not-an-id"),
        (shapes.identifier(), None, "not-an-id"),
        (shapes.boolean(), False, None),
        (shapes.boolean(), 0, "not-a-boolean"),
        (shapes.one_of("row", "plant"), "row", None),
        (shapes.one_of("row", "plant"), ["row"], "not-a-choice"),
        (shapes.number(), 1e9, None),
        (shapes.number(), True, "not-a-number"),
        (shapes.number(), float("nan"), "not-a-number"),
        (shapes.number(lowest=0), -1, "out-of-range"),
        (shapes.number(highest=1), 1.5, "out-of-range"),
        (shapes.number(above=0), 0, "out-of-range"),
        (shapes.whole_number(lowest=1, highest=3), 3.0, None),
        (shapes.whole_number(lowest=1, highest=3), 2.5, "not-a-whole-number"),
        (shapes.whole_number(lowest=1, highest=3), "2", "not-a-whole-number"),
        (shapes.whole_number(lowest=1, highest=3), 4, "out-of-range"),
        (shapes.nullable(shapes.boolean()), None, None),
        (shapes.nullable(shapes.boolean()), 1, "not-a-boolean"),
        (shapes.list_of(shapes.boolean()), {}, "not-a-list"),
        (shapes.list_of(shapes.boolean(), at_least=1), [], "too-few"),
        (shapes.list_of(shapes.an_object(), key="id"), [{"id": 1}, {"id": 1}, 3], "not-an-object"),
        (shapes.list_of(shapes.an_object(), key="id"), [{"id": "a"}, {"id": "a"}], "repeated"),
        (shapes.an_object(), {}, None),
        (shapes.an_object(), [], "not-an-object"),
        (shapes.record({"a": shapes.text()}), {}, "missing"),
        (shapes.record({"a": shapes.text()}), {"a": "x", "zzz": 1}, "unknown-member"),
        (shapes.record({"a": shapes.text()}), [], "not-an-object"),
    ],
)
def test_a_shape_names_what_does_not_fit(shape: shapes.Shape, value: Any, code: str | None) -> None:
    found = [problem.code for problem in shape(value, "/here")]

    assert found == ([] if code is None else [code])


def test_a_limit_is_said_in_the_sentence() -> None:
    shape = shapes.number(above=0, highest=100)

    (problem,) = shape(0, "")

    assert problem.detail == "This number is above 0 and at most 100."


def test_a_likely_word_is_offered() -> None:
    (problem,) = shapes.one_of("picked", "ash")("piked", "")

    assert problem.detail == "This is one of: picked, ash. Did you mean picked?"


def test_a_name_is_escaped_in_its_pointer() -> None:
    (problem,) = shapes.record({})({"a/b~c": 1}, "")

    assert problem.pointer == "/a~1b~0c"
