from __future__ import annotations

import contextlib
import sqlite3

import pytest

from sampling.tablet import AnswerUnreadable, NotEnrolled, Problem, ReplicaDiffers, scope_sum
from tests.sync.tablet.fake_server import (
    PROJECT,
    SCOPE,
    Crash,
    crash_after,
    cut_answer,
    lose_answer,
    lose_request,
    refuse,
    send_twice,
)

PULL = "/sync/v1/pull"


def grow(server, count, scope=SCOPE):
    for i in range(count):
        server.write(("soil_core", f"c{i}"), scope, {"code": f"C{i}"})


def cursors(server, scope=SCOPE):
    return [m["scopes"][scope] for m in server.messages(PULL) if scope in m["scopes"]]


def codes(tablet):
    return sorted(local.data["code"] for local in tablet.records("soil_core"))


def test_the_checksum_is_the_one_of_the_protocol():
    # printf 'plot:a:1' | sha256sum gives 97ed6ade54569baf..., 'plot:b:2' 7df917c6ce4e0427...;
    # their sum is 1_15e682a522a49fd6, of which 2^64 is dropped.
    assert scope_sum([]) == "0" * 16
    assert scope_sum([("plot", "a", 1), ("plot", "b", 2)]) == "15e682a522a49fd6"


def test_a_pull_reads_every_scope_to_its_end_page_by_page(tablet, server):
    grow(server, 5)
    server.write(("plot", "p1"), PROJECT, {"code": "P1"})

    report = tablet.pull(limit=2)

    assert (report.changes, report.pages) == (6, 4)
    assert cursors(server) == [None, "one:2", "one:4"]
    assert codes(tablet) == ["C0", "C1", "C2", "C3", "C4"]
    assert tablet.record("plot", "p1").scope == PROJECT


def test_a_pull_goes_on_from_where_the_last_one_ended(tablet, server):
    grow(server, 3)
    tablet.pull()
    server.write(("soil_core", "c1"), SCOPE, {"code": "C1b"})

    report = tablet.pull()

    assert report.changes == 1
    assert codes(tablet) == ["C0", "C1b", "C2"]


def test_a_pull_is_the_message_the_protocol_asks_for(tablet, server):
    tablet.pull(limit=7)

    assert server.messages(PULL)[0] == {
        "device": "device-1",
        "schema": "",
        "limit": 7,
        "scopes": {SCOPE: None},
        "wait_s": 0,
    }


def test_specimen_codes_are_asked_for_once_in_a_pull(tablet, server):
    grow(server, 3)

    tablet.pull(limit=2, codes_wanted=40)

    asked = [message.get("codes_wanted") for message in server.messages(PULL)]
    assert asked == [40, None, None]


@pytest.mark.parametrize("fault", [lose_request, lose_answer, send_twice, cut_answer])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_whatever_the_network_does_the_replica_is_complete(tablet, server, road, fault, place):
    grow(server, 5)
    road.faults = [None] * place + [fault]

    tablet.pull(limit=2)

    assert codes(tablet) == ["C0", "C1", "C2", "C3", "C4"]


def test_a_crash_before_the_cursor_is_saved_reads_the_page_again(tablet, server, road, open_tablet):
    grow(server, 5)
    road.faults = [None, crash_after]
    with pytest.raises(Crash):
        tablet.pull(limit=2)
    tablet.close()

    again = open_tablet()
    assert codes(again) == ["C0", "C1"]
    again.pull(limit=2)

    assert cursors(server) == [None, "one:2", "one:2", "one:4"]
    assert codes(again) == ["C0", "C1", "C2", "C3", "C4"]


@pytest.mark.parametrize("steps", range(0, 60, 3))
def test_a_crash_while_a_page_is_saved_saves_it_with_its_cursor_or_not_at_all(
    tablet, server, open_tablet, steps
):
    grow(server, 4)
    calls = iter(range(10_000))
    tablet._store.connection.set_progress_handler(lambda: next(calls) >= 20 * steps, 10)
    with contextlib.suppress(sqlite3.OperationalError):
        tablet.pull(limit=2)
    tablet.close()

    again = open_tablet()
    cursor = again._replica.cursor(SCOPE)
    assert (
        codes(again) == {None: [], "one:2": ["C0", "C1"], "one:4": ["C0", "C1", "C2", "C3"]}[cursor]
    )
    again.pull()
    assert codes(again) == ["C0", "C1", "C2", "C3"]


