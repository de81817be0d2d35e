from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.science.errors import BeyondSample, ImpossibleLayer, NotEnoughData
from estimates.science.soil.equivalent_mass import (
    depth_of_mass_cm,
    hyman_spline,
    mass_profile,
    stock_at_mass,
)
from estimates.science.soil.stocks import SoilLayer

# von Haden et al. 2020, doi:10.1111/gcb.15124, example sheet a_temporal_paired, core S1:
# lower depth, SOC %, SOM %, bulk density
YEAR_0 = (
    (10, 2.500133534, 4.310575058, 1.250032480),
    (30, 1.500656329, 2.587338499, 1.300906971),
    (50, 1.000496130, 1.724993328, 1.400846477),
    (100, 0.500521621, 0.862968312, 1.500822602),
)
YEAR_5 = (
    (10, 2.450246274, 4.224562542, 1.412996774),
    (30, 1.436857784, 2.477341006, 1.319412055),
    (50, 0.978976327, 1.687890220, 1.409561120),
    (100, 0.483946631, 0.834390743, 1.503439233),
)


def profile(rows):
    uppers = [0, *(row[0] for row in rows)]
    return mass_profile(
        [
            SoilLayer(
                upper_depth_cm=upper,
                lower_depth_cm=lower,
                soc_g_kg=soc * 10,
                bulk_density_g_cm3=density,
                organic_matter_g_kg=som * 10,
            )
            for upper, (lower, soc, som, density) in zip(uppers, rows, strict=False)
        ]
    )


def at_masses_of_year_0(interpolator="hyman"):
    return [
        stock_at_mass(profile(YEAR_5), mass, interpolator=interpolator).soc_t_ha
        for mass in profile(YEAR_0).mineral_mass_t_ha[1:]
    ]


def test_the_example_of_von_haden_is_reproduced():
    """Expected: R, spline(method = "hyman"), on the cumulative sums of the sheet."""
    year_0, year_5 = profile(YEAR_0), profile(YEAR_5)

    assert year_0.mineral_mass_t_ha[1:] == pytest.approx(
        (1196.15, 3730.65, 6484.01, 13923.36), abs=5e-3
    )
    assert year_0.soc_t_ha[1:] == pytest.approx((31.252, 70.297, 98.328, 135.887), abs=5e-4)
    assert year_5.soc_t_ha[1:] == pytest.approx((34.622, 72.538, 100.137, 136.516), abs=5e-4)
    assert at_masses_of_year_0() == pytest.approx((31.294, 70.307, 98.320, 135.792), abs=5e-4)


def test_a_compacted_core_returns_the_original_where_fixed_depth_shows_a_gain():
    """Year 5 is year 0 compacted by 1.5 cm."""
    original = profile(YEAR_0).soc_t_ha[1:]

    assert at_masses_of_year_0() == pytest.approx(original, abs=0.2)
    assert profile(YEAR_5).soc_t_ha[1] - original[0] == pytest.approx(3.4, abs=0.05)


def test_the_interpolator_alone_moves_a_stock_and_is_kept_with_it():
    stocks = {kind: at_masses_of_year_0(kind)[0] for kind in ("hyman", "pchip", "linear")}

    assert max(stocks.values()) - min(stocks.values()) > 0.5
    assert stock_at_mass(profile(YEAR_5), 1000, interpolator="pchip").interpolator == "pchip"


@pytest.mark.parametrize("interpolator", ["hyman", "pchip", "linear"])
@pytest.mark.parametrize("layers", [1, 2, 3, 4])
def test_a_core_returns_its_own_stocks(interpolator, layers):
    own = profile(YEAR_0[:layers])

    for mass, soc in zip(own.mineral_mass_t_ha, own.soc_t_ha, strict=True):
        assert stock_at_mass(own, mass, interpolator=interpolator).soc_t_ha == pytest.approx(
            soc, abs=1e-9
        )


def test_nothing_is_extrapolated_unless_asked_for():
    shallow = profile(YEAR_0[:2])
    deepest = shallow.mineral_mass_t_ha[-1]

    with pytest.raises(BeyondSample, match="sample deeper"):
        stock_at_mass(shallow, deepest * 1.01)
    beyond = stock_at_mass(shallow, deepest + 100, interpolator="linear", extrapolates=True)

    slope = (shallow.soc_t_ha[2] - shallow.soc_t_ha[1]) / (
        shallow.mineral_mass_t_ha[2] - shallow.mineral_mass_t_ha[1]
    )
    assert beyond.is_extrapolated
    assert beyond.soc_t_ha == pytest.approx(shallow.soc_t_ha[-1] + 100 * slope)


def test_a_mass_below_zero_and_a_core_with_gaps_are_refused():
    with pytest.raises(ImpossibleLayer):
        stock_at_mass(profile(YEAR_0), -1)
    with pytest.raises(NotEnoughData):
        mass_profile([])


def test_the_depth_of_a_mass_is_told():
    own = profile(YEAR_0)

    assert depth_of_mass_cm(own, own.mineral_mass_t_ha[2]) == pytest.approx(30)


def test_slopes_are_held_where_a_spline_would_overshoot():
    """Secants 3, 0.1, 0.05, 3.8: at most 3 x the smaller neighbour, so 0.3, 0.15 and 0.15."""
    spline = hyman_spline(np.array([0.0, 1, 2, 4, 5]), np.array([0.0, 3, 3.1, 3.2, 7]))
    slopes = spline(np.array([0.0, 1, 2, 4, 5]), 1)

    assert slopes[1] <= 0.3 + 1e-12
    assert slopes[2] <= 0.15 + 1e-12
    assert slopes[3] <= 0.15 + 1e-12
    assert np.all(np.diff(spline(np.linspace(0, 5, 501))) >= -1e-12)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0.1, 10), st.floats(0, 10)), min_size=1, max_size=8))
def test_cumulative_carbon_never_falls_with_mass(steps):
    x = np.cumsum([0.0, *(width for width, _ in steps)])
    y = np.cumsum([0.0, *(rise for _, rise in steps)])

    curve = hyman_spline(x, y)(np.linspace(0, x[-1], 200))

    assert np.all(np.diff(curve) >= -1e-9)
