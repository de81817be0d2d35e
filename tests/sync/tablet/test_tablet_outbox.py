from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import uuid

import pytest

from sampling.tablet import (
    Conflict,
    NotEnrolled,
    RecordUnknown,
    SetChange,
    Surroundings,
    Tablet,
    Unreachable,
    uuid7,
)
from tests.sync.tablet.fake_server import PROJECT, SCOPE, Clock, lose_answer


def test_a_capture_is_an_operation_with_all_the_protocol_asks_for(tablet):
    record = tablet.capture("soil_core", {"code": "C1", "note": None}, SCOPE, why="first")

    (kept,) = tablet.operations()
    assert kept.message == {
        "op": kept.op,
        "n": 1,
        "type": "soil_core",
        "id": record,
        "scope": SCOPE,
        "do": "create",
        "base": None,
        "chg": {"code": {"to": "C1"}, "note": {"to": None}},
        "resolves": [],
        "at": "2026-05-02T10:11:12+00:00",
        "by": "user-1",
        "why": "first",
    }
    assert kept.status is None


def test_operation_ids_are_uuids_of_version_7_that_begin_with_the_time():
    made = uuid.UUID(uuid7(Clock().surroundings()))

    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == int(Clock().now.timestamp() * 1000)


def test_two_ids_of_one_millisecond_differ():
    around = Clock().surroundings()

    assert len({uuid7(around) for _ in range(1000)}) == 1000


def test_numbers_go_on_after_a_restart_and_after_operations_were_forgotten(open_tablet, server):
    tablet = open_tablet()
    tablet.enrol("one-time")
    server.backed_up_upto = 99
    tablet.capture("soil_core", {"code": "C1"}, SCOPE)
    tablet.push()
    tablet.pull()
    assert tablet.operations() == []
    tablet.close()

    again = open_tablet()
    again.capture("soil_core", {"code": "C2"}, SCOPE)

    assert [kept.n for kept in again.operations()] == [2]


def test_two_processes_on_one_outbox_never_share_a_number(open_tablet):
    one, other = open_tablet(), open_tablet()

    for name in "abcdef":
        one.capture("soil_core", {"code": name}, SCOPE)
        other.capture("soil_core", {"code": name}, SCOPE)

    assert [kept.n for kept in one.operations()] == list(range(1, 13))


def test_a_capture_that_fails_uses_no_number_and_leaves_nothing(tablet):
    with pytest.raises(ValueError, match="JSON"):
        tablet.capture("soil_core", {"length_cm": float("nan")}, SCOPE)

    tablet.capture("soil_core", {"code": "C1"}, SCOPE)
    assert [kept.n for kept in tablet.operations()] == [1]


def capture_core_with_segment(tablet: Tablet, lower_depth_cm: float) -> None:
    with tablet.together():
        core = tablet.capture("soil_core", {"code": "C1"}, SCOPE)
        depths = {"upper_depth_cm": 0, "lower_depth_cm": lower_depth_cm}
        tablet.capture("core_segment", {"soil_core": core} | depths, SCOPE)


def test_what_is_captured_together_is_saved_together_or_not_at_all(tablet):
    with pytest.raises(ValueError, match="JSON"):
        capture_core_with_segment(tablet, float("inf"))
    assert tablet.operations() == []

    capture_core_with_segment(tablet, 10)
    assert [kept.n for kept in tablet.operations()] == [1, 2]


def test_a_failure_that_already_undid_the_transaction_is_shown_as_itself(tablet):
    def fail() -> None:
        with tablet._store.transaction() as connection:
            connection.execute("ROLLBACK")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()


CAPTURING = """
import sys
from sampling.tablet import HttpTransport, Tablet
tablet = Tablet(sys.argv[1], HttpTransport("http://127.0.0.1:9"))
while True:
    print(tablet.capture("soil_core", {"code": "C"}, "campaign:x"), flush=True)
"""


def test_every_capture_that_returned_survives_a_kill(tmp_path, open_tablet):
    command = [sys.executable, "-c", CAPTURING, str(tmp_path / "tablet.db")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}
    ) as app:
        told = [app.stdout.readline().strip() for _ in range(20)]
        app.send_signal(signal.SIGKILL)
        told += app.stdout.read().split()

    kept = open_tablet().operations()
    assert [operation.id for operation in kept][: len(told)] == told
    assert len(kept) <= len(told) + 1
    assert [operation.n for operation in kept] == list(range(1, len(kept) + 1))


def test_the_file_with_the_token_is_readable_by_its_owner_only(tmp_path, tablet):
    assert stat.S_IMODE((tmp_path / "tablet.db").stat().st_mode) == 0o600


def test_an_edit_of_a_pulled_record_is_based_on_its_revision(tablet, server):
    server.write(("soil_core", "c1"), SCOPE, {"code": "C1", "note": "wet"})
    tablet.pull()

    tablet.edit("soil_core", "c1", {"note": "dry", "code": "C1", "corer": "gouge"})

    message = tablet.operations()[0].message
    assert message["do"] == "patch"
    assert message["base"] == {"v": 1}
    assert message["chg"] == {"note": {"from": "wet", "to": "dry"}, "corer": {"to": "gouge"}}
    assert tablet.record("soil_core", "c1").data["note"] == "dry"


