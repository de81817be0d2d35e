"""Figures other people published, reproduced from our own parameter set.

kg C per ha unless said otherwise. SoilManageR 1.1.0 truncates to whole kg inside, hence 2 kg.
"""

from __future__ import annotations

import pytest

from estimates.science.allometry.formulas import by_carbon_shares, returned_c
from tests.science.allometry.builders import allocated, kg_ha

TRUNCATION_KG = 2.0


def parts(method, crop, yield_t_ha=None, **stand):
    """Return C of straw, root and rhizodeposits in kg per ha."""
    found = allocated(method, crop=crop, yield_t_ha=yield_t_ha, **stand)
    return tuple(kg_ha(item) for item in (found.straw_c, found.root_c, found.rhizodeposit_c))


@pytest.mark.parametrize(
    ("crop", "yield_t_ha", "straw_returned", "straw", "root", "exudate"),
    [
        ("wheat, winter", 5.1, 0.15, 474, 361, 238),
        ("wheat, winter", 6.0, 0.15, 528, 361, 238),
        ("barley, spring", 4.675, 0.0, 0, 362, 237),
        ("barley, spring", 4.5, 1.0, 2033, 362, 237),
    ],
)
def test_fixed_roots_are_those_of_soilmanager(
    crop, yield_t_ha, straw_returned, straw, root, exudate
):
    found = parts("fixed_root_c", crop, yield_t_ha)

    expected = (straw, root, exudate)
    assert (found[0] * straw_returned, *found[1:]) == pytest.approx(expected, abs=TRUNCATION_KG)


def test_a_harvest_index_and_a_shoot_root_ratio_of_ones_own():
    """Spring barley 4.5 t, HI 0.4, shoot:root 2.4, r 0.5, 15 % of the straw returned."""
    given = {"harvest_index": 0.4, "shoot_root": 2.4, "deposition_ratio": 0.5}

    straw, root, exudate = parts("harvest_index", "barley, spring", 4.5, **given)

    assert (straw * 0.15, root, exudate) == pytest.approx((456, 2109, 1054), abs=TRUNCATION_KG)


def test_a_temporary_ley_is_the_same_at_any_yield():
    assert parts("fixed_root_c", "ley, temporary", 13.0)[1:] == pytest.approx((1500, 750))
    assert parts("fixed_root_c", "ley, temporary")[1:] == pytest.approx((1500, 750))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"yield_t_ha": 2.5}, (1125, 306, 94)),
        ({"duration_days": 200}, (1596, 435, 134)),
    ],
)
def test_a_cover_crop_by_its_shoot_or_by_its_days(given, expected):
    for method in ("cover_crop", "fixed_root_c"):
        found = parts(method, "cover crop", kind="cover", **given)

        assert found == pytest.approx(expected, abs=TRUNCATION_KG)


def test_after_eight_months_a_cover_crop_grows_no_more():
    full, longer = (
        parts("cover_crop", "cover crop", kind="cover", duration_days=days) for days in (240, 300)
    )

    assert full[0] == pytest.approx(1916)
    assert longer == full


def test_tier_2_barley_is_that_of_holos():
    """7018 kg per ha fresh at 12 % moisture, all straw returned: AG, BG as Holos 4 has them."""
    found = allocated("ipcc_2019_tier2", crop="barley", yield_t_ha=7.018 * 0.88)

    assert kg_ha(found.straw_c) == pytest.approx(2157.4589, abs=2e-4)
    assert kg_ha(found.root_c) == pytest.approx(997.7755, abs=2e-4)
    assert found.rhizodeposit_c is None


def test_above_ground_c_of_annual_crops_is_that_of_holos():
    """C_P 435.6, RP 0.451, RS 0.4; 10 % of the product and 20 % of the straw returned: 120.83."""
    found = by_carbon_shares(435.6, product=0.451, straw=0.4, root=0.0, rhizodeposit=0.0)

    assert returned_c(found, product=0.1, straw=0.2) == pytest.approx(120.83, abs=0.005)


def test_below_ground_c_of_annual_crops_is_that_of_holos():
    """C_P 403.92, RP 0.5, RR 0.4, RE 0.3: 565.488."""
    found = by_carbon_shares(403.92, product=0.5, straw=0.0, root=0.4, rhizodeposit=0.3)

    assert returned_c(found, straw=0.0) == pytest.approx(565.488, abs=1e-9)


def test_above_ground_c_of_a_perennial_is_that_of_holos():
    """5000 kg at 13 % moisture, 35 % left on the field, C 0.45: C_P 3011.54, AG 1054.04."""
    product_c = 5000 / (1 - 0.35) * 0.87 * 0.45
    found = by_carbon_shares(product_c, product=0.441, straw=0.0, root=0.0, rhizodeposit=0.0)

    assert product_c == pytest.approx(3011.54, abs=0.005)
    assert returned_c(found, product=0.35) == pytest.approx(1054.04, abs=0.005)


def test_tier_1_takes_roots_from_the_whole_shoot():
    """7 t fresh wheat, 0.89 dry: Crop 6.23, AG 8.10, BG 3.296 t, 1.384 t C per ha."""
    found = allocated("ipcc_2019_tier1", crop="winter wheat", yield_t_ha=7 * 0.89)

    assert kg_ha(found.straw_c) / 420 == pytest.approx(8.10, abs=0.005)
    assert kg_ha(found.root_c) / 420 == pytest.approx(3.296, abs=0.0005)
    assert kg_ha(found.root_c) == pytest.approx(1384, abs=0.5)


@pytest.mark.parametrize(
    ("method", "given", "root_c", "rhizodeposit_c"),
    [
        ("bolinder_2007", {}, 0.989, 0.654),
        ("fixed_root_c", {}, 0.361, 0.239),
        ("amg_v2", {}, 0.667, 0.433),
        ("water_class", {"season_water_mm": 150}, 1.677, 1.171),
        ("water_class", {"season_water_mm": 250}, 1.627, 1.007),
        ("water_class", {"season_water_mm": 400}, 0.307, 0.200),
        ("ipcc_2019_tier1", {}, 1.333, None),
        ("ipcc_2019_tier2", {}, 1.330, None),
    ],
)
def test_one_harvest_of_wheat_under_every_method(method, given, root_c, rhizodeposit_c):
    """Winter wheat, 6.0 t of dry grain per ha, t C per ha: from 0.507 to 2.848."""
    found = allocated(method, crop="winter wheat", yield_t_ha=6.0, **given)

    assert kg_ha(found.root_c) / 1000 == pytest.approx(root_c, abs=0.0006)
    if rhizodeposit_c is None:
        assert found.rhizodeposit_c is None
    else:
        assert kg_ha(found.rhizodeposit_c) / 1000 == pytest.approx(rhizodeposit_c, abs=0.0006)
