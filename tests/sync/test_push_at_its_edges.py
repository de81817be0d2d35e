"""Pushes no careful app would send, from apps nobody here wrote: each is answered, none is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sampling.models import Plot, SyncBatch
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


def test_an_operation_named_twice_in_one_push_is_a_duplicate_the_second_time(
    wire: Wire, plot: Plot
) -> None:
    point = wire.point(plot)

    first, second = wire.outcomes(point, point)

    assert second == first | {"duplicate": True}


def test_what_an_app_leaves_empty_may_be_null_as_well(wire: Wire, plot: Plot) -> None:
    point = wire.point(plot) | {"at": None, "by": None, "why": None, "resolves": None}
    gone = wire.op("sampling_point", point["id"], do="delete", base={"v": 1}, chg=None)

    assert wire.statuses(point, gone) == ["applied", "applied"]


@pytest.mark.parametrize("value", [None, "5", 5, 1.5, [], {}], ids=repr)
def test_what_is_only_shown_refuses_no_push(wire: Wire, plot: Plot, value: Any) -> None:
    told = dict.fromkeys(("schema", "sent_at", "mono_ms", "queued"), value)

    answer = wire.push(wire.point(plot), **told)

    assert [one["status"] for one in answer.json()["outcomes"]] == ["applied"]


def test_a_decision_on_nothing_is_told_so(wire: Wire, plot: Plot) -> None:
    point = wire.point(plot)
    (_, outcome) = wire.outcomes(point, wire.op("sampling_point", point["id"], do="resolve"))

    assert (outcome["status"], outcome["code"]) == ("rejected", "resolves-nothing")


def test_bytes_of_a_type_nobody_reads_are_kept_all_the_same(wire: Wire, plot: Plot) -> None:
    body = json.dumps(wire.envelope(wire.point(plot))).encode()

    answer = wire.send(body, Content_Type="text/plain")

    assert (answer.status_code, answer.json()["code"]) == (415, "encoding")
    kept = SyncBatch.objects.get()
    assert (bytes(kept.body), kept.state) == (body, "undecodable")
