"""When, where and under what a plot was sampled, as science is told."""

from __future__ import annotations

import datetime as dt
from datetime import date

import pytest
from django.utils import timezone

from estimates.science.inputs import EqualPositions, RowStrip, Transect, TreeRows
from sampling.models import CropStand
from tests.estimates.trial import (
    HARVEST,
    change,
    codes,
    inputs_of,
    plant,
    sample,
    store,
    synced,
)


@pytest.fixture
def plot(bare_trial, study):
    plant(bare_trial, study, plots=1)
    return bare_trial.plots[0]


def test_the_last_of_several_occasions_counts(bare_trial, plot):
    sample(bare_trial, [plot], cores=2, on=HARVEST - dt.timedelta(days=40))
    later = sample(bare_trial, [plot], cores=1, on=HARVEST + dt.timedelta(days=10))

    inputs = inputs_of(bare_trial, plot)

    keys = {core.key for core in inputs.plot.cores}
    assert len(keys) == 3
    assert f"{later[0].sampling_point.code}/A" in keys
    assert "several_occasions" in codes(inputs)


def test_dates_known_to_the_year_make_one_occasion(bare_trial, plot):
    for core in bare_trial.cores:
        change(core, collected_on=date(2026, 1, 1), date_precision="year")

    inputs = inputs_of(bare_trial, plot)

    assert len(inputs.plot.cores) == 2
    assert "coarse_date" in codes(inputs)


def test_a_coarse_date_joins_the_exact_ones_it_may_be_of(bare_trial, plot):
    change(bare_trial.cores[0], collected_on=date(2026, 1, 1), date_precision="year")

    inputs = inputs_of(bare_trial, plot)

    assert len(inputs.plot.cores) == 2
    assert "several_occasions" not in codes(inputs)


def test_cores_without_a_date_stay_with_the_rest(bare_trial, plot):
    change(bare_trial.cores[0], collected_on=None, date_precision="unknown")

    inputs = inputs_of(bare_trial, plot)

    assert len(inputs.plot.cores) == 2
    assert "undated_core" in codes(inputs)


def place_points(trial, *positions):
    for core, fields in zip(trial.cores, positions, strict=True):
        change(core.sampling_point, **fields)


def test_cores_at_distances_from_trees_stand_for_bands_of_the_alley(bare_trial, plot):
    change(plot, tree_row_distance_m=24.0)
    place_points(
        bare_trial,
        {"position": "tree_distance", "distance_to_tree_m": 0.0},
        {"position": "tree_distance", "distance_to_tree_m": 4.0},
    )

    inputs = inputs_of(bare_trial, plot)

    assert inputs.plot.positions == TreeRows(half_alley_m=12.0)


def test_an_alley_of_unknown_width_ends_at_the_furthest_core(bare_trial, plot):
    place_points(
        bare_trial,
        {"position": "tree_distance", "distance_to_tree_m": 0.0},
        {"position": "tree_distance", "distance_to_tree_m": 4.0},
    )

    inputs = inputs_of(bare_trial, plot)

    assert inputs.plot.positions == TreeRows(half_alley_m=4.0)
    assert "alley_as_sampled" in codes(inputs)


def test_cores_in_and_between_rows_stand_for_half_each(bare_trial, plot):
    change(plot, row_distance_cm=75.0)
    place_points(bare_trial, {"position": "row"}, {"position": "mid_row"})

    inputs = inputs_of(bare_trial, plot)

    assert inputs.plot.positions == RowStrip(row_distance_cm=75.0)
    assert {core.position for core in inputs.plot.cores} == {"row", "mid_row"}


def test_cores_from_row_to_row_are_a_transect(bare_trial, plot):
    change(plot, row_distance_cm=75.0)
    place_points(bare_trial, {"distance_to_row_cm": 0.0}, {"distance_to_row_cm": 75.0})

    assert inputs_of(bare_trial, plot).plot.positions == Transect()


@pytest.mark.parametrize(
    ("positions", "note"),
    [
        (({"position": "plant"}, {"position": "row"}), "positions_not_weighed"),
        (
            (
                {"position": "tree_distance", "distance_to_tree_m": 1.0},
                {"position": "tree_distance"},
            ),
            "positions_not_weighed",
        ),
        (({"position": "random"}, {"position": "unknown"}), None),
    ],
)
def test_other_positions_count_the_same(bare_trial, plot, positions, note):
    place_points(bare_trial, *positions)

    inputs = inputs_of(bare_trial, plot)

    assert inputs.plot.positions == EqualPositions()
    assert note is None or note in codes(inputs)


