"""Adhering soil told by C: what is taken off, what it needs, and that it agrees with ash."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.science.cleaning import soil_share_from_carbon
from estimates.science.errors import ImpossibleLayer, ImpossibleOption, NotEnoughData
from estimates.science.inputs import Measured
from tests.science.builders import codes, core, estimate, options, plot, root

CLEAN = Measured(value=0.42, uncertainty=0.0)
SOILED = {"carbon_g_per_g": 0.34, "soil_carbon_g_per_g": 0.02}


def by_carbon(*roots, clean=CLEAN, **others):
    the_plot = plot(core("c1", *roots), clean_root_carbon=clean)
    return estimate(the_plot, soil_by="carbon", **others)


def test_a_fifth_of_the_sample_is_soil():
    """By hand: (.42 - .34) / (.42 - .02) = .2; 100 g m-2 become 80, x .42 = 33.6 g C m-2."""
    result = by_carbon(root(**SOILED))

    assert result.root_mass_g_m2 == pytest.approx(80.0)
    assert result.root_c_nominal_g_m2 == pytest.approx(33.6)
    assert result.root_c_stock.mean == pytest.approx(33.6, rel=0.01)
    assert "soil_kept" not in codes(result)


def test_carbon_and_ash_agree_on_one_sample():
    """By hand: .2 of soil with .94 ash and .8 of root with .06 hold .236 ash and .34 C."""
    ash = estimate(plot(core("c1", root(ash_g_per_g=0.236, **SOILED))))

    assert ash.root_c_nominal_g_m2 == pytest.approx(33.6)
    assert by_carbon(root(**SOILED)).root_c_nominal_g_m2 == pytest.approx(33.6)


def test_the_error_of_clean_root_reaches_the_interval():
    """By hand: net C is (1 - s) C_r = C_r (C_s - .02) / (C_r - .02): flat in C_r, 0.05 each."""
    sure = by_carbon(root(**SOILED))
    unsure = by_carbon(root(**SOILED), clean=Measured(value=0.42, uncertainty=0.03))

    assert "carbon_of_clean_root" in {item.input for item in unsure.stock_budget}
    assert unsure.root_c_stock.sd > sure.root_c_stock.sd


def test_rows_without_carbon_take_the_mean_of_their_plot_and_soil_that_of_their_depth():
    known = [root(**SOILED, mass=1.0) for _ in range(3)]
    cores = [core(f"c{n}", one) for n, one in enumerate(known)]
    cores.append(core("c9", root(mass=1.0)))

    result = estimate(plot(*cores, clean_root_carbon=CLEAN), soil_by="carbon")

    assert result.root_c_nominal_g_m2 == pytest.approx(33.6)
    assert "carbon_of_plot" in codes(result)


def test_the_number_of_the_order_stands_in_for_a_plot_without():
    result = by_carbon(root(**SOILED), clean=None, clean_root_carbon=CLEAN)

    assert result.root_c_nominal_g_m2 == pytest.approx(33.6)


def test_what_is_missing_is_named():
    with pytest.raises(NotEnoughData, match="carbon_clean_root on roots picked clean"):
        by_carbon(root(**SOILED), clean=None)
    with pytest.raises(NotEnoughData, match="C of the soil at 0-10 cm"):
        by_carbon(root(carbon_g_per_g=0.34))
    with pytest.raises(NotEnoughData, match="C of the washed roots at 0-10 cm; C of the soil"):
        by_carbon(root())
    layers = [root(n, n + 1) for n in range(5)]
    with pytest.raises(NotEnoughData, match="and 6 more"):
        by_carbon(*layers)


def test_route_a_is_refused_and_clean_roots_hold_more_carbon_than_soil():
    with pytest.raises(ImpossibleOption, match="order route B"):
        options(soil_by="carbon", route="A")
    with pytest.raises(ImpossibleLayer):
        soil_share_from_carbon(np.array([0.3]), carbon_of_root=0.4, carbon_of_soil=0.4)
