"""The lines of a C input: by way, by depth, by plant, by species; together they are the whole."""

from __future__ import annotations

import math

import numpy as np
import pytest

from estimates.science.errors import CountedTwice, ImpossibleShares, NotEnoughData
from estimates.science.inputs import DugPart, Measured, Stand
from estimates.science.species_shares import (
    OTHERS,
    RootSample,
    root_shares,
    unknown_share_sd,
)
from tests.science.builders import codes, core, estimate, plot, root

KNOWN = Measured(value=0.5, uncertainty=0.0)
CARBON = {"carbon_g_per_g": 0.4}
DENSITY = Measured(value=8.0, uncertainty=0.0)


def lines(result):
    return {(item.component, item.species): item.amount for item in result.components}


def means(result):
    return {name: item.mean for (name, species), item in lines(result).items() if not species}


def by_hand(the_plot, **others):
    return estimate(the_plot, rhizodeposition=KNOWN, **others)


def test_an_annual_crop_line_by_line():
    """By hand: 40 g C stood, peak / harvest 1.335, r .5: 40 + 13.4 of roots, 26.7 of deposits."""
    result = by_hand(plot(core("c1", root(**CARBON))))

    assert means(result) == pytest.approx(
        {
            "root_c_input": 53.4,
            "rhizodeposit_c_input": 26.7,
            "standing_c_input": 40.0,
            "turnover_c_input": 13.4,
        },
        rel=0.01,
    )


@pytest.mark.parametrize(("is_terminated", "standing"), [(False, 0.0), (True, 28.0)])
def test_a_perennial_leaves_its_standing_roots_when_it_ends(is_terminated, standing):
    """By hand: 40 g C, turnover .30: 12, and 28 when it ends."""
    stand = Stand(growth="perennial", is_terminated=is_terminated)

    result = by_hand(plot(core("c1", root(**CARBON)), stands=[stand]))

    assert means(result)["turnover_c_input"] == pytest.approx(12.0, rel=0.01)
    assert means(result)["standing_c_input"] == pytest.approx(standing, rel=0.01)


@pytest.mark.parametrize("growth", ["annual", "perennial", "tree"])
def test_the_lines_of_roots_and_deposits_are_the_whole(growth):
    layers = [root(n * 20, n * 20 + 20, mass=2.0 - 0.6 * n, **CARBON) for n in range(3)]
    crowns = DugPart(part="crown", masses_g=(2.0, 3.0), plants_per_m2=DENSITY)
    stand = Stand(growth=growth, turnover="Populus" if growth == "tree" else "perennial")

    result = by_hand(
        plot(core("c1", *layers), stands=[stand], dug=[crowns]),
        extrapolate=True,
        target_depth_cm=100.0,
    )

    found = means(result)
    parts = ("standing_c_input", "turnover_c_input", "deep_root_c_input", "crown_c_input")
    assert math.fsum(found[name] for name in parts) == pytest.approx(found["root_c_input"])
    assert found["root_c_input"] + found["rhizodeposit_c_input"] == pytest.approx(
        result.c_input.mean
    )
    below = result.layers[-1]
    assert below.is_extrapolated
    assert found["deep_root_c_input"] > 0
    assert math.fsum(item.root_c.mean for item in result.layers) + found[
        "crown_c_stock"
    ] == pytest.approx(result.root_c_stock.mean, rel=0.01)


def test_crowns_are_dug_by_plant_and_added_once():
    """By hand: 2.5 g a plant x 8 plants x .40 g C = 8 g C m-2 beside the 40 of the core; the error
    of the mean of 2 and 3 g is .5 g, 20 % of 8 g C."""
    carbon = Measured(value=0.40, uncertainty=0.0)
    crowns = DugPart(part="crown", masses_g=(2.0, 3.0), plants_per_m2=DENSITY, carbon=carbon)

    result = by_hand(plot(core("c1", root(**CARBON)), dug=[crowns]))

    assert result.root_c_nominal_g_m2 == pytest.approx(48.0)
    assert result.root_mass_g_m2 == pytest.approx(120.0)
    assert result.c_input_nominal_g_m2 == pytest.approx(40 * 1.335 * 1.5 + 8.0, rel=1e-6)
    crown = lines(result)["crown_c_stock", ""]
    assert crown.sd / crown.mean == pytest.approx(0.20, rel=0.05)
    assert [item.root_c_g_m2 for item in result.cores] == pytest.approx([48.0])
    assert "dug" in {item.input for item in result.stock_budget}
    assert "dug_by_plant" in codes(result)


