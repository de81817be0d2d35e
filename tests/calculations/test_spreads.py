"""Dispersions, mixtures of species, crowns by density, and methods side by side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.calculations.problems import ProblemsFound
from estimates.calculations.registry import calculation_named
from estimates.calculations.running import run_calculation
from estimates.science.dispersion import Dispersion
from estimates.science.errors import ImpossibleLayer, ImpossibleOption, NotEnoughData
from estimates.science.inputs import Measured
from estimates.science.plant_mass import mass_by_density
from estimates.science.species_shares import masses_by_species


def calculated(name, text):
    return run_calculation(calculation_named(name), files={"in": text.encode()}, options={}).rows


def codes(name, text):
    with pytest.raises(ProblemsFound) as found:
        calculated(name, text)
    return [(each.line, each.code) for each in found.value.problems]


def test_one_spread_printed_in_four_ways_is_one_spread():
    """SD 6, n 9: SE 2; t(0.975, 8) = 2.306004, so CI95 4.612008 and LSD 6.522365."""
    rows = ("6,SD", "2,SE", "4.612008,CI95", "6.522365,LSD")
    text = "dispersion,type,level,n\n" + "".join(f"{row},plot,9\n" for row in rows)

    found = calculated("dispersion", text)

    assert [row["standard_error"] for row in found] == pytest.approx([2.0] * 4, rel=1e-6)
    assert [row["standard_deviation"] for row in found] == pytest.approx([6.0] * 4, rel=1e-6)


def test_the_error_term_of_a_trial_has_degrees_of_freedom_of_its_own():
    """t(0.975, 12) = 2.178813."""
    printed = Dispersion(type="LSD", level="block", value=3.0, n=4, degrees_of_freedom=12)

    assert printed.standard_error() == pytest.approx(3.0 / 2.178813 / 2**0.5, rel=1e-6)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"value": -1.0}, ImpossibleOption),
        ({"n": 1}, NotEnoughData),
    ],
)
def test_a_dispersion_no_mean_has_is_refused(wrong, error):
    with pytest.raises(error):
        Dispersion(**{"type": "SE", "level": "core", "value": 1.0, "n": 4, **wrong})


def test_without_degrees_of_freedom_there_is_no_quantile():
    with pytest.raises(ImpossibleOption, match="above 0"):
        Dispersion(type="CI95", level="core", value=1.0, n=4, degrees_of_freedom=0).standard_error()


def test_species_share_what_was_weighed():
    """0.6 +- 0.1 and 0.4 +- 0.05 of 200 g: var = (0.4 x 0.1)^2 + (0.6 x 0.05)^2 = 0.05^2."""
    text = "species,share,u_share,mass\noat,0.6,0.1,200\nclover,0.4,0.05,200\n"

    oat, clover = calculated("species-masses", text)

    assert (oat["mass"], clover["mass"]) == pytest.approx((120, 80))
    assert (oat["u_mass"], clover["u_mass"]) == pytest.approx((10, 10))


def test_first_order_is_what_normalised_draws_give():
    """Three shares, normals made a whole, 400,000 draws, NumPy seed 1."""
    shares = {"a": (0.5, 0.04), "b": (0.3, 0.03), "c": (0.2, 0.02)}
    generator = np.random.default_rng(1)
    draws = np.stack([generator.normal(mean, sd, 400_000) for mean, sd in shares.values()])

    found = masses_by_species(
        10.0, {name: Measured(value=mean, uncertainty=sd) for name, (mean, sd) in shares.items()}
    )

    expected = 10.0 * (draws / draws.sum(axis=0)).std(axis=1)
    assert [part.sd for part in found] == pytest.approx(expected.tolist(), rel=0.02)


@settings(max_examples=25, deadline=None)
@given(parts=st.lists(st.floats(0.01, 1), min_size=1, max_size=6), total=st.floats(0, 1e4))
def test_the_species_of_a_mixture_sum_to_its_mass(parts, total):
    whole = sum(parts)
    shares = {
        str(number): Measured(value=part / whole, uncertainty=0.05)
        for number, part in enumerate(parts)
    }

    found = masses_by_species(total, shares)

    assert sum(part.mass for part in found) == pytest.approx(total, rel=1e-12, abs=1e-12)


def test_shares_that_make_no_whole_or_samples_that_contradict_themselves_are_refused():
    head = "sample,species,share,mass\n"
    text = (
        head + "A,oat,0.6,9\nA,clover,0.3,9\nB,oat,0.5,9\nB,vetch,0.5,8\nC,oat,0.5,9\nC,oat,0.5,9\n"
    )

    assert codes("species-masses", text) == [
        (2, "impossible_shares"),
        (4, "two_totals"),
        (6, "twice"),
    ]


def test_crowns_by_plant_density():
    """Crowns of 2, 3 and 4 g at 80 +- 5 plants per m2: 240 g; (1/sqrt(3) x 80)^2 + (3 x 5)^2."""
    text = "mass_g,density,u_plants_per_m2\n2,80,5\n3,80,5\n4,80,5\n"

    (found,) = calculated("plant-mass", text)

    assert found["mass_g_m2"] == pytest.approx(240)
    assert found["standard_error_g_m2"] == pytest.approx((6400 / 3 + 225) ** 0.5)


def test_one_plant_says_nothing_of_how_plants_differ():
    (found,) = calculated("plant-mass", "mass_g,density\n2,80\n")

    assert (found["mass_g_m2"], found["standard_error_g_m2"]) == (160, None)


def test_plants_that_cannot_be_are_refused():
    assert codes("plant-mass", "mass_g,density\n2,80\n3,70\n") == [(2, "two_densities")]
    with pytest.raises(NotEnoughData):
        mass_by_density([], plants_per_m2=80)
    with pytest.raises(ImpossibleLayer):
        mass_by_density([-1.0], plants_per_m2=80)


def test_methods_side_by_side():
    """Means 10, 20, 60: between sqrt(700); sds 3, 4, 5: within sqrt(50/3)."""
    text = "method,mean,sd\na,10,3\nb,20,4\nc,60,5\n"

    (found,) = calculated("ensemble", text)

    assert (found["mean"], found["methods"]) == (30, 3)
    assert found["between_sd"] == pytest.approx(700**0.5)
    assert found["within_sd"] == pytest.approx((50 / 3) ** 0.5)
    assert (found["lowest_method"], found["highest"]) == ("a", 60)


def test_one_method_or_an_interval_out_of_order_is_refused():
    text = "plot,method,mean,sd,median,lower,upper\nP1,a,10,3,,,\nP2,a,10,3,9,12,15\nP2,b,9,1,,,\n"

    assert codes("ensemble", text) == [(2, "not_enough_data"), (3, "out_of_order")]
