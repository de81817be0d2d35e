"""What comes before what it needs waits, and is applied when that arrives, in any order."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sampling.actions.intake import rerun
from sampling.actions.ledger import record_checksum
from sampling.actions.pushes import wake_waiting
from sampling.models import (
    RECORD_MODELS,
    Assignment,
    Campaign,
    Plot,
    Project,
    SoilCore,
    SyncChange,
    SyncConflict,
    SyncOperation,
    SyncScope,
    SyncWaiting,
    User,
    Variable,
)
from tests.people import FRIDAY, make_member, make_record
from tests.sync.wire import Wire, new_device

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(wire: Wire, plot: Plot) -> list[dict[str, Any]]:
    """Return a point, a core, a segment, and an edit of the core, in that order."""
    point = wire.point(plot)
    core = wire.core(point)
    segment = wire.segment(core)
    return [point, core, segment, wire.patch(core, {"op": core["op"]}, note="wet")]


@pytest.mark.parametrize("seed", range(6))
def test_one_batch_in_any_order_is_applied_whole(wire: Wire, chain: Any, seed: int) -> None:
    random.Random(seed).shuffle(chain)

    assert wire.statuses(*chain) == ["applied"] * 4
    assert SoilCore.objects.get().note == "wet"
    assert SyncWaiting.objects.count() == 0


def test_a_batch_may_hold_what_wakes_an_earlier_one_and_what_builds_on_that(
    wire: Wire, chain: Any
) -> None:
    point, core, segment, edit = chain
    first = wire.statuses(core)

    second = wire.statuses(edit, segment, point)

    assert (first, second) == (["deferred"], ["applied"] * 3)
    assert set(SyncOperation.objects.values_list("status", flat=True)) == {"applied"}
    assert SyncWaiting.objects.count() == 0


def test_a_long_chain_of_edits_sent_backwards_is_applied(wire: Wire, plot: Plot) -> None:
    point = wire.point(plot)
    edits = [point]
    for number in range(59):
        edits.append(wire.patch(point, {"op": edits[-1]["op"]}, note=str(number)))

    statuses = [wire.statuses(*reversed(edits[part : part + 20])) for part in (40, 20, 0)]

    assert statuses == [["deferred"] * 20, ["deferred"] * 20, ["applied"] * 20]
    (change,) = wire.page()["changes"]
    assert (change["v"], change["data"]["note"]) == (60, "58")


def test_what_waits_says_for_what(wire: Wire, chain: Any) -> None:
    point, core, segment, edit = chain

    outcomes = wire.outcomes(edit, segment, core)

    assert [outcome["needs"] for outcome in outcomes] == [
        [{"type": "soil_core", "id": core["id"]}],
        [{"type": "soil_core", "id": core["id"]}],
        [{"type": "sampling_point", "id": point["id"]}],
    ]


def test_what_builds_on_a_held_operation_waits_until_a_person_let_it_in(
    wire: Wire, plot: Plot, field_lead: User
) -> None:
    point = wire.point(plot)
    wire.outcomes(point)
    core = wire.core(point, inner_diameter_cm=-1.0)
    segment = wire.segment(core)
    edit = wire.patch(core, {"op": core["op"]}, note="wet")
    mend = wire.op("soil_core", core["id"], values={**plain(core), "inner_diameter_cm": 6.0})

    before = wire.statuses(core, segment, edit)
    after = wire.statuses(mend)

    assert before == ["quarantined", "deferred", "deferred"]
    assert after == ["applied"]
    statuses = dict(SyncOperation.objects.values_list("op", "status"))
    assert statuses[uuid.UUID(segment["op"])] == "applied"
    assert statuses[uuid.UUID(edit["op"])] == "deferred"
    rerun(uuid.UUID(core["op"]), by=field_lead.pk, project=plot.project_id, at=FRIDAY)
    statuses = dict(SyncOperation.objects.values_list("op", "status"))
    assert statuses[uuid.UUID(core["op"])] == "conflict"
    assert statuses[uuid.UUID(edit["op"])] in ("merged", "applied")


def plain(op: dict[str, Any]) -> dict[str, Any]:
    """Return the values an operation asks for."""
    return {name: change["to"] for name, change in op["chg"].items()}


def test_a_rerun_wakes_what_waited_for_it(wire: Wire, plot: Plot, field_lead: User) -> None:
    point = wire.point(plot)
    core = wire.core(point)
    Assignment.objects.filter(device=wire.device).update(mode="ro")
    first = wire.statuses(point)
    Assignment.objects.filter(device=wire.device).update(mode="rw")
    second = wire.statuses(core)
    assert (first, second) == (["quarantined"], ["deferred"])

    outcome = rerun(uuid.UUID(point["op"]), by=field_lead.pk, project=plot.project_id, at=FRIDAY)

    assert outcome.status == "applied"
    assert SyncOperation.objects.get(op=core["op"]).status == "applied"


def test_an_edit_is_not_blamed_for_the_record_it_found_broken(wire: Wire, plot: Plot) -> None:
    point = wire.point(plot)
    core = wire.core(point, inner_diameter_cm=-1.0)
    edit = wire.patch(core, {"op": core["op"]}, note="wet")

    outcomes = wire.outcomes(point, core, edit)

    assert [outcome["status"] for outcome in outcomes] == ["applied", "quarantined", "deferred"]
    assert outcomes[1]["problems"][0]["code"] == "out-of-range"


def test_an_edit_that_breaks_a_record_is_held_and_those_around_it_are_not(
    wire: Wire, plot: Plot
) -> None:
    point = wire.point(plot)
    edits = [
        wire.patch(point, {"v": 1}, note="a"),
        wire.patch(point, {"v": 2}, latitude=95.0, longitude=7.0),
        wire.patch(point, {"v": 2}, note="b"),
    ]

    statuses = wire.statuses(point, *edits)

    assert statuses == ["applied", "applied", "quarantined", "applied"]
    (change,) = wire.page()["changes"]
    assert (change["v"], change["data"]["note"], change["data"].get("latitude")) == (3, "b", None)


def test_a_merge_the_database_refuses_becomes_a_conflict_and_one_on_a_current_base_is_held(
    wire: Wire, second: Wire, plot: Plot
) -> None:
    point = wire.point(plot)
    wire.outcomes(point, wire.patch(point, {"op": point["op"]}, note="wet"))

    merged = second.statuses(second.patch(point, {"v": 1}, distance_to_tree_m=(None, -5.0)))
    current = second.statuses(second.patch(point, {"v": 3}, distance_to_tree_m=(None, -5.0)))

    assert (merged, current) == (["conflict"], ["quarantined"])


def test_an_edit_wins_over_a_deletion_and_a_person_is_told(
    wire: Wire, second: Wire, chain: Any
) -> None:
    wire.outcomes(*chain[:2])
    core = chain[1]
    deletion = wire.op("soil_core", core["id"], do="delete", base={"v": 1})
    wire.outcomes(deletion)

    (outcome,) = second.outcomes(second.patch(core, {"v": 1}, note=("", "wet")))

    assert outcome["status"] == "conflict"
    assert [conflict["group"] for conflict in outcome["conflicts"]] == ["deleted-vs-edited"]
    stored = SoilCore.objects.get()
    assert (stored.voided_at, stored.note, stored.revision) == (None, "wet", 3)
    assert SyncConflict.objects.get().kind == "deleted-vs-edited"
    assert SyncScope.objects.get(key=wire.scope).live_count == 2


def test_a_deletion_of_what_was_edited_meanwhile_deletes_nothing(
    wire: Wire, second: Wire, chain: Any
) -> None:
    wire.outcomes(*chain[:2])
    core = chain[1]
    wire.outcomes(wire.patch(core, {"v": 1}, note=("", "wet")))

    (outcome,) = second.outcomes(second.op("soil_core", core["id"], do="delete", base={"v": 1}))

    assert outcome["status"] == "conflict"
    assert SoilCore.objects.get().voided_at is None


def test_deleting_twice_is_deleting_once(wire: Wire, second: Wire, chain: Any) -> None:
    wire.outcomes(*chain[:2])
    core = chain[1]
    deletions = [
        one.op("soil_core", core["id"], do="delete", base={"v": 1}) for one in (wire, second)
    ]

    statuses = [wire.statuses(deletions[0]), second.statuses(deletions[1])]

    assert statuses == [["applied"], ["noop"]]
    assert SoilCore.objects.get().revision == 2


def test_the_same_edits_in_one_batch_or_in_many_end_alike(
    wire: Wire, second: Wire, plot: Plot
) -> None:
    points = [wire.point(plot), wire.point(plot)]
    wire.outcomes(*points)

    def edits(point: Any) -> list[Any]:
        return [
            wire.patch(point, {"v": 1}, note=("", "a")),
            wire.patch(point, {"v": 1}, latitude=52.0, longitude=7.0),
            wire.patch(point, {"v": 1}, position="row"),
            wire.patch(point, {"op": point["op"]}, distance_to_row_cm=5.0),
            wire.patch(point, {"v": 1}, note=("", "b")),
        ]

    together = wire.outcomes(*edits(points[0]))
    apart = [wire.outcomes(edit)[0] for edit in edits(points[1])]

    def told(outcomes: list[Any]) -> list[Any]:
        members = ("status", "v", "took", "kept")
        return [[outcome.get(member) for member in members] for outcome in outcomes]

    assert told(together) == told(apart)
    assert [outcome["status"] for outcome in apart] == [
        "applied",
        "merged",
        "merged",
        "conflict",
        "conflict",
    ]


def test_a_record_written_past_the_intake_wakes_nobody_but_the_sweeper_finds_it(
    wire: Wire, plot: Plot, project: Project
) -> None:
    point = wire.point(plot)
    core = wire.core(point)
    variable = uuid.uuid4()
    value = wire.op(
        "measurement",
        values={"soil_core": core["id"], "variable": str(variable), "value": 4.5},
    )
    assert wire.statuses(point, core, value) == ["applied", "applied", "deferred"]
    make_record(Variable, project, id=variable, code="x", analyte="x", unit="g", place="field")

    woken = [wake_waiting(at=timezone.now()) for _ in range(2)]

    assert woken == [1, 0]
    assert SyncOperation.objects.get(op=value["op"]).status == "applied"


def test_the_sweeper_wakes_nothing_that_still_waits(
    wire: Wire, plot: Plot, other_project: Project
) -> None:
    foreign = make_record(Plot, other_project, study=plot.study, code="X")
    waiting = [
        wire.core({"id": str(uuid.uuid4())}),
        wire.op("sampling_point", values={"plot": str(foreign.pk), "code": "P"}),
        wire.op("soil_core", do="patch", base={"op": str(uuid.uuid4())}),
    ]
    assert wire.statuses(*waiting) == ["deferred"] * 3

    assert wake_waiting(at=timezone.now()) == 0


def test_what_the_database_refuses_to_wake_keeps_no_other_waiting(
    wire: Wire, plot: Plot, project: Project
) -> None:
    ids = [uuid.uuid4(), uuid.uuid4()]
    values = [
        wire.op(
            "measurement", values={"plot": str(plot.pk), "variable": str(variable), "value": 4.5}
        )
        for variable in ids
    ]
    wire.outcomes(*values)
    for number, variable in enumerate(ids):
        make_record(
            Variable, project, id=variable, code=f"x{number}", analyte="x", unit="g", place="field"
        )

    def refuse_one(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if "INTO sampling_measurement" in sql and values[0]["id"] in params[-1]:
            raise InternalError("a rule nobody foresaw")
        return execute(sql, params, *rest)

    with connection.execute_wrapper(refuse_one):
        woken = wake_waiting(at=timezone.now())

    statuses = dict(SyncOperation.objects.values_list("op", "status"))
    assert woken == 1
    assert [statuses[uuid.UUID(value["op"])] for value in values] == ["deferred", "applied"]
    assert wake_waiting(at=timezone.now()) == 1


# Any order, from any device, in any batches


def season(wires: list[Wire], plot: Plot) -> list[tuple[Wire, dict[str, Any]]]:
    """Return what three devices did: each its own records, and edits of disjoint groups."""
    first, second, third = wires
    point = first.point(plot)
    core = first.core(point)
    segments = [first.segment(core, 0, 30), second.segment(core, 30, 60)]
    bag = third.op(
        "specimen",
        values={"core_segment": segments[1]["id"], "code": "RF-0000012", "kind": "roots"},
    )
    void = first.op("core_segment", segments[0]["id"], do="delete", base={"op": segments[0]["op"]})
    work = [(first, one) for one in (point, core, segments[0], void)]
    work += [
        (second, segments[1]),
        (second, second.patch(core, {"op": core["op"]}, note="wet")),
        (second, second.patch(segments[1], {"op": segments[1]["op"]}, note="stones")),
        (third, bag),
        (third, third.patch(core, {"op": core["op"]}, inner_diameter_cm=(6.0, 6.5))),
        (third, third.patch(point, {"op": point["op"]}, position="row")),
        (third, third.op("custody_event", values={"specimen": bag["id"], "kind": "sent"})),
    ]
    return work


def contents() -> dict[uuid.UUID, dict[str, Any]]:
    """Return every captured record, without what depends on who came first."""
    found = {}
    for model in RECORD_MODELS.values():
        if model.scope_kind == "campaign":
            for row in model._default_manager.values():
                row["voided_at"] = row["voided_at"] is not None
                found[row["id"]] = {k: v for k, v in row.items() if k != "received_at"}
    return found


def recounted(scope: str) -> tuple[int, int]:
    """Return how many records are live in a scope, and their sum, from the records themselves."""
    live = [
        record_checksum(name, row_id, revision)
        for name, model in RECORD_MODELS.items()
        for row_id, revision in model._default_manager.filter(
            scope=scope, voided_at=None
        ).values_list("id", "revision")
    ]
    return len(live), sum(live) % 2**64


@pytest.fixture
def undone() -> Iterator[Any]:
    """Return a frame whose work is undone, so that many examples begin alike."""

    class Undone:
        def __enter__(self) -> None:
            self.atomic = transaction.atomic()
            self.atomic.__enter__()

        def __exit__(self, *_error: object) -> None:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    return Undone()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_three_devices_in_any_order_and_any_batches_end_in_the_same_records(
    project: Project, campaign: Campaign, plot: Plot, wire: Wire, undone: Any, data: Any
) -> None:
    with undone:
        wires = [wire] + [
            Wire(
                new_device(project, make_member(project, f"t{n}", "technician"), campaign), campaign
            )
            for n in range(2)
        ]
        wire.number = 0
        work = season(wires, plot)
        in_order = [(one, op) for one, op in work]
        with undone_copy():
            for one, op in in_order:
                one.outcomes(op)
            expected = contents()
        order = data.draw(st.permutations(range(len(work))))
        sizes = data.draw(st.lists(st.integers(1, 4), min_size=len(work), max_size=len(work)))
        answers = {}

        queue = [work[place] for place in order]
        while queue:
            sender = queue[0][0]
            size = sizes[len(queue) - 1]
            batch = [op for one, op in queue if one is sender][:size]
            for outcome in sender.outcomes(*batch):
                answers[outcome["op"]] = outcome
            queue = [(one, op) for one, op in queue if op not in batch]

        assert contents() == expected
        assert set(SyncOperation.objects.values_list("status", flat=True)) <= {"applied", "merged"}
        scope = SyncScope.objects.get(key=wire.scope)
        assert (scope.live_count, int(scope.live_sum)) == recounted(wire.scope)
        assert SyncChange.objects.filter(scope=wire.scope).count() == len(expected)
        for one, op in work:
            again = one.outcomes(op)[0]
            if answers[op["op"]]["status"] != "deferred":
                assert again == answers[op["op"]] | {"duplicate": True}
            else:
                assert again["status"] in ("applied", "merged")
        assert contents() == expected


def undone_copy() -> Any:
    """Return a frame inside a transaction whose work is undone."""

    class Frame:
        def __enter__(self) -> None:
            self.savepoint = transaction.savepoint()

        def __exit__(self, *_error: object) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            transaction.savepoint_rollback(self.savepoint)

    return Frame()
