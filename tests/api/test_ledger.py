from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from sampling.actions.intake import Actor, accept_operations
from sampling.models import (
    AuditEvent,
    Campaign,
    Device,
    Finding,
    Plot,
    Project,
    SamplingPoint,
    Site,
    SyncConflict,
    User,
)
from sampling.rules.operations import Operation, Outcome
from tests.people import FRIDAY, make_member, make_record

ClientFor = Callable[[User], APIClient]


def push(device: Device, campaign: Campaign, **parts: Any) -> Outcome:
    """Send one operation as the device would."""
    operation = Operation(
        **{
            "id": uuid.uuid4(),
            "type": "sampling_point",
            "record": uuid.uuid4(),
            "scope": campaign.capture_scope,
            "do": "create",
            "number": device.operations.count() + 1,
            **parts,
        }
    )
    actor = Actor(
        project=device.project_id,
        via="tablet",
        user=device.user_id,
        device=device.pk,
        scopes={campaign.capture_scope: "rw"},
    )
    return accept_operations([operation], actor=actor, received_at=FRIDAY)[0]


def to(**values: Any) -> dict[str, Any]:
    return {name: {"to": value} for name, value in values.items()}


@pytest.fixture
def point(project: Project, campaign: Campaign, plot: Plot) -> SamplingPoint:
    record: SamplingPoint = make_record(
        SamplingPoint,
        project,
        scope=campaign.capture_scope,
        plot=plot,
        code="A",
        latitude=50.0,
        longitude=7.0,
    )
    return record


@pytest.fixture
def held(device: Device, campaign: Campaign, plot: Plot) -> uuid.UUID:
    """Return an operation that is held because of an impossible place."""
    changes = to(plot=str(plot.pk), code="B", latitude=500.25, longitude=7.125)
    outcome = push(device, campaign, changes=changes)
    assert outcome.status == "quarantined"
    return outcome.op


@pytest.fixture
def conflict(
    client_for: ClientFor,
    device: Device,
    campaign: Campaign,
    field_lead: User,
    point: SamplingPoint,
) -> SyncConflict:
    """Return a conflict about the code and the place of a point."""
    address = f"/api/v1/sampling-points/{point.pk}"
    change = {"revision": 1, "code": "B", "latitude": 50.5}
    assert client_for(field_lead).patch(address, change).status_code == 200
    outcome = push(
        device,
        campaign,
        record=point.pk,
        do="patch",
        base_revision=1,
        changes={"code": {"from": "A", "to": "C"}},
    )
    assert outcome.status == "conflict"
    return SyncConflict.objects.get()


def test_what_is_held_is_listed_with_its_problems(
    client_for: ClientFor, steward: User, held: uuid.UUID
) -> None:
    (row,) = client_for(steward).get("/api/v1/quarantine").json()["results"]

    assert (row["op"], row["status"]) == (str(held), "quarantined")
    assert row["detail"]["problems"][0]["detail"] == "Latitude is -90 to 90."
    assert row["body"]["chg"]["latitude"]["to"] == 500.25


def test_who_may_not_see_exact_places_does_not_see_them_in_held_operations(
    client_for: ClientFor, admin: User, technician: User, held: uuid.UUID
) -> None:
    for user in (admin, technician):
        for path in ("operations", "quarantine", f"operations/{held}"):
            text = client_for(user).get(f"/api/v1/{path}").content.decode()
            assert str(held) in text
            assert "500.25" not in text
            assert "7.125" not in text


def test_a_technician_sees_what_the_own_devices_sent(
    client_for: ClientFor, project: Project, technician: User, held: uuid.UUID
) -> None:
    colleague = make_member(project, "colleague", "technician")

    own = client_for(technician).get("/api/v1/operations").json()["results"]
    others = client_for(colleague).get("/api/v1/operations").json()["results"]

    assert [row["op"] for row in own] == [str(held)]
    assert others == []
    assert client_for(colleague).get(f"/api/v1/operations/{held}").status_code == 404


def test_operations_are_narrowed(
    client_for: ClientFor,
    field_lead: User,
    campaign: Campaign,
    held: uuid.UUID,
    point: SamplingPoint,
) -> None:
    client = client_for(field_lead)
    client.patch(f"/api/v1/sampling-points/{point.pk}", {"revision": 1, "code": "Z"})

    def found(query: str) -> int:
        answer = client.get(f"/api/v1/operations?{query}")
        assert answer.status_code == 200, answer.json()
        return len(answer.json()["results"])

    assert found("") == 2
    assert found("is_held=true") == found("is_held=false") == 1
    assert found("status=quarantined") == found("via=tablet") == 1
    assert found(f"campaign={campaign.pk}") == found(f"project={campaign.project_id}") == 2
    assert found(f"record={point.pk}") == 1
    assert found("type=soil_core") == 0


def test_a_steward_tries_a_held_operation_again(
    client_for: ClientFor, steward: User, field_lead: User, device: Device, campaign: Campaign
) -> None:
    parent = uuid.uuid4()
    outcome = push(
        device, campaign, type="soil_core", changes=to(sampling_point=str(parent), code="c")
    )
    assert outcome.status == "deferred"
    address = f"/api/v1/quarantine/{outcome.op}/rerun"

    refused = client_for(field_lead).post(address)
    tried = client_for(steward).post(address)

    assert refused.status_code == 403
    assert (tried.status_code, tried.json()["status"]) == (200, "deferred")


