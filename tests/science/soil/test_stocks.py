from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.science.errors import BeyondSample, ImpossibleLayer, NotEnoughData
from estimates.science.soil.coarse_fragments import SoilRing, stocks_four_ways
from estimates.science.soil.stocks import (
    SoilLayer,
    organic_carbon_g_kg,
    soc_to_depth_t_ha,
    stock_of_density_t_ha,
    stock_of_mass_t_ha,
)


def layer(upper=0.0, lower=10.0, soc=20.0, density=1.3, **more):
    return SoilLayer(
        upper_depth_cm=upper,
        lower_depth_cm=lower,
        soc_g_kg=soc,
        bulk_density_g_cm3=density,
        **more,
    )


@pytest.mark.parametrize(
    ("thickness", "soc_pct", "density", "fixed", "in_mass"),
    [
        (10, 5.52462181, 1.17, 64.63807518, 55.23975),
        (10, 2.78, 1.44, 40.032, 27.7960),
        (20, 2.49, 1.48, 73.704, 49.7926),
        (20, 1.14653674, 1.51, 34.62540955, 22.92727),
    ],
)
def test_stocks_of_the_silsoe_poplars(thickness, soc_pct, density, fixed, in_mass):
    """Tree 1CB4, 0.5 m, Upson & Burgess, doi:10.6084/m9.figshare.1492498 (CC BY). Their stock in
    equal soil mass takes 1 g cm-3, and mixes g per cm2 with g per m2: 3e-4 of it."""
    soil = layer(0, thickness, soc_pct * 10, density)

    same_mass = stock_of_mass_t_ha(soil.soc_g_kg, soil_mass_t_ha=100.0 * thickness)

    assert soil.soc_t_ha == pytest.approx(fixed, rel=1e-9)
    assert same_mass == pytest.approx(in_mass, rel=3e-4)


@pytest.mark.parametrize(
    ("upper", "lower", "density", "se", "stock", "stock_se"),
    [
        (0, 10, 9.33, 0.09, 9.33, 0.09),
        (10, 30, 13.23, 0.07, 26.46, 0.13),
        (30, 50, 11.81, 0.10, 23.61, 0.19),
        (70, 100, 10.11, 0.05, 30.32, 0.15),
        (180, 200, 8.34, 0.06, 16.67, 0.12),
    ],
)
def test_soc_per_volume_becomes_stock(upper, lower, density, se, stock, stock_se):
    """Agroforestry control of Cardinael et al. 2015, doi:10.1016/j.geoderma.2015.06.015; printed
    figures are rounded, hence 0.03."""
    assert stock_of_density_t_ha(density, thickness_cm=lower - upper) == pytest.approx(
        stock, abs=0.03
    )
    assert stock_of_density_t_ha(se, thickness_cm=lower - upper) == pytest.approx(
        stock_se, abs=0.03
    )


def test_four_ways_to_a_stock_with_stones():
    """By hand: 160 g in 100 cm3, 40 g of it stones of 15.385 cm3, SOC 1.5 %, 30 cm.
    M1 1.5 x 1.6 x 30; M2 x 0.84615; M3 1.5 x 120 / 84.615 x 30; M4 1.5 x 1.2 x 30."""
    ring = SoilRing(volume_cm3=100, mass_g=160, rock_mass_g=40)

    stocks = stocks_four_ways(ring, soc_pct=1.5, thickness_cm=30)

    assert (stocks.m1, stocks.m4) == pytest.approx((72.0, 54.0))
    assert (stocks.m2, stocks.m3) == pytest.approx((60.9, 63.8), abs=0.05)


