from __future__ import annotations

import numpy as np
import pytest

from estimates.science.cleaning import (
    ash_fits_carbon,
    carbon_by_route_a,
    carbon_by_route_b,
    check_route,
    clean_root_mass,
    soil_share,
    soil_share_from_carbon,
)
from estimates.science.errors import ImpossibleLayer, MixedRoutes
from estimates.science.geometry import core_area_cm2, root_mass_per_area


def clean(washed_g, ash):
    share = float(soil_share(ash, ash_of_root=0.06, ash_of_soil=0.95))
    return clean_root_mass(washed_g, soil_share=share, extraneous_share=0.10, washing_loss=0.10)


def test_two_cores_become_457_8_kg_of_carbon_per_hectare():
    """By hand: row 0.520 g, 22 % ash: (.22-.06)/(.95-.06) = .1798, .4265 g, 150.85 g m-2;
    mid-row 0.260 g, 30 % ash: .2697, .1899 g, 67.16 g m-2; mean 109.00, x 0.42 = 45.78 g C m-2."""
    area = core_area_cm2(6.0)

    row, middle = clean(0.520, 0.22), clean(0.260, 0.30)
    ground = [root_mass_per_area(mass, area_cm2=area, thickness_cm=30) for mass in (row, middle)]
    carbon = carbon_by_route_a(sum(ground) / 2, carbon_of_clean_root=0.42)

    assert row == pytest.approx(0.4265, abs=5e-5)
    assert middle == pytest.approx(0.1899, abs=5e-5)
    assert ground == pytest.approx([150.85, 67.16], abs=5e-3)
    assert carbon * 10 == pytest.approx(457.8, abs=0.05)


def test_both_routes_agree_on_a_sample_that_is_what_they_assume():
    """0.8 g of root with 0.42 g C per g and 0.2 g of soil with 0.02."""
    washed_carbon = 0.8 * 0.42 + 0.2 * 0.02

    by_a = carbon_by_route_a(clean_root_mass(1.0, soil_share=0.2), carbon_of_clean_root=0.42)
    by_b = carbon_by_route_b(
        1.0, carbon_of_sample=washed_carbon, soil_share=0.2, carbon_of_soil=0.02
    )

    assert by_a == pytest.approx(by_b)


@pytest.mark.parametrize(("route", "basis"), [("A", "washed_sample"), ("B", "clean_root")])
def test_carbon_of_the_other_route_is_refused(route, basis):
    with pytest.raises(MixedRoutes, match=f"Route {route}"):
        check_route(route, basis)


@pytest.mark.parametrize(("route", "basis"), [("B", "washed_sample"), ("A", "clean_root")])
def test_carbon_of_the_own_route_is_accepted(route, basis):
    assert check_route(route, basis) is None


def test_soil_shares_stay_between_nothing_and_all():
    shares = soil_share(np.array([0.01, 0.5, 0.99]), ash_of_root=0.06, ash_of_soil=0.94)

    assert shares == pytest.approx([0.0, 0.5, 1.0])


def test_soil_that_burns_better_than_roots_is_refused():
    with pytest.raises(ImpossibleLayer):
        soil_share(0.1, ash_of_root=0.5, ash_of_soil=0.4)


def test_carbon_tells_the_soil_share_where_ash_cannot():
    """(0.42 - 0.34) / (0.42 - 0.02) = 0.2."""
    assert soil_share_from_carbon(0.34, carbon_of_root=0.42, carbon_of_soil=0.02) == pytest.approx(
        0.2
    )
    assert soil_share_from_carbon(0.50, carbon_of_root=0.42, carbon_of_soil=0.02) == 0.0


def test_soil_richer_than_roots_is_refused():
    with pytest.raises(ImpossibleLayer):
        soil_share_from_carbon(0.3, carbon_of_root=0.4, carbon_of_soil=0.4)


def test_carbon_is_never_negative_however_much_soil():
    assert carbon_by_route_b(1.0, carbon_of_sample=0.01, soil_share=1, carbon_of_soil=0.05) == 0


def test_ash_and_carbon_of_one_sample_agree_on_the_line_of_franzluebbers():
    """999 - 1.89 x 450 = 148.5 g per kg (doi:10.1002/ael2.20037)."""
    assert ash_fits_carbon(ash_g_per_g=0.1485, carbon_g_per_g=0.450)
    assert not ash_fits_carbon(ash_g_per_g=0.35, carbon_g_per_g=0.450)


def test_a_share_processed_stands_for_the_whole_core():
    assert clean_root_mass(1.0, processed_share=0.25) == 4.0
