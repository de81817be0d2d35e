"""What is told has reached the disk: which commits wait for it, and which ride along."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from sampling.actions import express, journal, replay
from sampling.actions.prepared import Cursor, Pipe
from sampling.models import Plot, SyncBatch
from tests.sync.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        (value,) = cursor.fetchone()
    return str(value)


@pytest.fixture
def waiting_database() -> Any:
    """The test services do not wait for the disk by themselves; a real site does."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")


@pytest.fixture
def judged_under(monkeypatch: pytest.MonkeyPatch) -> list[Cursor]:
    """Look at the setting in the middle of each transaction that answers a push."""
    looks: list[Cursor] = []
    send_note = journal.send_note

    def looked(pipe: Pipe, *args: Any, **kwargs: Any) -> Cursor:
        looks.append(pipe.send("SHOW synchronous_commit"))
        return send_note(pipe, *args, **kwargs)

    for module in (express, replay):
        monkeypatch.setattr(module.journal, "send_note", looked)
    return looks


def test_new_records_wait_for_the_disk_and_repeated_answers_do_not(
    waiting_database: Any, wire: Wire, plot: Plot, judged_under: list[Cursor]
) -> None:
    body = json.dumps(wire.envelope(wire.point(plot))).encode()

    first, second = wire.send(body), wire.send(body)

    assert [look.fetchone() for look in judged_under] == [("on",), ("off",)]
    assert [answer.json()["have"]["upto"] for answer in (first, second)] == [1, 1]
    assert setting() == "on"


def test_stored_bytes_leave_the_next_commit_as_it_was(
    waiting_database: Any, wire: Wire, plot: Plot
) -> None:
    answer = wire.send(b"no push at all")

    assert answer.status_code == 400
    assert SyncBatch.objects.get().state == "undecodable"
    assert setting() == "on"