def test_a_single_plant_says_nothing_of_its_error():
    taproot = DugPart(part="taproot", masses_g=(2.5,), plants_per_m2=DENSITY)

    result = by_hand(plot(core("c1", root(**CARBON)), dug=[taproot]))

    assert "single_plant" in codes(result)
    empty = DugPart(part="crown", masses_g=(), plants_per_m2=DENSITY)
    with pytest.raises(NotEnoughData):
        by_hand(plot(dug=[empty]))


@pytest.mark.parametrize(
    ("part", "twice"), [("crown", {"kind": "crown"}), ("taproot", {"kind": "coarse_root"})]
)
def test_what_was_dug_may_not_be_in_a_core(part, twice):
    dug = DugPart(part=part, masses_g=(2.0, 3.0), plants_per_m2=DENSITY)
    layers = [root(**CARBON), root(**CARBON, **twice, is_taproot=part == "taproot")]

    with pytest.raises(CountedTwice, match=f"counts a {part}"):
        by_hand(plot(core("c1", *layers), dug=[dug]))


def mixture(sd):
    return [
        Stand(species="wheat", share=0.6, share_sd=sd, sampled_at="peak"),
        Stand(species="pea", share=0.4, share_sd=sd, sampled_at="peak", plant_group="Fabaceae"),
    ]


def test_species_share_the_input_and_its_error():
    """By hand: 60 g C m-2 a-1 in all, 36 and 24; of two shares with one error u the error is
    u sqrt(.4^2 + .6^2) = .0721 for u = .1: 4.33 g."""
    result = by_hand(plot(core("c1", root(mass=50, **CARBON)), stands=mixture(0.1)))

    wheat, pea = lines(result)["c_input", "wheat"], lines(result)["c_input", "pea"]
    whole = result.c_input.mean
    assert whole == pytest.approx(3000.0, rel=0.01)
    assert wheat.mean + pea.mean == pytest.approx(whole)
    assert wheat.mean / whole == pytest.approx(0.6, abs=0.01)
    of_carbon = 0.02 * wheat.mean
    assert (wheat.sd**2 - of_carbon**2) ** 0.5 / whole == pytest.approx(0.0721, rel=0.05)


def test_shares_that_are_sure_draw_nothing_and_a_pure_stand_has_no_lines():
    sure = by_hand(plot(core("c1", root(**CARBON)), stands=mixture(0.0)))
    pure = by_hand(plot(core("c1", root(**CARBON)), stands=[Stand(species="wheat")]))

    assert lines(sure)["c_input", "pea"].mean / sure.c_input.mean == pytest.approx(0.4)
    assert ("c_input", "wheat") not in lines(pure)


def test_shares_of_roots_are_ratios_over_cores():
    """By hand: 3 of 4 g and 1 of 4 g: .5; deviations +1 and -1 g, their sum of squares 2 over
    2 x 1 is 1, over the mean of 4 g: .25, with .05 of telling: .255."""
    samples = [
        RootSample(core="a", mass_g_m2=4.0, species="wheat", share=0.75),
        RootSample(core="b", mass_g_m2=4.0, species="wheat", share=0.25),
    ]

    found = root_shares(samples, grown={"wheat": 0.5, "pea": 0.3, "oat": 0.2})

    assert found["wheat"].value == pytest.approx(0.5)
    assert found["wheat"].uncertainty == pytest.approx(math.hypot(0.25, 0.05))
    assert (found["pea"].value, found["oat"].value) == pytest.approx((0.3, 0.2))


def test_fractions_sorted_by_species_are_theirs_wholly():
    samples = [
        RootSample(core="a", mass_g_m2=3.0, species="wheat"),
        RootSample(core="a", mass_g_m2=1.0, species="dock"),
    ]

    found = root_shares(samples, grown={"wheat": 1.0})

    assert {name: one.value for name, one in found.items()} == {"wheat": 0.75, "dock": 0.25}
    assert found["dock"].uncertainty == 0.05


def test_the_rest_of_a_pure_stand_is_of_other_species():
    rest = RootSample(core="a", mass_g_m2=3.0, species="wheat", share=0.9)
    whole = RootSample(core="a", mass_g_m2=3.0, species="wheat", share=1.0)

    assert root_shares([rest], grown={"wheat": 1.0})[OTHERS].value == pytest.approx(0.1)
    assert OTHERS not in root_shares([whole], grown={"wheat": 1.0})
    with pytest.raises(ImpossibleShares):
        root_shares([], grown={"wheat": 1.0})


def test_a_share_of_which_nothing_is_known():
    """By simulation: 200,000 equally likely splits among three (a flat Dirichlet)."""
    splits = np.random.default_rng(1).dirichlet((1, 1, 1), 200_000)

    assert unknown_share_sd(3) == pytest.approx(splits[:, 0].std(), rel=0.01)
    assert unknown_share_sd(2) == pytest.approx(1 / math.sqrt(12))
