from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.science.errors import ImpossibleLayer, NotEnoughData
from estimates.science.traits.morphology import (
    branching_density,
    branching_ratio,
    dry_matter_content,
    expected_specific_root_length,
    identity_findings,
    length_of_whole,
    root_length_density,
    root_mass_density,
    root_mass_fraction,
    specific_root_area,
    specific_root_length,
    tissue_density,
)
from estimates.science.traits.scans import winrhizo_findings, winrhizo_length_density


def test_traits_of_one_sample():
    """By hand: 5 000 cm in 848 cm3 of soil, 0.25 g dry, 1.6 g fresh, 2.5 cm3, 393 cm2, 900 tips."""
    assert root_length_density(5000, soil_volume_cm3=848) == pytest.approx(5.896, abs=5e-4)
    assert specific_root_length(5000, dry_mass_g=0.25) == 200
    assert specific_root_area(393, dry_mass_g=0.25) == 1572
    assert tissue_density(0.25, root_volume_cm3=2.5) == 0.1
    assert dry_matter_content(0.25, fresh_mass_g=1.6) == 0.15625
    assert branching_density(900, length_cm=5000) == 0.18
    assert branching_ratio(120, parents=10) == 12
    assert root_mass_fraction(2, shoot_mass=8) == 0.2
    assert length_of_whole(1250, part=0.5, whole=2.0, by="mass") == 5000


def test_a_cylinder_knows_its_specific_length():
    """By hand: 4 / (pi x 0.10 x 0.25^2) = 203.7 m per g."""
    found = expected_specific_root_length(diameter_mm=0.25, tissue_density_g_cm3=0.10)

    assert found == pytest.approx(203.7, abs=0.05)


@settings(max_examples=30)
@given(st.floats(0.05, 5), st.floats(0.02, 1))
def test_a_cylinder_keeps_the_identity(diameter, density):
    length = expected_specific_root_length(diameter_mm=diameter, tissue_density_g_cm3=density)

    assert length * diameter**2 * density == pytest.approx(1.273, abs=5e-4)


@pytest.mark.parametrize(("length", "number"), [(203.7, 0), (400, 0), (420, 1), (95, 1)])
def test_traits_that_fit_no_root_are_found(length, number):
    found = identity_findings(
        specific_root_length_m_g=length, diameter_mm=0.25, tissue_density_g_cm3=0.10
    )

    assert len(found) == number


@pytest.mark.parametrize(
    ("trait", "error"),
    [
        (lambda: specific_root_length(100, dry_mass_g=0), NotEnoughData),
        (lambda: root_mass_density(1, soil_volume_cm3=0), NotEnoughData),
        (lambda: root_length_density(-1, soil_volume_cm3=10), ImpossibleLayer),
        (lambda: dry_matter_content(2, fresh_mass_g=1), ImpossibleLayer),
        (lambda: length_of_whole(1, part=2, whole=1, by="area"), ImpossibleLayer),
    ],
)
def test_traits_of_nothing_are_refused(trait, error):
    with pytest.raises(error):
        trait()


def test_winrhizo_prints_length_per_cubic_metre():
    assert winrhizo_length_density(5_896_226) == pytest.approx(5.896, abs=5e-4)


@pytest.mark.parametrize(
    ("printed", "words"),
    [(5_896_226, None), (5.896, "per cm3 here"), (50_000, "another soil volume")],
)
def test_a_length_per_volume_is_held_against_the_core(printed, words):
    found = winrhizo_findings(length_cm=5000, soil_volume_cm3=848, length_per_volume_cm_m3=printed)

    assert [words in finding.message for finding in found] == ([] if words is None else [True])
