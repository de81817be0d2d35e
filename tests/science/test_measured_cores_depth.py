"""Plots that end above, at or below the depth asked for."""

from __future__ import annotations

import pytest

from estimates.science.errors import NotEnoughData, ShallowProfile
from tests.science.builders import codes, core, estimate, plot, root


def wheat_to_60(**others):
    layers = [root(0, 30, 4.0, carbon_g_per_g=0.4), root(30, 60, 1.0, carbon_g_per_g=0.4)]
    return plot(core("c1", *layers), depth_group="wheat", **others)


def test_the_whole_profile_of_wheat_lies_between_its_two_depth_models():
    """500 g per m2 to 60 cm: 547.3 by beta, 584.0 (583.9 with a deepest root at 150.8 cm)."""
    result = estimate(wheat_to_60(), extrapolate=True)

    assert result.root_mass_g_m2 == pytest.approx(566, abs=0.5)
    assert result.root_c_stock.mean == pytest.approx(566 * 0.4, rel=2e-3)
    assert result.layers[-1].is_extrapolated
    assert result.layers[-1].root_c.sd == pytest.approx(18.35 * 0.4, rel=0.05)
    assert result.lower_depth_cm is None
    assert "extrapolated" in codes(result)
    assert "depth_model" in {item.input for item in result.stock_budget}


def test_a_target_takes_the_roots_above_it():
    result = estimate(wheat_to_60(), extrapolate=True, target_depth_cm=100)

    assert result.lower_depth_cm == 100
    assert 500 < result.root_mass_g_m2 < 566


def test_roots_do_not_cross_a_limiting_layer():
    result = estimate(wheat_to_60(limiting_depth_cm=60), extrapolate=True)

    assert result.root_mass_g_m2 == pytest.approx(500.0)
    assert result.lower_depth_cm == 60
    assert "limiting_layer" in codes(result)


def test_a_limiting_layer_below_the_target_changes_nothing():
    result = estimate(wheat_to_60(limiting_depth_cm=90), target_depth_cm=60)

    assert "limiting_layer" not in codes(result)


def test_a_profile_above_its_target_says_so_when_it_may_not_be_extrapolated():
    result = estimate(wheat_to_60(), target_depth_cm=100)

    assert result.lower_depth_cm == 60
    assert "shallower_than_target" in codes(result)


def test_a_profile_too_shallow_to_extrapolate_is_refused():
    the_plot = plot(core("c1", root(0, 10)), depth_group="wheat")

    with pytest.raises(ShallowProfile):
        estimate(the_plot, extrapolate=True)


def test_a_crop_without_depth_model_is_extrapolated_from_its_own_layers_only():
    """Half as much in each layer of 20 cm: beta^20 = 1/2, 1/16 below 80 cm: 1/15 per root."""
    layers = [root(20 * n, 20 * n + 20, 8.0 / 2**n) for n in range(4)]

    result = estimate(plot(core("c1", *layers)), extrapolate=True)

    assert result.root_mass_g_m2 == pytest.approx(1500 * 16 / 15, rel=1e-4)
    assert "single_depth_model" in codes(result)


def test_one_layer_of_an_unknown_crop_is_not_extrapolated():
    with pytest.raises(NotEnoughData, match="depth model"):
        estimate(plot(), extrapolate=True)


def test_layers_without_roots_have_no_depth_model():
    with pytest.raises(NotEnoughData, match="depth model"):
        estimate(
            plot(core("c1", *(root(10 * n, 10 * n + 10, 0.0) for n in range(3)))),
            extrapolate=True,
        )
