"""Shares of the variance: against sums and products whose shares are known."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.science.budget import VarianceShare
from estimates.science.distributions import Normal, Uniform
from estimates.science.errors import NotEnoughData
from estimates.science.scenarios.budget import ensemble_shares, first_order_share
from estimates.science.scenarios.draws import Draws

SIZE = 20_000


def runs(answer, names):
    """Return the share of each name, and what is left."""
    first, second = answer(Draws(seed=3, size=SIZE)), answer(Draws(seed=3, size=SIZE, kept=()))
    found = {
        name: first_order_share(first, second, answer(Draws(seed=3, size=SIZE, kept={name})))
        for name in names
    }
    return {**found, "remainder": 1.0 - sum(found.values())}


def test_the_shares_of_a_sum_are_those_of_its_variances():
    """3 x + y of equal variances: 9 of 10 parts and 1 of 10."""

    def answer(draws):
        one = draws.of("x", Normal(mean=100.0, sd=1.0))
        other = draws.of("y", Normal(mean=50.0, sd=1.0))
        return 3.0 * one + other

    shares = runs(answer, "xy")

    assert shares["x"] == pytest.approx(0.9, abs=0.02)
    assert shares["y"] == pytest.approx(0.1, abs=0.02)
    assert shares["remainder"] == pytest.approx(0.0, abs=0.03)


def test_a_product_leaves_to_the_remainder_what_only_both_explain():
    """x y, both uniform 0 to 1: variance 7/144, each alone 3/144, so 3/7, 3/7 and 1/7."""

    def answer(draws):
        unit = Uniform(lower=0.0, upper=1.0)
        return draws.of("x", unit) * draws.of("y", unit)

    shares = runs(answer, "xy")

    assert shares["x"] == pytest.approx(3 / 7, abs=0.02)
    assert shares["y"] == pytest.approx(3 / 7, abs=0.02)
    assert shares["remainder"] == pytest.approx(1 / 7, abs=0.04)


def test_what_does_not_vary_has_no_share():
    assert first_order_share(np.ones(10), np.ones(10), np.ones(10)) == 0.0


def test_the_ensemble_adds_method_model_and_inputs_to_the_whole():
    """Means 1, 3 (first method) and 5, 9 (second), each cell of variance 1 by one input alone.

    Grand mean 4.5; methods 2 and 7: 6.25; models 3 and 6: 2.25; all four means vary by 8.75, so
    .25 by both together; within 1. Total 9.75.
    """
    noise = np.array([-1.0, 1.0] * 50)
    means = {("a", "m"): 1.0, ("a", "n"): 3.0, ("b", "m"): 5.0, ("b", "n"): 9.0}
    cells = {names: mean + noise for names, mean in means.items()}
    shares = dict.fromkeys(cells, (VarianceShare(input="yield", share=1.0),))

    found = {item.input: item.share for item in ensemble_shares(cells, shares)}

    assert found["method"] == pytest.approx(6.25 / 9.75)
    assert found["model"] == pytest.approx(2.25 / 9.75)
    assert found["method and model together"] == pytest.approx(0.25 / 9.75)
    assert found["yield"] == pytest.approx(1.0 / 9.75)
    assert found["remainder"] == pytest.approx(0.0, abs=1e-12)


def test_an_ensemble_with_a_hole_is_refused():
    cells = {("a", "m"): np.ones(3), ("a", "n"): np.ones(3), ("b", "m"): np.ones(3)}

    with pytest.raises(NotEnoughData):
        ensemble_shares(cells, dict.fromkeys(cells, ()))


def test_one_name_has_the_same_draws_whoever_asks_and_in_whatever_order():
    one, other = Draws(seed=1, size=50), Draws(seed=1, size=50)
    other.factor("rooting depth", 0.2)

    assert np.array_equal(one.factor("yield", 0.1), other.factor("yield", 0.1))
    assert one.uncertain == {"yield"}
    assert other.uncertain == {"yield", "rooting depth"}


def test_a_factor_has_the_mean_one_and_its_variation():
    draws = Draws(seed=1, size=SIZE).factor("yield", 0.3)

    assert draws.mean() == pytest.approx(1.0, abs=0.01)
    assert draws.std() == pytest.approx(0.3, abs=0.01)


def test_two_factors_of_one_name_move_together():
    draws = Draws(seed=1, size=200)

    small, large = draws.factor("yield", 0.05), draws.factor("yield", 0.4)

    assert np.corrcoef(np.log(small), np.log(large))[0, 1] == pytest.approx(1.0)


def test_a_factor_that_does_not_vary_is_one_and_no_uncertain_input():
    draws = Draws(seed=1, size=5)

    assert draws.factor("yield", 0.0).tolist() == [1.0] * 5
    assert draws.uncertain == set()
