from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.science.ensemble import Member, ensemble_of
from estimates.science.errors import NotEnoughData
from estimates.science.monte_carlo import Summary


def normal(method, mean, sd):
    half = 1.959963984540054 * sd
    return Member(
        method=method,
        summary=Summary(mean=mean, sd=sd, median=mean, lower=mean - half, upper=mean + half),
    )


def lognormal(method, median, sigma):
    z = 1.959963984540054 * sigma
    mean = median * math.exp(sigma**2 / 2)
    return Member(
        method=method,
        summary=Summary(
            mean=mean,
            sd=mean * math.sqrt(math.expm1(sigma**2)),
            median=median,
            lower=median * math.exp(-z),
            upper=median * math.exp(z),
        ),
    )


def test_the_spread_between_methods_is_told_apart_from_what_they_say_of_themselves():
    """Means 10, 20, 60: sd between them sqrt(700); sds 3, 4, 5: within sqrt(50/3)."""
    found = ensemble_of([normal("b", 20, 4), normal("a", 10, 3), normal("c", 60, 5)])

    assert found.mixture.mean == pytest.approx(30)
    assert found.between_sd == pytest.approx(math.sqrt(700))
    assert found.within_sd == pytest.approx(math.sqrt(50 / 3))
    assert found.mixture.sd**2 == pytest.approx(50 / 3 + 1400 / 3)
    assert (found.lowest.method, found.highest.method) == ("a", "c")
    assert found.between_share == pytest.approx(1400 / 1450)
    assert [member.method for member in found.members] == ["a", "b", "c"]


def test_methods_that_agree_make_the_interval_of_one():
    one = lognormal("a", 100, 0.4)

    found = ensemble_of([one, lognormal("b", 100, 0.4)]).mixture

    assert (found.median, found.lower, found.upper) == pytest.approx(
        (one.summary.median, one.summary.lower, one.summary.upper), rel=1e-6
    )


def test_the_interval_of_a_mixture_is_that_of_its_draws():
    """A million draws of three lognormals, a third each, NumPy seed 1."""
    members = [lognormal("a", 50, 0.5), lognormal("b", 120, 0.3), lognormal("c", 300, 0.4)]
    generator = np.random.default_rng(1)
    draws = np.concatenate(
        [
            generator.lognormal(math.log(median), sigma, 333_333)
            for median, sigma in ((50, 0.5), (120, 0.3), (300, 0.4))
        ]
    )

    found = ensemble_of(members).mixture

    expected = np.quantile(draws, (0.025, 0.5, 0.975))
    assert (found.lower, found.median, found.upper) == pytest.approx(expected, rel=0.01)
    assert (found.mean, found.sd) == pytest.approx((draws.mean(), draws.std()), rel=0.01)


def test_one_method_has_no_spread():
    with pytest.raises(NotEnoughData, match="2 methods"):
        ensemble_of([normal("a", 1, 0.1)])


def test_numbers_without_spread_are_their_own_interval():
    found = ensemble_of([normal("a", 0, 0), normal("b", 0, 0)])

    assert (found.mixture.lower, found.mixture.upper, found.between_share) == (0, 0, None)


def test_two_certain_methods_that_differ_leave_both_ends_open():
    found = ensemble_of([normal("a", 10, 0), normal("b", 20, 0)])

    assert (found.mixture.lower, found.mixture.upper) == pytest.approx((10, 20))
    assert found.between_share == 1.0


@settings(max_examples=30, deadline=None)
@given(members=st.lists(st.tuples(st.floats(1, 500), st.floats(0.05, 1.0)), min_size=2, max_size=6))
def test_the_interval_lies_within_the_intervals_of_its_methods_and_in_order(members):
    given_members = [lognormal(str(n), *numbers) for n, numbers in enumerate(members)]

    found = ensemble_of(given_members).mixture

    lowest = min(member.summary.lower for member in given_members)
    highest = max(member.summary.upper for member in given_members)
    assert lowest * (1 - 1e-9) <= found.lower <= found.median <= found.upper
    assert found.upper <= highest * (1 + 1e-9)
