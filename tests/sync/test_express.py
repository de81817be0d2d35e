"""The express lane writes what the general road writes, and stands aside for everything else."""

from __future__ import annotations

import copy
import json
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sampling.models import (
    Campaign,
    Plot,
    Project,
    RootFraction,
    SamplingPoint,
    SoilCore,
    SyncBatch,
    SyncChange,
    SyncOperation,
    User,
)
from tests.people import make_member, make_record
from tests.sync.wire import Wire, new_device

OFF_THE_EXPRESS = "\U0001f600"  # travels as an escaped pair, which only the general reader takes
TABLES = (
    "sampling_samplingpoint",
    "sampling_soilcore",
    "sampling_coresegment",
    "sampling_rootfraction",
    "sampling_syncoperation",
    "sampling_syncchange",
    "sampling_syncscope",
    "sampling_device",
)

pytestmark = pytest.mark.django_db


def a_day(wire: Wire, plot: Plot) -> list[dict[str, Any]]:
    """Return new records of four types, a child before its parent, every kind of field in use."""
    captured = {
        "collected_at": "2026-05-01T10:11:12.5+02:00",
        "collected_on": "2026-05-01",
        "date_precision": "day",
    }
    point = wire.point(plot, latitude=52.0, longitude=-0.5, accuracy_m=3, **captured)
    core = wire.core(
        point, cores_composited=3, note='a "quoted" back\\slash\nand a line', **captured
    )
    segment = wire.segment(core, recovered_length_cm=29.5)
    fractions = [
        wire.op(
            "root_fraction",
            values={
                "core_segment": segment["id"],
                "species": "Ölrettich, weiß",
                "is_picked": place % 2 == 0,
                "dry_mass_g": 0.1 * place,
                "dry_mass_as_entered": "NULL",
                **captured,
            },
        )
        for place in range(3)
    ]
    censored = wire.op(
        "root_fraction",
        values={
            "core_segment": segment["id"],
            "dry_mass_g": None,
            "dry_mass_censoring": "lt",
            "dry_mass_limit_g": 0.001,
        },
    )
    return [fractions[0], point, core, segment, *fractions[1:], censored]


def everything() -> dict[str, list[Any]]:
    """Return all rows a push writes, without the number of the batch."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"SELECT to_jsonb(t) - 'batch_id' - 'line' - 'received_at' - 'last_push_at'"
                f" - 'clock_offset_s' - 'clock_offset_max_s' FROM {table} AS t ORDER BY 1"
            )
            found[table] = [json.loads(row) if isinstance(row, str) else row for (row,) in cursor]
    return found


def numbers_aside(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the rows without their places in the scope, which follow each road's own order."""
    return {
        table: sorted(
            ({name: value for name, value in row.items() if name != "seq"} for row in found),
            key=json.dumps,
        )
        for table, found in rows.items()
    }


def test_both_roads_write_the_same_rows_and_give_the_same_answers(wire: Wire, plot: Plot) -> None:
    day = a_day(wire, plot)
    written, told = [], []

    for members in ({}, {"schema": OFF_THE_EXPRESS}):
        with transaction.atomic():
            answer = wire.push(*copy.deepcopy(day), **members).json()
            written.append(everything())
            told.append(answer)
            transaction.set_rollback(True)

    assert numbers_aside(written[0]) == numbers_aside(written[1])
    for rows in written:
        places = [row["seq"] for row in rows["sampling_syncchange"] if row["scope"] == wire.scope]
        assert sorted(places) == list(range(1, len(day) + 1))
    assert [one["status"] for one in told[0]["outcomes"]] == ["applied"] * len(day)
    assert told[0]["have"] == told[1]["have"]
    without = [[{**one, "seq": None} for one in answer["outcomes"]] for answer in told]
    assert without[0] == without[1]


def test_an_answer_names_the_place_where_the_record_is_found(wire: Wire, plot: Plot) -> None:
    outcomes = wire.outcomes(*a_day(wire, plot))

    places = [change["seq"] for change in wire.page()["changes"]]
    stored = {str(op): seq for op, seq in SyncOperation.objects.values_list("op", "seq")}
    assert {one["op"]: one["seq"] for one in outcomes} == stored
    assert sorted(stored.values()) == places


