from __future__ import annotations

import contextlib
import sqlite3

import pytest

from sampling.tablet import (
    AnswerUnreadable,
    NotEnrolled,
    Problem,
    Response,
    TokenRefused,
    Unreachable,
)
from tests.sync.tablet.fake_server import (
    SCOPE,
    Crash,
    crash_after,
    cut_answer,
    lose_answer,
    lose_request,
    refuse,
    send_twice,
)

PUSH = "/sync/v1/push"


def capture(tablet, count=1):
    return [tablet.capture("soil_core", {"code": f"C{i}"}, SCOPE) for i in range(count)]


def test_a_push_is_the_message_the_protocol_asks_for(tablet, server):
    capture(tablet)
    server.requests.clear()

    tablet.push()

    method, path, headers, _ = server.requests[0]
    (message,) = server.messages(PUSH)
    assert (method, path) == ("POST", PUSH)
    assert headers["Authorization"] == "Bearer secret-1"
    assert headers["Sync-Protocol"] == "1"
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Type"] == "application/json"
    assert len(headers["Idempotency-Key"].strip('"')) == 36
    assert message.keys() == {
        "device",
        "incarnation",
        "schema",
        "sent_at",
        "queued",
        "mono_ms",
        "ops",
    }
    assert message["device"] == "device-1"
    assert message["ops"] == [tablet.operations()[0].message]


def test_nothing_to_send_sends_nothing(tablet, server):
    server.requests.clear()

    assert tablet.push().outcomes == ()
    assert server.requests == []


def test_batches_hold_at_most_five_hundred_operations_in_order(tablet, server):
    with tablet.together():
        capture(tablet, 1001)

    report = tablet.push()

    sizes = [len(message["ops"]) for message in server.messages(PUSH)]
    numbers = [op["n"] for message in server.messages(PUSH) for op in message["ops"]]
    assert sizes == [500, 500, 1]
    assert numbers == list(range(1, 1002))
    assert report.statuses == {"applied": 1001}


def test_batches_hold_at_most_eight_mebibytes_decoded(tablet, server):
    for _ in range(9):
        tablet.capture("soil_core", {"note": "é" * 2**19}, SCOPE)

    tablet.push()

    assert [len(message["ops"]) for message in server.messages(PUSH)] == [7, 2]


@pytest.mark.parametrize("fault", [lose_request, lose_answer, send_twice, cut_answer])
def test_whatever_the_network_does_each_operation_counts_once(tablet, server, road, fault):
    capture(tablet, 3)
    road.faults = [fault]

    report = tablet.push()

    assert report.statuses == {"applied": 3}
    assert [stored.revision for stored in server.records.values()] == [1, 1, 1]
    assert tablet.status().pending == 0


def test_after_a_lost_answer_the_same_bytes_go_again_and_come_back_as_duplicates(
    tablet, server, road
):
    capture(tablet, 2)
    server.requests.clear()
    road.faults = [lose_answer]

    report = tablet.push()

    first, second = server.requests
    assert first == second
    assert [outcome["duplicate"] for outcome in report.outcomes] == [True, True]


def test_a_crash_before_the_outcome_is_saved_sends_the_operation_again(
    tablet, server, road, open_tablet
):
    capture(tablet, 2)
    road.faults = [crash_after]
    with pytest.raises(Crash):
        tablet.push()
    tablet.close()

    again = open_tablet()
    assert again.status().pending == 2
    report = again.push()

    assert [outcome["duplicate"] for outcome in report.outcomes] == [True, True]
    assert len(server.records) == 2


@pytest.mark.parametrize("steps", range(0, 60, 3))
def test_a_crash_while_outcomes_are_saved_saves_all_or_none(tablet, open_tablet, steps):
    capture(tablet, 3)
    calls = iter(range(10_000))
    tablet._store.connection.set_progress_handler(lambda: next(calls) >= 20 * steps, 10)
    with contextlib.suppress(sqlite3.OperationalError):
        tablet.push()
    tablet.close()

    again = open_tablet()
    assert again.status().operations in ({"pending": 3}, {"applied": 3})
    again.push()
    assert again.status().operations == {"applied": 3}


