"""Rows that a peer shipped with an error, and what the rules say of them."""

from __future__ import annotations

import json

import pytest

from estimates.science.errors import ImpossibleParameter
from estimates.science.parameters import load_parameter_set

SHARE_NAMES = ("RP", "RS", "RR", "RE")


def content(columns, *rows, **others):
    """Return a set with one table, as JSON."""
    return json.dumps(
        {
            "method": "test",
            "version": "1",
            "numbers": [],
            "sources": {"book": {"source": "a book", "doi": None, "status": "read"}},
            "tables": [
                {
                    "name": "shares",
                    "columns": [{"name": name, "unit": "1", "range": [0, 999]} for name in columns],
                    "rows": [
                        {"crop": crop, "values": values, "source": "book", **others}
                        for crop, values in rows
                    ],
                }
            ],
        }
    )


def refusal(columns, *row):
    with pytest.raises(ImpossibleParameter) as refused:
        load_parameter_set(content(columns, row))
    return str(refused.value)


def test_the_shifted_triticale_of_a_peer_is_refused_and_the_shift_named():
    """SoilManageR 1.1.0: .335, .26, .506, .142 and .092 where the share of product returned is."""
    sentence = refusal((*SHARE_NAMES, "SP"), "triticale", [0.335, 0.26, 0.506, 0.142, 0.092])

    assert "shares.triticale" in sentence
    assert "sum to 1.243, not to 1" in sentence
    assert "shifted by one cell: read one to the right, 0.26, 0.506, 0.142, 0.092" in sentence


def test_shares_that_sum_to_less_without_a_shift_say_only_that():
    sentence = refusal(SHARE_NAMES, "oat", [0.319, 0.283, 0.141, 0.157])

    assert "sum to 0.900" in sentence
    assert "shifted" not in sentence


def test_the_humified_share_of_a_cover_crop_copied_from_its_neighbour_is_refused():
    """AMG cover crop winter wheat: h_AG .071 is its RE; the others lie between .30 and .44."""
    sentence = refusal(
        ("RP", "RS", "RR", "RE", "SR", "h_AG"), "wheat", [0, 0.82, 0.109, 0.071, 6.839, 0.071]
    )

    assert "h_AG is 0.071, outside 0.1 to 0.6. It equals RE of the same row" in sentence


def test_a_humified_share_out_of_range_that_was_not_copied_says_so_alone():
    assert refusal(("h_AG",), "wheat", [0.9]).endswith("h_AG is 0.9, outside 0.1 to 0.6.")


@pytest.mark.parametrize(
    ("roots", "deposits"),
    [(0.041, 0.296), (0.30, 0.05), (0.0, 0.2)],
)
def test_rhizodeposits_no_study_found_are_refused(roots, deposits):
    shares = [0.4, 0.6 - roots - deposits, roots, deposits]

    assert "RE/RR is" in refusal(SHARE_NAMES, "pea", shares)


def test_a_root_crop_may_leave_no_rhizodeposits():
    loaded = load_parameter_set(content(SHARE_NAMES, ("potato", [0.739, 0.236, 0.025, 0])))

    assert loaded.value("shares.potato.RE") == 0


def test_a_harvest_index_of_another_row_is_refused():
    sentence = refusal((*SHARE_NAMES, "HI"), "spring wheat", [0.425, 0.409, 0.101, 0.066, 0.479])

    assert "HI is 0.479, but RP/(RP+RS) is 0.510" in sentence


@pytest.mark.parametrize(("column", "value"), [("C_AG", 0.24), ("C_BG", 4.4)])
def test_a_carbon_content_in_another_unit_is_refused(column, value):
    assert f"{column} is {value:g} g C per g" in refusal((column,), "wheat", [value])


@pytest.mark.parametrize("beta", [0.75, 1.0, 0.0])
def test_a_depth_nobody_measured_is_refused(beta):
    assert f"beta {beta:g} puts half the roots above" in refusal(("beta",), "spinach", [beta])


def test_a_depth_model_that_turns_back_is_refused():
    assert "share above 60 cm" in refusal(("F30", "F60"), "wheat", [0.9, 0.7])


def test_a_depth_model_that_rises_is_accepted():
    loaded = load_parameter_set(content(("F30", "F60"), ("wheat", [0.7, 0.9])))

    assert loaded.value("shares.wheat.F60") == 0.9


@pytest.mark.parametrize(
    "values", [[17.2, 1.286, 150.8], [17.2, -1.286, 15.0], [-3.0, -1.286, 150.8]]
)
def test_a_logistic_that_does_not_rise_is_refused(values):
    columns = ("middle", "steepness", "deepest")

    assert "no depth model" in refusal(columns, "wheat", values)


def test_a_strange_row_stays_with_its_reason_and_is_flagged():
    text = content(
        SHARE_NAMES, ("pea", [0.263, 0.400, 0.041, 0.296]), accepted="Published like this."
    )

    assert load_parameter_set(text).doubts == (("shares.pea", "Published like this."),)


def test_a_row_with_a_cell_too_few_is_refused():
    assert "needs 4 values" in refusal(SHARE_NAMES, "wheat", [0.4, 0.4, 0.1])


def test_a_blank_cell_is_a_number_the_set_does_not_have():
    loaded = load_parameter_set(content(("beta", "h_AG"), ("mustard", [None, 0.357])))

    assert not loaded.has("shares.mustard.beta")
    assert loaded.number("shares.mustard.h_AG").source == "a book"


@pytest.mark.parametrize("text", ["[]", "{}", '{"method": "a", "version": "1"}', "no JSON"])
def test_what_is_no_parameter_set_is_refused_by_name(text):
    with pytest.raises(ImpossibleParameter, match="is not written as a parameter set"):
        load_parameter_set(text)
