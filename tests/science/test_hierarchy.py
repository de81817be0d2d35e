"""Cores in plots in blocks.

Silsoe: Upson & Burgess 2013, Plant and Soil 373:43, data doi:10.6084/m9.figshare.1492498, CC BY;
the six control cores of 2011, fine roots in mg cm-3 of five layers of 30 cm.
"""

from __future__ import annotations

import pytest
from scipy.stats import t as student

from estimates.science.errors import NotEnoughData
from estimates.science.hierarchy import (
    Observation,
    mean_squares,
    nested_mean,
    resampled_interval,
)
from estimates.science.monte_carlo import random_stream

CONTROL = {
    "C11": (0.4277, 0.0683, 0.0444, 0.0444, 0.0458),
    "C12": (1.0270, 0.3662, 0.1524, 0.0711, 0.0068),
    "C21": (1.0249, 0.0745, 0.0307, 0.0007, 0.0034),
    "C22": (0.5214, 0.0738, 0.0786, 0.0342, 0.0164),
    "C31": (1.2340, 0.1052, 0.0765, 0.0342, 0.0007),
    "C32": (0.8309, 0.0007, 0.0130, 0.0034, 0.0130),
}


def observed(*blocks):
    """Return observations from values nested as blocks > plots > cores."""
    return [
        Observation(value=value, plot=(b, p), block=b)
        for b, plots in enumerate(blocks)
        for p, cores in enumerate(plots)
        for value in cores
    ]


def control():
    return [
        Observation(value=3.0 * sum(layers), plot=name, block=name[1])
        for name, layers in CONTROL.items()
    ]


def test_the_control_of_silsoe_has_its_mean_squares():
    items = control()

    between, within = mean_squares([i.value for i in items], [i.block for i in items])

    assert between == pytest.approx(0.2737, abs=5e-5)
    assert within == pytest.approx(2.2521, abs=5e-5)


def test_a_block_variance_below_zero_is_zero_and_hides_no_error():
    """SE .4934 from all six cores; sqrt(MS_block / 6) = .214 would be far too small."""
    found = nested_mean(control())

    assert found.mean == pytest.approx(3.212, abs=5e-4)
    assert found.variance_block == 0
    assert found.standard_error == pytest.approx(0.4934, abs=5e-5)
    assert found.degrees_of_freedom == pytest.approx(5)
    assert found.upper - found.mean == pytest.approx(student.ppf(0.975, 5) * 0.4934, abs=1e-3)


def test_blocks_that_differ_count_as_the_replicates():
    """Balanced: the error is sqrt(MS_block / n) with blocks - 1 degrees of freedom."""
    items = observed([[1.0], [2.0]], [[5.0], [6.5]], [[9.0], [8.0]])
    between, within = mean_squares([i.value for i in items], [i.block for i in items])

    found = nested_mean(items)

    assert found.standard_error == pytest.approx((between / 6) ** 0.5, rel=1e-5)
    assert found.degrees_of_freedom == pytest.approx(2, rel=1e-5)
    assert found.variance_block == pytest.approx((between - within) / 2, rel=1e-5)
    assert found.variance_core == pytest.approx(within, rel=1e-5)


def test_three_levels_are_told_apart():
    """Balanced anova by hand: MS_core .8125, MS_plot 18.0625, MS_block 98 with 2 x 2 x 2 values;
    variances .8125, (18.0625 - .8125) / 2 = 8.625, (98 - 18.0625) / 4 = 19.984."""
    items = observed([[1.0, 2.0], [5.0, 6.5]], [[9.0, 8.0], [12.0, 13.5]])

    found = nested_mean(items)

    assert found.variance_core == pytest.approx(0.8125, rel=1e-3)
    assert found.variance_plot == pytest.approx(8.625, rel=1e-3)
    assert found.variance_block == pytest.approx(19.984, rel=1e-3)
    assert found.standard_error == pytest.approx((98 / 8) ** 0.5, rel=1e-4)


def test_an_uneven_sample_weighs_its_blocks_by_what_they_tell():
    items = observed([[1.0, 1.1, 0.9, 1.0]], [[3.0]], [[5.0]])

    found = nested_mean(items)

    assert 2.9 < found.mean < 3.0  # the plain mean is 2.0


def test_values_that_do_not_differ_have_no_error():
    found = nested_mean(observed([[2.0], [2.0]], [[2.0]]))

    assert (found.mean, found.standard_error, found.variance_core) == (2.0, 0.0, 0.0)
    assert found.lower == found.upper == 2.0


def test_cores_of_one_plot_are_replicates_of_one_level():
    found = nested_mean(observed([[1.0, 2.0, 3.0]]))

    assert found.standard_error == pytest.approx((1.0 / 3) ** 0.5)
    assert found.degrees_of_freedom == pytest.approx(2)


def test_one_core_has_no_error_to_tell():
    with pytest.raises(NotEnoughData):
        nested_mean(observed([[1.0]]))


@pytest.mark.parametrize("groups", [("a", "a"), ("a", "b")])
def test_mean_squares_need_groups_and_replicates(groups):
    with pytest.raises(NotEnoughData):
        mean_squares([1.0, 2.0], groups)


def test_five_blocks_may_be_resampled():
    """The bootstrap error of a mean is sd (divisor n) / sqrt(n): 1.4142 / sqrt(5) = .632."""
    items = observed([[1.0]], [[2.0]], [[3.0]], [[4.0]], [[5.0]])

    lower, upper = resampled_interval(items, generator=random_stream(1, "blocks"))

    assert lower == pytest.approx(3 - 1.96 * 0.632, abs=0.15)
    assert upper == pytest.approx(3 + 1.96 * 0.632, abs=0.15)


def test_three_blocks_may_not_be_resampled():
    with pytest.raises(NotEnoughData, match="5 blocks"):
        resampled_interval(control(), generator=random_stream(1, "blocks"))
