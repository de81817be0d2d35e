"""While the database or Redis does not answer, every door says 503, when to come back, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client
from psycopg import errors
from redis import ConnectionError as RedisAway

from rootfield.problems import AGAIN_AFTER_S, problem_for
from sampling.models import Plot, SamplingPoint, SyncBatch, User
from sampling.tablet import Surroundings, Tablet
from tests.sync.in_process import InProcess
from tests.sync.wire import PUSH, Wire


@contextmanager
def unreachable_database() -> Iterator[None]:
    """Let the database's socket be gone."""
    host = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nonexistent"
    try:
        yield
    finally:
        connection.settings_dict["HOST"] = host
        connection.close()


@contextmanager
def ended_at(statement: str) -> Iterator[None]:
    """End the database's session when it comes to a statement, as a shutdown would; once."""
    ended = []

    def end(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if statement in sql and not ended:
            ended.append(sql)
            mine = connection.connection.info
            with psycopg.connect(mine.dsn, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [mine.backend_pid])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(end):
        yield
    assert ended


def assert_says_when_to_come_back(answer: Any) -> None:
    """Hold an answer to what a client may build on."""
    assert answer.status_code == 503, answer.content
    assert answer.headers["Retry-After"] == str(AGAIN_AFTER_S)


@pytest.mark.django_db(transaction=True)
def test_every_door_says_that_the_database_cannot_be_reached(
    wire: Wire, plot: Plot, field_lead: User
) -> None:
    push = wire.envelope(wire.point(plot))
    browser = Client(headers={"accept": "text/html"}, raise_request_exception=False)
    program = Client(raise_request_exception=False)
    browser.force_login(field_lead)
    program.force_login(field_lead)
    wire.client.raise_request_exception = False
    enrol = {"code": "RFE-1", "install": str(wire.device.install)}

    with unreachable_database():
        documents = [
            program.get("/sync/v1/"),
            program.post("/sync/v1/devices", enrol, content_type="application/json"),
            wire.send(json.dumps(push).encode()),
            wire.pull(),
            program.get("/api/v1/me"),
            program.get("/api/v1/estimate-orders"),
        ]
        pages = [
            browser.get("/"),
            browser.get("/admin/"),
            browser.get(f"/projects/{plot.project_id}/held/"),
        ]

    for answer in (*documents, *pages):
        assert_says_when_to_come_back(answer)
    assert {answer.json()["code"] for answer in documents} == {"unavailable"}
    assert {answer.json()["retry"] for answer in documents} == {"later"}
    assert all("<h1>The service is not ready" in page.content.decode() for page in pages)
    assert wire.send(json.dumps(push).encode()).status_code == 200
    assert SamplingPoint.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO sampling_syncbatch", "FOR NO KEY UPDATE", "INSERT INTO sampling_syncoperation"],
)
def test_a_session_that_is_ended_under_a_push_is_503_and_the_same_bytes_work(
    wire: Wire, plot: Plot, statement: str
) -> None:
    point = wire.point(plot)
    body = json.dumps(wire.envelope(point, wire.patch(point, {"op": point["op"]}, note="x")))
    wire.client.raise_request_exception = False

    with ended_at(statement):
        broken = wire.send(body.encode())
    connection.close()  # as the server does before the next request
    again = wire.send(body.encode())

    assert_says_when_to_come_back(broken)
    assert broken.json()["code"] == "unavailable"
    assert [outcome["status"] for outcome in again.json()["outcomes"]] == ["applied", "applied"]
    assert [SyncBatch.objects.get().state, SamplingPoint.objects.get().revision] == ["applied", 2]


@pytest.mark.django_db(transaction=True)
def test_a_tablet_waits_as_long_as_it_is_told_and_sends_the_same_again(
    wire: Wire, plot: Plot, tmp_path: Any
) -> None:
    gone, road, slept_s = ExitStack(), InProcess(), list[float]()

    def sleep(seconds: float) -> None:
        slept_s.append(seconds)
        if len(slept_s) == 2:
            gone.close()  # the database is back

    around = Surroundings(sleep=sleep)
    road.client.raise_request_exception = False
    tablet = Tablet(tmp_path / "tablet.db", road, surroundings=around)
    tablet._parts.become(
        {
            "device": str(wire.device.id),
            "incarnation": 1,
            "token": wire.token,
            "user": str(wire.device.user_id),
            "scopes": [{"id": wire.scope, "name": "campaign", "mode": "rw"}],
        }
    )
    tablet.capture("sampling_point", {"plot": str(plot.pk), "code": "P1"}, wire.scope)
    with gone:
        gone.enter_context(unreachable_database())
        report = tablet.push()

    assert report.statuses == {"applied": 1}
    assert len(slept_s) == 2
    assert min(slept_s) >= AGAIN_AFTER_S
    assert road.requests == [f"POST {PUSH}"] * 3


@pytest.mark.django_db
def test_sync_and_pages_do_not_need_redis(
    wire: Wire, plot: Plot, field_lead: User, settings: Any
) -> None:
    place = "unix:///nonexistent/redis.sock"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": place}}
    browser = Client(headers={"accept": "text/html"})
    browser.force_login(field_lead)

    assert wire.statuses(wire.point(plot)) == ["applied"]
    assert wire.pull().status_code == 200
    assert browser.get("/").status_code in (200, 302)


def test_what_passes_is_unavailable_and_what_does_not_is_a_fault_of_ours() -> None:
    def caused(cause: type[Exception] | None) -> OperationalError:
        error = OperationalError("says something")
        error.__cause__ = cause() if cause else None
        return error

    away = [
        *(caused(one) for one in (errors.CannotConnectNow, errors.AdminShutdown, None)),
        *(caused(one) for one in (errors.DeadlockDetected, errors.TooManyConnections)),
        RedisAway("refused"),
    ]
    ours = [caused(errors.ProgramLimitExceeded), ZeroDivisionError()]

    assert [problem_for(error).code for error in away] == ["unavailable"] * len(away)
    assert [problem_for(error) for error in ours] == [None, None]
