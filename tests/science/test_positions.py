from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimates.science.errors import NotEnoughData, UnknownPosition
from estimates.science.positions import (
    EqualPositions,
    PlantCentred,
    RowStrip,
    SingleTree,
    Spot,
    Transect,
    TreeRows,
)

# Upson & Burgess 2013, Plant and Soil 373:43, data doi:10.6084/m9.figshare.1492498, CC BY:
# tree 1CB4, 2011, fine roots in mg cm-3 of five layers of 30 cm, at 0 to 4 m from the tree.
SILSOE_1CB4 = {
    0: (1.6590, 0.6587, 0.3259, 0.3259, 0.0266),
    1: (1.8859, 0.6553, 0.0007, 0.1059, 0.4954),
    2: (0.7065, 0.1257, 0.2166, 0.0820, 0.0150),
    3: (0.7516, 0.4127, 0.0881, 0.0417, 0.0868),
    4: (1.2245, 0.9436, 0.3915, 0.2187, 0.0355),
}


def at(*distances_m):
    return [Spot(distance_m=distance) for distance in distances_m]


def named(*positions):
    return [Spot(position=position) for position in positions]


@pytest.mark.parametrize(
    ("scheme", "tonnes_per_ha"),
    [
        (EqualPositions(), 6.88788),
        (TreeRows(half_alley_m=5.0), 6.83319),
        (SingleTree(radius_m=5.0), 6.693597),
    ],
)
def test_the_roots_of_one_poplar_depend_on_whose_ground_they_stand_for(scheme, tonnes_per_ha):
    """1 mg cm-3 over 30 cm is 3 t per ha."""
    weights = scheme.weights(at(*SILSOE_1CB4))

    total = sum(
        weight * 3.0 * sum(layers)
        for weight, layers in zip(weights, SILSOE_1CB4.values(), strict=True)
    )

    assert total == pytest.approx(tonnes_per_ha, rel=1e-6)


def test_bands_of_a_tree_row_meet_half_way():
    weights = TreeRows(half_alley_m=5.0).weights(at(0, 1, 2, 3, 4))

    assert weights == pytest.approx([0.1, 0.2, 0.2, 0.2, 0.3])


def test_four_cores_from_row_to_row_weigh_one_two_two_one():
    assert Transect().weights(at(0, 0.25, 0.5, 0.75)) == pytest.approx([1 / 6, 1 / 3, 1 / 3, 1 / 6])


def test_row_and_mid_row_halve_the_ground_unless_a_strip_says_otherwise():
    spots = named("row", "mid_row")

    assert RowStrip(row_distance_cm=75).weights(spots) == (0.5, 0.5)
    assert RowStrip(row_distance_cm=75, strip_cm=15).weights(spots) == pytest.approx((0.2, 0.8))


def test_a_core_on_a_plant_stands_for_the_plants():
    """8 plants per m2 x 50 cm2 = 400 of 10,000 cm2."""
    scheme = PlantCentred(plants_per_m2=8, core_area_cm2=50)

    assert scheme.weights(named("plant", "between", "between")) == pytest.approx((0.04, 0.48, 0.48))


def test_replicates_at_one_place_share_its_ground():
    weights = RowStrip(row_distance_cm=75, strip_cm=15).weights(named("row", "mid_row", "row"))

    assert weights == pytest.approx((0.1, 0.8, 0.1))


@pytest.mark.parametrize(
    ("scheme", "spots", "error"),
    [
        (RowStrip(row_distance_cm=75), named("row", "hill"), UnknownPosition),
        (RowStrip(row_distance_cm=75), named("row", "row"), NotEnoughData),
        (RowStrip(row_distance_cm=75, strip_cm=75), named("row", "mid_row"), UnknownPosition),
        (
            PlantCentred(plants_per_m2=300, core_area_cm2=50),
            named("plant", "between"),
            UnknownPosition,
        ),
        (Transect(), at(0.0, 0.0), NotEnoughData),
        (Transect(), named("row", "row"), UnknownPosition),
        (Transect(), at(-1.0, 0.0), UnknownPosition),
        (TreeRows(half_alley_m=3.0), at(0, 1, 4), UnknownPosition),
        (SingleTree(radius_m=3.0), at(), UnknownPosition),
    ],
)
def test_cores_that_do_not_fit_their_scheme_are_refused(scheme, spots, error):
    with pytest.raises(error):
        scheme.weights(spots)


@pytest.mark.parametrize(
    ("scheme", "spots", "places"),
    [
        (EqualPositions(), at(0, 1), ("anywhere", "anywhere")),
        (Transect(), at(0, 1), (0, 1)),
        (TreeRows(half_alley_m=2), at(0, 1), (0, 1)),
        (SingleTree(radius_m=2), at(0, 1), (0, 1)),
        (RowStrip(row_distance_cm=75), named("row", "mid_row"), ("row", "mid_row")),
        (
            PlantCentred(plants_per_m2=8, core_area_cm2=50),
            named("plant", "between"),
            ("plant", "between"),
        ),
    ],
)
def test_a_scheme_says_which_cores_are_replicates(scheme, spots, places):
    assert scheme.places(spots) == places


@given(
    st.lists(st.floats(0, 9).map(lambda value: round(value, 2)), min_size=2, max_size=12).filter(
        lambda distances: len(set(distances)) > 1
    ),
    st.sampled_from(
        [EqualPositions(), Transect(), TreeRows(half_alley_m=10), SingleTree(radius_m=10)]
    ),
)
def test_weights_sum_to_one_and_none_is_negative(distances, scheme):
    weights = scheme.weights(at(*distances))

    assert sum(weights) == pytest.approx(1.0)
    assert min(weights) >= 0
