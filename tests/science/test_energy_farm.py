"""Root mass and C of the Energy Farm cores, 2011.

Black et al. 2017, Plant and Soil, doi:10.1007/s11104-017-3333-7; data doi:10.5061/dryad.79822.
Three cores of 1.5 inch were composited; the soil length counts all three.
"""

from __future__ import annotations

import pytest

from estimates.science.cleaning import carbon_by_route_b
from estimates.science.geometry import core_area_cm2, root_mass_per_area
from tests.science.builders import SHARED, rows_of

ORACLE = SHARED / "cores-energyfarm-2011" / "author_derived_tractorcore_2011.csv"


def per_area(mass_g, *, thickness_cm, length_cm):
    return root_mass_per_area(
        mass_g,
        area_cm2=core_area_cm2(3.81),
        thickness_cm=thickness_cm,
        composited_cores=3,
        recovered_length_cm=length_cm,
    )


def test_the_first_maize_layer_holds_what_its_authors_found():
    """Block 0, maize, sample 1, 0-10 cm: 0.99 g of roots in 30 cm of soil, 43.51 % C."""
    mass = per_area(0.99, thickness_cm=10, length_cm=30)
    carbon = carbon_by_route_b(mass, carbon_of_sample=0.4351)

    assert mass == pytest.approx(289.45, abs=0.005)
    assert carbon == pytest.approx(125.94, abs=0.005)


def test_a_layer_recovered_in_part_keeps_its_density():
    """Block 0, maize, sample 1, 50-100 cm: 0.15 g in 146 of 150 cm, 45.058 g per m2."""
    mass = per_area(0.15, thickness_cm=50, length_cm=146)

    assert mass == pytest.approx(45.0577, rel=3e-5)


def test_all_layers_above_one_metre_hold_what_their_authors_found():
    if not ORACLE.exists():
        pytest.skip("the Energy Farm data lie outside the project and are not here")
    layers = [
        row
        for row in rows_of(ORACLE)
        if int(row["Lower"]) <= 100 and row["Biomass_root_g_m2"] not in ("NA", "")
    ]

    for row in layers:
        mass = per_area(
            float(row["Mass_root"]),
            thickness_cm=float(row["Lower"]) - float(row["Upper"]),
            length_cm=float(row["Soil_length"]),
        )
        assert mass == pytest.approx(float(row["Biomass_root_g_m2"]), rel=3e-5)
        if row["Pct_C_root"] != "NA" and row["Mass_rhizome"] == "0":
            carbon = carbon_by_route_b(mass, carbon_of_sample=float(row["Pct_C_root"]) / 100)
            assert carbon == pytest.approx(float(row["C_g_m2"]), rel=3e-5)

    assert len(layers) > 370
