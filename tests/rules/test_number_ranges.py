"""Numbers kept as ranges are the same numbers."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sampling.rules.number_ranges import gaps_between, with_numbers

NUMBERS = st.lists(st.frozensets(st.integers(1, 20), max_size=6), max_size=5)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NUMBERS)
def test_ranges_hold_the_numbers_that_came_and_gaps_the_others(
    batches: list[frozenset[int]],
) -> None:
    upto, ranges = 0, []
    came: set[int] = set()
    for numbers in batches:
        upto, ranges = with_numbers(upto, ranges, numbers)
        came |= numbers

    held = set(range(1, upto + 1)) | {n for a, b in ranges for n in range(a, b + 1)}
    missing = {n for a, b in gaps_between(upto, ranges) for n in range(a, b + 1)}
    assert held == came
    assert missing == set(range(1, max(came, default=0) + 1)) - came
    assert ranges == sorted(ranges)
    assert all(a > upto + 1 for a, _ in ranges)


def test_a_number_that_closes_the_gap_joins_what_lies_on_both_sides() -> None:
    assert with_numbers(2, [[4, 6], [9, 9]], [3, 8]) == (6, [[8, 9]])
    assert gaps_between(6, [[8, 9]]) == [[7, 7]]