def test_the_number_of_statements_does_not_grow_with_the_records(wire: Wire, plot: Plot) -> None:
    counts = []
    for size in (1, 1, 9):
        ops = [wire.point(plot) for _ in range(size)]
        with CaptureQueriesContext(connection) as queries:
            assert wire.statuses(*ops) == ["applied"] * size
        counts.append(len(queries))

    assert counts[1] == counts[2]


def test_a_push_with_a_known_operation_goes_the_general_road(wire: Wire, plot: Plot) -> None:
    first, second = wire.point(plot), wire.point(plot)
    wire.push(first)

    again = wire.outcomes(first, second)

    assert [one.get("duplicate", False) for one in again] == [True, False]
    assert SamplingPoint.objects.count() == 2


def test_a_record_of_a_parent_in_another_campaign_waits(
    wire: Wire, plot: Plot, project: Project, campaign: Campaign, technician: User
) -> None:
    elsewhere = make_record(
        Campaign, project, code="OTHER", protocol_version=campaign.protocol_version
    )
    other = Wire(new_device(project, technician, elsewhere), elsewhere)
    point = other.point(plot)
    other.push(point)

    assert wire.statuses(wire.core(point)) == ["deferred"]


def test_records_in_the_name_of_a_colleague_keep_the_name(
    wire: Wire, plot: Plot, project: Project
) -> None:
    colleague = make_member(project, "colleague", "technician")

    wire.push(wire.point(plot) | {"by": str(colleague.pk)})

    assert SyncOperation.objects.get().by == colleague


def test_what_waits_for_a_record_is_woken_by_it(wire: Wire, plot: Plot) -> None:
    point = wire.point(plot)
    core = wire.core(point)
    assert wire.statuses(core) == ["deferred"]

    assert wire.statuses(point) == ["applied"]

    assert SoilCore.objects.get().sampling_point_id == SamplingPoint.objects.get().pk


def test_what_others_wait_for_does_not_hold_up_a_push(wire: Wire, plot: Plot) -> None:
    wire.push(wire.core(wire.point(plot)))

    assert wire.statuses(wire.point(plot)) == ["applied"]


def test_nothing_of_a_refused_push_stays_but_what_the_general_road_applies(
    wire: Wire, plot: Plot
) -> None:
    point = wire.point(plot)
    core = wire.core(point)
    bad = wire.segment(core, 40, 30)

    assert wire.statuses(point, core, bad) == ["applied", "applied", "quarantined"]
    assert [SamplingPoint.objects.count(), SoilCore.objects.count()] == [1, 1]
    assert SyncBatch.objects.get().state == "applied"


def test_the_same_bytes_again_are_answered_from_what_is_stored(wire: Wire, plot: Plot) -> None:
    point = wire.point(plot)
    core = wire.core(point)
    others = [
        wire.patch(core, {"v": 1}, note=("", "wet")),
        wire.patch(core, {"v": 1}, note=("", "dry")),
        wire.segment(core, 40, 30),
        wire.segment(wire.core(point)),
    ]
    body = json.dumps(wire.envelope(point, core, *others)).encode()
    first = wire.send(body).json()

    with CaptureQueriesContext(connection) as queries:
        again = wire.send(body).json()

    assert [one | {"duplicate": True} for one in first["outcomes"]] == again["outcomes"]
    assert {one["status"] for one in again["outcomes"]} >= {"conflict", "quarantined", "deferred"}
    assert (first["have"], first["batch"]) == (again["have"], again["batch"])
    assert len(queries) < 15
    assert SyncBatch.objects.count() == 1


def test_new_records_sent_again_are_answered_from_their_place_in_the_log(
    wire: Wire, plot: Plot
) -> None:
    wire.push(wire.point(plot))
    point = wire.point(plot)
    body = json.dumps(wire.envelope(point, wire.core(point), wire.core(point))).encode()
    first = wire.send(body).json()
    batch = SyncBatch.objects.get(pk=first["batch"])

    again = wire.send(body).json()
    SyncBatch.objects.update(first_seq=None)
    from_the_operations = wire.send(body).json()

    assert batch.first_seq == first["outcomes"][0]["seq"] > 1
    assert [one | {"duplicate": True} for one in first["outcomes"]] == again["outcomes"]
    assert again["outcomes"] == from_the_operations["outcomes"]
    assert again["have"] == from_the_operations["have"] == first["have"]


