"""Apps of other seasons: what they may ask, what they may send, and what they leave alone."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from sampling.models import Plot, ProtocolVersion, SoilCore, SyncBatch
from tests.people import FRIDAY, make_record
from tests.sync.wire import PULL, PUSH, Wire

pytestmark = pytest.mark.django_db

READS = ["devices/self/ops", f"ops/{uuid.uuid4()}", "snapshot?scope=x"]


@pytest.mark.parametrize("version", ["0", "2", "one"])
def test_who_speaks_another_protocol_is_told_which_are_spoken(wire: Wire, version: str) -> None:
    named = {"Authorization": f"Bearer {wire.token}", "Sync-Protocol": version}
    answers = [wire.send(b"{}", path, Sync_Protocol=version) for path in (PUSH, PULL)]
    answers += [wire.client.get(f"/sync/v1/{path}", headers=named) for path in READS]
    answers.append(wire.send(b"{}", "/sync/v1/devices", Sync_Protocol=version))

    told = {(a.status_code, a.json()["code"], *a.json()["supported"]) for a in answers}

    assert told == {(412, "protocol-unsupported", 1)}
    assert SyncBatch.objects.count() == 0


@pytest.mark.parametrize(("protocols", "status"), [([7, 8], 412), ([7, 1], 422), ([], 412)])
def test_an_app_enrols_when_it_shares_a_protocol(
    wire: Wire, protocols: list[int], status: int
) -> None:
    body = {"code": "x", "install": str(uuid.uuid4()), "protocols": protocols}

    assert wire.send(json.dumps(body).encode(), "/sync/v1/devices").status_code == status


def test_a_push_that_names_no_protocol_speaks_the_first(wire: Wire, plot: Plot) -> None:
    assert wire.statuses(wire.point(plot)) == ["applied"]


@pytest.fixture
def versions(protocol_version: ProtocolVersion) -> dict[str, str]:
    """Return a version in force, one retired and a draft, by state, and one nobody published."""
    same = {
        "protocol": protocol_version.protocol,
        "content": {},
        "sha256": "x",
        "drafted_by": protocol_version.drafted_by,
        "drafted_at": FRIDAY,
    }
    published = {"published_by": protocol_version.published_by, "published_at": FRIDAY}
    project = protocol_version.project
    retired = make_record(
        ProtocolVersion, project, number="0.1.0", state="retired", **published, **same
    )
    draft = make_record(ProtocolVersion, project, number="9.0.0", **same)
    known = {"published": protocol_version, "retired": retired, "draft": draft}
    return {**{state: str(v.pk) for state, v in known.items()}, "unknown": str(uuid.uuid4())}


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("published", "applied"),
        ("retired", "applied"),
        ("draft", "quarantined"),
        ("unknown", "quarantined"),
    ],
)
def test_records_under_any_version_ever_published_are_accepted(
    wire: Wire, plot: Plot, versions: dict[str, str], state: str, status: str
) -> None:
    point = wire.point(plot)

    _, outcome = wire.outcomes(point, wire.core(point, captured_version=versions[state]))

    assert outcome["status"] == status
    problems = [problem["code"] for problem in outcome.get("problems", [])]
    assert problems == ([] if status == "applied" else ["unknown-protocol-version"])


def test_an_older_app_that_does_not_know_a_field_leaves_it_alone(
    wire: Wire, second: Wire, plot: Plot
) -> None:
    point = wire.point(plot)
    core = wire.core(point, soil_water=21, driven_length_cm=60.0, recovered_length_cm=57.0)
    wire.outcomes(point, core)

    older = second.outcomes(second.patch(core, {"v": 1}, inner_diameter_cm=(6.0, 6.5)))
    newer = wire.outcomes(wire.patch(core, {"v": 1}, soil_water=(21, 22)))

    (change,) = [c for c in second.page()["changes"] if c["id"] == core["id"]]
    assert [o[0]["status"] for o in (older, newer)] == ["applied", "merged"]
    assert SoilCore.objects.get().driven_length_cm == 60.0
    assert change["data"]["extra"]["soil_water"] == 22
    assert change["data"]["inner_diameter_cm"] == 6.5


def test_two_apps_that_disagree_about_a_field_nobody_here_knows_raise_a_conflict(
    wire: Wire, second: Wire, plot: Plot
) -> None:
    point = wire.point(plot, sky="blue")
    wire.outcomes(point)
    wire.outcomes(wire.patch(point, {"v": 1}, sky=("blue", "grey")))

    (outcome,) = second.outcomes(second.patch(point, {"v": 1}, sky=("blue", "red")))

    assert (outcome["status"], outcome["conflicts"][0]["group"]) == ("conflict", "sky")


def test_what_a_newer_app_says_beside_what_is_known_is_passed_over(wire: Wire, plot: Plot) -> None:
    point: dict[str, Any] = {**wire.point(plot), "mood": "good"}

    answer = wire.push(point, battery=0.4)

    assert answer.json()["outcomes"][0]["status"] == "applied"
