"""A replica that differs is read again from the snapshot: resumed, at once, and without ghosts."""

from __future__ import annotations

import zlib

import pytest

from sampling.tablet import AnswerUnreadable, Problem, Response, Unreachable
from tests.sync.tablet.fake_server import PROJECT, SCOPE, Crash, FakeServer, lose_answer, refuse


@pytest.fixture
def spoilt(tablet, server):
    """A tablet that has lost one record of seven and made up another."""
    for number in range(7):
        server.write(("soil_core", f"c{number}"), SCOPE, {"code": f"C{number}"})
    tablet.pull()
    execute = tablet._store.connection.execute
    execute("DELETE FROM record WHERE id = 'c1'")
    execute(
        "INSERT INTO record VALUES (?, 'soil_core', 'cx', 1, 1, '{\"code\":\"CX\"}', NULL)", [SCOPE]
    )
    return tablet


def codes(tablet):
    return [record.data["code"] for record in tablet.records("soil_core")]


def asked(server):
    """Return the bookmarks snapshots were asked for with, "" for from the start."""
    paths = [path for _, path, _, _ in server.requests if "snapshot" in path]
    return [path.partition("after=")[2] for path in paths]


def cut_behind(bookmarks):
    """Close the connection when so many bookmarks of the snapshot have come, and a bit more."""

    def fault(server, request):
        answer = server.request(*request)
        if "snapshot" not in request[1]:
            return answer
        for length in range(1, len(answer.body)):
            came = zlib.decompressobj(31).decompress(answer.body[:length])
            if came.count(b'"after"') == bookmarks and came.endswith(b'"}\n'):
                break
        begun = Response(status=200, headers=answer.headers, body=answer.body[: length + 9])
        raise AnswerUnreadable("reset", begun=begun)

    return fault


WHOLE = [f"C{number}" for number in range(7)]


def test_what_was_lost_comes_back_and_what_was_made_up_goes(spoilt):
    spoilt.pull()

    assert codes(spoilt) == WHOLE


def test_a_snapshot_that_breaks_goes_on_behind_the_last_bookmark(spoilt, server, road):
    road.faults = [None, cut_behind(1), cut_behind(2)]  # a page first

    report = spoilt.pull()

    assert codes(spoilt) == WHOLE
    assert report.restarted == (SCOPE,)
    assert asked(server) == ["", "7+soil_core%2Fc1", "7+soil_core%2Fc5"]


def test_the_replica_stays_whole_until_the_end_is_here_and_a_restart_reads_on(
    spoilt, server, road, open_tablet
):
    def crash(server, request):
        raise Crash

    before = codes(spoilt)
    road.faults = [None, cut_behind(2), crash]
    with pytest.raises(Crash):
        spoilt.pull()
    between = codes(spoilt)
    spoilt.close()
    again = open_tablet()

    again.pull()

    assert between == before
    assert codes(again) == WHOLE
    assert asked(server).count("") == 1


def test_what_changed_while_it_was_read_comes_with_the_next_page(spoilt, server, road):
    def change(server, request):
        server.write(("soil_core", "c0"), SCOPE, {"code": "changed"})
        server.write(("soil_core", "c6"), SCOPE, {"code": "C6"}, gone="deleted")
        return cut_behind(2)(server, request)

    road.faults = [None, change]

    spoilt.pull()

    assert codes(spoilt) == ["changed", *WHOLE[1:6]]


def test_an_own_record_that_somebody_deleted_does_not_come_back(tablet, server):
    record = tablet.capture("soil_core", {"code": "mine"}, SCOPE)
    tablet.push()
    server.backed_up_upto = 0
    tablet.pull()
    server.write(("soil_core", record), SCOPE, {"code": "mine"}, gone="deleted")
    tablet.pull()
    tablet._store.connection.execute("DELETE FROM record")  # the row that says so is lost
    server.write(("soil_core", "c0"), SCOPE, {"code": "C0"})
    server.lie_about_check = 1

    tablet.pull()

    assert codes(tablet) == ["C0"]
    assert tablet.operations("applied") != []


def test_unanswered_work_stays_on_top(spoilt, server):
    spoilt.edit("soil_core", "c0", {"code": "edited"})

    spoilt.pull()

    assert codes(spoilt) == ["edited", *WHOLE[1:]]
    assert spoilt.status().pending == 1


def test_a_bookmark_that_is_of_no_use_any_more_begins_it_again(spoilt, server, road):
    server.forgotten_bookmarks = {"7 soil_core/c1"}
    road.faults = [None, cut_behind(1)]

    spoilt.pull()

    assert codes(spoilt) == WHOLE
    assert asked(server)[0] == asked(server)[-1] == ""
    assert len(asked(server)) == 3


def test_a_scope_that_is_not_granted_any_more_is_left(spoilt, server, road):
    def revoke(server, request):
        server.granted = [PROJECT]
        server.directives = [{"scope": SCOPE, "do": "purge"}]
        return server.request(*request)

    road.faults = [None, revoke]

    report = spoilt.pull()

    assert report.purged == (SCOPE,)
    assert codes(spoilt) == []


@pytest.mark.parametrize("body", [b"", b"\x1f\x8bnonsense", b'{"half": ', b"[1]\n", b"no json\n"])
def test_nonsense_instead_of_a_snapshot_is_asked_for_again(spoilt, road, body):
    is_packed = body[:2] == b"\x1f\x8b"
    headers = {"content-encoding": "gzip"} if is_packed else {}
    road.faults = [None, lambda _server, _request: Response(status=200, headers=headers, body=body)]

    spoilt.pull()

    assert codes(spoilt) == WHOLE


def test_a_snapshot_that_never_comes_is_given_up_and_the_replica_kept(spoilt, road, clock):
    before = codes(spoilt)
    road.faults = [None, *[lose_answer] * 3, *[refuse(503, "unavailable", retry_after="9")] * 3]

    with pytest.raises(Unreachable, match="snapshot"):
        spoilt.pull()

    assert codes(spoilt) == before
    assert clock.slept[-1] >= 9


def test_a_refused_snapshot_is_shown(spoilt, road):
    road.faults = [None, refuse(403, "device-revoked")]

    with pytest.raises(Problem, match="device-revoked"):
        spoilt.pull()


def test_a_restored_server_is_noticed_in_a_snapshot_too(spoilt, server, road):
    def restore(server: FakeServer, request):
        server.epoch = "two"
        return server.request(*request)

    road.faults = [None, restore]

    spoilt.pull()

    assert codes(spoilt) == WHOLE
    assert spoilt._store.setting("epoch") == "two"


def test_held_work_in_a_scope_that_is_not_read_is_asked_about(tablet, server):
    elsewhere = "campaign:0197f000-0000-7000-8000-00000000000f"
    for code in ("A", "B", "C"):
        tablet.capture("soil_core", {"code": code}, elsewhere)
    ops = [operation.op for operation in tablet.operations()]
    server.held = {op: {"status": "quarantined", "problems": []} for op in ops}
    tablet.push()
    for op, status in zip(ops, ("applied", "quarantined", "rejected"), strict=True):
        server.outcomes[op] = {"op": op, "status": status, "v": 1, "code": "refused"}

    tablet.pull()

    statuses = [operation.status for operation in tablet.operations()]
    assert statuses == ["applied", "quarantined", "rejected"]
