"""Batches as devices send them: whole, twice, in parallel, and with a few bad records."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sampling.actions import journal, pushes
from sampling.errors import DeviceBusy
from sampling.models import (
    CoreSegment,
    Device,
    Plot,
    SamplingPoint,
    SoilCore,
    SyncBatch,
    SyncChange,
    SyncOperation,
    SyncScope,
)
from tests.sync.wire import Wire

BAD = {
    "core_segment": {"upper_depth_cm": 40, "lower_depth_cm": 30, "sampled_area_cm2": -1},
    "soil_core": {"inner_diameter_cm": 0, "cores_composited": 0, "driven_length_cm": -5},
    "sampling_point": {"latitude": 95.0, "longitude": -200.0, "distance_to_tree_m": -1.0},
}


def batch_of(wire: Wire, plot: Plot, size: int, *, bad: bool = False) -> list[dict[str, Any]]:
    """Return a point, cores and segments; with three impossible ones among them if asked."""
    point = wire.point(plot)
    ops = [point]
    while len(ops) < size - (3 if bad else 0):
        core = wire.core(point)
        ops += [core, wire.segment(core), wire.segment(core, 30, 60)]
    ops = ops[: size - 3] if bad else ops[:size]
    if bad:
        core = ops[1]
        for place, one in (
            (10, wire.segment(core, **BAD["core_segment"])),
            (20, wire.core(point, **BAD["soil_core"])),
            (30, wire.point(plot, **BAD["sampling_point"])),
        ):
            ops.insert(place, one)
    return ops


@pytest.mark.django_db
def test_of_500_records_with_3_impossible_ones_497_are_applied_and_3_held_with_all_their_errors(
    wire: Wire, plot: Plot
) -> None:
    def push(size: int) -> tuple[list[Any], int]:
        ops = batch_of(wire, plot, size, bad=True)
        with CaptureQueriesContext(connection) as queries:
            outcomes = wire.outcomes(*ops)
        return outcomes, len(queries)

    push(50)
    _, few = push(50)
    outcomes, many = push(500)

    assert len(outcomes) == 500
    held = [outcome for outcome in outcomes if outcome["status"] == "quarantined"]
    assert [outcome["status"] for outcome in outcomes].count("applied") == 497
    assert [{problem["detail"] for problem in outcome["problems"]} for outcome in held] == [
        {"Upper depth must be above lower depth.", "The sampled area is above 0."},
        {
            "The inner diameter is above 0 and at most 100 cm.",
            "Mix 1 to 1000 cores.",
            "Driven 0 to 2000 cm deep.",
        },
        {
            "Latitude is -90 to 90.",
            "Longitude is -180 to 180.",
            "The distance to the tree is 0 to 1000 m.",
        },
    ]
    assert many == few


@pytest.mark.django_db
def test_a_batch_that_is_known_costs_no_more_statements_for_500_than_for_50(
    wire: Wire, plot: Plot
) -> None:
    def replay(size: int) -> int:
        ops = batch_of(wire, plot, size)
        first = wire.outcomes(*ops)
        with CaptureQueriesContext(connection) as queries:
            again = wire.outcomes(*ops)
        assert again == [outcome | {"duplicate": True} for outcome in first]
        return len(queries)

    replay(2)

    assert replay(50) == replay(500)


@pytest.mark.django_db
def test_numbers_that_are_missing_are_named_until_they_come(wire: Wire, plot: Plot) -> None:
    ops = [wire.point(plot) for _ in range(9)]

    def have(*places: int) -> Any:
        return wire.push(*(ops[place] for place in places)).json()["have"]

    assert have(0, 1) == {"upto": 2, "missing": [], "backed_up_upto": 0}
    assert have(4, 8) == {"upto": 9, "missing": [[3, 4], [6, 8]], "backed_up_upto": 0}
    assert have(3, 2) == {"upto": 9, "missing": [[6, 8]], "backed_up_upto": 0}
    assert have(5, 6, 7) == {"upto": 9, "missing": [], "backed_up_upto": 0}
    assert Device.objects.get(pk=wire.device.pk).have_upto == 9


@pytest.mark.django_db
def test_a_number_that_was_refused_is_answered_and_no_gap(wire: Wire, plot: Plot) -> None:
    first, broken, last = (wire.point(plot) for _ in range(3))
    nameless = {"n": 4, "op": None}

    answer = wire.push(first, {**broken, "do": "dance"}, last, nameless, {"n": True}, 7).json()

    statuses = [outcome["status"] for outcome in answer["outcomes"]]
    assert statuses == ["applied", "rejected", "applied", *["rejected"] * 3]
    assert answer["have"] == {"upto": 4, "missing": [], "backed_up_upto": 0}


@pytest.mark.django_db
def test_a_number_that_never_comes_costs_later_pushes_nothing(wire: Wire, plot: Plot) -> None:
    wire.number = 1  # the first is never sent
    for _ in range(3):
        wire.push(*(wire.point(plot) for _ in range(3)))

    with CaptureQueriesContext(connection) as queries:
        have = wire.push(wire.point(plot)).json()["have"]

    asked = [q["sql"] for q in queries if "have_upto" in q["sql"] and "SELECT" in q["sql"]]
    assert have == {"upto": 11, "missing": [[1, 1]], "backed_up_upto": 0}
    assert Device.objects.get(pk=wire.device.pk).have_more == [[2, 11]]
    assert [sql for sql in asked if "sampling_syncoperation" in sql] == []


@pytest.mark.django_db
def test_more_ranges_than_are_kept_count_as_missing_until_sent_again(
    wire: Wire, plot: Plot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MAX_RANGES", 2)
    ops = [wire.point(plot) for _ in range(8)]
    wire.push(*ops[1::2])

    have = wire.push(*ops[::2]).json()["have"]
    whole = wire.push(*ops).json()["have"]

    assert have == {"upto": 7, "missing": [[6, 6]], "backed_up_upto": 0}
    assert whole == {"upto": 8, "missing": [], "backed_up_upto": 0}


@pytest.mark.django_db
def test_a_clock_is_measured_the_worst_is_kept_and_nothing_is_decided_by_it(
    wire: Wire, plot: Plot
) -> None:
    def push(sent_at: str) -> tuple[float, float]:
        assert wire.push(wire.point(plot), sent_at=sent_at).status_code == 200
        device = Device.objects.get(pk=wire.device.pk)
        assert device.clock_offset_s is not None
        assert device.clock_offset_max_s is not None
        return device.clock_offset_s, device.clock_offset_max_s

    year = 365 * 24 * 3600
    now = timezone.now()
    behind, ahead = (now + timedelta(days=days) for days in (-365, 30))

    assert [round(s / year) for s in push(behind.isoformat())] == [-1, -1]
    last, worst = push(ahead.isoformat())
    assert (round(last / year * 12), round(worst / year)) == (1, -1)
    assert push("no clock") == (last, worst)


@pytest.mark.django_db
def test_with_many_gaps_nothing_above_the_last_one_told_counts_as_had(
    wire: Wire, plot: Plot
) -> None:
    ops = [wire.point(plot) for _ in range(2 * journal.MAX_GAPS + 10)]

    have = wire.push(*ops[1::2]).json()["have"]

    assert len(have["missing"]) == journal.MAX_GAPS
    assert have["missing"][-1] == [2 * journal.MAX_GAPS - 1] * 2
    assert have["upto"] == 2 * journal.MAX_GAPS


@pytest.mark.django_db
@pytest.mark.parametrize("packed", [True, False])
def test_packed_or_plain_a_push_is_the_same(wire: Wire, plot: Plot, packed: bool) -> None:
    body = json.dumps(wire.envelope(wire.point(plot))).encode()

    answer = wire.send_packed(body) if packed else wire.send(body)

    assert answer.json()["outcomes"][0]["status"] == "applied"
    assert answer["Sync-Protocol"] == "1"
    assert SyncBatch.objects.get().encoding == ("gzip" if packed else "")


# Real transactions


def at_once(number: int, work: Callable[[], Any]) -> list[Any]:
    """Do the same work in several threads that start together; return what each brought."""
    start = threading.Barrier(number)

    def run() -> Any:
        try:
            start.wait(30)
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        found = [pool.submit(run) for _ in range(number)]
    return [one.result() for one in found]  # raises what a thread raised


def push_until_heard(wire: Wire, body: bytes) -> tuple[int, list[dict[str, Any]]]:
    """Push as the protocol says: one that finds the device busy is sent again."""
    busy = 0
    while True:
        delivery = pushes.Delivery(body=body, encoding="", headers={}, received_at=timezone.now())
        try:
            _, accepted = pushes.receive_push(Device.objects.get(pk=wire.device.pk), delivery)
        except DeviceBusy:
            busy += 1
            time.sleep(0.05)
        else:
            return busy, json.loads(msgspec.json.encode(accepted.outcomes_as_wire()))


@pytest.mark.django_db(transaction=True)
def test_the_same_500_records_pushed_20_times_in_parallel_are_stored_once_with_one_answer(
    wire: Wire, plot: Plot
) -> None:
    body = json.dumps(wire.envelope(*batch_of(wire, plot, 500))).encode()

    answers = [outcomes for _, outcomes in at_once(20, lambda: push_until_heard(wire, body))]

    first = [outcomes for outcomes in answers if not outcomes[0].get("duplicate")]
    assert len(first) == 1
    told = [outcome | {"duplicate": True} for outcome in first[0]]
    assert all([o | {"duplicate": True} for o in outcomes] == told for outcomes in answers)
    counts = [
        model.objects.count()
        for model in (SamplingPoint, SoilCore, CoreSegment, SyncOperation, SyncBatch)
    ]
    assert counts == [1, 167, 332, 500, 1]
    assert SyncChange.objects.filter(scope=wire.scope).count() == 500
    assert SyncScope.objects.get(key=wire.scope).seq == 500


@pytest.mark.django_db(transaction=True)
def test_a_push_that_finds_another_running_is_told_to_come_again(
    wire: Wire, plot: Plot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "LOCK_WAIT", "100ms")
    body = json.dumps(wire.envelope(wire.point(plot))).encode()
    held, told = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "SELECT FROM sampling_device WHERE id = %s FOR NO KEY UPDATE", [wire.device.pk]
            )
            held.set()
            told.wait(30)
            cursor.execute("ROLLBACK")
        connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(30)

    busy = wire.send(body)

    told.set()
    other.join()
    assert (busy.status_code, busy.json()["code"], busy.json()["retry"]) == (409, "busy", "later")
    assert SyncBatch.objects.get().state == "received"
    assert wire.send(body).json()["outcomes"][0]["status"] == "applied"


@pytest.mark.django_db(transaction=True)
def test_one_record_created_by_two_devices_at_once_is_one_record(
    wire: Wire, second: Wire, plot: Plot
) -> None:
    point = wire.point(plot)
    bodies = []
    for one in (wire, second):
        ops = [one.op("sampling_point", point["id"], chg=point["chg"]) for _ in range(1)]
        bodies.append((one, json.dumps(one.envelope(*ops)).encode()))
    queue = list(bodies)

    answers = at_once(2, lambda: push_until_heard(*queue.pop())[1])

    assert sorted(outcomes[0]["status"] for outcomes in answers) == ["applied", "noop"]
    assert SamplingPoint.objects.get().revision == 1


@pytest.mark.django_db(transaction=True)
def test_a_child_that_begins_to_wait_while_its_parent_arrives_is_found_by_the_sweeper(
    wire: Wire, second: Wire, plot: Plot
) -> None:
    point = second.point(plot)
    core = wire.core(point)
    waits, came = threading.Event(), threading.Event()

    def begin_to_wait() -> None:
        with transaction.atomic():
            push_until_heard(wire, json.dumps(wire.envelope(core)).encode())
            waits.set()
            came.wait(30)
        connections.close_all()

    child = threading.Thread(target=begin_to_wait)
    child.start()
    waits.wait(30)
    second.outcomes(point)
    came.set()
    child.join()
    missed = SoilCore.objects.count()

    woken = pushes.wake_waiting(at=timezone.now())

    assert (missed, woken) == (0, 1)
    assert SoilCore.objects.get().pk == uuid.UUID(core["id"])
