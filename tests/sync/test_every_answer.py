"""What every answer of the door has, good or bad, whatever it was asked with."""

from __future__ import annotations

import json

import pytest

from sampling.models import Campaign, Project
from tests.sync.wire import PULL, PUSH, Wire

ROOT = "/sync/v1/"


def headers(wire: Wire, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {wire.token}", **more}


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "nonsense"])
def test_no_push_is_refused_for_the_answer_it_would_like(wire: Wire, accept: str) -> None:
    answer = wire.send(json.dumps(wire.envelope()).encode(), Accept=accept)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("devices/self", "", 200),
        ("devices/self", "x", 401),
        ("ops/00000000-0000-4000-8000-000000000000", "", 404),
        ("snapshot?scope=x", "", 404),
        (f"blobs/sha256/{'0' * 64}", "", 404),
        ("push", "", 405),
    ],
)
def test_the_protocol_is_named_both_ways(wire: Wire, path: str, token: str, status: int) -> None:
    wire.token = token or wire.token

    answer = wire.client.get(ROOT + path, headers=headers(wire))

    assert (answer.status_code, answer.headers["Sync-Protocol"]) == (status, "1")


@pytest.mark.parametrize("path", ["devices/self", "devices/self/ops", f"blobs/sha256/{'0' * 64}"])
def test_another_protocol_is_refused_wherever_it_is_spoken(wire: Wire, path: str) -> None:
    answer = wire.client.get(ROOT + path, headers=headers(wire, **{"Sync-Protocol": "2"}))
    hello = wire.client.get(ROOT, headers=headers(wire, **{"Sync-Protocol": "2"}))

    assert (answer.status_code, answer.json()["supported"]) == (412, [1])
    assert (hello.status_code, hello.json()["protocols"]) == (200, [1])


def test_a_refusal_tells_under_which_id_the_logs_have_it(wire: Wire) -> None:
    answer = wire.send(b"{", PUSH)

    assert answer.json()["trace"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [("gzip", True), ("br, GZIP ; q=0.5", True), ("gzip;q=0", False), ("identity", False)],
)
def test_an_answer_is_packed_for_who_takes_it(wire: Wire, accepted: str, is_packed: bool) -> None:
    answer = wire.client.get(ROOT, headers={"Accept-Encoding": accepted})

    assert (answer.headers.get("Content-Encoding") == "gzip") is is_packed


def test_scopes_are_told_by_the_names_people_give_them(
    wire: Wire, campaign: Campaign, project: Project
) -> None:
    about = wire.client.get(f"{ROOT}devices/self", headers=headers(wire)).json()

    names = {scope["id"]: scope["name"] for scope in about["scopes"]}
    assert names == {campaign.capture_scope: campaign.title, project.scope: project.title}


def test_a_tablet_asking_about_itself_hears_of_the_same_gaps_as_with_a_push(wire: Wire) -> None:
    wire.number = 4
    have = wire.push(wire.op("soil_core")).json()["have"]

    about = wire.client.get(f"{ROOT}devices/self", headers=headers(wire)).json()

    assert about["have"] == have == {"upto": 5, "missing": [[1, 4]], "backed_up_upto": 0}


def test_a_pull_may_leave_everything_to_the_server(wire: Wire) -> None:
    unsaid = dict.fromkeys(("schema", "limit", "wait_s", "codes_wanted"))
    body = {"device": str(wire.device.id), "scopes": {wire.scope: None}, **unsaid}

    answer = wire.send(json.dumps(body).encode(), PULL)

    assert [page["more"] for page in answer.json()["scopes"]] == [False]
