"""Labels, radiocarbon, two layers, depth and months."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.science.errors import ImpossibleForcing, ImpossibleShares, NotEnoughData
from estimates.science.soc.isotopes import (
    atom_fraction,
    delta_14c,
    delta_from_fraction,
    labelled_feed,
    labelled_start,
    pool_deltas,
    radiocarbon_age_years,
)
from estimates.science.soc.rothc import NAME, rothc_model, rothc_start, run_rothc, standard_splits
from estimates.science.soc.series import Start, Wish, simulate
from estimates.science.soc.streams import (
    Source,
    Stream,
    by_column,
    by_step,
    depth_shares,
    spread_over_months,
)
from estimates.science.soc.two_layers import TwoLayers, run_two_layers, two_layer_model
from estimates.science.soc.weather import daylight_hours, pan_from_pet, thornthwaite_pet_mm
from tests.science.soc.worlds import TEMP_C, site, stream

START = rothc_start(pools=[0.1, 4.0, 0.6, 25.0], iom_t_ha=2.5)


def test_delta_and_atom_fraction_go_both_ways():
    """VPDB 0.0111802: -28 permil is R 0.010867154, x 0.01075033."""
    assert atom_fraction(-28.0) == pytest.approx(0.01075033, abs=5e-9)
    assert delta_from_fraction(atom_fraction([-28.0, 0.0, 500.0])) == pytest.approx(
        [-28.0, 0.0, 500.0], abs=1e-9
    )
    with pytest.raises(ImpossibleForcing):
        delta_from_fraction(1.0)


def test_a_label_moves_through_the_pools_from_the_young_to_the_old():
    streams = [stream([0.2] * 12, source=Source.ROOT)]
    model, feed = rothc_model(site(), streams, splits=standard_splits())
    wish = Wish(record=(0, 12))
    heavy_feed = labelled_feed(feed, {"root": 200.0})
    heavy_start = labelled_start(START, [-27.0] * 4, inert_delta_13c=-25.0)

    carbon = simulate(model, feed, START, name=NAME, steps_a_year=12, wish=wish)
    heavy = simulate(model, heavy_feed, heavy_start, name=NAME, steps_a_year=12, wish=wish)
    deltas = {name: float(values[1, 0, 0]) for name, values in
              pool_deltas(carbon.pools, heavy.pools).items()}  # fmt: skip

    assert 200 > deltas["dpm"] > deltas["rpm"] > deltas["bio"] > deltas["hum"] > -27.0


def test_soil_that_eats_what_it_is_made_of_keeps_its_delta():
    streams = [stream([0.2] * 12)]
    model, feed = rothc_model(site(), streams, splits=standard_splits())
    wish = Wish(record=(12,))

    carbon = simulate(model, feed, START, name=NAME, steps_a_year=12, wish=wish)
    heavy = simulate(
        model, labelled_feed(feed, {"shoot": [-27.0] * 12}),
        labelled_start(START, -27.0, inert_delta_13c=-27.0),
        name=NAME, steps_a_year=12, wish=wish,
    )  # fmt: skip

    for delta in pool_deltas(carbon.pools, heavy.pools).values():
        assert delta == pytest.approx(np.full_like(delta, -27.0), abs=1e-9)


def test_a_label_needs_every_stream_and_pools_that_hold_something():
    _, feed = rothc_model(site(), [stream([0.2] * 12)], splits=standard_splits())

    with pytest.raises(ImpossibleForcing, match="shoot"):
        labelled_feed(feed, {})
    with pytest.raises(ImpossibleForcing, match="empty"):
        pool_deltas({"bio": np.zeros(1)}, {"bio": np.zeros(1)})


def test_a_half_life_halves_radiocarbon_and_no_carbon_has_no_age():
    """Libby: 5,568 years; delta = 1000 (exp(-5568 / 8035) - 1) = -499.9."""
    ages = radiocarbon_age_years(np.array([2.0, 0.0]), np.array([1.0, 0.0]))

    assert ages == pytest.approx([5568.0, 0.0])
    assert delta_14c(ages)[0] == pytest.approx(-499.9, abs=0.05)


def layers(transport=0.03, factor=0.5):
    return TwoLayers(
        site=site(),
        subsoil_clay_pct=by_column(30.0),
        transport_share=by_column(transport),
        subsoil_factor=by_column(factor),
    )


BOTH = Start(pools=np.concatenate([START.pools, START.pools * 0.8]))


def deep_stream(amount=0.2):
    shares = (by_column(0.6), by_column(0.3))
    return Stream(name="root", source=Source.ROOT, amount=np.full(12, amount), layer_shares=shares)


def test_two_layers_lose_no_carbon():
    result = run_two_layers(layers(), [deep_stream()], BOTH)

    entered = BOTH.pools.sum() + 12 * 0.2 * 0.9
    found = result.soc_t_ha[-1, 0, 0] + result.respired_t_ha[-1, 0, 0]
    assert found == pytest.approx(entered, rel=1e-13)


def test_without_transport_the_topsoil_is_rothc_alone():
    alone = run_rothc(site(), [deep_stream()], START)
    both = run_two_layers(layers(transport=0.0), [deep_stream()], BOTH)

    for pool in ("dpm", "rpm", "bio", "hum"):
        assert both.pools[f"{pool}_topsoil"][-1, 0, 0] == pytest.approx(
            alone.pools[pool][-1, 0, 0], rel=1e-13
        )


def test_deeper_roots_keep_longer_where_the_subsoil_is_slower():
    def soc(factor, shares):
        root = Stream(name="root", source=Source.ROOT, amount=np.full(12, 0.2), layer_shares=shares)
        return run_two_layers(layers(factor=factor), [root], BOTH).soc_t_ha[-1, 0, 0]

    shallow, deep = ((by_column(a), by_column(b)) for a, b in ((0.9, 0.1), (0.1, 0.9)))
    assert soc(0.3, deep) > soc(0.3, shallow)


def test_two_layers_know_their_shape_and_their_limits():
    model, _ = two_layer_model(
        layers(transport=[0.01, 0.02]), [deep_stream()], splits=standard_splits()
    )

    assert model.shape == (2, 1)
    with pytest.raises(ImpossibleForcing, match="0 to 1"):
        layers(transport=1.1)
    with pytest.raises(ImpossibleForcing, match="four pools"):
        run_two_layers(layers(), [deep_stream()], START)


def test_roots_by_beta_fall_into_layers():
    """beta 0.966: 1 - 0.966^30 = 0.6458 above 30 cm, 0.3228 more above 100 cm."""
    top, below = depth_shares(0.966, 30.0, 100.0)

    assert (top[0, 0], below[0, 0]) == pytest.approx((0.6458, 0.3228), abs=1e-4)
    with pytest.raises(ImpossibleShares):
        depth_shares(1.0, 30.0)


def test_a_stream_has_nothing_in_a_layer_it_does_not_name():
    assert stream([1.0, 2.0]).amount_in(1).tolist() == [[[0.0]], [[0.0]]]


def test_a_year_is_spread_over_its_months():
    months = spread_over_months([1.2, 2.4], [1 / 12] * 12)

    assert months.shape == (24, 1, 1)
    assert months[[0, 23], 0, 0] == pytest.approx([0.1, 0.2])
    with pytest.raises(ImpossibleShares):
        spread_over_months([1.0], [0.5] * 12)


@pytest.mark.parametrize("work", [lambda: by_step(np.ones((1,) * 4)),
                                  lambda: by_column(np.ones((1,) * 3))])  # fmt: skip
def test_too_many_axes_are_refused(work):
    with pytest.raises(ImpossibleForcing, match="no more"):
        work()


def test_missing_pan_evaporation_comes_from_pet():
    assert np.ravel(pan_from_pet([30.0, 0.0])).tolist() == [40.0, 0.0]
    with pytest.raises(ImpossibleForcing):
        pan_from_pet([np.nan])


def test_thornthwaite_by_hand_for_a_standard_month():
    """Equal months of 10 degrees at the equator: I = 12 x 2^1.514 = 34.27, a = 1.0434,
    16 (100 / 34.27)^1.0434 = 48.91 mm in 30 days of 12 hours; January has 31 days.
    """
    found = thornthwaite_pet_mm([10.0] * 12, latitude_deg=0.0)

    assert found[3, 0, 0] == pytest.approx(48.91, abs=0.02)
    assert found[0, 0, 0] == pytest.approx(48.91 * 31 / 30, abs=0.02)


def test_frozen_months_evaporate_nothing_and_hot_ones_follow_the_parabola():
    """Willmott 1985 at 30 degrees: -415.85 + 32.24 x 30 - 0.43 x 900 = 164.35 mm."""
    found = thornthwaite_pet_mm([-5.0] * 11 + [30.0], latitude_deg=0.0)

    assert found[0, 0, 0] == 0.0
    assert found[11, 0, 0] == pytest.approx(164.35 * 31 / 30, rel=0.01)
    assert thornthwaite_pet_mm([-5.0] * 12, latitude_deg=50.0).max() == 0.0


def test_rothamsted_evaporates_about_640_mm_by_temperature_alone():
    yearly = thornthwaite_pet_mm(TEMP_C, latitude_deg=51.8).sum()

    assert 600 < yearly < 660


def test_days_are_long_in_summer_and_never_longer_than_24_hours():
    """London (51.5 N) on 15 June: 16.4 hours (FAO 56 gives 16.3 for 50 N, 16.6 for 52 N)."""
    assert daylight_hours(51.5)[5] == pytest.approx(16.4, abs=0.15)
    assert daylight_hours(80.0)[5] == 24.0
    assert daylight_hours(80.0)[11] == 0.0
    with pytest.raises(ImpossibleForcing):
        daylight_hours(91.0)
    with pytest.raises(NotEnoughData):
        thornthwaite_pet_mm([1.0] * 11, latitude_deg=0.0)