def test_a_record_that_is_gone_is_shown_no_more_and_counts_no_more(tablet, server):
    grow(server, 2)
    tablet.pull()
    server.write(("soil_core", "c0"), SCOPE, {}, gone="deleted")

    tablet.pull()

    assert codes(tablet) == ["C1"]
    assert tablet.status().records[SCOPE] == 1


def test_a_record_that_moved_to_another_scope_is_shown_from_there(tablet, server):
    grow(server, 1)
    tablet.pull()
    server.write(("soil_core", "c0"), PROJECT, {"code": "C0"})
    page = {
        "scope": SCOPE,
        "cursor": "one:2",
        "changes": [{"type": "soil_core", "id": "c0", "v": 2, "seq": 2, "gone": "left-scope"}],
    }

    tablet.pull()
    tablet._replica.apply(page)

    assert tablet.record("soil_core", "c0").scope == PROJECT


def test_an_older_revision_never_replaces_a_newer_one(tablet, server):
    server.write(("soil_core", "c0"), SCOPE, {"code": "old"})
    server.write(("soil_core", "c0"), SCOPE, {"code": "new"})
    tablet.pull()
    change = {"type": "soil_core", "id": "c0", "v": 1, "seq": 1, "data": {"code": "old"}}

    tablet._replica.apply({"scope": SCOPE, "cursor": "one:1", "changes": [change]})

    assert codes(tablet) == ["new"]


def test_an_expired_cursor_resets_the_replica_and_keeps_the_outbox(tablet, server):
    grow(server, 3)
    tablet.pull()
    record = tablet.capture("soil_core", {"code": "mine"}, SCOPE)
    tablet.edit("soil_core", "c0", {"code": "edited"})
    server.expired.add(SCOPE)

    report = tablet.pull()

    assert report.restarted == (SCOPE,)
    assert cursors(server)[-2:] == ["one:3", None]
    assert tablet.status().pending == 2
    assert tablet.record("soil_core", "c0").data["code"] == "edited"
    assert tablet.record("soil_core", record).data["code"] == "mine"


def test_a_reading_from_the_start_that_is_refused_as_expired_is_shown(tablet, server, road):
    road.faults = [refuse(410, "cursor-expired")]

    with pytest.raises(Problem, match="cursor-expired"):
        tablet.pull()


def test_a_refused_pull_is_shown(tablet, road):
    road.faults = [refuse(403, "device-revoked")]

    with pytest.raises(Problem, match="device-revoked"):
        tablet.pull()


def test_a_replica_that_differs_is_read_again_from_its_snapshot(tablet, server):
    grow(server, 3)
    tablet.pull()
    server.lie_about_check = 1

    report = tablet.pull()

    assert report.restarted == (SCOPE,)
    assert report.changes == 0
    assert cursors(server)[-1] == "one:3"


def test_a_lost_record_is_noticed_by_the_checksum_and_read_again(tablet, server):
    grow(server, 3)
    tablet.pull()
    tablet._store.connection.execute("DELETE FROM record WHERE id = 'c1'")

    tablet.pull()

    assert codes(tablet) == ["C0", "C1", "C2"]


def test_a_replica_that_differs_even_from_its_snapshot_is_an_error(tablet, server):
    grow(server, 1)
    server.lie_about_check = 2

    with pytest.raises(ReplicaDiffers, match=SCOPE):
        tablet.pull()


def test_a_purge_forgets_the_scope_and_keeps_the_outbox(tablet, server):
    grow(server, 2)
    tablet.pull()
    tablet.capture("soil_core", {"code": "mine"}, SCOPE)
    server.granted = [PROJECT]
    server.directives = [{"scope": SCOPE, "do": "purge"}, {"scope": PROJECT, "do": "dance"}]

    report = tablet.pull()

    assert report.purged == (SCOPE,)
    assert tablet.status().records == {PROJECT: 0}
    assert codes(tablet) == ["mine"]
    assert tablet.push().statuses == {"applied": 1}


def test_an_edit_of_a_record_of_a_purged_scope_is_sent_but_shown_no_more(tablet, server):
    grow(server, 1)
    tablet.pull()
    tablet.edit("soil_core", "c0", {"code": "mine"})
    server.granted = [PROJECT]
    server.directives = [{"scope": SCOPE, "do": "purge"}]

    tablet.pull()

    assert tablet.record("soil_core", "c0") is None
    assert tablet.status().pending == 1


