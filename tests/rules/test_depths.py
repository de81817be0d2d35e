from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.rules.depths import (
    Compaction,
    DepthInterval,
    DepthsOutOfOrder,
    Gap,
    LengthNotPositive,
    Overlap,
    compaction_ratio,
    find_compaction,
    find_gaps,
    find_overlaps,
    is_contiguous,
)


def layers(*depths: tuple[float, float]) -> list[DepthInterval]:
    return [
        DepthInterval(key=f"{upper}-{lower}", upper_depth_cm=upper, lower_depth_cm=lower)
        for upper, lower in depths
    ]


def test_intervals_that_touch_neither_overlap_nor_leave_a_gap():
    touching = layers((0, 10), (10, 30), (30, 60))

    assert find_overlaps(touching) == ()
    assert find_gaps(touching) == ()
    assert is_contiguous(touching)


def test_an_overlap_is_told_with_the_soil_both_claim():
    overlaps = find_overlaps(layers((10, 30), (0, 12)))

    assert overlaps == (
        Overlap(first="0-12", second="10-30", upper_depth_cm=10, lower_depth_cm=12),
    )
    assert not is_contiguous(layers((10, 30), (0, 12)))


def test_an_interval_inside_another_overlaps_with_all_of_its_soil():
    overlaps = find_overlaps(layers((0, 60), (10, 20), (30, 60)))

    assert [(o.first, o.second, o.upper_depth_cm, o.lower_depth_cm) for o in overlaps] == [
        ("0-60", "10-20", 10, 20),
        ("0-60", "30-60", 30, 60),
    ]


def test_the_same_interval_twice_overlaps():
    assert len(find_overlaps(layers((0, 10), (0, 10)))) == 1


def test_a_gap_is_told_with_its_neighbours():
    gaps = find_gaps(layers((30, 60), (0, 10)))

    assert gaps == (Gap(above="0-10", below="30-60", upper_depth_cm=10, lower_depth_cm=30),)
    assert not is_contiguous(layers((30, 60), (0, 10)))


def test_a_gap_below_a_deep_interval_is_measured_from_the_deepest():
    gaps = find_gaps(layers((0, 50), (10, 20), (60, 90)))

    assert gaps == (Gap(above="0-50", below="60-90", upper_depth_cm=50, lower_depth_cm=60),)


def test_the_plan_counts_what_is_missing_before_and_after():
    gaps = find_gaps(layers((10, 30)), upper_depth_cm=0, lower_depth_cm=60)

    assert gaps == (
        Gap(above=None, below="10-30", upper_depth_cm=0, lower_depth_cm=10),
        Gap(above="10-30", below=None, upper_depth_cm=30, lower_depth_cm=60),
    )


def test_a_plan_without_intervals_is_one_gap():
    assert find_gaps([], upper_depth_cm=0, lower_depth_cm=60) == (
        Gap(above=None, below=None, upper_depth_cm=0, lower_depth_cm=60),
    )
    assert find_gaps([], lower_depth_cm=60) == ()


def test_intervals_above_the_planned_depth_leave_no_gap_there():
    assert find_gaps(layers((0, 20), (20, 70)), upper_depth_cm=10, lower_depth_cm=60) == ()


@pytest.mark.parametrize(("upper", "lower"), [(10, 10), (20, 10), (-1, 10), (float("nan"), 1)])
def test_depths_out_of_order_are_refused(upper, lower):
    with pytest.raises(DepthsOutOfOrder) as raised:
        layers((upper, lower))

    assert raised.value.code == "depths-out-of-order"


@given(st.lists(st.integers(0, 200), min_size=2, max_size=12, unique=True))
def test_cutting_a_layer_in_two_changes_nothing(cuts):
    depths = sorted(cuts)

    assert is_contiguous(layers(*pairwise(depths)))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=8))
def test_overlaps_and_gaps_agree_with_counting_every_centimetre(starts):
    intervals = layers(*((upper, upper + length) for upper, length in starts))

    claims = [sum(i.upper_depth_cm <= cm < i.lower_depth_cm for i in intervals) for cm in range(60)]
    gaps = find_gaps(intervals, upper_depth_cm=0, lower_depth_cm=60)
    uncovered = sum(gap.lower_depth_cm - gap.upper_depth_cm for gap in gaps)
    twice = {
        cm
        for overlap in find_overlaps(intervals)
        for cm in range(int(overlap.upper_depth_cm), int(overlap.lower_depth_cm))
    }
    assert uncovered == claims.count(0)
    assert twice == {cm for cm, claim in enumerate(claims) if claim > 1}


@pytest.mark.parametrize(("recovered_cm", "ratio"), [(17.9, 0.895), (21.1, 1.055), (0, 0.0)])
def test_a_core_that_came_out_too_short_or_too_long_is_told(recovered_cm, ratio):
    compaction = find_compaction(recovered_length_cm=recovered_cm, driven_length_cm=20)

    assert compaction == Compaction(
        ratio=pytest.approx(ratio), lowest_usual=0.90, highest_usual=1.05
    )


@pytest.mark.parametrize("recovered_cm", [18, 20, 21])
def test_a_core_within_the_usual_is_no_finding(recovered_cm):
    assert find_compaction(recovered_length_cm=recovered_cm, driven_length_cm=20) is None
    assert compaction_ratio(recovered_length_cm=recovered_cm, driven_length_cm=20) == (
        recovered_cm / 20
    )


@pytest.mark.parametrize(("recovered_cm", "driven_cm"), [(10, 0), (10, -1), (-1, 10)])
def test_lengths_that_cannot_be_are_refused(recovered_cm, driven_cm):
    with pytest.raises(LengthNotPositive) as raised:
        compaction_ratio(recovered_length_cm=recovered_cm, driven_length_cm=driven_cm)

    assert raised.value.code == "length-not-positive"
