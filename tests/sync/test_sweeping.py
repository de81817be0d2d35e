"""A crash between keeping a push and judging it costs time, never records."""

from __future__ import annotations

import gzip
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, OperationalError, connection
from django.utils import timezone
from psycopg import errors

from sampling.actions import pushes
from sampling.actions.devices import rebirth
from sampling.models import Device, Plot, SoilCore, SyncBatch, SyncOperation
from tests.sync.wire import Wire

pytestmark = pytest.mark.django_db

AT_ONCE = timedelta(seconds=-1)


def store_only(wire: Wire, body: bytes, encoding: str = "") -> SyncBatch:
    """Keep a push as the site does, and crash before it is judged."""
    delivery = pushes.Delivery(body=body, encoding=encoding, headers={}, received_at=timezone.now())
    batch = pushes.store_batch(wire.device, delivery).batch
    return SyncBatch.objects.get(pk=batch)


@pytest.fixture
def ops(wire: Wire, plot: Plot) -> list[dict[str, Any]]:
    """Return a good point and core, an impossible core, and a segment nobody knows the core of."""
    point = wire.point(plot)
    lost = {"id": "00000000-0000-4000-8000-000000000000"}
    return [
        point,
        wire.core(point),
        wire.core(point, inner_diameter_cm=-1),
        wire.segment(lost),
    ]


EXPECTED = ["applied", "applied", "quarantined", "deferred"]


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_push_that_was_never_judged_is_applied_later_with_the_same_outcomes(
    wire: Wire, ops: Any, encoding: str
) -> None:
    body = json.dumps(wire.envelope(*ops)).encode()
    stored = store_only(wire, gzip.compress(body) if encoding else body, encoding)

    swept = pushes.sweep_batches(older_than=AT_ONCE)

    stored.refresh_from_db()
    assert (swept, stored.state) == (1, "applied")
    statuses = dict(SyncOperation.objects.values_list("n", "status"))
    assert [statuses[op["n"]] for op in ops] == EXPECTED
    assert SyncOperation.objects.filter(batch=stored).count() == 4
    again = wire.outcomes(*ops)
    assert [outcome["status"] for outcome in again] == EXPECTED
    assert all(outcome["duplicate"] for outcome in again)


def test_what_was_received_when_stays_when_it_is_judged_late(wire: Wire, ops: Any) -> None:
    stored = store_only(wire, json.dumps(wire.envelope(*ops)).encode())

    pushes.sweep_batches(older_than=AT_ONCE)

    assert SoilCore.objects.get().received_at == stored.received_at


def test_sweeping_twice_changes_nothing(wire: Wire, ops: Any) -> None:
    stored = store_only(wire, json.dumps(wire.envelope(*ops)).encode())
    pushes.sweep_batches(older_than=AT_ONCE)
    before = list(SyncOperation.objects.order_by("n").values())

    swept = pushes.sweep_batches(older_than=AT_ONCE)
    pushes.judge_stored(stored)

    assert swept == 0
    assert list(SyncOperation.objects.order_by("n").values()) == before
    assert SoilCore.objects.get().revision == 1


def test_a_push_that_is_being_judged_is_left_alone(wire: Wire, ops: Any) -> None:
    store_only(wire, json.dumps(wire.envelope(*ops)).encode())

    assert pushes.sweep_batches(older_than=timedelta(minutes=1)) == 0
    assert SoilCore.objects.count() == 0


def test_what_cannot_be_judged_is_marked_and_stops_nothing(
    wire: Wire, second: Wire, plot: Plot, ops: Any
) -> None:
    twin = wire.op("soil_core", n=ops[0]["n"])
    spoilt = [
        store_only(wire, b"nonsense"),
        store_only(wire, b"nonsense", "gzip"),
        store_only(wire, json.dumps(wire.envelope(twin, incarnation=7)).encode()),
        store_only(wire, json.dumps(second.envelope(twin)).encode()),
        store_only(wire, json.dumps(wire.envelope(ops[0], twin)).encode()),
    ]
    good = store_only(wire, json.dumps(wire.envelope(*ops)).encode())

    swept = pushes.sweep_batches(older_than=AT_ONCE)

    assert swept == 1
    states = [SyncBatch.objects.get(pk=batch.pk) for batch in (*spoilt, good)]
    assert [(batch.state, bool(batch.error)) for batch in states] == [
        *[("undecodable", True)] * 4,
        ("quarantined", True),
        ("applied", False),
    ]
    assert pushes.sweep_batches(older_than=AT_ONCE) == 0