def test_a_push_of_other_than_new_records_has_no_place_in_the_log(wire: Wire, plot: Plot) -> None:
    point = wire.point(plot)
    core = wire.core(point)

    wire.push(point, core, wire.patch(core, {"v": 1}, note=("", "wet")))

    assert SyncBatch.objects.get().first_seq is None


@pytest.mark.parametrize("bad", [{"n": 5}, {"op": "x"}, "\ud800", {"op": "A" * 36}])
def test_bytes_again_that_hold_what_cannot_be_named_are_judged_again(
    wire: Wire, plot: Plot, bad: Any
) -> None:
    body = json.dumps(wire.envelope(wire.point(plot), bad)).encode()

    first, again = (wire.send(body).json()["outcomes"] for _ in range(2))

    assert first[0] | {"duplicate": True} == again[0]
    assert first[1] == again[1]


def test_bytes_again_whose_operation_came_first_in_another_push_are_judged_again(
    wire: Wire, plot: Plot
) -> None:
    point, other = wire.point(plot), wire.point(plot)
    wire.push(point)
    body = json.dumps(wire.envelope(other, point | {"why": "another content"})).encode()

    first, again = (wire.send(body).json()["outcomes"] for _ in range(2))

    assert [one["status"] for one in first] == ["applied", "rejected"]
    assert first[1] == again[1]
    assert again[0]["duplicate"] is True


def test_an_operation_packed_anew_in_another_order_is_the_same_operation(
    wire: Wire, plot: Plot
) -> None:
    points = [wire.point(plot) for _ in range(3)]
    first = wire.outcomes(*points)

    again = wire.outcomes(*(dict(reversed(point.items())) for point in points))

    assert [one | {"duplicate": True} for one in first] == again
    assert SamplingPoint.objects.count() == 3


def test_an_operation_written_in_two_orders_in_one_push_is_applied_once(
    wire: Wire, plot: Plot
) -> None:
    point = wire.point(plot)

    outcomes = wire.outcomes(point, dict(reversed(point.items())))

    assert [one["status"] for one in outcomes] == ["applied", "applied"]
    assert SamplingPoint.objects.get().revision == 1


def test_operations_packed_anew_out_of_too_many_pushes_are_asked_for_in_smaller_ones(
    wire: Wire, plot: Plot
) -> None:
    points = [wire.point(plot) for _ in range(9)]
    for point in points:
        wire.push(point)
    anew = [dict(reversed(point.items())) for point in points]

    refused = wire.push(*anew)

    assert (refused.status_code, refused.json()["code"]) == (413, "too-large")
    assert {one["status"] for one in wire.outcomes(*anew[:5])} == {"applied"}
    assert {one["status"] for one in wire.outcomes(*anew[5:])} == {"applied"}


def test_a_text_that_only_looks_like_something_else_is_kept_as_written(
    wire: Wire, plot: Plot
) -> None:
    point = wire.point(plot)
    core = wire.core(point)
    segment = wire.segment(core)
    texts = ["NULL", "{}", '"', "\\", "a,b", " ", "\t", "\\t", "\\u00e9", "'; --", "%s", "100 %"]
    fractions = [
        wire.op("root_fraction", values={"core_segment": segment["id"], "dry_mass_g": 1, "note": t})
        for t in texts
    ]

    wire.push(point, core, segment, *fractions)

    stored = dict(RootFraction.objects.values_list("id", "note"))
    assert [stored[uuid.UUID(one["id"])] for one in fractions] == texts


def test_a_page_tells_what_was_created_as_the_database_itself_would_tell_it(
    wire: Wire, plot: Plot
) -> None:
    wire.push(*a_day(wire, plot))
    told = wire.page()["changes"]

    with connection.cursor() as cursor:
        cursor.execute("UPDATE sampling_syncchange SET line = ''")

    assert SyncChange.objects.exclude(scope=wire.scope).count()
    assert wire.page()["changes"] == told
    assert len(told) == len(a_day(wire, plot))


def test_a_page_tells_what_was_edited_and_not_what_was_created(wire: Wire, plot: Plot) -> None:
    point = wire.point(plot, note="dry")
    wire.push(point)

    wire.push(wire.patch(point, {"v": 1}, note=("dry", "wet")))

    (change,) = wire.page()["changes"]
    assert (change["v"], change["data"]["note"]) == (2, "wet")
    assert SyncChange.objects.get(scope=wire.scope).line == ""
