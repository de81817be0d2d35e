from __future__ import annotations

import pytest

from estimates.science.errors import ImpossibleLayer
from estimates.science.geometry import (
    core_area_cm2,
    recovery_ratio,
    root_mass_density_g_cm3,
    root_mass_per_area,
)


def test_a_core_of_six_cm_takes_28_cm2():
    """pi x 6^2 / 4 = 28.274 cm2; 30 cm of it 848.23 cm3."""
    area = core_area_cm2(6.0)

    assert area == pytest.approx(28.274, abs=5e-4)
    assert area * 30 == pytest.approx(848.23, abs=5e-3)


def test_one_mg_per_cm3_over_a_layer_is_a_tenth_of_a_tonne_per_ha_and_cm():
    """1 mg cm-3 over 30 cm is 3 t per ha, 300 g per m2."""
    mass = root_mass_per_area(0.03, area_cm2=1.0, thickness_cm=30.0)

    assert mass == pytest.approx(300.0)


def test_half_a_length_recovered_is_a_ratio_of_one_half():
    ratio = recovery_ratio(thickness_cm=50, composited_cores=3, recovered_length_cm=75)

    assert ratio == 0.5


@pytest.mark.parametrize("diameter_cm", [0.0, -1.0, float("nan")])
def test_a_corer_without_diameter_is_refused(diameter_cm):
    with pytest.raises(ImpossibleLayer):
        core_area_cm2(diameter_cm)


def test_a_density_without_volume_is_refused():
    with pytest.raises(ImpossibleLayer):
        root_mass_density_g_cm3(1.0, area_cm2=0.0, sampled_length_cm=30.0)
