from __future__ import annotations

import pytest

from estimates.science.errors import ImpossibleLayer, NotEnoughData
from estimates.science.stoichiometry.ratios import (
    ash_free_g_kg,
    mass_ratio,
    molar_per_mass_ratio,
    molar_ratio,
    nutrient_stock_kg_ha,
    overstatement_by_ash,
)


@pytest.mark.parametrize(
    ("upper", "lower", "factor"),
    [
        ("C", "N", 1.1662),
        ("C", "P", 2.5788),
        ("N", "P", 2.2113),
        ("C", "S", 2.6692),
        ("N", "S", 2.2889),
    ],
)
def test_ratios_by_atoms_follow_from_ratios_by_mass(upper, lower, factor):
    """By hand: 14.007 / 12.011 = 1.1662."""
    assert molar_per_mass_ratio(upper, lower) == pytest.approx(factor, abs=5e-5)
    assert molar_ratio(upper, 300, lower=lower, lower_g_kg=10) == pytest.approx(
        30 * factor, abs=2e-3
    )


def test_stocks_of_nutrients():
    """By hand: 1.5 t per ha with 11.3 g N and 1.1 g P per kg."""
    assert nutrient_stock_kg_ha(1.5, concentration_g_kg=11.3) == pytest.approx(16.95)
    assert nutrient_stock_kg_ha(1.5, concentration_g_kg=1.1) == pytest.approx(1.65)


@pytest.mark.parametrize(
    ("plant_n_pct", "soil_ash", "errors_pct"),
    [(0.5, 0.93, (5.26, 14.38, 260.52)), (4.0, 0.96, (0.07, 0.19, 3.52))],
)
def test_dividing_by_ash_free_matter_overstates_nitrogen(plant_n_pct, soil_ash, errors_pct):
    """Natural Resource Ecology Laboratory, root chemistry, table 3, N: 0.1-5, 0.2-14 and 3-260 %
    at 10, 20 and 80 % ash; plant ash 3 %, N 5 % of the organic matter of soil."""
    for sample_ash, error in zip((0.10, 0.20, 0.80), errors_pct, strict=True):
        overstated = overstatement_by_ash(
            plant_n_pct / 100,
            root_ash=0.03,
            soil_ash=soil_ash,
            soil_matter_g_g=0.05,
            sample_ash=sample_ash,
        )
        assert overstated * 100 == pytest.approx(error, abs=5e-3)


def test_a_clean_root_is_not_overstated():
    assert overstatement_by_ash(
        0.01, root_ash=0.03, soil_ash=0.95, soil_matter_g_g=0.05, sample_ash=0.03
    ) == pytest.approx(0.0)


def test_ash_free_concentrations():
    assert ash_free_g_kg(400, ash_g_kg=200) == 500


@pytest.mark.parametrize(
    ("function", "error"),
    [
        (lambda: mass_ratio(400, 0), NotEnoughData),
        (lambda: mass_ratio(-1, 10), ImpossibleLayer),
        (lambda: nutrient_stock_kg_ha(-1, concentration_g_kg=10), ImpossibleLayer),
        (lambda: nutrient_stock_kg_ha(1, concentration_g_kg=1001), ImpossibleLayer),
        (lambda: ash_free_g_kg(400, ash_g_kg=1000), ImpossibleLayer),
        (
            lambda: overstatement_by_ash(
                0.01, root_ash=0.03, soil_ash=0.9, soil_matter_g_g=0.05, sample_ash=0.95
            ),
            ImpossibleLayer,
        ),
    ],
)
def test_what_has_no_ratio_or_stock_is_refused(function, error):
    with pytest.raises(error):
        function()
