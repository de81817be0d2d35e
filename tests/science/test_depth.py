from __future__ import annotations

import math
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimates.science.depth import (
    BetaDepth,
    LogisticDepth,
    MichaelisMentenDepth,
    fit_beta,
    missing_depth,
    share_above_truncated,
)
from estimates.science.errors import NotEnoughData, ShallowProfile

# Fan et al. 2016, doi:10.1016/j.fcr.2016.02.013, for a deepest root at 150 cm
WHEAT = LogisticDepth(middle_cm=17.2, steepness=-1.286, deepest_cm=150)


@pytest.mark.parametrize(
    ("beta", "shares", "d50", "d95"),
    [
        (0.919, (0.570, 0.921, 0.994, 1.000), 8.2, 35.5),
        (0.943, (0.444, 0.828, 0.970, 0.997), 11.8, 51.0),
        (0.952, (0.389, 0.771, 0.948, 0.993), 14.1, 60.9),
        (0.960, (0.335, 0.706, 0.914, 0.983), 17.0, 73.4),
        (0.961, (0.328, 0.697, 0.908, 0.981), 17.4, 75.3),
        (0.966, (0.292, 0.646, 0.875, 0.969), 20.0, 86.6),
        (0.978, (0.199, 0.487, 0.737, 0.892), 31.2, 134.7),
        (0.75, (0.944, 1.000, 1.000, 1.000), 2.4, 10.4),
    ],
)
def test_beta_spreads_roots_as_gale_and_grigal_say(beta, shares, d50, d95):
    """1 - beta^z at 10, 30, 60, 100 cm; betas of Jackson et al. 1996 and of AMG v2."""
    model = BetaDepth(beta=beta)

    assert [model.share_above(z) for z in (10, 30, 60, 100)] == pytest.approx(shares, abs=6e-4)
    assert model.depth_of(0.50) == pytest.approx(d50, abs=0.06)
    assert model.depth_of(0.95) == pytest.approx(d95, abs=0.06)


def test_the_logistic_of_wheat_gives_its_four_figures():
    shares = [WHEAT.share_above(z) for z in (10, 30, 60, 100)]

    assert shares == pytest.approx([0.3363, 0.6832, 0.8562, 0.9446], abs=5e-5)


@pytest.mark.parametrize(
    ("middle", "steepness", "deepest", "d50", "d95"),
    [
        (17.2, -1.286, 150, 16.9, 103.8),
        (20.7, -1.032, 177, 19.9, 135.8),
        (14.5, -1.165, 150, 14.3, 103.1),
    ],
)
def test_the_logistic_of_fan_gives_the_depths_of_half_and_most_roots(
    middle, steepness, deepest, d50, d95
):
    """Figures as found on a grid of 0.1 cm: the first depth that holds the share."""
    model = LogisticDepth(middle_cm=middle, steepness=steepness, deepest_cm=deepest)

    depths = [math.ceil(10 * model.depth_of(share)) / 10 for share in (0.50, 0.95)]

    assert depths == pytest.approx([d50, d95])


def test_half_of_the_roots_lie_above_the_half_depth_of_an_endless_profile():
    model = MichaelisMentenDepth(half_depth_cm=20, deepest_cm=1e9)

    assert model.share_above(20) == pytest.approx(0.5)
    assert model.depth_of(0.5) == pytest.approx(20, rel=1e-3)
    assert MichaelisMentenDepth(half_depth_cm=20, deepest_cm=100).share_above(100) == 1.0


def test_the_control_of_silsoe_has_a_beta_of_its_own():
    """t per ha in five layers of 30 cm: cumulative .7886 .8958 .9573 .9866 1, beta 0.9535."""
    cumulative = list(accumulate((2.533, 0.344, 0.198, 0.094, 0.043)))

    model = fit_beta([30, 60, 90, 120, 150], cumulative)

    assert [mass / cumulative[-1] for mass in cumulative] == pytest.approx(
        [0.7886, 0.8958, 0.9573, 0.9866, 1.0], abs=2e-4
    )
    assert model.beta == pytest.approx(0.9535, abs=5e-5)


@pytest.mark.parametrize("masses", [(1.0, 2.0), (0.0, 0.0, 0.0)])
def test_two_layers_or_no_roots_fit_no_depth_model(masses):
    with pytest.raises(NotEnoughData):
        fit_beta([30 * (i + 1) for i in range(len(masses))], masses)


def test_500_g_above_60_cm_are_547_or_584_in_the_whole_profile():
    models = [("beta", BetaDepth(beta=0.96)), ("logistic", WHEAT)]

    missing = missing_depth(models, measured_to_cm=60, lower_depth_cm=None)

    totals = {name: 500 * (1 + factor) for name, factor in missing.factors}
    assert totals == {
        "beta": pytest.approx(547.3, abs=0.1),
        "logistic": pytest.approx(584.0, abs=0.1),
    }
    assert 500 * (1 + missing.middle) == pytest.approx(566, abs=0.5)
    assert 500 * missing.half_range == pytest.approx(18, abs=0.5)


def test_a_target_depth_takes_the_roots_above_it_only():
    model = BetaDepth(beta=0.96)

    missing = missing_depth([("beta", model)], measured_to_cm=60, lower_depth_cm=100)

    assert missing.middle == pytest.approx(model.share_above(100) / model.share_above(60) - 1)
    assert share_above_truncated(model, 120, lower_depth_cm=100) == 1.0


def test_a_profile_with_too_few_roots_in_it_is_not_extrapolated():
    """Wheat above 20 cm: 1 - .96^20 = 56 %."""
    with pytest.raises(ShallowProfile, match="56%"):
        missing_depth([("beta", BetaDepth(beta=0.96))], measured_to_cm=20, lower_depth_cm=None)


def test_without_a_depth_model_nothing_is_extrapolated():
    with pytest.raises(NotEnoughData):
        missing_depth([], measured_to_cm=60, lower_depth_cm=None)


models = st.one_of(
    st.builds(BetaDepth, beta=st.floats(0.8, 0.995)),
    st.builds(
        LogisticDepth,
        middle_cm=st.floats(5, 60),
        steepness=st.floats(-4, -0.5),
        deepest_cm=st.floats(60, 300),
    ),
    st.builds(MichaelisMentenDepth, half_depth_cm=st.floats(1, 60), deepest_cm=st.floats(60, 300)),
)


@given(models, st.floats(0, 500), st.floats(0, 500))
def test_the_share_above_rises_with_depth_from_nothing_to_all(model, one_cm, other_cm):
    upper, lower = sorted((one_cm, other_cm))

    assert model.share_above(0) == pytest.approx(0, abs=1e-12)
    assert 0 <= model.share_above(upper) <= model.share_above(lower) + 1e-12 <= 1 + 2e-12


@given(models, st.floats(0.05, 0.98))
def test_the_depth_of_a_share_holds_that_share(model, share):
    assert model.share_above(model.depth_of(share)) == pytest.approx(share, abs=1e-9)
