"""Planned precision.

Replicates for a half-width of 20 % at 95 %: 12 at a coefficient of variation of .3, 27 at .5, 64 at
.8 and 99 at 1.0. By hand for the first: t(11) = 2.2010, (2.2010 x .3 / .2)^2 = 10.90 <= 12, and
t(10) = 2.2281, (2.2281 x 1.5)^2 = 11.17 > 11. In R:
power.t.test knows no half-width; n <- 2:200; min(n[n >= (qt(.975, n - 1) * cv / e)^2]).
"""

from __future__ import annotations

import pytest

from estimates.science.errors import ImpossibleOption, NotEnoughData
from estimates.science.replicates import (
    Spread,
    blocks_needed,
    planned_half_width,
    replicates_needed,
)


@pytest.mark.parametrize(("variation", "needed"), [(0.3, 12), (0.5, 27), (0.8, 64), (1.0, 99)])
def test_the_replicates_that_a_half_width_of_a_fifth_needs(variation, needed):
    found = replicates_needed(coefficient_of_variation=variation, relative_half_width=0.2)

    assert found.replicates == needed
    assert found.degrees_of_freedom == needed - 1
    assert found.relative_half_width <= 0.2


def test_one_replicate_fewer_would_be_too_wide():
    """t(10) = 2.2281 x .3 / sqrt(11) = .2015."""
    found = replicates_needed(coefficient_of_variation=0.3, relative_half_width=0.2015)

    assert found.replicates == 12
    wider = replicates_needed(coefficient_of_variation=0.3, relative_half_width=0.2016)
    assert wider.replicates == 11


def test_two_replicates_are_the_least():
    """t(1) = 12.706 x .01 / sqrt(2) = .0898."""
    found = replicates_needed(coefficient_of_variation=0.01, relative_half_width=0.5)

    assert found.replicates == 2
    assert found.relative_half_width == pytest.approx(0.08985, abs=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"coefficient_of_variation": 0.0, "relative_half_width": 0.2},
        {"coefficient_of_variation": 0.3, "relative_half_width": -0.1},
        {"coefficient_of_variation": 0.3, "relative_half_width": 0.2, "coverage": 1.0},
    ],
)
def test_what_cannot_be_planned_is_refused(options):
    with pytest.raises(ImpossibleOption):
        replicates_needed(**options)


def test_a_precision_nobody_can_dig_for_is_refused():
    with pytest.raises(NotEnoughData, match="wider interval"):
        replicates_needed(coefficient_of_variation=1.0, relative_half_width=1e-4)


def test_a_layout_of_blocks_plots_and_cores_has_its_half_width():
    """Var = 4/4 + 2/8 + 6/48 = 1.375; t(3) = 3.1824; 3.1824 x 1.17260 = 3.7317."""
    spread = Spread(variance_block=4.0, variance_plot=2.0, variance_core=6.0)

    found = planned_half_width(spread, blocks=4, plots=2, cores=6)

    assert found == pytest.approx(3.7317, abs=1e-4)


def test_blocks_that_do_not_differ_leave_the_degrees_of_freedom_to_the_plots():
    """Var = 2/8 = .25; t(7) = 2.3646; 1.1823."""
    spread = Spread(variance_block=0.0, variance_plot=2.0, variance_core=0.0)

    assert planned_half_width(spread, blocks=4, plots=2, cores=1) == pytest.approx(1.1823, abs=1e-4)


def test_cores_of_one_plot_are_no_replicates():
    spread = Spread(variance_block=0.0, variance_plot=2.0, variance_core=1.0)

    with pytest.raises(NotEnoughData, match="no"):
        planned_half_width(spread, blocks=1, plots=1, cores=20)


def test_a_variance_below_zero_is_refused():
    with pytest.raises(ImpossibleOption):
        Spread(variance_block=-1.0, variance_plot=0.0, variance_core=1.0)


def test_a_layout_without_plots_is_refused():
    spread = Spread(variance_block=1.0, variance_plot=0.0, variance_core=1.0)

    with pytest.raises(ImpossibleOption):
        planned_half_width(spread, blocks=3, plots=0, cores=1)


@pytest.mark.parametrize(
    ("comparison", "half_width", "cores", "blocks"),
    [
        # Var = (4 + 9 + 16 / 4) / b = 17 / b; b = 10: t(9) = 2.2622 sqrt(1.7) = 2.9496
        ("mean", 2.95, 4, 10),
        ("mean", 2.94, 4, 11),
        # Var = 2 (9 + 16 / 4) / b = 26 / b; b = 14: t(13) = 2.1604 sqrt(26 / 14) = 2.9441
        ("difference", 2.945, 4, 14),
        ("difference", 2.944, 4, 15),
    ],
)
def test_blocks_for_a_mean_and_for_a_difference_by_hand(comparison, half_width, cores, blocks):
    spread = Spread(variance_block=4.0, variance_plot=9.0, variance_core=16.0)

    found = blocks_needed(spread, comparison, half_width=half_width, cores=cores)

    assert (found.blocks, found.cores) == (blocks, cores)
    assert found.half_width <= half_width


def test_blocks_that_nobody_can_lay_out_are_refused():
    spread = Spread(variance_block=0.0, variance_plot=1e6, variance_core=0.0)

    with pytest.raises(NotEnoughData, match="1000 blocks of plots with 2 cores"):
        blocks_needed(spread, "mean", half_width=0.1, cores=2)
    for wrong in ({"half_width": 0.0}, {"cores": 0}, {"coverage": 1.0}):
        with pytest.raises(ImpossibleOption):
            blocks_needed(spread, "mean", **{"half_width": 1.0, "cores": 1, **wrong})
