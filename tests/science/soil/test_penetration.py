from __future__ import annotations

import pytest

from estimates.science.errors import ImpossibleLayer, MixedMethods, NotEnoughData
from estimates.science.soil.penetration import (
    Cone,
    LimitingLayer,
    PenetrationProfile,
    limiting_layers,
    mean_profile,
)

CONE = Cone(area_cm2=1.0, angle_deg=60)


def profile(resistances, *, cone=CONE, depths=None):
    depths = tuple(range(len(resistances))) if depths is None else depths
    return PenetrationProfile(depths_cm=depths, resistances_mpa=tuple(resistances), cone=cone)


def test_a_pan_is_found_between_half_way_to_its_neighbours():
    readings = [0.5, 1.0, 1.5, 2.2, 2.6, 2.4, 2.1, 1.8, 1.2]

    assert limiting_layers(profile(readings)) == (
        LimitingLayer(upper_depth_cm=2.5, lower_depth_cm=6.5, highest_mpa=2.6, stops_roots=True),
    )


def test_a_thin_hard_spot_limits_nothing():
    assert limiting_layers(profile([1.0, 3.0, 3.0, 1.0, 1.0])) == ()


def test_a_limit_can_be_set():
    readings = [1.0, 1.6, 1.7, 1.8, 1.6]

    (layer,) = limiting_layers(profile(readings), limit_mpa=1.5)

    assert (layer.upper_depth_cm, layer.lower_depth_cm, layer.stops_roots) == (0.5, 4, False)


def test_profiles_of_one_cone_have_a_mean_at_shared_depths():
    mean = mean_profile([profile([1, 2, 3]), profile([2, 4, 9], depths=(0, 1, 5))])

    assert mean.depths_cm == (0, 1)
    assert mean.resistances_mpa == (1.5, 3.0)


def test_profiles_of_two_cones_have_none():
    other = profile([1, 2], cone=Cone(area_cm2=1.0, angle_deg=30))

    with pytest.raises(MixedMethods, match="different cones"):
        mean_profile([profile([1, 2]), other])


@pytest.mark.parametrize(
    ("resistances", "depths", "error"),
    [
        ([1.0], None, NotEnoughData),
        ([1.0, 2.0], (0,), NotEnoughData),
        ([1.0, 2.0], (5, 0), ImpossibleLayer),
        ([1.0, 2.0], (-1, 0), ImpossibleLayer),
        ([1.0, -2.0], None, ImpossibleLayer),
    ],
)
def test_profiles_that_are_none_are_refused(resistances, depths, error):
    with pytest.raises(error):
        profile(resistances, depths=depths)


def test_no_profile_has_no_mean():
    with pytest.raises(NotEnoughData):
        mean_profile([])
