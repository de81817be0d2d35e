"""Differences between treatments.

Yates 1935 (J. R. Stat. Soc. Suppl. 2:181), the split plot of oats: yields of three varieties in six
blocks, each whole plot at four rates of nitrogen (quarter pounds a sub-plot). His analysis of
variance: mean squares 3175.06 of blocks, 893.18 of varieties, 601.33 of whole plots.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t as student

from estimates.science.contrasts import (
    TreatedObservation,
    contrasts,
    contrasts_of_plots,
    resampled_contrast,
)
from estimates.science.errors import NotEnoughData
from estimates.science.monte_carlo import random_stream
from tests.science.builders import core, plot, root
from tests.science.test_treatments import estimated

OATS = {
    "I": {
        "Victory": (111, 130, 157, 174),
        "Golden rain": (117, 114, 161, 141),
        "Marvellous": (105, 140, 118, 156),
    },
    "II": {
        "Victory": (61, 91, 97, 100),
        "Golden rain": (70, 108, 126, 149),
        "Marvellous": (96, 124, 121, 144),
    },
    "III": {
        "Victory": (68, 64, 112, 86),
        "Golden rain": (60, 102, 89, 96),
        "Marvellous": (89, 129, 132, 124),
    },
    "IV": {
        "Victory": (74, 89, 81, 122),
        "Golden rain": (64, 103, 132, 133),
        "Marvellous": (70, 89, 104, 117),
    },
    "V": {
        "Victory": (62, 90, 100, 116),
        "Golden rain": (80, 82, 94, 126),
        "Marvellous": (63, 70, 109, 99),
    },
    "VI": {
        "Victory": (53, 74, 118, 113),
        "Golden rain": (89, 82, 86, 104),
        "Marvellous": (97, 99, 119, 121),
    },
}


def treated(blocks):
    return [
        TreatedObservation(value=value, plot=name, block=block, treatment=name)
        for block, plots in blocks.items()
        for name, values in plots.items()
        for value in values
    ]


def pairs(base, more):
    both = enumerate(zip(base, more, strict=True))
    return {number: {"a": (one,), "b": (two,)} for number, (one, two) in both}


def test_the_varieties_of_yates_have_his_error_and_degrees_of_freedom():
    """A difference of two varieties: sqrt(2 x 601.33 / 24) = 7.0790, 5 x 2 = 10 degrees."""
    golden, marvellous = contrasts(treated(OATS), baseline="Victory")

    assert golden.treatment == "Golden rain"
    assert golden.mean == pytest.approx(104.5 - 97.625)
    assert marvellous.mean == pytest.approx(109.7917 - 97.625, abs=1e-4)
    for found in (golden, marvellous):
        assert found.standard_error == pytest.approx(7.0790, abs=1e-3)
        assert found.degrees_of_freedom == pytest.approx(10, rel=1e-4)
        half = student.ppf(0.975, 10) * 7.0790
        assert found.upper - found.mean == pytest.approx(half, rel=1e-4)
        assert found.mean - found.lower == pytest.approx(half, rel=1e-4)
    assert golden.variance_plot > 0


def test_the_variances_of_yates_are_those_of_his_mean_squares():
    """Blocks (3175.06 - 601.33) / 12 = 214.48, as lme4 prints for this design in R."""
    golden, _ = contrasts(treated(OATS), baseline="Victory")

    assert golden.variance_block == pytest.approx(214.48, abs=0.02)
    assert golden.variance_plot * 4 + golden.variance_core == pytest.approx(601.33, abs=0.02)


def test_one_plot_in_each_block_is_a_paired_comparison():
    """Differences 2.0, 3.0, 2.5, 4.5: mean 3, sd 1.0801, error 1.0801 / 2 = .5401, 3 degrees."""
    base, more = (10.0, 14.0, 19.0, 25.0), (12.0, 17.0, 21.5, 29.5)
    items = treated(pairs(base, more))

    (found,) = contrasts(items, baseline="a")

    assert found.mean == pytest.approx(3.0)
    assert found.baseline_mean == pytest.approx(17.0)
    assert found.standard_error == pytest.approx(1.0801 / 2, abs=1e-4)
    assert found.degrees_of_freedom == pytest.approx(3, rel=1e-4)


def test_blocks_that_differ_less_than_plots_are_floored_at_zero():
    """Blocks turned against each other: the comparison is unpaired, 2 (n - 1) degrees."""
    base, more = (1.0, 2.0, 3.0, 4.0), (9.0, 8.0, 7.0, 6.0)
    items = treated(pairs(base, more))
    pooled = (np.var(base, ddof=1) + np.var(more, ddof=1)) / 2

    (found,) = contrasts(items, baseline="a")

    assert found.variance_block == 0
    assert found.standard_error == pytest.approx(math.sqrt(2 * pooled / 4), rel=1e-4)
    assert found.degrees_of_freedom == pytest.approx(6, rel=1e-4)


def test_an_incomplete_block_takes_what_blocks_tell_into_account():
    """The block that holds no treated plot is rich: the plain difference of means is misled."""
    items = treated({1: {"a": (10,), "b": (12,)}, 2: {"a": (15,), "b": (17.1,)}, 3: {"a": (40,)}})

    (found,) = contrasts(items, baseline="a")

    assert found.mean == pytest.approx(2.05, abs=0.05)  # the plain means differ by -7.1


def test_values_that_do_not_differ_within_treatments_have_no_error():
    items = treated({1: {"a": (1.0,), "b": (3.0,)}, 2: {"a": (1.0,), "b": (3.0,)}})

    (found,) = contrasts(items, baseline="a")

    assert found.standard_error == 0
    assert (found.lower, found.mean, found.upper) == pytest.approx((2.0, 2.0, 2.0))
    assert found.variance_core == 0


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ({1: {"b": (1.0, 2.0)}}, "baseline"),
        ({1: {"a": (1.0, 2.0)}}, "beside the baseline"),
        ({1: {"a": (1.0,), "b": (2.0,)}}, "none is replicated"),
        ({1: {"a": (1.0, 1.1), "b": (2.0, 2.3)}}, "no replicates"),
    ],
)
def test_a_layout_that_tells_nothing_is_refused(blocks, words):
    with pytest.raises(NotEnoughData, match=words):
        contrasts(treated(blocks), baseline="a")


def test_a_block_that_holds_one_treatment_only_is_refused():
    items = [
        TreatedObservation(value=value, plot=number, block=block, treatment=block)
        for block, values in {"a": (1.0, 2.0), "b": (3.0, 4.5)}.items()
        for number, value in enumerate(values)
    ]

    with pytest.raises(NotEnoughData, match="blocks cannot be told apart"):
        contrasts(items, baseline="a")


def test_one_block_is_said_to_be_one():
    items = [
        TreatedObservation(value=value, plot=(name, n), block=None, treatment=name)
        for name, values in {"a": (1.0, 2.0), "b": (3.0, 4.5)}.items()
        for n, value in enumerate(values)
    ]

    (found,) = contrasts(items, baseline="a")

    assert [note.code for note in found.notes] == ["single_block"]
    assert found.degrees_of_freedom == pytest.approx(2)


def test_five_blocks_with_both_treatments_may_be_resampled():
    """Differences 1 to 5: mean 3, bootstrap error 1.4142 / sqrt(5) = .632."""
    items = treated({n: {"a": (10.0 * n,), "b": (10.0 * n + n,)} for n in range(1, 6)})
    generator = random_stream(1, "blocks")

    lower, upper = resampled_contrast(items, treatment="b", baseline="a", generator=generator)

    assert lower == pytest.approx(3 - 1.96 * 0.632, abs=0.15)
    assert upper == pytest.approx(3 + 1.96 * 0.632, abs=0.15)


def test_four_blocks_may_not_be_resampled_and_half_blocks_do_not_count():
    items = treated({n: {"a": (1.0,), "b": (float(n),)} for n in range(4)} | {9: {"a": (1.0,)}})

    with pytest.raises(NotEnoughData, match="not 4"):
        resampled_contrast(items, treatment="b", baseline="a", generator=random_stream(1, "blocks"))


def measured_pair():
    densities = {"c1": 1.0, "c2": 1.2, "c3": 1.1, "t1": 2.0, "t2": 2.5, "t3": 2.1}
    return [
        plot(
            core(key, root(0, 30, None, mass_density_mg_cm3=density)),
            key=key,
            block=key[1],
            treatment={"c": "control", "t": "treated"}[key[0]],
        )
        for key, density in densities.items()
    ]


def test_what_a_batch_shares_moves_a_difference_only_by_what_it_moves_apart():
    """The C prior is .4001 +-.0696 for all plots alike: 17.4 % of the difference."""
    plots = estimated(*measured_pair()).plots

    (found,) = contrasts_of_plots(plots, baseline="control", quantity="root_c_stock")

    assert found.mean == pytest.approx(110 * 3 * 0.4001, rel=0.02)
    assert found.shared_sd / found.mean == pytest.approx(0.174, abs=0.01)
    assert found.sd == pytest.approx(math.hypot(found.standard_error, found.shared_sd))
    assert found.lower < found.mean < found.upper


def test_plots_without_a_treatment_are_left_out():
    plots = estimated(
        *measured_pair(), plot(core("x", root(0, 30, None, mass_density_mg_cm3=9.0)), key="x")
    ).plots

    both = contrasts_of_plots(plots, baseline="control", quantity="c_input")

    assert [item.treatment for item in both] == ["treated"]


def test_plots_that_do_not_differ_still_share_what_is_uncertain():
    pairs = [
        plot(
            core(key, root(0, 30, None, mass_density_mg_cm3=density)),
            key=key,
            block=key[1],
            treatment=key[0],
        )
        for key, density in {"a1": 1.0, "a2": 1.0, "b1": 2.0, "b2": 2.0}.items()
    ]
    plots = estimated(*pairs).plots

    (found,) = contrasts_of_plots(plots, baseline="a", quantity="root_c_stock")

    assert found.shared_sd > 0
    assert found.upper - found.mean == pytest.approx(1.96 * found.sd, rel=0.01)
