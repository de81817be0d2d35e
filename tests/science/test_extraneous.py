"""Extraneous matter by isotopes and by hand: its share, its error, and refusals."""

from __future__ import annotations

import pytest

from estimates.science.errors import MixedScales, NotEnoughData, UnderDetermined
from estimates.science.inputs import Endmember, Measured
from tests.science.builders import codes, core, estimate, plot, root


def source(delta, carbon=None, sd=0.2):
    return Endmember(delta13c=Measured(value=delta, uncertainty=sd), carbon_g_per_g=carbon)


MAIZE, OLD = source(-12.0, 0.42), source(-27.0, 0.30)


def by_isotope(*roots, crop=MAIZE, matter=OLD, scales=("VPDB",), **others):
    the_plot = plot(
        core("c1", *roots), crop_root=crop, extraneous_matter=matter, delta13c_scales=scales
    )
    return estimate(the_plot, extraneous="isotope", **others)


def test_two_fifths_of_the_carbon_are_not_maize():
    """By hand: (-18 + 12) / (-27 + 12) = .4, the share Hirte et al. 2017 found in maize cores."""
    result = by_isotope(root(carbon_g_per_g=0.40, delta13c_permil=-18.0))

    assert result.root_c_nominal_g_m2 == pytest.approx(40.0 * 0.6)
    assert {"extraneous_by_isotope", "soil_in_extraneous"} <= codes(result)


def test_the_error_is_that_of_mixing():
    """By hand: sqrt(.1^2 + (.6 x .2)^2 + (.4 x .2)^2) / 15 = .0117 of C of which .6 stays."""
    result = by_isotope(root(carbon_g_per_g=0.40, delta13c_permil=-18.0, mass=50.0))

    share = next(item.share for item in result.stock_budget if item.input == "extraneous_measured")
    from_mixing = result.root_c_stock.sd * share**0.5

    assert from_mixing / result.root_c_stock.mean == pytest.approx(0.0117 / 0.6, rel=0.05)


def test_the_carbon_of_adhering_soil_is_not_counted_twice():
    """By hand: .2 of soil with .02 C is .004 of .34 C, g = .01176; (.4 - g) / (1 - g) = .3929 of
    the 33.6 g C that are not of soil."""
    soiled = root(
        carbon_g_per_g=0.34, ash_g_per_g=0.236, soil_carbon_g_per_g=0.02, delta13c_permil=-18.0
    )

    by_ash = by_isotope(soiled)
    by_carbon = estimate(
        plot(
            core("c1", soiled),
            crop_root=MAIZE,
            extraneous_matter=OLD,
            delta13c_scales=("VPDB",),
            clean_root_carbon=Measured(value=0.42, uncertainty=0.0),
        ),
        extraneous="isotope",
        soil_by="carbon",
    )

    assert by_ash.root_c_nominal_g_m2 == pytest.approx(33.6 * (1 - 0.3929), rel=1e-3)
    assert by_carbon.root_c_nominal_g_m2 == pytest.approx(33.6 * (1 - 0.3929), rel=1e-3)
    assert "soil_in_extraneous" not in codes(by_ash)


def test_route_a_takes_the_share_of_mass():
    """By hand: .4 of the C at .30 against .6 at .42: (.4/.30) / (.4/.30 + .6/.42) = .4828."""
    sample = root(
        carbon_g_per_g=0.42, carbon_basis="clean_root", ash_g_per_g=0.06, delta13c_permil=-18.0
    )

    result = by_isotope(sample, route="A")

    assert result.root_mass_g_m2 == pytest.approx(100 * (1 - 0.4828), rel=1e-3)


def test_fractions_weigh_by_their_mass():
    """By hand: 3 g with .4 and 1 g with 0 make .3."""
    result = by_isotope(
        root(carbon_g_per_g=0.4, soil_carbon_g_per_g=0.02, delta13c_permil=-18.0, mass=3.0),
        root(10.0, 20.0, carbon_g_per_g=0.4, delta13c_permil=-12.0),
    )

    assert result.root_c_nominal_g_m2 == pytest.approx(160 * 0.7)
    assert "extraneous_below_detection" in codes(result)


def test_what_is_missing_is_named():
    with pytest.raises(NotEnoughData, match=r"delta13c of the washed roots; .*picked clean; delta"):
        by_isotope(root(), crop=None, matter=None)
    sample = {"carbon_basis": "clean_root", "ash_g_per_g": 0.06, "delta13c_permil": -18.0}
    with pytest.raises(NotEnoughData, match="carbon_extraneous"):
        by_isotope(root(carbon_g_per_g=0.4, **sample), matter=source(-27.0), route="A")
    with pytest.raises(NotEnoughData, match="checked by hand"):
        estimate(plot(), extraneous="hand_check")


def test_sources_that_are_alike_are_refused():
    with pytest.raises(UnderDetermined, match="too alike"):
        by_isotope(root(delta13c_permil=-26.0), crop=source(-27.3), matter=source(-27.0))


@pytest.mark.parametrize("scales", [(None,), ("VPDB", "VPDB-LSVEC")])
def test_a_scale_is_named_and_only_one(scales):
    with pytest.raises(MixedScales):
        by_isotope(root(delta13c_permil=-18.0), scales=scales)


def test_a_hand_check_that_is_asked_for_counts():
    checked = plot(extraneous=Measured(value=0.2, uncertainty=0.05))

    assert estimate(checked, extraneous="hand_check").root_mass_g_m2 == pytest.approx(80.0)


def test_a_limit_of_mass_alone_weighs_all_samples_the_same():
    below = {"washed_mass_g": None, "washed_mass_below_g": 0.01}

    result = by_isotope(root(carbon_g_per_g=0.4, delta13c_permil=-18.0, **below))

    assert "extraneous_by_isotope" in codes(result)