def test_a_push_the_database_refuses_is_marked_and_stops_nothing(
    wire: Wire, second: Wire, plot: Plot, ops: Any
) -> None:
    first = store_only(wire, json.dumps(wire.envelope(*ops)).encode())
    other = store_only(second, json.dumps(second.envelope(second.point(plot))).encode())

    def refuse_the_first(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if "INSERT INTO sampling_syncoperation" in sql and params[0] == wire.device.pk:
            raise IntegrityError("a rule nobody foresaw")
        return execute(sql, params, *rest)

    with connection.execute_wrapper(refuse_the_first):
        pushes.sweep_batches(older_than=AT_ONCE)
    states = [SyncBatch.objects.get(pk=batch.pk).state for batch in (first, other)]
    later = wire.send(bytes(first.body)).json()["outcomes"]

    assert states == ["quarantined", "applied"]
    assert [outcome["status"] for outcome in later] == EXPECTED
    assert SyncBatch.objects.get(pk=first.pk).state == "applied"


@pytest.mark.parametrize(
    "cause",
    [
        errors.DeadlockDetected,
        errors.OutOfMemory,
        errors.AdminShutdown,
        errors.InternalError_,
        None,
    ],
)
def test_an_error_that_passes_decides_nothing(
    wire: Wire, second: Wire, plot: Plot, ops: Any, cause: type[Exception] | None
) -> None:
    first = store_only(wire, json.dumps(wire.envelope(*ops)).encode())
    other = store_only(second, json.dumps(second.envelope(second.point(plot))).encode())

    def fail_the_first(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if "INSERT INTO sampling_syncoperation" in sql and params[0] == wire.device.pk:
            raise (InternalError if cause is errors.InternalError_ else OperationalError) from (
                cause() if cause else None
            )
        return execute(sql, params, *rest)

    with connection.execute_wrapper(fail_the_first):
        pushes.sweep_batches(older_than=AT_ONCE)
    states = [SyncBatch.objects.get(pk=batch.pk).state for batch in (first, other)]
    pushes.sweep_batches(older_than=AT_ONCE)

    assert states == ["received", "applied"]
    assert SyncBatch.objects.get(pk=first.pk).state == "applied"
    assert set(SyncOperation.objects.filter(batch=first).values_list("status", flat=True)) == {
        *EXPECTED
    }


def test_an_error_that_passes_lets_what_waits_wait(wire: Wire, plot: Plot) -> None:
    point = wire.point(plot)
    core = wire.core(point)
    wire.outcomes(core)
    with connection.execute_wrapper(asleep):
        wire.outcomes(point)

    def fail(execute: Any, sql: str, *rest: Any) -> Any:
        if "UPDATE sampling_syncoperation" in sql:
            raise OperationalError from errors.DiskFull()
        return execute(sql, *rest)

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        pushes.wake_waiting(at=timezone.now())
    before = SyncOperation.objects.get(op=core["op"]).status
    woken = pushes.wake_waiting(at=timezone.now())

    assert (before, woken) == ("deferred", 1)
    assert SyncOperation.objects.get(op=core["op"]).status == "applied"


def asleep(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
    """Let nothing be found that waits, as when it began to wait in that very moment."""
    if "sampling_syncwaiting WHERE needs" in sql:
        sql = sql.replace("needs = ANY(", "needs = ANY(array[]::uuid[]) AND needs = ANY(")
    return execute(sql, params, *rest)


def test_a_tablet_that_was_reborn_meanwhile_has_its_push_judged_as_if_it_were_not(
    wire: Wire, ops: Any
) -> None:
    store_only(wire, json.dumps(wire.envelope(*ops)).encode())
    rebirth(wire.device, install=uuid.uuid4(), last_n=4, at=timezone.now())

    pushes.sweep_batches(older_than=AT_ONCE)

    statuses = dict(SyncOperation.objects.values_list("n", "status"))
    assert [statuses[op["n"]] for op in ops] == EXPECTED


def test_a_device_that_was_revoked_meanwhile_has_its_records_held(wire: Wire, ops: Any) -> None:
    store_only(wire, json.dumps(wire.envelope(*ops)).encode())
    Device.objects.filter(pk=wire.device.pk).update(state="revoked")

    pushes.sweep_batches(older_than=AT_ONCE)

    assert set(SyncOperation.objects.values_list("status", flat=True)) == {"quarantined"}
    assert SoilCore.objects.count() == 0
