"""A whole scope as lines: complete, resumable, and in step with the pull that follows."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sampling.actions.ledger import begin_epoch
from sampling.models import Assignment, Campaign, Device, Plot
from sampling.sync import snapshot
from tests.sync.wire import Wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def captured(wire: Wire, plot: Plot) -> list[dict[str, Any]]:
    """Return what was captured: a point, a core, and five segments."""
    point = wire.point(plot)
    core = wire.core(point)
    ops = [point, core, *(wire.segment(core, upper, upper + 10) for upper in range(0, 50, 10))]
    assert set(wire.statuses(*ops)) == {"applied"}
    return ops


def ask(wire: Wire, *, after: str = "", scope: str = "", **headers: str) -> Any:
    """Return the answer to a request for a snapshot."""
    query = {"scope": scope or wire.scope, **({"after": after} if after else {})}
    named = {"Authorization": f"Bearer {wire.token}", "Accept-Encoding": "", **headers}
    return wire.client.get("/sync/v1/snapshot", query, headers=named)


def read(answer: Any) -> list[dict[str, Any]]:
    """Return the lines of a snapshot."""
    assert answer.status_code == 200, answer.content
    return [json.loads(line) for line in answer.getvalue().splitlines()]


def records(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in found if "type" in line]


def test_a_snapshot_holds_what_a_pull_from_the_start_brings(wire: Wire, captured: Any) -> None:
    wire.outcomes(
        wire.op("core_segment", captured[-1]["id"], do="delete", base={"v": 1}),
        wire.patch(captured[1], {"v": 1}, inner_diameter_cm=7.0),
    )
    page = wire.page()
    live = [change for change in page["changes"] if "gone" not in change]

    head, *rest, end = read(ask(wire))

    by_key = lambda change: (change["type"], change["id"])  # noqa: E731
    assert records(rest) == sorted(live, key=by_key)
    assert (head["as_of"], head["scope"], end) == (9, wire.scope, {"end": True})
    assert wire.page(head["cursor"])["changes"] == []
    assert wire.page(head["cursor"])["check"] == page["check"]


def test_what_changes_while_it_is_read_comes_with_the_pull_from_its_head(
    wire: Wire, captured: Any, plot: Plot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "PAGE_ROWS", 2)
    pieces = iter(ask(wire).streaming_content)
    found = [json.loads(line) for _ in range(3) for line in next(pieces).splitlines()]
    late = wire.point(plot, code="P2")
    wire.outcomes(
        late,
        wire.op("core_segment", captured[2]["id"], do="delete", base={"v": 1}),
        wire.patch(captured[0], {"v": 1}, note="wet"),
    )
    found += [json.loads(line) for piece in pieces for line in piece.splitlines()]

    replica = {line["id"]: line["v"] for line in records(found)}
    page = wire.page(found[0]["cursor"])
    for change in page["changes"]:
        if "gone" in change:
            replica.pop(change["id"], None)
        else:
            replica[change["id"]] = change["v"]

    expected = {op["id"]: 1 for op in [*captured, late] if op != captured[2]}
    assert replica == {**expected, captured[0]["id"]: 2}
    assert page["check"]["count"] == len(replica)


def test_a_cut_off_snapshot_is_read_on_from_its_last_bookmark(
    wire: Wire, captured: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "PAGE_ROWS", 2)
    whole = read(ask(wire))
    bookmarks = [place for place, line in enumerate(whole) if "after" in line]

    for place in bookmarks:
        rest = read(ask(wire, after=whole[place]["after"]))
        assert rest[0] == whole[0]
        assert records(rest) == records(whole[place:])
        assert rest[-1] == {"end": True}
    assert len(bookmarks) > 3


def test_a_page_ends_where_its_bytes_do(
    wire: Wire, captured: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(ask(wire))
    monkeypatch.setattr(snapshot, "PAGE_BYTES", 300)

    small = read(ask(wire))

    assert records(small) == records(whole)
    assert len(small) > len(whole)


def test_packed_it_is_the_same_and_what_came_so_far_can_be_read(wire: Wire, captured: Any) -> None:
    answer = ask(wire, **{"Accept-Encoding": "gzip", "Accept": "application/x-ndjson"})
    body = answer.getvalue()

    assert gzip.decompress(body) == ask(wire).getvalue()
    beginning = zlib.decompressobj(31).decompress(body[: len(body) // 2])
    assert json.loads(beginning.splitlines()[0])["scope"] == wire.scope


def test_each_page_is_a_statement_of_its_own(wire: Wire, captured: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        found = read(ask(wire))
    statements = [q["sql"] for q in queries if "WITH chosen" in q["sql"]]

    assert len(statements) == len(snapshot.types_of(wire.scope))
    assert len(records(found)) == 7


def test_a_scope_that_is_not_granted_is_not_found(
    wire: Wire, second: Wire, campaign: Campaign
) -> None:
    Assignment.objects.filter(device=second.device).delete()

    assert ask(second).status_code == 404
    assert ask(wire, scope="campaign:nonsense").status_code == 404


def test_a_bookmark_of_another_grant_life_or_scope_begins_again(
    wire: Wire, captured: Any, device: Device
) -> None:
    bookmark = next(line["after"] for line in read(ask(wire)) if "after" in line)

    answers = [ask(wire, after=bookmark, scope=f"project:{device.project_id}")]
    answers.append(ask(wire, after="made up"))
    Assignment.objects.update(generation=2)
    answers.append(ask(wire, after=bookmark))
    Assignment.objects.update(generation=1)
    begin_epoch("restored")
    answers.append(ask(wire, after=bookmark))

    assert {(a.status_code, a.json()["code"]) for a in answers} == {(410, "cursor-expired")}


def test_a_withdrawn_device_gets_no_snapshot(wire: Wire, captured: Any) -> None:
    Device.objects.update(state="revoked")

    assert ask(wire).status_code == 403