def test_a_batch_too_large_is_halved_until_it_fits(tablet, server):
    server.max_ops = 3
    capture(tablet, 10)

    report = tablet.push()

    assert [len(message["ops"]) for message in server.messages(PUSH)] == [10, 5, 2, 2, 2, 2, 2]
    assert report.statuses == {"applied": 10}


def test_one_operation_too_large_by_itself_is_set_aside_and_kept(tablet, server, road):
    capture(tablet, 3)
    road.faults = [refuse(413, "too-large"), refuse(413, "too-large")]

    report = tablet.push()

    assert [len(message["ops"]) for message in server.messages(PUSH)] == [2]
    assert report.statuses == {"rejected": 1, "applied": 2}
    (rejected,) = tablet.operations("rejected")
    assert rejected.n == 1
    assert rejected.outcome["code"] == "too-large"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "malformed"),
        (403, "device-revoked"),
        (409, "device-forked"),
        (410, "gone"),
        (412, "protocol-unsupported"),
        (415, "encoding"),
        (422, "op-id-reused"),
    ],
)
def test_a_refusal_that_cannot_pass_is_shown_at_once_and_loses_nothing(
    tablet, road, clock, status, code
):
    capture(tablet)
    road.faults = [refuse(status, code)]

    with pytest.raises(Problem) as raised:
        tablet.push()

    assert (raised.value.status, raised.value.code) == (status, code)
    assert clock.slept == []
    assert tablet.status().pending == 1


def test_an_unknown_token_asks_for_another_enrolment_which_keeps_the_outbox(tablet, server, road):
    capture(tablet)
    op = tablet.operations()[0].op
    road.faults = [refuse(401, "token-invalid")]
    with pytest.raises(TokenRefused):
        tablet.push()

    tablet.enrol("another")
    tablet.push()

    assert server.messages(PUSH)[-1]["device"] == "device-2"
    assert list(server.outcomes) == [op]


def test_a_forked_device_is_born_again_with_its_operation_ids(tablet, server, road):
    capture(tablet, 2)
    ops = [kept.op for kept in tablet.operations()]
    road.faults = [refuse(409, "device-forked")]
    with pytest.raises(Problem):
        tablet.push()

    tablet.rebirth()
    tablet.push()

    enrolment, rebirth = server.messages("/sync/v1/devices") + server.messages(
        "/sync/v1/devices/device-1/rebirth"
    )
    assert rebirth == {"install": enrolment["install"], "last_n": 2}
    assert list(server.outcomes) == ops


@pytest.mark.parametrize(
    "fault",
    [
        lose_request,
        refuse(500, "server-error"),
        refuse(503, "unavailable"),
        refuse(408, "timeout"),
        refuse(429, "throttled"),
        refuse(409, "busy"),
    ],
)
def test_what_may_pass_is_tried_again_after_a_growing_pause(tablet, road, clock, fault):
    capture(tablet)
    road.faults = [fault, fault, fault]

    report = tablet.push()

    # Half of 1, 2 and 4 s: the chance of this clock is always 0.5.
    assert clock.slept == [0.5, 1.0, 2.0]
    assert report.statuses == {"applied": 1}


def test_trying_again_stops(tablet, road, clock):
    capture(tablet)
    road.faults = [lose_request] * 100

    with pytest.raises(Unreachable, match="the request was lost"):
        tablet.push()

    assert len(clock.slept) == 5
    assert tablet.status().pending == 1


def test_a_pause_the_server_asks_for_is_kept(tablet, road, clock):
    capture(tablet)
    road.faults = [refuse(503, "unavailable", retry_after="30"), refuse(429, "x", retry_after="?")]

    tablet.push()

    assert clock.slept == [30.5, 1.0]


def test_a_refusal_that_is_no_problem_document_is_still_a_problem(tablet, road):
    capture(tablet)
    road.faults = [lambda *_: Response(status=404, body=b"<h1>proxy</h1>")]

    with pytest.raises(Problem, match="proxy"):
        tablet.push()


def test_an_answer_about_none_of_the_operations_stops_the_push(tablet, road, server):
    capture(tablet)
    road.faults = [lambda *_: server.answer({"outcomes": [], "have": None})]

    with pytest.raises(AnswerUnreadable):
        tablet.push()


