"""Pushes no careful app would send, from apps nobody here wrote: each is answered, none is lost."""

from __future__ import annotations

from sampling.models import Plot
from tests.sync.wire import Wire


def test_a_push_of_nothing_is_answered_however_often_it_comes(wire: Wire) -> None:
    answers = [wire.push() for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["outcomes"] for answer in answers] == [[], []]


def test_numbers_far_apart_cost_no_more_than_others(wire: Wire, plot: Plot) -> None:
    ops = [wire.point(plot, code=code) for code in "AB"]
    ops[1]["n"] = 2**53

    answers = [wire.push(*ops).json() for _ in range(2)]

    assert {one["status"] for answer in answers for one in answer["outcomes"]} == {"applied"}
    gap = [[2, 2**53 - 1]]
    assert [answer["have"] for answer in answers] == [
        {"upto": 2**53, "missing": gap, "backed_up_upto": 0}
    ] * 2
