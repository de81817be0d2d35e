"""Field names, values and clocks as people read them."""

from __future__ import annotations

import pytest

from rootfield.templatetags.words import clock, listed, place, readable, shown, tone, words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dry_mass_g", "dry mass (g)"),
        ("yield_t_ha", "yield (t/ha)"),
        ("sampled_area_cm2", "sampled area (cm²)"),
        ("soil_core", "soil core"),
        ("unknown-protocol-version", "unknown protocol version"),
        ("is_to_refusal", "to refusal"),
        ("m", "m"),
    ],
)
def test_a_name_becomes_words_with_its_unit(name, expected):
    assert words(name) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "blank"),
        ("", "blank"),
        (0, "0"),
        (False, "no"),
        (12.10, "12.1"),
        (1e-7, "1e-07"),
        ([2, 0.5], "2, 0.5"),
        ({"a": 1}, '{"a": 1}'),
    ],
)
def test_a_value_is_shown_as_people_write_it(value, expected):
    assert shown(value) == expected


@pytest.mark.parametrize(
    ("offset_s", "expected"),
    [
        (None, "not known"),
        (2.0, "right"),
        (-90.0, "90 s slow"),
        (400.0, "7 min fast"),
        (-7300.0, "2 h slow"),
    ],
)
def test_a_clock_is_right_fast_or_slow(offset_s, expected):
    assert clock(offset_s) == expected


def test_a_state_nobody_coloured_has_no_tone():
    assert tone("noop") == ""


def test_a_sentence_names_fields_in_words_and_leaves_codes_alone():
    sentence = "inner_diameter_cm of core plot_m is a number."

    assert readable(sentence) == "inner diameter (cm) of core plot_m is a number."


@pytest.mark.parametrize(
    ("pointer", "text"),
    [("/chg/dry_mass_g/to", "dry mass (g)"), ("/scope", "/scope"), ("", "")],
)
def test_a_pointer_is_read_as_its_field(pointer, text):
    assert place(pointer) == text


def test_names_are_listed_in_words():
    assert listed(("driven_length_cm", "note")) == "driven length (cm), note"
