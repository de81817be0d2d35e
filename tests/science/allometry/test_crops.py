from __future__ import annotations

import pytest

from estimates.science.allometry.crops import NAMES, RELATIVES, crop_of, crop_rows, is_itself


@pytest.mark.parametrize(
    ("words", "crop"),
    [
        ("winter wheat", "winter_wheat"),
        ("Wheat, winter", "winter_wheat"),
        ("Triticum aestivum", "wheat"),
        ("Zea mays", "grain_maize"),
        ("silage maize cv. X", "silage_maize"),
        ("maize, silage", "silage_maize"),
        ("barley, spring", "spring_barley"),
        ("oilseed rape", "rapeseed"),
        ("Brassica napus", "rapeseed"),
        ("Vicia faba", "faba_bean"),
        ("Vicia sativa", "vetch"),
        ("Potatos", "potato"),
        ("beet, sugar", "sugar_beet"),
        ("grass-clover ley", "ley"),
        ("Trifolium pratense", "clover"),
        ("restored prairie", "rangeland"),
        ("dragon fruit", None),
    ],
)
def test_what_people_write_names_a_crop(words, crop):
    assert crop_of(words) == crop


def test_every_relative_is_a_crop_or_the_generic_one():
    named = {*NAMES, "generic"}

    assert {other for others in RELATIVES.values() for other in others} <= named
    assert RELATIVES.keys() <= named


def test_the_crop_itself_comes_before_its_relatives():
    assert crop_rows("Spring Wheat")[:3] == ("spring_wheat", "wheat", "winter_wheat")


def test_the_very_words_may_be_a_row():
    assert crop_rows("Winter wheat (whole-plant)")[0] == "winter_wheat_whole_plant"


def test_cover_crops_have_rows_of_their_own():
    assert crop_rows("white mustard", is_cover=True) == (
        "cover_white_mustard",
        "cover_mustard",
        "cover_mixture",
        "cover_crop",
    )


@pytest.mark.parametrize(
    ("row", "words", "itself"),
    [
        ("wheat", "winter wheat", True),
        ("winter_wheat", "winter wheat", True),
        ("winter_wheat", "spring wheat", False),
        ("cover_mustard", "mustard", True),
        ("generic", "sunflower", False),
    ],
)
def test_a_species_stands_for_its_winter_form_but_a_relative_only_stands_in(row, words, itself):
    assert is_itself(row, words) is itself