def test_a_purge_of_a_scope_to_be_read_later_is_obeyed_before_it_is_read(tablet, server):
    server.directives = [{"scope": PROJECT, "do": "purge"}]

    tablet.pull()

    assert cursors(server, PROJECT) == []


def test_an_answer_without_the_scope_asked_for_is_an_error(tablet, server):
    server.granted = []

    with pytest.raises(AnswerUnreadable, match="says nothing"):
        tablet.pull()


def test_a_scope_granted_meanwhile_is_read_with_the_same_pull(tablet, server):
    server.granted.append("campaign:new")
    server.write(("soil_core", "c1"), "campaign:new", {"code": "C1"})

    tablet.pull()

    assert tablet.status().records == {SCOPE: 0, PROJECT: 0, "campaign:new": 1}


def test_specimen_codes_are_asked_for_once_a_pull(tablet, server):
    tablet.pull(codes_wanted=100)

    assert [message.get("codes_wanted") for message in server.messages(PULL)] == [100, None]


def test_refreshing_learns_new_scopes_and_forgets_those_not_granted(tablet, server):
    grow(server, 1)
    tablet.pull()
    server.granted = [PROJECT, "project:new"]
    server.write(("plot", "p1"), "project:new", {"code": "P1"})

    tablet.refresh()
    tablet.pull()

    assert tablet.status().records == {PROJECT: 0, "project:new": 1}
    assert cursors(server, SCOPE) == [None]


def test_results_of_held_operations_come_with_a_pull_and_settle_them_once(tablet, server):
    tablet.capture("soil_core", {"code": "C1"}, SCOPE)
    op = tablet.operations()[0].op
    server.held[op] = {"status": "deferred", "needs": [{"type": "plot", "id": "p"}]}
    tablet.push()
    server.op_results = [
        {"op": op, "status": "applied", "v": 1, "seq": 1},
        {"op": op, "status": "rejected", "code": "late"},
        {"op": "of another tablet", "status": "applied", "v": 1},
    ]

    tablet.pull()

    assert [kept.status for kept in tablet.operations()] == ["applied"]


def test_a_server_restored_from_a_backup_gets_again_all_it_may_have_lost(tablet, server):
    first, second = (tablet.capture("soil_core", {"code": code}, SCOPE) for code in ("C1", "C2"))
    server.backed_up_upto = 1
    tablet.push()
    lost_op = server.numbers.pop(2)
    del server.outcomes[lost_op], server.records["soil_core", second]
    server.epoch = "two"

    tablet.pull()
    assert [kept.n for kept in tablet.operations(None)] == [2]
    tablet.push()
    tablet.pull()

    assert set(server.records) == {("soil_core", first), ("soil_core", second)}
    assert codes(tablet) == ["C1", "C2"]


def test_hello_notices_the_restored_server_too(tablet, server):
    tablet.capture("soil_core", {"code": "C1"}, SCOPE)
    tablet.push()
    tablet.pull()
    server.epoch = "two"

    tablet.hello()

    assert tablet.status().pending == 1
    assert tablet.status().records == {SCOPE: 0, PROJECT: 0}


def test_a_new_epoch_under_an_old_cursor_is_read_from_the_start(tablet, server, road):
    grow(server, 2)
    tablet.pull()
    server.write(("soil_core", "c9"), SCOPE, {"code": "C9"})
    page = server.page(SCOPE, 2, 10)
    road.faults = [lambda *_: server.answer({"epoch": "two", "scopes": [page]})]
    server.epoch = "two"

    tablet.pull()

    assert codes(tablet) == ["C0", "C1", "C9"]


def test_conflicts_of_operations_to_be_sent_again_are_forgotten_with_their_answers(tablet, server):
    grow(server, 1)
    tablet.pull()
    tablet.edit("soil_core", "c0", {"code": "mine"})
    server.write(("soil_core", "c0"), SCOPE, {"code": "theirs"})
    tablet.push()
    assert len(tablet.conflicts()) == 1
    server.epoch = "two"

    tablet.hello()

    assert tablet.conflicts() == []
    assert tablet.operations()[0].outcome == {}


def test_a_tablet_without_identity_cannot_pull(open_tablet):
    tablet = open_tablet()
    tablet._replica.grant([{"id": SCOPE}])

    with pytest.raises(NotEnrolled):
        tablet.pull()
