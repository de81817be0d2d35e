from __future__ import annotations

from itertools import pairwise

import pytest

from estimates.science.depth import BetaDepth
from estimates.science.errors import ImpossibleLayer, NotEnoughData, UnknownTerm
from estimates.science.traits.architecture import (
    CrownScore,
    angle_from_horizontal,
    mean_angle_deg,
)
from estimates.science.traits.diameters import (
    USUAL_LIMITS_MM,
    DiameterClasses,
    length_weighted_diameter_mm,
)
from estimates.science.traits.rooting_depth import rooting_depth
from estimates.science.traits.vocabulary import TERMS, groot_record, term

CLASSES = DiameterClasses(upper_limits_mm=USUAL_LIMITS_MM, lengths_cm=(700, 200, 60, 40))


def test_fine_roots_are_those_up_to_two_millimetres():
    assert CLASSES.length_cm == 1000
    assert CLASSES.share_below() == pytest.approx(0.96)
    assert CLASSES.share_below(0.5) == pytest.approx(0.7)


def test_classes_can_be_joined_and_keep_their_length():
    joined = CLASSES.joined((1.0,))

    assert joined.lengths_cm == (900, 100)
    assert joined.length_cm == CLASSES.length_cm


def test_classes_cannot_be_split():
    with pytest.raises(NotEnoughData, match=r"0\.8 mm"):
        CLASSES.share_below(0.8)
    with pytest.raises(NotEnoughData, match=r"0\.8 mm"):
        CLASSES.joined((0.8,))


def test_no_length_has_no_shares():
    with pytest.raises(NotEnoughData):
        DiameterClasses(upper_limits_mm=(2.0,), lengths_cm=(0, 0)).share_below()


@pytest.mark.parametrize(
    ("limits", "lengths"),
    [((1.0, 0.5), (1, 1, 1)), ((0.5, 1.0), (1, 1)), ((0.5,), (1, -1)), ((0.0,), (1, 1))],
)
def test_classes_that_are_none_are_refused(limits, lengths):
    with pytest.raises(ImpossibleLayer):
        DiameterClasses(upper_limits_mm=limits, lengths_cm=lengths)


def test_a_mean_diameter_weighs_by_length():
    """By hand: (90 x 0.2 + 10 x 1.2) / 100 = 0.3 mm."""
    assert length_weighted_diameter_mm([0.2, 1.2], lengths_cm=[90, 10]) == pytest.approx(0.3)
    with pytest.raises(NotEnoughData):
        length_weighted_diameter_mm([0.2], lengths_cm=[0])


def score(angle=40.0, number=10, branching=5):
    return CrownScore(kind="crown", angle_deg=angle, number=number, branching=branching)


def test_angles_are_shallow_medium_or_steep():
    assert [score(angle).angle_class for angle in (20, 30, 59, 60, 90)] == [
        "shallow",
        "medium",
        "medium",
        "steep",
        "steep",
    ]


def test_angles_are_from_the_horizontal():
    assert angle_from_horizontal(30, measured_from="vertical") == 60
    assert angle_from_horizontal(30, measured_from="horizontal") == 30
    with pytest.raises(ImpossibleLayer):
        angle_from_horizontal(100, measured_from="vertical")


def test_a_mean_angle_weighs_by_the_number_of_roots():
    assert mean_angle_deg([score(30, 10), score(60, 20)]) == 50
    with pytest.raises(NotEnoughData):
        mean_angle_deg([score(30, 0)])


@pytest.mark.parametrize(
    "numbers", [{"angle": 95}, {"number": -1}, {"branching": 0}, {"branching": 10}]
)
def test_scores_outside_their_scale_are_refused(numbers):
    with pytest.raises(ImpossibleLayer):
        score(**numbers)


def test_silsoe_control_roots_lie_shallow():
    """Fine roots of the arable control, means of 30 cm layers, Upson & Burgess 2013,
    doi:10.1007/s11104-013-1733-y; beta by least squares on the truncated curve: 0.9535."""
    found = rooting_depth([30, 60, 90, 120, 150], [2.533, 0.344, 0.198, 0.094, 0.043])

    assert found.beta == pytest.approx(0.9535, abs=5e-5)
    assert found.d50_cm == pytest.approx(0.5 / 0.7886 * 30, abs=0.01)
    assert found.d95_cm == pytest.approx(60 + (0.95 - 0.8957) / 0.0616 * 30, abs=0.1)
    assert found.measured_to_cm == 150


def test_a_profile_made_by_a_beta_gives_it_back():
    model = BetaDepth(beta=0.96)
    lower = [10 * layer for layer in range(1, 21)]
    shares = [model.share_above(depth) for depth in [0, *lower]]

    found = rooting_depth(lower, [below - above for above, below in pairwise(shares)])

    assert found.beta == pytest.approx(0.96, abs=1e-5)
    assert found.d50_cm == pytest.approx(17.0, abs=0.5)


@pytest.mark.parametrize(
    ("depths", "mass"),
    [
        ([10, 20], [1, 1]),
        ([10, 20, 30], [1, 1]),
        ([10, 30, 20], [1, 1, 1]),
        ([10, 20, 30], [0] * 3),
    ],
)
def test_profiles_that_say_nothing_are_refused(depths, mass):
    with pytest.raises(NotEnoughData):
        rooting_depth(depths, mass)


def test_traits_are_known_by_both_names():
    assert term("Root_mycorrhizal colonization") is term("mycorrhizal_colonisation")
    assert len({each.name for each in TERMS}) == len(TERMS)


def test_a_trait_is_written_as_groot_writes_it():
    record = groot_record("specific_root_length", 203.7, entity="FR")

    assert record == {
        "traitName": "Specific_root_length",
        "traitValue": 203.7,
        "belowgroundEntities": "FR",
    }


@pytest.mark.parametrize(("name", "entity"), [("d50", "FR"), ("colour", "FR"), ("beta", "FR")])
def test_traits_without_a_name_there_are_refused(name, entity):
    with pytest.raises(UnknownTerm):
        groot_record(name, 1.0, entity=entity)


def test_an_entity_is_one_of_groot():
    with pytest.raises(UnknownTerm, match="no entity"):
        groot_record("specific_root_length", 1.0, entity="leaf")