def regrow(trial, plot, *stands):
    for old in plot.stands.all():
        change(old, voided_at=timezone.now())
    setting = synced(trial.campaign, captured=False)
    for fields in stands:
        store([CropStand(**setting, **{"plot": plot, "season": 2026, **fields})])


@pytest.mark.parametrize(
    ("stand", "growth", "group", "depth"),
    [
        ({"species": "maize (maize-soybean rotation)"}, "annual", "Poaceae", "maize"),
        ({"species": "red clover", "kind": "cover"}, "annual", "Fabaceae", "crop"),
        ({"species": "Miscanthus", "kind": "grass"}, "perennial", "Poaceae", "grass"),
        ({"species": "oilseed rape"}, "annual", "Brassicaceae", "rape"),
        ({"species": "poplar", "kind": "tree"}, "tree", "woody", "shrubs"),
    ],
)
def test_the_words_for_a_crop_tell_how_it_grows(bare_trial, plot, stand, growth, group, depth):
    regrow(bare_trial, plot, stand)

    inputs = inputs_of(bare_trial, plot)

    (found,) = inputs.plot.stands
    assert (found.growth, found.plant_group) == (growth, group)
    assert inputs.plot.depth_group == depth


def test_a_mixture_is_shared_out_by_its_species(bare_trial, plot):
    regrow(
        bare_trial,
        plot,
        {"species": "pea-barley", "species_shares": {"pea": 0.4, "barley": 0.6}},
    )

    stands = inputs_of(bare_trial, plot).plot.stands

    assert {(stand.plant_group, stand.share) for stand in stands} == {
        ("Fabaceae", 0.4),
        ("Poaceae", 0.6),
    }


def test_stands_of_other_seasons_do_not_count(bare_trial, plot):
    regrow(bare_trial, plot, {"species": "winter rape", "season": 2025}, {"species": "wheat"})

    assert [stand.plant_group for stand in inputs_of(bare_trial, plot).plot.stands] == ["Poaceae"]


def test_several_stands_at_once_share_equally(bare_trial, plot):
    regrow(bare_trial, plot, {"species": "barley"}, {"species": "poplar", "kind": "tree"})

    inputs = inputs_of(bare_trial, plot)

    assert {stand.share for stand in inputs.plot.stands} == {0.5}
    assert "equal_stands" in codes(inputs)


def test_a_stand_harvested_before_sampling_does_not_count(bare_trial, plot):
    regrow(
        bare_trial,
        plot,
        {"species": "barley", "harvested_on": date(2026, 7, 1)},
        {"species": "mustard", "kind": "cover", "sown_on": date(2026, 7, 20)},
    )

    stands = inputs_of(bare_trial, plot).plot.stands

    assert [stand.plant_group for stand in stands] == ["Brassicaceae"]


def test_roots_at_flowering_have_lost_nothing_yet(bare_trial, plot):
    regrow(bare_trial, plot, {"species": "wheat", "growth_stage_bbch": 65})

    assert inputs_of(bare_trial, plot).plot.stands[0].sampled_at == "peak"


@pytest.mark.parametrize(
    ("stand", "note"),
    [
        ({"species": "quinoa"}, "plant_group_assumed"),
        ({"species": "arable crop between tree rows"}, "plant_group_assumed"),
        ({"species": "walnut", "kind": "tree"}, "turnover_assumed"),
    ],
)
def test_what_is_assumed_of_a_stand_is_told(bare_trial, plot, stand, note):
    regrow(bare_trial, plot, stand)

    assert note in codes(inputs_of(bare_trial, plot))


@pytest.mark.parametrize(
    ("land_use", "growth"), [("cropland", "annual"), ("grassland", "perennial")]
)
def test_a_plot_without_a_stand_follows_its_land_use(bare_trial, plot, site, land_use, growth):
    regrow(bare_trial, plot)
    change(site, land_use=land_use)

    inputs = inputs_of(bare_trial, plot)

    assert inputs.plot.stands[0].growth == growth
    assert "no_stand" in codes(inputs)


def test_a_limiting_layer_of_the_site_ends_the_profile(bare_trial, plot, site):
    change(site, limiting_layer_cm=80.0)

    assert inputs_of(bare_trial, plot).plot.limiting_depth_cm == 80.0