def test_stones_by_mass_or_by_volume_give_the_stock_of_m4():
    ring = SoilRing(volume_cm3=100, mass_g=160, rock_mass_g=40)
    m4 = stocks_four_ways(ring, soc_pct=1.5, thickness_cm=30).m4

    by_mass = layer(0, 30, 15, ring.sample_density_g_cm3, coarse_share=ring.rock_mass_share)
    by_volume = layer(0, 30, 15, ring.fine_density_g_cm3, coarse_share=ring.rock_volume_share)

    assert by_mass.soc_t_ha == pytest.approx(m4)
    assert by_volume.soc_t_ha == pytest.approx(m4)


def test_without_stones_the_four_ways_are_one():
    stocks = stocks_four_ways(SoilRing(volume_cm3=100, mass_g=140), soc_pct=2, thickness_cm=10)

    assert {stocks.m1, stocks.m2, stocks.m3, stocks.m4} == {28.0}


@pytest.mark.parametrize(
    "numbers",
    [
        {"volume_cm3": 100, "mass_g": 40, "rock_mass_g": 40},
        {"volume_cm3": 15, "mass_g": 160, "rock_mass_g": 40},
        {"volume_cm3": 100, "mass_g": 160, "rock_mass_g": -1},
        {"volume_cm3": 100, "mass_g": 160, "rock_mass_g": 40, "rock_density_g_cm3": 0},
    ],
)
def test_rings_without_fine_earth_are_refused(numbers):
    with pytest.raises(ImpossibleLayer):
        SoilRing(**numbers)


def test_organic_matter_is_1_724_times_soc_where_it_was_not_determined():
    assert layer(soc=20).matter_g_kg == pytest.approx(34.48)
    assert layer(soc=20, organic_matter_g_kg=40).mineral_mass_t_ha == pytest.approx(1300 * 0.96)


@settings(max_examples=40)
@given(st.floats(0.5, 29.5), st.floats(0, 100))
def test_splitting_a_layer_changes_no_stock(cut, depth):
    whole = [layer(0, 30, 15), layer(30, 100, 5)]
    split = [layer(0, cut, 15), layer(cut, 30, 15), layer(30, 100, 5)]

    assert soc_to_depth_t_ha(split, depth_cm=depth) == pytest.approx(
        soc_to_depth_t_ha(whole, depth_cm=depth), abs=1e-9
    )


@pytest.mark.parametrize(
    ("layers", "depth", "error"),
    [
        ([], 10, NotEnoughData),
        ([layer(5, 10)], 10, NotEnoughData),
        ([layer(0, 10), layer(15, 30)], 30, NotEnoughData),
        ([layer(0, 10), layer(5, 30)], 30, NotEnoughData),
        ([layer(0, 10)], 30, BeyondSample),
    ],
)
def test_a_stock_needs_all_the_soil_down_to_its_depth(layers, depth, error):
    with pytest.raises(error):
        soc_to_depth_t_ha(layers, depth_cm=depth)


@pytest.mark.parametrize(
    "numbers",
    [
        {"upper": 10, "lower": 10},
        {"upper": -5},
        {"density": 0},
        {"soc": -1},
        {"soc": 700},
        {"coarse_share": 1.0},
        {"organic_matter_g_kg": 1001},
    ],
)
def test_layers_that_contradict_themselves_are_refused(numbers):
    with pytest.raises(ImpossibleLayer):
        layer(**numbers)


def test_carbonate_is_taken_off_once():
    assert organic_carbon_g_kg(30, inorganic_carbon_g_kg=12, pretreatment="none") == 18
    assert organic_carbon_g_kg(18, inorganic_carbon_g_kg=None, pretreatment="acid") == 18


@pytest.mark.parametrize(
    ("inorganic", "pretreatment", "error"),
    [
        (None, "none", NotEnoughData),
        (40, "none", ImpossibleLayer),
        (12, "acid", ImpossibleLayer),
    ],
)
def test_carbonate_left_open_or_taken_off_twice_is_refused(inorganic, pretreatment, error):
    with pytest.raises(error):
        organic_carbon_g_kg(30, inorganic_carbon_g_kg=inorganic, pretreatment=pretreatment)
