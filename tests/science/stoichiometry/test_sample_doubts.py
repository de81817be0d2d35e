from __future__ import annotations

import pytest

from estimates.science.stoichiometry.sample_doubts import SampleValue, crop_named, sample_doubts


def value(key, number, replicate=1):
    return SampleValue(key=key, value=number, replicate=replicate)


def codes(doubts):
    return [(doubt.key, doubt.finding.code) for doubt in doubts]


def test_usual_roots_raise_no_doubt():
    values = {"C": [value("c", 430.0)], "N": [value("n", 11.0)], "C_N_given": [value("r", 39.1)]}

    assert sample_doubts(values, group="Poaceae", crop="wheat") == []


def test_a_slip_of_unit_is_named_with_its_range():
    found = sample_doubts({"C": [value("c", 43.0)]}, group="Poaceae")

    assert codes(found) == [("c", "c_unusual"), ("c", "unit_slip")]
    assert "430" in found[1].finding.message


def test_grasses_are_not_rich_in_nitrogen():
    found = sample_doubts({"N": [value("n", 40.0)]}, group="Poaceae")

    assert ("n", "grass_rich_in_n") in codes(found)


def test_ash_and_the_given_ratio_are_held_against_c_without_a_plant_group():
    """999 - 1.89 x 300 = 432 g ash per kg; 300 / 10 = 30 by mass and 34.98 by atoms."""
    values = {
        "C": [value("c", 300.0)],
        "N": [value("n", 10.0)],
        "ash": [value("a", 60.0)],
        "C_N_given": [value("r", 34.98)],
    }

    found = sample_doubts(values, group=None)

    assert ("a", "ash_against_carbon") in codes(found)
    assert ("r", "ratio_by_atoms") in codes(found)


def test_a_ratio_needs_both_elements():
    values = {"C": [value("c", 430.0)], "N": [value("n", 0.0)], "C_N_given": [value("r", 3.0)]}

    assert sample_doubts(values, group=None) == []
    assert sample_doubts({"ash": [value("a", 60.0)]}, group=None) == []


def test_replicates_that_differ_are_told_on_the_later_one():
    values = {"C": [value("second", 460.0, replicate=2), value("first", 430.0)]}

    assert codes(sample_doubts(values, group=None)) == [("second", "duplicates_differ")]


@pytest.mark.parametrize(
    ("species", "crop"),
    [("winter wheat", "wheat"), ("rye cover", "rye cover"), ("red clover", "red clover")],
)
def test_the_longest_crop_a_species_names_counts(species, crop):
    assert crop_named(species) == crop
    assert crop_named("a weed") is None
