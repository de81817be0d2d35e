"""Overlaps, gaps and cores of unequal depth. Cores of 100 cm2: 1 g is 100 g per m2."""

from __future__ import annotations

import pytest

from estimates.science.errors import NotEnoughData, ProfileGap
from estimates.science.plot_model import plot_model
from estimates.science.profiles import core_profile, plot_grid
from tests.science.builders import core, options, parameter_set, plot, root

KINDS = ("root", "fine_root")


def profile_of(*layers):
    profile, notes = core_profile(core("c1", *layers), kinds=KINDS)
    return profile, [note.code for note in notes]


def spans(profile):
    return [
        (item.upper_depth_cm, item.lower_depth_cm, dict(item.part_of_layer))
        for item in profile.intervals
    ]


def mass_of(*cores, **others):
    model = plot_model(plot(*cores), parameters=parameter_set(), options=options(**others))
    return model.root_mass_g_m2


def test_layers_that_meet_are_taken_as_they_are():
    profile, notes = profile_of(root(10, 30), root(0, 10))

    assert spans(profile) == [(0, 10, {0: 1.0}), (10, 30, {1: 1.0})]
    assert notes == []


def test_fractions_with_the_same_depths_are_added_up():
    assert mass_of(core("c1", root(0, 10, 1.0), root(0, 10, 0.5, kind="fine_root"))) == 150.0


def test_layers_that_overlap_count_by_the_mean_of_their_densities():
    """0-10: 1 g, 5-15: 2 g in 10 cm each: .5 + (.5 + 1.0) / 2 + 1.0 = 2.25 g."""
    profile, notes = profile_of(root(0, 10, 1.0), root(5, 15, 2.0))

    assert spans(profile) == [(0, 5, {0: 1.0}), (5, 10, {0: 0.5, 1: 0.5}), (10, 15, {1: 1.0})]
    assert notes == ["overlap"]
    assert mass_of(core("c1", root(0, 10, 1.0), root(5, 15, 2.0))) == pytest.approx(225.0)


def test_a_small_gap_gets_the_mean_density_of_its_neighbours():
    """0-20: 2 g, 21-40: 1.9 g, so 0.1 g per cm on both sides: 4 g in all."""
    profile, notes = profile_of(root(0, 20, 2.0), root(21, 40, 1.9))

    assert spans(profile)[1] == (20, 21, {0: 0.5, 1: 0.5})
    assert notes == ["gap_filled"]
    assert mass_of(core("c1", root(0, 20, 2.0), root(21, 40, 1.9))) == pytest.approx(400.0)


def test_a_large_gap_ends_the_core():
    profile, notes = profile_of(root(0, 10), root(30, 40))

    assert profile.lower_depth_cm == 10
    assert notes == ["cut_at_gap"]


def test_a_layer_without_its_mass_is_a_gap_and_not_empty():
    """0-40 at 0.1 g per cm with 10-15 lost: 4 g, not 3.5."""
    lost = root(10, 15, None, area_cm2=None)

    profile, notes = profile_of(root(0, 10), lost, root(15, 40, 2.5))

    assert notes == ["missing_mass", "gap_filled"]
    assert len(profile.layers) == 2
    assert mass_of(core("c1", root(0, 10), lost, root(15, 40, 2.5))) == pytest.approx(400.0)


def test_a_layer_with_one_of_its_fractions_lost_is_a_gap():
    profile, notes = profile_of(
        root(0, 10), root(10, 20), root(10, 20, None, kind="fine_root"), root(20, 60)
    )

    assert notes == ["missing_mass", "gap_filled"]
    assert len(profile.layers) == 2


def test_a_core_without_its_surface_is_refused():
    with pytest.raises(ProfileGap, match="0 to 10 cm"):
        profile_of(root(10, 30))


def test_a_core_of_other_kinds_only_is_refused():
    with pytest.raises(NotEnoughData, match="root, fine_root"):
        profile_of(root(kind="rhizome"))


def test_a_kind_left_out_is_told():
    _, notes = profile_of(root(), root(kind="rhizome"))

    assert notes == ["kind_left_out"]


def grid_of(*profiles, weights, target_depth_cm=None):
    grid, notes = plot_grid(profiles, weights=weights, target_depth_cm=target_depth_cm)
    return grid, [note.code for note in notes]


def test_the_deeper_core_stands_for_the_one_that_ended():
    """1 g above 10 cm under both; below only one core tells: 3 g over all the ground."""
    short, deep = core("c1", root(0, 10)), core("c2", root(0, 10), root(10, 20, 3.0))

    grid, notes = grid_of(
        profile_of(*short.layers)[0], profile_of(*deep.layers)[0], weights=(0.5, 0.5)
    )

    assert grid.intervals == ((0, 10), (10, 20))
    assert notes == ["short_core"]
    assert mass_of(short, deep) == pytest.approx(400.0)


def test_a_plot_ends_where_less_than_half_of_its_ground_is_reached():
    short, deep = root(0, 10), root(0, 30)

    grid, notes = grid_of(
        *(profile_of(layer)[0] for layer in (short, short, deep)), weights=(1 / 3, 1 / 3, 1 / 3)
    )

    assert grid.edges_cm == (0, 10)
    assert notes == ["cut_core"]


def test_a_target_depth_cuts_through_layers():
    """2 g over 20 cm, down to 15 cm: 1.5 g."""
    assert mass_of(core("c1", root(0, 20, 2.0)), target_depth_cm=15) == pytest.approx(150.0)
