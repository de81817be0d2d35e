from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.science.errors import ImpossibleLayer, MixedScales, UnknownTerm
from estimates.science.isotopes.materials import assigned_value
from estimates.science.isotopes.scales import (
    AIR_N2,
    LEGACY_PDB,
    VPDB,
    AtomFraction,
    atom_fraction,
    check_one_scale,
    check_scale,
    standard_named,
    standard_of_ratio,
)


@pytest.mark.parametrize(
    ("delta", "percent", "legacy_percent"),
    [
        (-30, 1.072845, 1.078255),
        (-27, 1.076127, 1.081554),
        (-12, 1.092536, 1.098044),
        (0, 1.105659, 1.111233),
        (500, 1.649370, 1.657639),
        (1000, 2.187135, 2.198040),
    ],
)
def test_13c_becomes_atom_percent(delta, percent, legacy_percent):
    """By hand for 0: 0.0111802 / 1.0111802 = 1.105659 %; the other ratio is 0.0112372."""
    assert atom_fraction(delta, standard=VPDB).value * 100 == pytest.approx(percent, abs=5e-7)
    assert atom_fraction(delta, standard=LEGACY_PDB).value * 100 == pytest.approx(
        legacy_percent, abs=5e-7
    )


@pytest.mark.parametrize(
    ("delta", "percent"),
    [
        (-4.52, 0.364651),
        (0, 0.366300),
        (5, 0.368125),
        (47.57, 0.383658),
        (1000, 0.729927),
        (10000, 3.886926),
    ],
)
def test_15n_becomes_atom_percent(delta, percent):
    """By hand for 0: 1 / 273 = 0.366300 % (14N/15N of air is 272 by convention)."""
    assert atom_fraction(delta, standard=AIR_N2).value * 100 == pytest.approx(percent, abs=5e-7)


@settings(max_examples=60)
@given(st.floats(-990, 20_000), st.sampled_from([VPDB, AIR_N2, LEGACY_PDB]))
def test_delta_and_atom_fraction_round_trip(delta, standard):
    fraction = atom_fraction(delta, standard=standard)
    again = AtomFraction(value=fraction.value, standard=standard)

    assert again.delta_permil == pytest.approx(delta, abs=1e-8, rel=1e-10)


@settings(max_examples=20)
@given(st.floats(-50, 1000), st.floats(0.01, 5))
def test_uncertainties_round_trip_too(delta, uncertainty):
    fraction = atom_fraction(delta, standard=VPDB, uncertainty_permil=uncertainty)

    assert fraction.delta_uncertainty_permil == pytest.approx(uncertainty)


def test_the_legacy_ratio_shifts_an_excess_by_half_a_percent():
    new, old = (
        atom_fraction(100, standard=each).value - atom_fraction(-27, standard=each).value
        for each in (VPDB, LEGACY_PDB)
    )

    assert old / new - 1 == pytest.approx(0.005, abs=2e-4)


def test_a_fraction_without_uncertainty_has_none_as_delta():
    assert AtomFraction(value=0.011, standard=VPDB).delta_uncertainty_permil is None


@pytest.mark.parametrize("value", [0, 1.1, -0.1])
def test_what_is_no_fraction_is_refused(value):
    with pytest.raises(ImpossibleLayer, match="no fraction of atoms"):
        AtomFraction(value=value, standard=VPDB)


def test_a_delta_that_leaves_no_heavy_atoms_is_refused():
    with pytest.raises(ImpossibleLayer):
        atom_fraction(-1000, standard=VPDB)


def test_a_legacy_standard_is_only_for_reading_old_figures():
    with pytest.raises(MixedScales, match="superseded"):
        standard_named("PDB-legacy")
    with pytest.raises(MixedScales, match="superseded"):
        standard_of_ratio("13C", 0.0112372)

    assert standard_named("PDB-legacy", allows_legacy=True).is_legacy


def test_a_standard_is_known_by_its_ratio():
    assert standard_of_ratio("13C", 0.0111802) is VPDB
    assert standard_of_ratio("13C", 0.01118).name == "R=0.01118"


def test_unknown_standards_and_ratios_are_refused():
    with pytest.raises(UnknownTerm):
        standard_named("SMOW")
    with pytest.raises(ImpossibleLayer):
        standard_of_ratio("13C", 0.0036764)


def test_a_13c_value_names_its_scale():
    assert check_scale("13C", "VPDB-LSVEC") == "VPDB-LSVEC"
    assert check_scale("15N", None) == "air-N2"
    with pytest.raises(MixedScales, match="names no scale"):
        check_scale("13C", None)
    with pytest.raises(MixedScales, match="cannot be on the scale air-N2"):
        check_scale("13C", "air-N2")


def test_a_batch_has_one_scale():
    assert check_one_scale(["VPDB", "VPDB"]) == "VPDB"
    with pytest.raises(MixedScales, match="VPDB, VPDB-LSVEC"):
        check_one_scale(["VPDB", "VPDB-LSVEC"])


def test_a_reference_material_is_known_on_its_scale_only():
    found = assigned_value("usgs 40", isotope="13C", scale="VPDB-LSVEC")

    assert (found.delta_permil, found.uncertainty_permil) == (-26.39, 0.02)
    assert assigned_value("USGS40", isotope="15N", scale="air-N2").delta_permil == -4.52
    assert assigned_value("NBS 19", isotope="13C", scale="VPDB").delta_permil == 1.95
    with pytest.raises(MixedScales, match="listed on VPDB-LSVEC"):
        assigned_value("USGS40", isotope="13C", scale="VPDB")
    with pytest.raises(UnknownTerm):
        assigned_value("acetanilide", isotope="13C", scale="VPDB")