def test_an_edit_of_an_own_capture_is_based_on_the_operation(tablet):
    record = tablet.capture("soil_core", {"code": "C1"}, SCOPE)
    created = tablet.operations()[0].op

    first = tablet.edit("soil_core", record, {"code": "C2"})
    tablet.edit("soil_core", record, {"code": "C3"})

    _, edit, second = tablet.operations()
    assert edit.message["base"] == {"op": created}
    assert second.message["base"] == {"op": first}
    assert second.message["chg"] == {"code": {"from": "C2", "to": "C3"}}
    assert second.message["scope"] == SCOPE


def test_an_edit_after_the_answer_but_before_the_pull_is_based_on_the_operation(tablet, server):
    server.write(("soil_core", "c1"), SCOPE, {"note": "wet"})
    tablet.pull()
    op = tablet.edit("soil_core", "c1", {"note": "dry"})
    tablet.push()

    tablet.edit("soil_core", "c1", {"note": "very dry"})
    tablet.push()
    tablet.pull()
    tablet.edit("soil_core", "c1", {"note": "dust"})

    bases = [kept.message["base"] for kept in tablet.operations()]
    assert bases == [{"v": 1}, {"op": op}, {"v": 3}]
    assert tablet.operations()[1].message["chg"]["note"]["from"] == "dry"


def test_an_edit_that_says_nothing_new_is_no_operation(tablet):
    record = tablet.capture("soil_core", {"code": "C1"}, SCOPE)

    assert tablet.edit("soil_core", record, {"code": "C1"}) is None
    assert len(tablet.operations()) == 1


def test_an_edit_names_its_whole_merge_group(tablet, server):
    server.write(("measurement", "m1"), SCOPE, {"value": 1, "unit": "g", "note": ""})
    tablet.pull()

    tablet.edit("measurement", "m1", {"value": 2})

    assert tablet.operations()[0].message["chg"] == {
        "value": {"from": 1, "to": 2},
        "unit": {"from": "g", "to": "g"},
    }


def test_a_set_is_edited_by_members(tablet):
    record = tablet.capture("soil_core", {"photos": ["a", "b"]}, SCOPE)

    tablet.edit("soil_core", record, {"photos": SetChange(add=("c",), remove=("a",))})

    assert tablet.operations()[1].message["chg"] == {"photos": {"add": ["c"], "remove": ["a"]}}
    assert tablet.record("soil_core", record).data["photos"] == ["b", "c"]


def test_a_deleted_record_is_shown_no_more_and_cannot_be_edited(tablet, server):
    server.write(("soil_core", "c1"), SCOPE, {"note": "wet"})
    tablet.pull()

    tablet.delete("soil_core", "c1", why="wrong plot")

    assert tablet.record("soil_core", "c1") is None
    with pytest.raises(RecordUnknown):
        tablet.edit("soil_core", "c1", {"note": "dry"})
    with pytest.raises(RecordUnknown):
        tablet.delete("soil_core", "never seen")


def test_a_deletion_that_lost_against_an_edit_shows_the_record_again(tablet, server):
    server.write(("soil_core", "c1"), SCOPE, {"note": "wet"})
    tablet.pull()
    tablet.delete("soil_core", "c1")
    server.write(("soil_core", "c1"), SCOPE, {"note": "moist"})

    assert tablet.push().statuses == {"conflict": 1}

    assert tablet.record("soil_core", "c1").data == {"note": "wet"}
    assert [conflict.group for conflict in tablet.conflicts()] == ["deleted-vs-edited"]


def test_records_of_a_type_are_those_pulled_and_those_captured(tablet, server):
    server.write(("plot", "p1"), PROJECT, {"code": "P1"})
    server.write(("plot", "p2"), PROJECT, {"code": "P2"}, gone="deleted")
    tablet.pull()
    tablet.capture("plot", {"code": "P3"}, PROJECT, record="p3")

    assert [(local.id, local.data["code"]) for local in tablet.records("plot")] == [
        ("p1", "P1"),
        ("p3", "P3"),
    ]


def test_a_conflict_is_kept_until_it_is_resolved_and_then_the_choice_wins(tablet, server):
    server.write(("measurement", "m1"), SCOPE, {"value": 1, "unit": "g"})
    tablet.pull()
    tablet.edit("measurement", "m1", {"value": 2})
    server.write(("measurement", "m1"), SCOPE, {"value": 1000, "unit": "mg"})
    tablet.push()

    (conflict,) = tablet.conflicts()
    assert isinstance(conflict, Conflict)
    assert conflict.server == {"value": 1000, "unit": "mg"}
    assert tablet.record("measurement", "m1").data == {"value": 1, "unit": "g"}
    tablet.resolve(conflict, {"value": 2000, "unit": "mg"}, why="weighed again")

    assert tablet.conflicts() == []
    message = tablet.operations()[-1].message
    assert message["do"] == "resolve"
    assert message["resolves"] == [conflict.id]
    assert message["base"] == {"v": 3}
    assert message["chg"]["value"] == {"from": 1000, "to": 2000}
    assert tablet.push().statuses == {"applied": 1}
    tablet.pull()
    assert tablet.record("measurement", "m1").data == {"value": 2000, "unit": "mg"}


