"""What a tablet reads: every change once, in order, and nothing it was not granted."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sampling.actions.intake import rerun
from sampling.actions.ledger import begin_epoch, record_checksum
from sampling.models import (
    Assignment,
    Campaign,
    Device,
    Plot,
    SyncConflict,
    SyncOperation,
    SyncScope,
    User,
)
from sampling.sync import pages as page_module
from tests.people import FRIDAY, make_record
from tests.sync.wire import Wire, new_device

pytestmark = pytest.mark.django_db


@pytest.fixture
def captured(wire: Wire, plot: Plot) -> list[dict[str, Any]]:
    """Return what was captured: a point, a core, and five segments."""
    point = wire.point(plot)
    core = wire.core(point)
    ops = [point, core, *(wire.segment(core, upper, upper + 10) for upper in range(0, 50, 10))]
    assert set(wire.statuses(*ops)) == {"applied"}
    return ops


def read_all(wire: Wire, limit: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return every change from the start, and the pages they came in."""
    pages: list[dict[str, Any]] = []
    cursor = None
    while not pages or pages[-1]["more"]:
        pages.append(wire.page(cursor, limit=limit))
        cursor = pages[-1]["cursor"]
    return [change for page in pages for change in page["changes"]], pages


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 2000])
def test_pages_of_any_size_hold_every_change_once_and_in_order(
    wire: Wire, captured: Any, limit: int
) -> None:
    changes, pages = read_all(wire, limit)

    assert [change["id"] for change in changes] == [op["id"] for op in captured]
    assert [change["seq"] for change in changes] == list(range(1, 8))
    assert all(len(page["changes"]) <= limit for page in pages)
    assert ["check" in page for page in pages] == [False] * (len(pages) - 1) + [True]


def test_the_checksum_is_that_of_the_live_records(wire: Wire, captured: Any) -> None:
    segment = captured[-1]
    wire.outcomes(
        wire.patch(captured[0], {"v": 1}, note="wet"),
        wire.op("core_segment", segment["id"], do="delete", base={"v": 1}),
    )
    live = [(op["type"], op["id"], 1) for op in captured[1:-1]]
    live.append((captured[0]["type"], captured[0]["id"], 2))
    total = sum(record_checksum(name, uuid.UUID(key), v) for name, key, v in live) % 2**64

    check = wire.page()["check"]

    assert check == {"count": 6, "sum": f"{total:016x}"}


def test_a_deleted_record_comes_as_gone_without_its_content(wire: Wire, captured: Any) -> None:
    before = wire.page()["cursor"]
    segment = captured[-1]
    wire.outcomes(wire.op("core_segment", segment["id"], do="delete", base={"v": 1}))

    (change,) = wire.page(before)["changes"]

    gone = {"type": "core_segment", "id": segment["id"], "v": 2, "seq": 8, "gone": "deleted"}
    assert change == gone


def test_a_record_that_changed_again_comes_once_at_its_latest(wire: Wire, captured: Any) -> None:
    before = wire.page()["cursor"]
    core = captured[1]
    for revision, note in enumerate(("a", "b", "c"), 1):
        wire.outcomes(wire.patch(core, {"v": revision}, note=note))

    (change,) = wire.page(before)["changes"]

    assert (change["v"], change["seq"], change["data"]["note"]) == (4, 10, "c")


def test_fields_a_newer_app_sent_survive_an_edit_and_a_round_trip(
    wire: Wire, second: Wire, captured: Any
) -> None:
    newer = wire.core(captured[0], soil_colour="10YR 4/3", layers_seen=[{"at": 1.5}])
    wire.outcomes(newer)
    second.outcomes(second.patch(newer, {"v": 1}, note="wet"))
    wire.outcomes(wire.patch(newer, {"v": 2}, soil_colour=("10YR 4/3", "10YR 5/3")))

    change = second.page()["changes"][-1]

    assert change["data"]["extra"] == {"soil_colour": "10YR 5/3", "layers_seen": [{"at": 1.5}]}
    assert (change["v"], change["data"]["note"]) == (3, "wet")


