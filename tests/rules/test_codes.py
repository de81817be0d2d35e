from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.rules.codes import (
    ALPHABET,
    CODE_COUNT,
    CodeMalformed,
    CodeMistyped,
    CodeOutOfRange,
    check_character,
    code_block,
    read_code,
    read_number,
    write_code,
)

numbers = st.integers(0, CODE_COUNT - 1)


def reads_as_valid(body: str) -> bool:
    return check_character(body[:-1]) == body[-1]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        # 1 weighs x = 2; by hand.
        (0, "RF-0000000"),
        (1, "RF-0000012"),
        # 16 weighs x^5 = x^2 + 1 = 5; by hand.
        (16, "RF-00000G5"),
        # 32 is "10": 1 weighs x^2 = 4; by hand.
        (32, "RF-0000104"),
        (123456789, "RF-3NQK8N1"),
        # 31 weighs x + ... + x^6 = 17, and 31 times 17 is 25; by hand.
        (CODE_COUNT - 1, "RF-ZZZZZZS"),
    ],
)
def test_a_number_has_one_code(number, code):
    assert write_code(number) == code
    assert read_number(code) == number


@given(numbers)
def test_what_is_written_is_read_again(number):
    assert read_number(write_code(number)) == number


@given(numbers, st.integers(0, 6), st.sampled_from(ALPHABET))
def test_every_single_substitution_is_detected(number, place, other):
    body = write_code(number)[3:]

    wrong = body[:place] + other + body[place + 1 :]

    assert reads_as_valid(wrong) == (wrong == body)


def test_every_substitution_at_every_place_is_detected_for_one_code():
    body = write_code(123456789)[3:]

    passed = [
        (place, other)
        for place in range(7)
        for other in ALPHABET
        if other != body[place] and reads_as_valid(body[:place] + other + body[place + 1 :])
    ]

    assert passed == []


@pytest.mark.parametrize("place", range(6))
def test_every_transposition_of_every_two_neighbours_is_detected(place):
    # The check is linear, so the other characters may be zero.
    undetected = []
    for one in ALPHABET:
        for other in ALPHABET:
            digits = "0" * place + one + other + "0" * 5
            body = digits[:6] + check_character(digits[:6])
            swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
            if swapped != body and reads_as_valid(swapped):
                undetected.append(body)

    assert undetected == []


@given(numbers, st.integers(0, 5))
def test_exchanging_two_neighbours_is_detected_in_any_code(number, place):
    body = write_code(number)[3:]

    swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]

    assert reads_as_valid(swapped) == (swapped == body)


@pytest.mark.parametrize(
    "typed", ["RF-0000012", "rf-oooooi2", "RF-OOOOOL2", " rf 0000012 ", "RF0000012", "RF-000 0012"]
)
def test_reading_forgives_case_blanks_hyphens_and_look_alikes(typed):
    assert read_code(typed) == "RF-0000012"


def test_an_exchange_of_neighbours_is_answered_with_the_code_meant():
    with pytest.raises(CodeMistyped) as raised:
        read_code("RF-3QNK8N1")

    assert raised.value.code == "specimen-code-mistyped"
    assert raised.value.extra["did_you_mean"][0] == "RF-3NQK8N1"
    assert "Did you mean RF-3NQK8N1" in raised.value.detail


def test_a_look_alike_is_answered_with_the_code_meant():
    with pytest.raises(CodeMistyped) as raised:
        read_code("RF-3NQKBN1")

    assert "RF-3NQK8N1" in raised.value.extra["did_you_mean"]


def test_a_wrong_code_like_no_other_is_refused_without_a_guess():
    with pytest.raises(CodeMistyped) as raised:
        read_code("RF-JHWW9W3")

    assert raised.value.extra["did_you_mean"] == ()
    assert "Did you mean" not in raised.value.detail


@pytest.mark.parametrize(
    "typed", ["", "RF-", "RF-00000", "RF-00000123", "RF-00000?2", "XY-0000012", "RF-ÄÖÜ0012", "ß"]
)
def test_a_text_of_another_shape_is_malformed(typed):
    with pytest.raises(CodeMalformed) as raised:
        read_code(typed)

    assert raised.value.code == "specimen-code-malformed"


def test_a_code_without_its_prefix_is_answered_with_the_prefix():
    with pytest.raises(CodeMalformed) as raised:
        read_code("3nqk8n1")

    assert raised.value.extra["did_you_mean"] == ("RF-3NQK8N1",)


def test_a_u_is_no_character_of_a_code_but_may_have_been_a_v():
    code = next(write_code(n) for n in range(CODE_COUNT) if "V" in write_code(n))

    with pytest.raises(CodeMalformed) as raised:
        read_code(code.replace("V", "U"))

    assert code in raised.value.extra["did_you_mean"]


@given(numbers, st.integers(0, 6), st.sampled_from(ALPHABET))
def test_every_code_offered_is_a_code(number, place, other):
    body = write_code(number)[3:]
    wrong = body[:place] + other + body[place + 1 :]

    try:
        offered = (read_code("RF-" + wrong),)
    except CodeMistyped as error:
        offered = error.extra["did_you_mean"]

    assert all(read_code(code) == code for code in offered)


def test_a_block_is_a_run_of_consecutive_codes():
    block = code_block(31, count=3)

    assert block == (write_code(31), write_code(32), write_code(33))
    assert code_block(CODE_COUNT, count=0) == ()


@pytest.mark.parametrize(("first", "count"), [(-1, 1), (0, -1), (CODE_COUNT - 1, 2)])
def test_a_block_beyond_the_last_code_is_refused(first, count):
    with pytest.raises(CodeOutOfRange) as raised:
        code_block(first, count=count)

    assert raised.value.code == "specimen-code-out-of-range"


@pytest.mark.parametrize("number", [-1, CODE_COUNT])
def test_a_number_without_a_code_is_refused(number):
    with pytest.raises(CodeOutOfRange):
        write_code(number)


def test_the_algorithm_printed_for_other_languages_gives_the_same_codes():
    page = (Path(__file__).parents[2] / "docs" / "sync" / "clients.md").read_text("utf-8")
    printed = page.split("```python\n")[1].split("```")[0]
    codes = dict(re.findall(r"\| (\d+) \| `(RF-\w{7})` ", page))

    for number, code in codes.items():
        names = {"ALPHABET": ALPHABET, "six": code[3:9]}
        exec(printed, names)

        assert write_code(int(number)) == code
        assert names["check"] == code[9]
    assert len(codes) == 6
