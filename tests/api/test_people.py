from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from sampling.models import (
    Assignment,
    AuditEvent,
    Campaign,
    Device,
    Membership,
    Project,
    User,
)
from tests.people import make_member

ClientFor = Callable[[User], APIClient]


def test_me_says_what_i_may_do_where(
    client_for: ClientFor, project: Project, technician: User
) -> None:
    me = client_for(technician).get("/api/v1/me").json()

    assert (me["username"], me["id"]) == ("technician", str(technician.pk))
    (mine,) = me["projects"]
    assert (mine["slug"], mine["roles"]) == ("maxroot", ["technician"])
    assert "record.read" in mine["permissions"]
    assert "record.write" not in mine["permissions"]


def test_staff_make_projects_and_become_their_admin(client_for: ClientFor, admin: User) -> None:
    body = {"slug": "newroot", "title": "NewRoot"}
    assert client_for(admin).post("/api/v1/projects", body).status_code == 403
    admin.is_staff = True
    admin.save()

    made = client_for(admin).post("/api/v1/projects", body)
    again = client_for(admin).post("/api/v1/projects", body)

    assert (made.status_code, again.status_code) == (201, 400)
    assert admin.has_role(made.json()["id"], "project_admin")


def test_a_project_is_renamed_by_its_admin(
    client_for: ClientFor, project: Project, admin: User, technician: User, outsider: User
) -> None:
    address = f"/api/v1/projects/{project.pk}"

    statuses = [
        client_for(user).patch(address, {"title": "Max"}).status_code
        for user in (admin, technician, outsider)
    ]

    assert statuses == [200, 403, 404]


def test_an_admin_gives_a_role_to_another_person_and_takes_it_back(
    client_for: ClientFor, project: Project, admin: User, outsider: User
) -> None:
    body = {"project": str(project.pk), "username": "outsider", "role": "analyst"}

    given = [client_for(admin).post("/api/v1/members", body) for _ in range(2)]
    taken = client_for(admin).delete(f"/api/v1/members/{given[0].json()['id']}")

    assert [answer.status_code for answer in given] == [201, 201]
    assert taken.status_code == 204
    assert not outsider.has_role(project.pk, "analyst")
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["member.added", "member.removed"]


def test_nobody_gives_a_role_to_themselves(
    client_for: ClientFor, project: Project, admin: User
) -> None:
    body = {"project": str(project.pk), "username": "admin", "role": "lab_manager"}

    answer = client_for(admin).post("/api/v1/members", body)

    assert (answer.status_code, answer.json()["code"]) == (403, "four-eyes")


def test_a_project_keeps_its_last_admin(
    client_for: ClientFor, project: Project, admin: User
) -> None:
    membership = Membership.objects.get(user=admin)

    answer = client_for(admin).delete(f"/api/v1/members/{membership.pk}")
    make_member(project, "second", "project_admin")
    again = client_for(admin).delete(f"/api/v1/members/{membership.pk}")

    assert (answer.status_code, again.status_code) == (409, 204)


def test_with_the_last_role_the_devices_of_a_person_are_revoked(
    client_for: ClientFor, project: Project, admin: User, technician: User, device: Device
) -> None:
    Membership.objects.create(user=technician, project=project, role="analyst")
    first, second = Membership.objects.filter(user=technician).order_by("role")

    client_for(admin).delete(f"/api/v1/members/{first.pk}")
    device.refresh_from_db()
    assert device.state == "active"
    client_for(admin).delete(f"/api/v1/members/{second.pk}")

    device.refresh_from_db()
    assert device.state == "revoked"


def test_an_unknown_person_or_role_is_refused(
    client_for: ClientFor, project: Project, admin: User
) -> None:
    body = {"project": str(project.pk), "username": "nobody", "role": "analyst"}

    assert client_for(admin).post("/api/v1/members", body).status_code == 404
    assert client_for(admin).post("/api/v1/members", {**body, "role": "king"}).status_code == 400


def test_a_grant_is_given_renewed_and_ended(
    client_for: ClientFor, field_lead: User, campaign: Campaign, technician: User
) -> None:
    client = client_for(field_lead)
    body = {"campaign": str(campaign.pk), "user": str(technician.pk), "mode": "rw"}

    first = client.post("/api/v1/assignments", body).json()
    same = client.post("/api/v1/assignments", body).json()
    ended = client.post(f"/api/v1/assignments/{first['id']}/revoke").json()
    ended_again = client.post(f"/api/v1/assignments/{first['id']}/revoke").json()
    renewed = client.post("/api/v1/assignments", body).json()

    assert first["id"] == same["id"] == renewed["id"]
    assert (first["generation"], same["generation"], renewed["generation"]) == (1, 1, 2)
    assert ended["revoked_at"] == ended_again["revoked_at"] is not None
    assert renewed["revoked_at"] is None
    assert Assignment.objects.count() == 1


def test_a_grant_names_a_device_or_a_person_of_the_project(
    client_for: ClientFor, field_lead: User, campaign: Campaign, outsider: User, device: Device
) -> None:
    client = client_for(field_lead)
    base = {"campaign": str(campaign.pk)}

    neither = client.post("/api/v1/assignments", base)
    both = client.post(
        "/api/v1/assignments", {**base, "device": str(device.pk), "user": str(outsider.pk)}
    )
    stranger = client.post("/api/v1/assignments", {**base, "user": str(outsider.pk)})
    nobody = client.post("/api/v1/assignments", {**base, "device": str(uuid.uuid4())})
    nowhere = client.post(
        "/api/v1/assignments", {"campaign": str(uuid.uuid4()), "device": str(device.pk)}
    )

    statuses = [answer.status_code for answer in (neither, both, stranger, nobody, nowhere)]
    assert statuses == [400, 400, 404, 404, 404]


@pytest.mark.parametrize("query", ["revoked=1", "device=nonsense"])
def test_a_wrong_filter_is_refused(client_for: ClientFor, field_lead: User, query: str) -> None:
    assert client_for(field_lead).get(f"/api/v1/assignments?{query}").status_code == 400
