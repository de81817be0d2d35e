from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimates.science.distributions import (
    Beta,
    Fixed,
    Lognormal,
    Normal,
    PositiveRows,
    Uniform,
    beta_by_moments,
    lognormal_by_moments,
)
from estimates.science.errors import ImpossibleParameter
from estimates.science.monte_carlo import random_stream
from estimates.science.shared_inputs import StandardNormal


@pytest.mark.parametrize(
    "distribution",
    [
        Fixed(value=0.42),
        Uniform(lower=0.04, upper=0.08),
        Normal(mean=0.42, sd=0.01),
        Lognormal(median=0.65, gsd=1.6),
        Beta(mean=0.40, strength=20),
        StandardNormal(),
    ],
)
def test_draws_have_the_mean_and_spread_they_claim(distribution):
    draws = distribution.draw(random_stream(1, "test"), 200_000)

    assert draws.mean() == pytest.approx(distribution.mean, abs=4 * distribution.sd / 400 + 1e-9)
    assert draws.std() == pytest.approx(distribution.sd, rel=0.02, abs=1e-9)


def test_the_ratio_of_rhizodeposition_spans_every_published_one():
    """Median 0.65 and factor 1.6: 95 % between 0.26 and 1.63."""
    draws = Lognormal(median=0.65, gsd=1.6).draw(random_stream(1, "r"), 400_000)

    assert np.quantile(draws, (0.025, 0.5, 0.975)) == pytest.approx([0.26, 0.65, 1.63], abs=0.01)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Uniform(lower=1, upper=1),
        lambda: Normal(mean=1, sd=0.25),
        lambda: Normal(mean=1, sd=-0.1),
        lambda: Lognormal(median=0, gsd=2),
        lambda: Lognormal(median=1, gsd=1),
        lambda: Beta(mean=1, strength=10),
        lambda: Beta(mean=0.5, strength=0),
        lambda: lognormal_by_moments(mean=0, sd=1),
        lambda: beta_by_moments(mean=0.5, sd=0.6),
    ],
)
def test_an_impossible_distribution_is_refused(make):
    with pytest.raises(ImpossibleParameter):
        make()


def test_a_distribution_by_moments_has_them():
    lognormal = lognormal_by_moments(mean=0.54, sd=0.35)
    beta = beta_by_moments(mean=0.1, sd=0.05)

    assert (lognormal.mean, lognormal.sd) == pytest.approx((0.54, 0.35))
    assert (beta.mean, beta.sd) == pytest.approx((0.1, 0.05))


def test_a_known_number_is_not_drawn():
    assert lognormal_by_moments(mean=2, sd=0) == Fixed(value=2)
    assert beta_by_moments(mean=0.2, sd=0) == Fixed(value=0.2)


def test_a_normal_is_cut_four_standard_deviations_from_its_mean():
    draws = Normal(mean=1.0, sd=0.2).draw(random_stream(1, "cut"), 500_000)

    assert draws.min() >= 0.2 - 1e-12
    assert draws.max() <= 1.8 + 1e-12


def test_rows_are_positive_and_keep_their_moments():
    """1 g and 0.01 g on a balance of 0.005 g, and nothing on the pan."""
    rows = PositiveRows(mean=np.array([1.0, 0.01, 0.0]), sd=np.full(3, 0.005))

    draws = rows.fill(random_stream(1, "rows").standard_normal((3, 200_000)))

    assert draws.min() >= 0
    assert draws.mean(axis=1) == pytest.approx([1.0, 0.01, 0.0], abs=1e-4)
    assert draws.std(axis=1) == pytest.approx([0.005, 0.005, 0.0], rel=0.03)
    assert rows.fill(rows.nominal)[:, 0] == pytest.approx([1.0, 0.01, 0.0])


@given(st.just(0.0) | st.floats(1e-6, 10), st.floats(0, 10), st.floats(-8, 8))
def test_no_row_is_ever_negative(mean, sd, normal):
    rows = PositiveRows(mean=np.array([mean]), sd=np.array([sd]))

    value = rows.fill(np.array([[normal]]))[0, 0]

    assert 0 <= value < float("inf")