def test_an_open_conflict_comes_with_its_record_until_it_is_resolved(
    wire: Wire, second: Wire, captured: Any
) -> None:
    core = captured[1]
    before = wire.page()["cursor"]
    wire.outcomes(wire.patch(core, {"v": 1}, note=("", "wet")))
    (outcome,) = second.outcomes(second.patch(core, {"v": 1}, note=("", "dry")))
    (shown,) = wire.page(before)["changes"]
    (conflict,) = outcome["conflicts"]
    wire.outcomes(
        wire.op(
            "soil_core",
            core["id"],
            do="resolve",
            base={"v": 3},
            resolves=[conflict["id"]],
            values={"note": "dry"},
        )
    )

    (settled,) = wire.page(before)["changes"]

    assert shown["conflicts"] == [{**conflict, "kind": "values"}]
    assert shown["data"]["note"] == "wet"
    assert "conflicts" not in settled
    assert settled["data"]["note"] == "dry"


def test_a_page_ends_where_its_bytes_do(
    wire: Wire, captured: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide, _ = read_all(wire, 2000)
    monkeypatch.setattr(page_module, "MAX_PAGE_BYTES", 700)

    changes, pages = read_all(wire, 2000)

    assert changes == wide
    assert len(pages) > 2
    assert max(len(json.dumps(page["changes"])) for page in pages) < 4000


def test_a_record_larger_than_a_page_comes_alone(
    wire: Wire, captured: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "MAX_PAGE_BYTES", 1)

    changes, pages = read_all(wire, 2000)

    assert len(pages) == len(changes) == 7


def test_a_scope_nothing_was_written_in_is_an_empty_page(wire: Wire) -> None:
    page = wire.page()

    assert (page["changes"], page["more"]) == ([], False)
    assert page["check"] == {"count": 0, "sum": "0" * 16}
    assert wire.page(page["cursor"])["changes"] == []


def test_a_cursor_stays_where_it_is_when_nothing_changed(wire: Wire, captured: Any) -> None:
    cursor = wire.page()["cursor"]

    again = wire.page(cursor)

    assert (again["cursor"], again["changes"]) == (cursor, [])


@pytest.mark.parametrize("cursor", ["", "x", "a:b", "\u00e9", "\x00", "a" * 10_000])
def test_a_cursor_nobody_signed_starts_the_scope_again(wire: Wire, cursor: str) -> None:
    answer = wire.pull({wire.scope: cursor})

    assert (answer.status_code, answer.json()["code"]) == (410, "cursor-expired")
    assert answer.json()["scope"] == wire.scope


@pytest.mark.parametrize("content", [[], "x", [1, 2, 3], {"a": 1}])
def test_a_cursor_signed_for_something_else_starts_the_scope_again(
    wire: Wire, content: Any
) -> None:
    cursor = signing.Signer(salt="rootfield.sync.cursor").sign_object(content)

    assert wire.pull({wire.scope: cursor}).status_code == 410


def test_a_cursor_with_a_letter_changed_starts_the_scope_again(wire: Wire, captured: Any) -> None:
    cursor = wire.page()["cursor"]
    place = len(cursor) // 3
    forged = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]

    assert wire.pull({wire.scope: forged}).status_code == 410


def test_the_cursor_of_another_scope_starts_the_scope_again(wire: Wire, captured: Any) -> None:
    project_scope = f"project:{wire.device.project_id}"
    cursor = wire.page()["cursor"]

    answer = wire.pull({project_scope: cursor})

    assert (answer.status_code, answer.json()["scope"]) == (410, project_scope)


def test_the_cursor_of_another_life_of_the_database_starts_the_scope_again(
    wire: Wire, captured: Any
) -> None:
    cursor = wire.page()["cursor"]
    begin_epoch("restored from a backup")

    answer = wire.pull({wire.scope: cursor})

    assert answer.status_code == 410
    assert len(wire.page()["changes"]) == 7


def test_a_renewed_grant_reads_its_scope_from_the_start(wire: Wire, captured: Any) -> None:
    cursor = wire.page()["cursor"]
    Assignment.objects.filter(device=wire.device).update(generation=2)

    page = wire.page(cursor)

    assert len(page["changes"]) == 7
    assert wire.page(page["cursor"])["changes"] == []