def test_operations_of_another_project_are_not_found(
    client_for: ClientFor, outsider: User, held: uuid.UUID
) -> None:
    client = client_for(outsider)

    assert client.get("/api/v1/operations").json()["results"] == []
    assert client.get(f"/api/v1/operations/{held}").status_code == 404
    assert client.post(f"/api/v1/quarantine/{held}/rerun").status_code == 404


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ({"keep": "server"}, "B"),
        ({"keep": "device", "why": "asked the technician"}, "C"),
        ({"keep": "values", "values": {"code": "D"}}, "D"),
    ],
)
def test_a_conflict_is_decided_by_the_field_lead(
    *,
    client_for: ClientFor,
    field_lead: User,
    conflict: SyncConflict,
    point: SamplingPoint,
    choice: dict[str, Any],
    code: str,
) -> None:
    client = client_for(field_lead)
    assert len(client.get("/api/v1/conflicts?is_resolved=false").json()["results"]) == 1

    answer = client.post(f"/api/v1/conflicts/{conflict.pk}/resolve", choice)
    again = client.post(f"/api/v1/conflicts/{conflict.pk}/resolve", choice)

    assert answer.status_code == 200, answer.json()
    assert answer.json()["resolved_at"] is not None
    assert again.status_code == 409
    point.refresh_from_db()
    assert point.code == code


@pytest.mark.parametrize(
    ("choice", "status"),
    [
        ({"keep": "values"}, 400),
        ({"keep": "both"}, 400),
        ({"keep": "values", "values": {"code": 5}}, 422),
    ],
)
def test_a_choice_that_says_nothing_is_refused(
    client_for: ClientFor,
    field_lead: User,
    conflict: SyncConflict,
    choice: dict[str, Any],
    status: int,
) -> None:
    address = f"/api/v1/conflicts/{conflict.pk}/resolve"

    assert client_for(field_lead).post(address, choice).status_code == status
    conflict.refresh_from_db()
    assert conflict.resolved_at is None


def test_conflicts_are_seen_by_technicians_and_decided_by_the_lead(
    client_for: ClientFor, technician: User, outsider: User, conflict: SyncConflict
) -> None:
    address = f"/api/v1/conflicts/{conflict.pk}"

    def statuses(user: User) -> tuple[int, int]:
        client = client_for(user)
        resolved = client.post(f"{address}/resolve", {"keep": "server"})
        return client.get(address).status_code, resolved.status_code

    assert statuses(technician) == (200, 403)
    assert statuses(outsider) == (404, 404)


@pytest.fixture
def finding(project: Project, campaign: Campaign) -> Finding:
    return Finding.objects.create(
        project=project,
        scope=campaign.capture_scope,
        rule="layers_overlap",
        severity="warning",
        record_type="core_segment",
        record=uuid.uuid4(),
        message="Two segments share 5 cm.",
        raised_at=FRIDAY,
    )


def test_a_doubtful_record_is_accepted_with_a_reason(
    client_for: ClientFor, field_lead: User, technician: User, finding: Finding
) -> None:
    address = f"/api/v1/findings/{finding.pk}/accept"

    assert client_for(technician).post(address, {"reason": "x"}).status_code == 403
    assert client_for(field_lead).post(address, {"reason": "  "}).status_code == 400
    accepted = client_for(field_lead).post(address, {"reason": "slanted core"})
    again = client_for(field_lead).post(address, {"reason": "slanted core"})

    assert (accepted.json()["state"], accepted.json()["reason"]) == ("accepted", "slanted core")
    assert again.status_code == 409


def test_findings_are_narrowed_and_closed_to_outsiders(
    client_for: ClientFor, analyst: User, outsider: User, campaign: Campaign, finding: Finding
) -> None:
    client = client_for(analyst)

    assert len(client.get(f"/api/v1/findings?campaign={campaign.pk}").json()["results"]) == 1
    assert client.get("/api/v1/findings?state=accepted").json()["results"] == []
    assert client_for(outsider).get(f"/api/v1/findings/{finding.pk}").status_code == 404
    assert not AuditEvent.objects.filter(user=outsider).exists()


def test_an_operation_of_a_person_is_found_by_its_scope(
    client_for: ClientFor, field_lead: User, outsider: User, site: Site, point: SamplingPoint
) -> None:
    client = client_for(field_lead)
    client.patch(f"/api/v1/sites/{site.pk}", {"revision": 1, "name": "Farm"})
    client.patch(f"/api/v1/sampling-points/{point.pk}", {"revision": 1, "code": "Z"})
    sent = [row["op"] for row in client.get("/api/v1/operations").json()["results"]]

    own = [client.get(f"/api/v1/operations/{op}").status_code for op in sent]
    foreign = [client_for(outsider).get(f"/api/v1/operations/{op}").status_code for op in sent]

    assert (own, foreign) == ([200, 200], [404, 404])