def test_an_answer_that_is_no_object_counts_as_lost(tablet, road, server):
    capture(tablet)
    road.faults = [lambda *_: server.answer([])]

    assert tablet.push().statuses == {"applied": 1}


def test_a_batch_taken_for_later_stays_unanswered(tablet, road, server):
    capture(tablet)
    road.faults = [lambda *_: server.answer({"batch": "b", "poll": "/x"}, status=202)]

    report = tablet.push()

    assert report.is_waiting
    assert tablet.status().pending == 1
    assert tablet.push().statuses == {"applied": 1}


def test_the_limits_of_the_server_are_kept(tablet, road, server):
    road.faults = [lambda *_: server.answer({"limits": {"max_ops": 2, "max_decoded": 8388608}})]
    tablet.hello()
    capture(tablet, 3)

    tablet.push()

    assert [len(message["ops"]) for message in server.messages(PUSH)] == [2, 1]


def test_batches_are_filled_to_what_the_server_allows(tablet, road, server):
    allowed = {"limits": {"max_ops": 700, "max_decoded": 8388608}}
    road.faults = [lambda *_: server.answer(allowed)]
    tablet.hello()
    server.max_ops = 700
    with tablet.together():
        capture(tablet, 750)

    tablet.push()

    assert [len(message["ops"]) for message in server.messages(PUSH)] == [700, 50]


def test_a_link_that_never_carries_a_batch_gets_smaller_ones_that_grow_again(
    tablet, server, road, monkeypatch
):
    monkeypatch.setattr("sampling.tablet.push.LEAST_OPS", 2)
    with tablet.together():
        capture(tablet, 20)
    for _ in range(2):
        road.faults = [lose_request] * 6
        with pytest.raises(Unreachable):
            tablet.push()

    report = tablet.push()

    assert [len(message["ops"]) for message in server.messages(PUSH)] == [5, 10, 5]
    assert report.statuses == {"applied": 20}


def test_a_server_that_is_away_makes_no_batch_smaller(tablet, server, road):
    capture(tablet, 4)
    road.faults = [refuse(503, "unavailable")] * 6
    with pytest.raises(Unreachable):
        tablet.push()

    tablet.push()

    assert [len(message["ops"]) for message in server.messages(PUSH)] == [4]


def test_numbers_the_server_never_saw_are_reported(tablet, server):
    capture(tablet, 3)
    server.numbers = {9: "elsewhere"}

    report = tablet.push()

    assert report.missing == ((4, 4), (5, 5), (6, 6), (7, 7), (8, 8))


def test_held_operations_leave_the_queue_and_are_shown_with_their_reason(tablet, server):
    record = capture(tablet)[0]
    op = tablet.operations()[0].op
    problems = [{"pointer": "/chg/code/to", "code": "range", "detail": "no"}]
    server.held[op] = {"status": "quarantined", "problems": problems}

    tablet.push()

    assert tablet.status().pending == 0
    assert tablet.operations("quarantined")[0].outcome["problems"] == problems
    assert tablet.record("soil_core", record) is not None


def test_answered_operations_are_kept_until_they_are_backed_up(tablet, server):
    capture(tablet, 3)
    server.backed_up_upto = 2

    tablet.push()
    assert len(tablet.operations()) == 3
    tablet.pull()

    assert [kept.n for kept in tablet.operations()] == [3]
    assert tablet.status().backed_up_upto == 2


def test_answered_operations_may_be_dropped_as_soon_as_they_were_pulled(open_tablet):
    tablet = open_tablet(keep_until_backed_up=False)
    tablet.enrol("one-time")
    capture(tablet, 3)

    tablet.push()
    assert len(tablet.operations()) == 3
    tablet.pull()

    assert tablet.operations() == []


def test_a_tablet_without_identity_cannot_push_what_it_captured(open_tablet):
    tablet = open_tablet()
    capture(tablet)

    with pytest.raises(NotEnrolled):
        tablet.push()


def test_an_enrolment_code_that_does_not_open_changes_nothing(open_tablet):
    tablet = open_tablet()

    with pytest.raises(Problem, match="enrolment-refused"):
        tablet.enrol("wrong")

    assert tablet.status().device is None