@pytest.mark.parametrize("lost", ["grant", "membership"])
def test_what_is_no_longer_granted_is_purged_and_not_told(
    wire: Wire, captured: Any, lost: str
) -> None:
    cursor = wire.page()["cursor"]
    if lost == "grant":
        Assignment.objects.filter(device=wire.device).update(revoked_at=FRIDAY)
    else:
        wire.device.user.memberships.all().delete()

    answer = wire.pull({wire.scope: cursor}).json()

    assert answer["directives"] == [{"scope": wire.scope, "do": "purge"}]
    assert (answer["scopes"], answer["op_results"]) == ([], [])
    assert wire.scope not in {grant["id"] for grant in answer["granted"]}


def test_a_scope_of_another_project_is_purged_and_not_told(
    wire: Wire, other_project: Any, campaign: Campaign
) -> None:
    foreign = make_record(
        Campaign, other_project, code="X", protocol_version=campaign.protocol_version
    )
    asked = [foreign.capture_scope, other_project.scope, "campaign:", "x", ""]

    answer = wire.pull(dict.fromkeys(asked)).json()

    assert answer["scopes"] == []
    assert answer["directives"] == [{"scope": scope, "do": "purge"} for scope in sorted(asked)]


@pytest.mark.parametrize(
    ("state", "refusal"), [("revoked", (403, "device-revoked")), ("closed", (409, "device-forked"))]
)
def test_a_withdrawn_device_reads_nothing(wire: Wire, state: str, refusal: Any) -> None:
    Device.objects.filter(pk=wire.device.pk).update(state=state)

    answers = [wire.pull(), wire.client.get("/sync/v1/devices/self", headers=token(wire))]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [refusal] * 2


def token(wire: Wire) -> dict[str, str]:
    return {"Authorization": f"Bearer {wire.token}"}


def test_an_operation_settled_later_is_told_once_per_cursor(
    wire: Wire, second: Wire, plot: Plot
) -> None:
    point = wire.point(plot)
    core = wire.core(point)
    segment = wire.segment(core)
    assert wire.statuses(segment, core) == ["deferred", "deferred"]
    before = wire.page()["cursor"]
    second.outcomes(point)

    answer = wire.pull({wire.scope: before}).json()
    cursor = answer["scopes"][0]["cursor"]
    again = wire.pull({wire.scope: before}).json()["op_results"]
    after = wire.pull({wire.scope: cursor}).json()["op_results"]

    told = {result["op"]: result for result in answer["op_results"]}
    assert set(told) == {core["op"], segment["op"]}
    assert {(result["status"], result["v"]) for result in told.values()} == {("applied", 1)}
    seqs = {change["id"]: change["seq"] for change in answer["scopes"][0]["changes"]}
    assert told[core["op"]]["seq"] == seqs[core["id"]]
    assert again == answer["op_results"]
    assert after == []
    assert second.pull().json()["op_results"] == []


@pytest.mark.parametrize("limit", [1, 2])
def test_settled_operations_are_told_once_over_small_pages(
    wire: Wire, second: Wire, plot: Plot, limit: int
) -> None:
    point = wire.point(plot)
    cores = [wire.core(point) for _ in range(3)]
    wire.outcomes(*cores)
    second.outcomes(point)
    told: list[str] = []
    cursor, more = None, True

    while more:
        answer = wire.pull({wire.scope: cursor}, limit=limit).json()
        told += [result["op"] for result in answer["op_results"]]
        (page,) = answer["scopes"]
        cursor, more = page["cursor"], page["more"]

    assert sorted(told) == sorted(core["op"] for core in cores)


def test_a_held_operation_that_changes_nothing_in_the_end_is_told_too(
    wire: Wire, second: Wire, plot: Plot, field_lead: User
) -> None:
    point = wire.point(plot)
    wire.outcomes(point)
    Assignment.objects.filter(device=wire.device).update(mode="ro")
    bad = wire.patch(point, {"v": 1}, note="wet")
    assert wire.statuses(bad) == ["quarantined"]
    second.outcomes(second.patch(point, {"v": 1}, note="wet"))
    before = wire.page()["cursor"]

    rerun(uuid.UUID(bad["op"]), by=field_lead.pk, project=plot.project_id, at=FRIDAY)

    answer = wire.pull({wire.scope: before}).json()
    assert [(r["op"], r["status"]) for r in answer["op_results"]] == [(bad["op"], "noop")]
    assert answer["scopes"][0]["changes"] == []
    assert wire.pull({wire.scope: answer["scopes"][0]["cursor"]}).json()["op_results"] == []


