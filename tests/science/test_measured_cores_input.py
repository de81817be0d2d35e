"""From root C to C input: what is taken off, added back and turned over."""

from __future__ import annotations

import pytest

from estimates.science.errors import ImpossibleShares
from estimates.science.inputs import Measured, Stand
from tests.science.builders import codes, core, estimate, plot, root


@pytest.mark.parametrize(("key", "left"), [("unpicked", 0.60), ("picked", 0.825)])
def test_extraneous_matter_is_taken_off_by_its_prior(key, left):
    """Hirte et al. 2017: 40 % of the mass of unpicked cores, 10 to 25 % after picking."""
    assert estimate(plot(), extraneous=key).root_mass_g_m2 == pytest.approx(100 * left)


def test_extraneous_matter_that_was_measured_goes_before_the_prior():
    the_plot = plot(extraneous=Measured(value=0.20, uncertainty=0.05))

    result = estimate(the_plot, extraneous="unpicked")

    assert result.root_mass_g_m2 == pytest.approx(80.0)
    assert "extraneous_measured" in {item.input for item in result.stock_budget}


def test_no_extraneous_matter_may_be_a_measurement_too():
    the_plot = plot(extraneous=Measured(value=0.0, uncertainty=0.0))

    assert estimate(the_plot).root_mass_g_m2 == pytest.approx(100.0)
    assert "extraneous_matter_kept" not in codes(estimate(the_plot))


def test_extraneous_matter_cannot_be_everything():
    with pytest.raises(ImpossibleShares):
        estimate(plot(extraneous=Measured(value=1.0, uncertainty=0.0)))


@pytest.mark.parametrize(
    ("loss", "mass"),
    [(None, 100.0), ("prior", 100 / 0.9), (Measured(value=0.2, uncertainty=0.02), 125.0)],
)
def test_roots_lost_in_washing_are_added_back(loss, mass):
    assert estimate(plot(), washing_loss=loss).root_mass_g_m2 == pytest.approx(mass)


@pytest.mark.parametrize(
    "rhizodeposition",
    ["labelled", Measured(value=1.4, uncertainty=0.2, from_labelling=True)],
)
def test_rhizodeposition_from_labelling_forbids_a_washing_loss(rhizodeposition):
    result = estimate(plot(), washing_loss="prior", rhizodeposition=rhizodeposition)

    assert result.root_mass_g_m2 == pytest.approx(100.0)
    assert "washing_loss_dropped" in codes(result)


def test_a_ratio_measured_without_label_keeps_the_washing_loss():
    ratio = Measured(value=0.5, uncertainty=0.1)

    result = estimate(plot(), washing_loss="prior", rhizodeposition=ratio)

    assert result.root_mass_g_m2 == pytest.approx(100 / 0.9)
    assert result.c_input_nominal_g_m2 == pytest.approx(
        result.root_c_nominal_g_m2 * 1.335 * 1.5, rel=1e-6
    )


KNOWN = Measured(value=0.5, uncertainty=0.0)


@pytest.mark.parametrize(
    ("stand", "per_root_c"),
    [
        (Stand(sampled_at="peak"), 1.5),
        (Stand(sampled_at="harvest"), 1.335 * 1.5),
        (Stand(growth="perennial"), 0.30 + 0.5),
        (Stand(growth="perennial", is_terminated=True), 1.5),
        (Stand(growth="tree", turnover="Populus"), 0.54 + 0.5),
    ],
)
def test_c_input_follows_how_the_stand_grows(stand, per_root_c):
    carbon = root(carbon_g_per_g=0.40)

    result = estimate(plot(core("c1", carbon), stands=[stand]), rhizodeposition=KNOWN)

    assert result.c_input_nominal_g_m2 == pytest.approx(40.0 * per_root_c, rel=1e-3)


def test_coarse_roots_of_trees_store_carbon_but_leave_none():
    roots = [root(carbon_g_per_g=0.4), root(carbon_g_per_g=0.4, kind="coarse_root", mass=3.0)]
    stands = [Stand(growth="tree", turnover="Populus", plant_group="woody")]

    result = estimate(plot(core("c1", *roots), stands=stands), rhizodeposition=KNOWN)

    assert result.root_c_nominal_g_m2 == pytest.approx(160.0)
    assert result.c_input_nominal_g_m2 == pytest.approx(40.0 * 1.04, rel=1e-3)
    assert "coarse_turnover_unknown" in codes(result)


def test_a_mixed_stand_adds_up_its_species():
    """60 % annual at peak, 40 % perennial: 40 x (.6 x 1.5 + .4 x .8)."""
    stands = [
        Stand(share=0.6, sampled_at="peak"),
        Stand(share=0.4, growth="perennial", plant_group="Fabaceae"),
    ]

    result = estimate(
        plot(core("c1", root(carbon_g_per_g=0.4)), stands=stands), rhizodeposition=KNOWN
    )

    assert result.c_input_nominal_g_m2 == pytest.approx(40 * (0.6 * 1.5 + 0.4 * 0.8))


def test_a_mixed_stand_without_carbon_mixes_the_priors():
    """Poaceae .4001, Fabaceae .4248: half and half .41245."""
    stands = [Stand(share=0.5), Stand(share=0.5, plant_group="Fabaceae")]

    assert estimate(plot(stands=stands)).root_c_nominal_g_m2 == pytest.approx(41.245)


@pytest.mark.parametrize("shares", [(0.6, 0.5), (1.2, -0.2), ()])
def test_species_shares_that_are_no_whole_are_refused(shares):
    with pytest.raises(ImpossibleShares):
        estimate(plot(stands=[Stand(share=share) for share in shares]))
