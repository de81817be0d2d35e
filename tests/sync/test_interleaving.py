"""One push stands still at each of its statements in turn, while another one and a reader pass."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from sampling.actions import express
from sampling.actions.pushes import wake_waiting
from sampling.models import Plot, SoilCore, SyncChange, SyncOperation
from tests.sync.turns import Turn, closing
from tests.sync.wire import Wire, new_device

PATIENCE_S = 0.15
"""How long the other push gets; where it waits for a lock it never ends by itself."""


def statements_of(wire: Wire, plot: Plot) -> int:
    """Return how many statements the push below takes."""
    counted = 0

    def count(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal counted
        counted += 1
        return execute(sql, params, many, context)

    point = wire.point(plot)
    with connection.execute_wrapper(count):
        wire.outcomes(point, wire.core(point))
    return counted


def read_on(reader: Wire, held: dict[str, int], cursor: str | None) -> str:
    """Take in one page, and return the cursor after it."""
    page = reader.page(cursor)
    for change in page["changes"]:
        assert change["v"] >= held.get(change["id"], 0)
        held[change["id"]] = change["v"]
    assert not page["more"]
    return str(page["cursor"])


@pytest.mark.django_db(transaction=True)
def test_whatever_statement_a_push_stands_still_at_nothing_is_missed_or_lost(
    wire: Wire, second: Wire, plot: Plot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(express, "write_plain", lambda *_, **__: None)
    campaign = wire.device.assignments.get().campaign
    reader = Wire(new_device(plot.project, wire.device.user, campaign), campaign)
    last = statements_of(wire, plot)
    held: dict[str, int] = {}
    cursor = read_on(reader, held, None)
    assert last > 10

    for k in range(1, last + 1):
        point = wire.point(plot)
        mine = wire.core(point, note="mine")
        theirs = second.core(point, note="theirs") | {"id": mine["id"]}
        turn = Turn("", place=k)
        slow = turn.started(lambda point=point, mine=mine: wire.outcomes(point, mine))
        quick = threading.Thread(target=closing(lambda theirs=theirs: second.outcomes(theirs)))
        quick.start()
        quick.join(PATIENCE_S)
        cursor = read_on(reader, held, cursor)
        turn.go_on()
        slow.join()
        quick.join()
        wake_waiting(at=timezone.now())  # who began to wait in that very moment
        cursor = read_on(reader, held, cursor)

        ends = SyncOperation.objects.filter(op__in=(mine["op"], theirs["op"]))
        assert sorted(ends.values_list("status", "revision")) == [("applied", 1), ("conflict", 2)]
        assert SoilCore.objects.get(pk=mine["id"]).note in ("mine", "theirs")

    changes = SyncChange.objects.filter(scope=wire.scope).values_list("record", "revision")
    assert held == {str(record): revision for record, revision in changes}