def test_a_conflict_resolved_after_the_pull_says_what_is_shown_now(tablet, server):
    server.write(("soil_core", "c1"), SCOPE, {"note": "wet"})
    tablet.pull()
    tablet.edit("soil_core", "c1", {"note": "dry"})
    server.write(("soil_core", "c1"), SCOPE, {"note": "moist"})
    tablet.push()
    server.write(("soil_core", "c1"), SCOPE, {"note": "damp"})
    tablet.pull()

    tablet.resolve(tablet.conflicts()[0], {"note": "dry"})

    message = tablet.operations()[-1].message
    assert message["chg"] == {"note": {"from": "damp", "to": "dry"}}
    assert message["base"] == {"v": 4}


def test_a_conflict_of_a_record_gone_meanwhile_can_still_be_closed(tablet, server):
    server.write(("soil_core", "c1"), SCOPE, {"note": "wet"})
    tablet.pull()
    tablet.edit("soil_core", "c1", {"note": "dry"})
    server.write(("soil_core", "c1"), SCOPE, {"note": "moist"})
    tablet.push()
    (conflict,) = tablet.conflicts()
    server.write(("soil_core", "c1"), SCOPE, {}, gone="deleted")
    tablet.pull()

    tablet.resolve(conflict, {})

    assert tablet.operations()[-1].message["chg"] == {}
    assert tablet.conflicts() == []


def conflict_of_two(tablet, server):
    """Let another tablet's edit end in a conflict with the office's."""
    server.write(("soil_core", "c1"), SCOPE, {"note": "moist"})
    server.judge(
        {
            "type": "soil_core",
            "id": "c1",
            "do": "patch",
            "base": {"v": 0},
            "chg": {"note": {"from": "wet", "to": "dry"}},
        }
    )
    tablet.pull()


def test_a_conflict_of_another_tablet_comes_with_the_record_and_can_be_resolved(tablet, server):
    conflict_of_two(tablet, server)

    (conflict,) = tablet.conflicts()
    assert (conflict.server, conflict.device) == ({"note": "moist"}, {"note": "dry"})
    tablet.resolve(conflict, {"note": "dry"})
    tablet.push()
    tablet.pull()

    assert tablet.conflicts() == []
    assert tablet.record("soil_core", "c1").data == {"note": "dry"}


def test_a_conflict_resolved_elsewhere_is_closed_by_the_pull(tablet, server):
    conflict_of_two(tablet, server)
    server.records["soil_core", "c1"].conflicts.clear()
    server.write(("soil_core", "c1"), SCOPE, {"note": "damp"})

    tablet.pull()

    assert tablet.conflicts() == []


def test_a_conflict_pulled_again_while_its_decision_is_on_the_way_stays_decided(tablet, server):
    conflict_of_two(tablet, server)
    tablet.resolve(tablet.conflicts()[0], {"note": "dry"})
    server.write(("soil_core", "c1"), SCOPE, {"note": "damp"})

    tablet.pull()

    assert tablet.conflicts() == []


def test_a_late_answer_does_not_open_a_conflict_that_was_resolved_meanwhile(tablet, server, road):
    server.write(("soil_core", "c1"), SCOPE, {"note": "wet"})
    tablet.pull()
    tablet.edit("soil_core", "c1", {"note": "dry"})
    server.write(("soil_core", "c1"), SCOPE, {"note": "moist"})
    road.faults = [lose_answer] * 6
    with pytest.raises(Unreachable):
        tablet.push()
    server.records["soil_core", "c1"].conflicts.clear()
    server.write(("soil_core", "c1"), SCOPE, {"note": "damp"})
    tablet.pull()

    assert tablet.push().statuses == {"conflict": 1}

    assert tablet.conflicts() == []


def test_a_captured_record_may_be_made_before_enrolment_but_not_sent(open_tablet):
    tablet = open_tablet()
    tablet.capture("soil_core", {"code": "C1"}, SCOPE)

    with pytest.raises(NotEnrolled):
        tablet.push()

    tablet.enrol("one-time")
    assert tablet.push().statuses == {"applied": 1}


def test_the_status_counts_operations_records_and_conflicts(tablet, server):
    server.write(("plot", "p1"), PROJECT, {"code": "P1"})
    server.write(("plot", "p2"), PROJECT, {"code": "P2"}, gone="deleted")
    tablet.pull()
    tablet.capture("soil_core", {"code": "C1"}, SCOPE)
    tablet.push()
    tablet.capture("soil_core", {"code": "C2"}, SCOPE)

    status = tablet.status()

    assert status.device == "device-1"
    assert status.user == "user-1"
    assert status.last_n == 2
    assert status.pending == 1
    assert status.operations == {"applied": 1, "pending": 1}
    assert status.records == {SCOPE: 0, PROJECT: 1}
    assert status.open_conflicts == 0


def test_the_real_surroundings_know_their_time_zone():
    assert Surroundings().now().tzinfo is not None
