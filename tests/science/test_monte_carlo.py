from __future__ import annotations

import numpy as np
import pytest

from estimates.science.monte_carlo import (
    BLOCK_DRAWS,
    draw_until_stable,
    numerical_tolerance,
    random_stream,
)


def mass_calibration(number):
    """JCGM 101:2008, 9.3: deviation in mg of a weight from 100 g, weighed in air.

    (m_R + delta)(1 + (air - 1.2)(1/rho_W - 1/rho_R)) - 100 g, densities in kg per m3.
    """
    random = random_stream(93, "mass", str(number))
    size = BLOCK_DRAWS
    reference = random.normal(100_000.000, 0.050, size)
    delta = random.normal(1.234, 0.020, size)
    air = random.uniform(1.10, 1.30, size)
    weight = random.uniform(7_000, 9_000, size)
    of_reference = random.uniform(7_950, 8_050, size)
    buoyancy = 1 + (air - 1.2) * (1 / weight - 1 / of_reference)
    return ((reference + delta) * buoyancy - 100_000.0)[None, :]


def test_the_mass_calibration_of_the_norm_gives_its_published_figures():
    """Published: 1.2340, u 0.0754, 95 % [1.0834, 1.3825]; the distribution is symmetric."""
    outcome = draw_until_stable(mass_calibration, watched=1, digits=2, maximum_draws=1_000_000)

    summary = outcome.summaries[0]
    assert outcome.is_converged
    assert summary.mean == pytest.approx(1.2340, abs=5e-4)
    assert summary.median == pytest.approx(1.2340, abs=1e-3)
    assert summary.sd == pytest.approx(0.0754, abs=5e-4)
    assert (summary.lower, summary.upper) == pytest.approx((1.0834, 1.3825), abs=2e-3)
    assert 300_000 <= outcome.draws <= 1_000_000


def normals(number):
    return random_stream(1, "normals", str(number)).normal(10, 1, (2, BLOCK_DRAWS))


def test_an_interval_takes_ten_blocks_at_least():
    outcome = draw_until_stable(normals, watched=1, digits=1, maximum_draws=1_000_000)

    assert outcome.draws == 10 * BLOCK_DRAWS
    assert outcome.is_converged


def test_four_normals_end_within_their_tolerance():
    """The sum of four standard normals: 95 % is -3.92 to 3.92, u 2.0 (JCGM 101:2008, 9.2.2)."""

    def four(number):
        random = random_stream(4, "four", str(number))
        return random.standard_normal((4, BLOCK_DRAWS)).sum(axis=0, keepdims=True)

    outcome = draw_until_stable(four, watched=1, digits=2, maximum_draws=2_000_000)

    summary = outcome.summaries[0]
    assert outcome.is_converged
    assert (summary.lower, summary.upper) == pytest.approx((-3.92, 3.92), abs=0.05)
    assert summary.sd == pytest.approx(2.0, abs=0.05)


def test_draws_that_never_settle_stop_at_the_cap_and_say_so():
    def restless(number):
        return np.full((1, BLOCK_DRAWS), float(number)) + normals(number)[:1]

    outcome = draw_until_stable(restless, watched=1, digits=2, maximum_draws=150_000)

    assert outcome.draws == 150_000
    assert not outcome.is_converged


def test_a_certain_quantity_needs_no_more_than_ten_blocks():
    outcome = draw_until_stable(
        lambda number: np.full((1, BLOCK_DRAWS), 3.0), watched=1, digits=2, maximum_draws=1_000_000
    )

    assert outcome.is_converged
    assert outcome.summaries[0].sd == 0
    assert outcome.summaries[0].lower == outcome.summaries[0].upper == 3.0


def test_all_draws_together_have_the_spread_of_all_draws():
    outcome = draw_until_stable(normals, watched=1, digits=1, maximum_draws=100_000)
    draws = np.concatenate([normals(number) for number in range(10)], axis=1)

    watched, other = outcome.summaries

    assert watched.mean == pytest.approx(draws[0].mean())
    assert watched.sd == pytest.approx(draws[0].std(ddof=1))
    assert watched.lower == pytest.approx(np.quantile(draws[0], 0.025))
    assert watched.upper == pytest.approx(np.quantile(draws[0], 0.975))
    assert other.sd == pytest.approx(draws[1].std(ddof=1))
    assert other.upper == pytest.approx(np.quantile(draws[1], 0.975), abs=6e-3)


@pytest.mark.parametrize(
    ("uncertainty", "digits", "tolerance"),
    [(0.0754, 2, 0.0005), (0.0754, 1, 0.005), (40.0, 1, 5.0), (0.0, 2, 0.0), (0.0996, 2, 0.005)],
)
def test_the_tolerance_is_half_a_unit_of_the_last_digit(uncertainty, digits, tolerance):
    """0.0996 with two digits is 0.10, 10 units of 0.01."""
    assert numerical_tolerance(uncertainty, digits=digits) == pytest.approx(tolerance)


def test_a_stream_depends_on_its_seed_and_words_and_nothing_else():
    first = random_stream(1, "plot", "a").standard_normal(4)
    other = random_stream(1, "plot", "b").standard_normal(4)
    again = random_stream(1, "plot", "a").standard_normal(4)

    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()
    assert first.tobytes() != random_stream(2, "plot", "a").standard_normal(4).tobytes()
