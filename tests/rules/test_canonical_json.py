from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.rules.canonical_json import NotCanonical, canonical_json, canonical_sha256

# RFC 8785, appendix B, and section 3.2.2.
PRINTED_NUMBERS = [
    (0.0, "0"),
    (-0.0, "0"),
    (5e-324, "5e-324"),
    (-1.7976931348623157e308, "-1.7976931348623157e+308"),
    (9007199254740992.0, "9007199254740992"),
    (295147905179352830000.0, "295147905179352830000"),
    (9.999999999999997e22, "9.999999999999997e+22"),
    (1e23, "1e+23"),
    (999999999999999700000.0, "999999999999999700000"),
    (333333333.3333332, "333333333.3333332"),
    (0.000001, "0.000001"),
    (0.0000033333333333333333, "0.0000033333333333333333"),
    (1e-7, "1e-7"),
    (1424953923781206.2, "1424953923781206.2"),
    (4.50, "4.5"),
    (2e-3, "0.002"),
    (1, "1"),
    (1.0, "1"),
    (-12, "-12"),
]

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(("number", "printed"), PRINTED_NUMBERS)
def test_numbers_are_printed_as_ecmascript_does(number: float, printed: str) -> None:
    assert canonical_json(number) == printed


def test_the_example_of_the_standard_comes_out_as_printed_there() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }

    written = canonical_json(value)

    assert written == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_names_are_ordered_by_their_utf_16_code_units() -> None:
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]  # RFC 8785, 3.2.3

    written = canonical_json(dict.fromkeys(names, 0))

    expected = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(written)) == expected


@given(values)
def test_what_is_written_reads_back_the_same_and_is_written_the_same_again(value: Any) -> None:
    written = canonical_json(value)

    assert canonical_json(json.loads(written)) == written
    assert json.loads(written, parse_int=float) == value


def test_the_order_of_names_and_the_spelling_of_numbers_do_not_change_the_digest() -> None:
    one = {"a": 1, "b": [2.50, (1, 2)]}
    other = {"b": [2.5, [1.0, 2]], "a": 1.0}

    assert canonical_sha256(one) == canonical_sha256(other)
    assert canonical_sha256({}) == (
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        -float("inf"),
        2**53 + 1,
        10**400,
        {1: 2},
        {"a": object()},
        "\ud800",
        {"\ud800": 1},
    ],
)
def test_what_json_cannot_write_in_one_way_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical_json(value)
