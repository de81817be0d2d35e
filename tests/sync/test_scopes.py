"""Grants that come and go, and records that leave one campaign for another."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from sampling.actions.ledger import record_checksum
from sampling.actions.members import grant_assignment, revoke_assignment
from sampling.actions.relocation import Move, move_points
from sampling.errors import MalformedRequest, NotFound, StateConflict
from sampling.models import (
    AuditEvent,
    Campaign,
    CoreSegment,
    Plot,
    Project,
    ProtocolVersion,
    RecordVersion,
    SamplingPoint,
    SyncConflict,
    SyncOperation,
    SyncScope,
    User,
)
from tests.people import make_record
from tests.sync.wire import Wire, new_device

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(project: Project, protocol_version: ProtocolVersion) -> Campaign:
    record: Campaign = make_record(
        Campaign, project, code="SPRING", protocol_version=protocol_version
    )
    return record


@pytest.fixture
def there(project: Project, technician: User, other: Campaign) -> Wire:
    """Return a tablet that works in the other campaign only."""
    return Wire(new_device(project, technician, other), other)


@pytest.fixture
def captured(wire: Wire, plot: Plot) -> list[dict[str, Any]]:
    """Return a point with a core, two segments (one withdrawn), and a second point."""
    point = wire.point(plot)
    core = wire.core(point)
    segments = [wire.segment(core), wire.segment(core, 30, 60)]
    ops = [point, core, *segments, wire.point(plot, code="P2")]
    gone = wire.op("core_segment", segments[1]["id"], do="delete", base={"op": segments[1]["op"]})
    assert set(wire.statuses(*ops, gone)) == {"applied"}
    return ops


def move_of(wire: Wire, target: Campaign, by: User, why: str = "spring, not harvest") -> Move:
    source = Campaign.objects.get(pk=wire.scope.split(":")[1])
    return Move(source=source, target=target, by=by, at=timezone.now(), why=why)


def test_a_moved_point_leaves_one_campaign_and_comes_up_whole_in_the_other(
    wire: Wire, there: Wire, other: Campaign, captured: Any, field_lead: User
) -> None:
    before, empty = wire.page()["cursor"], there.page()["cursor"]
    point = captured[0]

    counts = move_points([uuid.UUID(point["id"])], move_of(wire, other, field_lead))

    left, came = wire.page(before), there.page(empty)
    moved = {op["id"] for op in captured[:4]}
    assert counts == {"sampling_point": 1, "soil_core": 1, "core_segment": 2}
    assert {c["id"]: c.get("gone") for c in left["changes"]} == dict.fromkeys(moved, "left-scope")
    assert all("data" not in change for change in left["changes"])
    assert {c["id"] for c in came["changes"] if "data" in c} == moved - {captured[3]["id"]}
    assert (left["check"]["count"], came["check"]["count"]) == (1, 3)
    assert_sums_fit(wire, there)
    assert RecordVersion.objects.filter(record=point["id"]).count() == 1
    operation = SyncOperation.objects.get(record=point["id"], do="move")
    assert (operation.scope, operation.by, operation.revision) == (
        other.capture_scope,
        field_lead,
        2,
    )
    assert AuditEvent.objects.get(action="records.moved").detail["records"] == counts


def assert_sums_fit(*wires: Wire) -> None:
    """Assert that counts and sums are those of the live records, each counted anew."""
    for wire in wires:
        live = [change for change in wire.page(limit=2000)["changes"] if "data" in change]
        total = sum(record_checksum(c["type"], uuid.UUID(c["id"]), c["v"]) for c in live)
        scope = SyncScope.objects.get(key=wire.scope)
        assert (scope.live_count, int(scope.live_sum)) == (len(live), total % 2**64)


def test_a_late_edit_of_a_record_that_left_is_held_and_one_there_is_applied(
    wire: Wire, there: Wire, other: Campaign, captured: Any, field_lead: User
) -> None:
    move_points([uuid.UUID(captured[0]["id"])], move_of(wire, other, field_lead))

    (late,) = wire.outcomes(wire.patch(captured[0], {"v": 1}, note="late"))
    (theirs,) = there.outcomes(there.patch(captured[0], {"v": 2}, note="there"))

    assert (late["status"], late["problems"][0]["code"]) == ("quarantined", "out-of-scope")
    assert theirs["status"] == "applied"


def test_records_come_back_to_where_they_were(
    wire: Wire, there: Wire, other: Campaign, captured: Any, field_lead: User, campaign: Campaign
) -> None:
    point = uuid.UUID(captured[0]["id"])
    move_points([point], move_of(wire, other, field_lead))
    move_points([point], move_of(there, campaign, field_lead))

    assert_sums_fit(wire, there)
    assert there.page()["check"]["count"] == 0
    assert {c["v"] for c in wire.page()["changes"] if c["id"] == captured[0]["id"]} == {3}


def test_an_open_conflict_moves_along_and_can_be_decided_there(
    wire: Wire, second: Wire, there: Wire, other: Campaign, captured: Any, field_lead: User
) -> None:
    wire.outcomes(wire.patch(captured[0], {"v": 1}, note=("", "a")))
    second.outcomes(second.patch(captured[0], {"v": 1}, note=("", "b")))
    move_points([uuid.UUID(captured[0]["id"])], move_of(wire, other, field_lead))

    (listed,) = [c for c in there.page()["changes"] if "conflicts" in c]
    conflict = SyncConflict.objects.get()
    chosen = there.op(
        "sampling_point",
        captured[0]["id"],
        do="resolve",
        base={"v": listed["v"]},
        chg={"note": {"to": "b"}},
        resolves=[str(conflict.pk)],
    )

    assert there.statuses(chosen) == ["applied"]
    assert SamplingPoint.objects.get(pk=captured[0]["id"]).note == "b"


def test_what_two_points_share_is_not_torn_apart(
    wire: Wire, other: Campaign, captured: Any, field_lead: User, plot: Plot
) -> None:
    core = wire.core(captured[4], code="C2")
    segment = wire.segment(core)
    bags = [
        wire.op(
            "specimen",
            values={"code": f"B{place}", "kind": "roots", "core_segment": part["id"]},
        )
        for place, part in enumerate((captured[2], segment))
    ]
    pool = wire.op(
        "specimen_link",
        values={"parent": bags[0]["id"], "child": bags[1]["id"], "relation": "pool"},
    )
    wire.outcomes(core, segment, *bags, pool)
    points = [uuid.UUID(captured[0]["id"]), uuid.UUID(captured[4]["id"])]

    with pytest.raises(StateConflict, match="specimen that stays"):
        move_points(points[:1], move_of(wire, other, field_lead))
    assert CoreSegment.objects.filter(scope=wire.scope).count() == 3
    counts = move_points(points, move_of(wire, other, field_lead))

    assert counts["specimen_link"] == 1
    assert_sums_fit(wire)


def test_a_move_that_makes_no_sense_is_refused(
    wire: Wire, other: Campaign, captured: Any, field_lead: User, other_project: Project
) -> None:
    point = uuid.UUID(captured[0]["id"])
    move = move_of(wire, other, field_lead)

    for points, wrong, error in (
        ([point], move_of(wire, other, field_lead, why=" "), MalformedRequest),
        ([], move, MalformedRequest),
        ([uuid.uuid4()], move, NotFound),
        ([point], move_of(wire, move.source, field_lead), StateConflict),
        ([point], move_of(wire, Campaign(project=other_project), field_lead), NotFound),
    ):
        with pytest.raises(error):
            move_points(points, wrong)


def test_a_field_lead_moves_records_over_the_api(
    wire: Wire,
    other: Campaign,
    captured: Any,
    field_lead: User,
    client_for: Callable[[User], APIClient],
) -> None:
    source = wire.scope.split(":")[1]
    body = {"to": str(other.pk), "sampling_points": [captured[4]["id"]], "why": "wrong campaign"}
    path = f"/api/v1/campaigns/{source}/move-records"

    answer = client_for(field_lead).post(path, body)
    elsewhere = client_for(field_lead).post(path, {**body, "to": str(uuid.uuid4())})

    assert answer.json() == {"moved": {"sampling_point": 1}}
    assert elsewhere.status_code == 404


def test_a_grant_to_the_person_that_is_renewed_reads_the_scope_anew(
    project: Project, technician: User, campaign: Campaign, admin: User, wire: Wire, captured: Any
) -> None:
    tablet = Wire(new_device(project, technician), campaign)
    now = timezone.now()
    grant = grant_assignment(campaign, worker=technician, mode="rw", by=admin, at=now)
    cursor = tablet.page()["cursor"]
    assert tablet.page(cursor)["changes"] == []

    revoke_assignment(grant, by=admin, at=now)
    purged = tablet.pull({tablet.scope: cursor}).json()["directives"]
    late = tablet.statuses(
        tablet.op("sampling_point", captured[0]["id"], do="patch", base={"v": 1})
    )
    grant_assignment(campaign, worker=technician, mode="rw", by=admin, at=now)

    assert purged == [{"scope": tablet.scope, "do": "purge"}]
    assert late == ["quarantined"]
    assert len(tablet.page(cursor)["changes"]) == len(captured)
