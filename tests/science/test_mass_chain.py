"""Masses along the way of a specimen: shares, closure and what widens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.science.errors import NotEnoughData
from estimates.science.mass_chain import (
    Division,
    chain_share,
    closure,
    drying_doubt,
    milling_doubt,
    two_weighings,
)
from tests.science.builders import core, estimate, plot, root


def test_a_quarter_of_a_half_is_an_eighth():
    """By hand: 500 of 1000 g, then 125 of 500 g."""
    half = Division(code="A", part_g=500, parts_g=[500], whole_g=1000, rest_g=500)
    quarter = Division(code="B", part_g=125, parts_g=[125, 375], whole_g=500)

    found = chain_share([half, quarter])

    assert (found.share, found.sd, found.doubts) == (pytest.approx(0.125), 0.0, ())


def test_parts_of_a_whole_nobody_weighed_are_all_of_it():
    assert chain_share([Division(code="A", part_g=1, parts_g=[1, 3])]).share == 0.25


def test_masses_that_do_not_close_widen_the_share():
    """By hand: 500 + 440 of 1000 g: 6 % are missing; 0.5 x 0.06 / sqrt 3 = 0.01732."""
    found = chain_share([Division(code="A", part_g=500, parts_g=[500], whole_g=1000, rest_g=440)])

    assert found.share == 0.5
    assert found.sd == pytest.approx(0.01732, abs=5e-6)
    assert found.doubts == ("A weighed 1000 g, its parts 940 g: -6% of it",)


def test_without_the_rest_only_too_much_is_seen():
    assert closure("A", whole_g=10, parts_g=[4]).imbalance == 0.0
    assert closure("A", whole_g=10, parts_g=[4, 7]).imbalance == pytest.approx(0.1)
    assert "+10%" in closure("A", whole_g=10, parts_g=[4, 7]).doubt


def test_a_part_heavier_than_its_whole_is_all_of_it_and_told():
    found = chain_share([Division(code="A", part_g=11, parts_g=[11], whole_g=10)])

    assert found.share == 1.0
    assert found.doubts


def test_a_division_without_mass_gives_no_share():
    with pytest.raises(NotEnoughData, match="which share of A"):
        chain_share([Division(code="A", part_g=0, parts_g=[], whole_g=10)])


@pytest.mark.parametrize(("dry", "is_odd"), [(2.0, False), (10.5, True), (0.1, True)])
def test_roots_lose_water_when_dried(dry, is_odd):
    assert bool(drying_doubt("A", fresh_g=10.0, dry_g=dry)) is is_odd


@pytest.mark.parametrize(("ground", "is_odd"), [(0.97, False), (0.90, True), (1.03, True)])
def test_a_mill_keeps_a_little_and_adds_nothing(ground, is_odd):
    assert bool(milling_doubt("A", taken_g=1.0, ground_g=ground)) is is_odd


def test_two_weighings_agree_or_become_a_range():
    """By hand: 1.0 and 1.2 g: 1.1 +- 0.2 / sqrt 12 = 0.0577 g."""
    assert two_weighings(1.0, 1.01) == (1.0, 0.0, True)
    middle, spread, agree = two_weighings(1.0, 1.2)
    assert (middle, spread, agree) == (pytest.approx(1.1), pytest.approx(0.05774, abs=1e-5), False)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0.01, 100.0), min_size=1, max_size=6))
def test_the_shares_of_all_parts_are_one(parts):
    shares = [chain_share([Division(code="A", part_g=part, parts_g=parts)]).share for part in parts]

    assert sum(shares) == pytest.approx(1.0, abs=1e-12)


def test_masses_and_shares_that_do_not_close_widen_the_estimate():
    """By hand: a mass of 10 +- 0.5 g is 5 % of the stock; a half +- 0.05 is 10 %."""
    sure = root(mass=10.0, carbon_g_per_g=0.4)
    by_mass = root(mass=10.0, carbon_g_per_g=0.4, mass_sd_g=0.5)
    by_share = root(mass=10.0, carbon_g_per_g=0.4, processed_share=0.5, processed_share_sd=0.05)

    def spread(one):
        stock = estimate(plot(core("c1", one))).root_c_stock
        return stock.sd / stock.mean

    assert spread(sure) == pytest.approx(0.02, rel=0.05)
    assert spread(by_mass) == pytest.approx((0.02**2 + 0.05**2) ** 0.5, rel=0.05)
    assert spread(by_share) == pytest.approx((0.02**2 + 0.04**2 + 0.1**2) ** 0.5, rel=0.1)
