from __future__ import annotations

import numpy as np
import pytest

from estimates.science.errors import ImpossibleForcing
from estimates.science.soc.icbm_climate import (
    moisture_response,
    temperature_response,
    water_points,
    yearly_climate_factors,
)

# clay 25 %, sand 20 %, SOC 2 %, by hand: wilting 0.0086 + 0.111825 - 0.00785 + 0.00492,
# field capacity 0.4384 - 0.07678 + 0.03184, porosity 0.4115 + 0.0818 - 0.030445 - 0.0031 + 0.003556
SOIL = water_points(clay_percent=25, sand_percent=20, soc_percent=2.0)


def year(value):
    return np.full((12, 1, 1), float(value))


def test_water_contents_are_those_of_a_hand_calculation():
    found = (SOIL.wilting, SOIL.field_capacity, SOIL.porosity)

    assert found == pytest.approx((0.117495, 0.393460, 0.463311), abs=1e-6)


def test_temperature_counts_from_below_freezing():
    found = temperature_response(np.array([-10.0, -3.78, 10.0, 30.0]))

    assert found == pytest.approx([0.0, 0.0, 0.166409, 1.0], abs=1e-6)


def test_moisture_is_best_near_field_capacity_and_halves_in_full_pores():
    water = np.array([0.0, SOIL.inactive, (SOIL.inactive + SOIL.best) / 2, SOIL.best])
    wet = np.array([SOIL.field_capacity, SOIL.porosity, 0.9])

    assert moisture_response(water, SOIL) == pytest.approx([0, 0, 0.5, 1])
    assert moisture_response(wet, SOIL) == pytest.approx([1, 0.5, 0.5])


def test_a_wet_year_of_ten_degrees_is_that_of_a_hand_calculation():
    """13.78^2 / 33.78^2 = 0.166409, water at field capacity 1, over 0.1056855."""
    found = yearly_climate_factors(year(10), year(80), year(30), SOIL)

    assert found[0, 0, 0] == pytest.approx(1.57457, abs=1e-5)


def test_a_dry_year_is_slower_and_each_year_has_its_own_factor():
    months = [np.concatenate([year(a), year(b)]) for a, b in ((10, 10), (80, 5), (30, 90))]

    wet, dry = yearly_climate_factors(*months, SOIL).ravel()

    assert 0 < dry < wet


def test_what_cannot_be_reckoned_is_refused():
    with pytest.raises(ImpossibleForcing, match="whole years"):
        yearly_climate_factors(year(10)[:5], year(10)[:5], year(10)[:5], SOIL)
    with pytest.raises(ImpossibleForcing, match="give icbm_climate_factor"):
        water_points(clay_percent=0, sand_percent=100, soc_percent=30.0)