def test_an_operation_that_is_still_held_is_not_told(
    wire: Wire, second: Wire, plot: Plot, field_lead: User
) -> None:
    point = wire.point(plot)
    bad = wire.core(point, inner_diameter_cm=-1)
    wire.outcomes(point)
    assert wire.statuses(bad) == ["quarantined"]

    outcome = rerun(uuid.UUID(bad["op"]), by=field_lead.pk, project=plot.project_id, at=FRIDAY)

    assert outcome.status == "quarantined"
    assert wire.pull().json()["op_results"] == []
    assert SyncOperation.objects.get(op=bad["op"]).settled_seq is None


def test_a_deferred_operation_that_proves_impossible_is_told_as_quarantined(
    wire: Wire, second: Wire, plot: Plot
) -> None:
    point = wire.point(plot)
    bad = wire.core(point, inner_diameter_cm=-1)
    assert wire.statuses(bad) == ["deferred"]

    second.outcomes(point)

    (result,) = wire.pull().json()["op_results"]
    assert (result["op"], result["status"]) == (bad["op"], "quarantined")
    assert result["problems"][0]["code"] == "out-of-range"


def test_an_heir_is_told_what_became_of_its_former_selfs_operations(
    wire: Wire, second: Wire, plot: Plot, campaign: Campaign
) -> None:
    point = wire.point(plot)
    core = wire.core(point)
    wire.outcomes(core)
    Device.objects.filter(pk=wire.device.pk).update(state="closed")
    heir = Wire(new_device(plot.project, wire.device.user, campaign), campaign)
    second.outcomes(point)

    (result,) = heir.pull().json()["op_results"]

    assert (result["op"], result["status"]) == (core["op"], "applied")


def test_the_number_of_statements_of_a_pull_does_not_grow_with_what_it_brings(
    wire: Wire, captured: Any
) -> None:
    def statements(limit: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            wire.page(limit=limit)
        return len(queries)

    statements(1)

    assert statements(1) == statements(7)


def test_counts_and_sums_of_every_scope_are_those_of_its_records(
    wire: Wire, captured: Any, campaign: Campaign
) -> None:
    for scope in SyncScope.objects.all():
        answer = wire.pull({scope.key: None}, limit=2000).json()
        (page,) = answer["scopes"]
        live = [change for change in page["changes"] if "gone" not in change]
        total = sum(
            record_checksum(change["type"], uuid.UUID(change["id"]), change["v"]) for change in live
        )

        assert page["check"] == {"count": len(live), "sum": f"{total % 2**64:016x}"}


@pytest.mark.django_db
def test_a_page_reads_no_open_conflicts_but_those_of_its_records(wire: Wire, plot: Plot) -> None:
    point = wire.point(plot)
    wire.outcomes(point, *(wire.patch(point, None, note=f"note {n}") for n in range(30)))
    head = SyncScope.objects.get(key=wire.scope).seq
    wire.outcomes(wire.point(plot))
    asked = {"scope": wire.scope, "after": head, "limit": 100}

    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + page_module.page_sql("campaign"), asked)
        (plan,) = cursor.fetchone()

    (scan,) = nodes_on(json.loads(plan) if isinstance(plan, str) else plan, "sampling_syncconflict")
    assert SyncConflict.objects.filter(resolved_at=None).count() > 20
    assert scan["Actual Rows"] == 0


def nodes_on(plan: Any, table: str) -> list[dict[str, Any]]:
    """Return the nodes of a plan that read a table."""
    parts = plan if isinstance(plan, list) else list(plan.values())
    found = [
        node for part in parts if isinstance(part, list | dict) for node in nodes_on(part, table)
    ]
    return ([plan] if isinstance(plan, dict) and plan.get("Relation Name") == table else []) + found
