from __future__ import annotations

import pytest

from estimates.science.errors import ImpossibleLayer, ImpossibleOption
from estimates.science.inputs import Options, RootMass


@pytest.mark.parametrize(
    "fields",
    [
        {"upper_depth_cm": 10, "lower_depth_cm": 10},
        {"upper_depth_cm": -1, "lower_depth_cm": 10},
        {"lower_depth_cm": float("nan")},
        {"lower_depth_cm": float("inf")},
        {"washed_mass_g": 1.0, "mass_density_mg_cm3": 1.0, "area_cm2": 10.0},
        {"washed_mass_g": -0.1, "area_cm2": 10.0},
        {"washed_mass_g": float("nan"), "area_cm2": 10.0},
        {"mass_density_mg_cm3": float("inf")},
        {"washed_mass_g": 1.0},
        {"washed_mass_below_g": 0.01, "area_cm2": 0.0},
        {"composited_cores": 0},
        {"processed_share": 0.0},
        {"processed_share": 1.2},
        {"recovered_length_cm": 0.0},
        {"share_dead": 5},
        {"carbon_g_per_g": 43.51},
        {"ash_g_per_g": -0.1},
        {"soil_carbon_g_per_g": float("nan")},
    ],
)
def test_a_root_fraction_that_contradicts_itself_is_refused(fields):
    with pytest.raises(ImpossibleLayer):
        RootMass(**({"upper_depth_cm": 0, "lower_depth_cm": 10} | fields))


def test_a_root_fraction_without_mass_is_a_record_of_a_gap():
    assert not RootMass(upper_depth_cm=0, lower_depth_cm=10).has_mass


@pytest.mark.parametrize(
    "fields",
    [
        {"seed": -1},
        {"digits": 0},
        {"digits": 3},
        {"maximum_draws": 10_000},
        {"target_depth_cm": 0.0},
    ],
)
def test_options_no_estimate_can_follow_are_refused(fields):
    with pytest.raises(ImpossibleOption):
        Options(**({"seed": 1} | fields))
