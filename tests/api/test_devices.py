from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from sampling.actions import devices
from sampling.models import Campaign, Device, EnrolmentCode, Project, User

ClientFor = Callable[[User], APIClient]


def wanted(project: Project, user: User, *campaigns: Campaign) -> dict[str, Any]:
    return {
        "project": str(project.pk),
        "user": str(user.pk),
        "device_name": "Tablet 3",
        "campaigns": [str(campaign.pk) for campaign in campaigns],
    }


def test_a_code_is_shown_once_and_enrols_a_tablet(
    client_for: ClientFor, project: Project, admin: User, technician: User, campaign: Campaign
) -> None:
    answer = client_for(admin).post(
        "/api/v1/enrolment-codes", wanted(project, technician, campaign)
    )

    assert answer.status_code == 201
    code = answer.json()["code"]
    assert answer.json()["qr_svg"].startswith("<svg")
    assert code in answer.json()["printed_label"]
    assert answer.headers["Cache-Control"] == "no-store"
    listed = client_for(admin).get("/api/v1/enrolment-codes").content.decode()
    assert code not in listed
    device, _ = devices.enrol(code, install=uuid.uuid4(), model="m", app="1", at=timezone.now())
    assert device.name == "Tablet 3"


@pytest.mark.parametrize("change", ["user", "campaigns", "project"])
def test_a_code_for_somebody_or_something_of_another_project_is_not_found(
    *,
    client_for: ClientFor,
    project: Project,
    admin: User,
    technician: User,
    outsider: User,
    other_project: Project,
    change: str,
) -> None:
    others = {
        "user": str(outsider.pk),
        "campaigns": [str(uuid.uuid4())],
        "project": str(other_project.pk),
    }

    answer = client_for(admin).post(
        "/api/v1/enrolment-codes", {**wanted(project, technician), change: others[change]}
    )

    assert answer.status_code == 404
    assert not EnrolmentCode.objects.exists()


def test_a_device_is_listed_without_anything_that_opens_a_door(
    client_for: ClientFor, admin: User, device: Device, device_token: str
) -> None:
    answer = client_for(admin).get("/api/v1/devices?state=active")

    (row,) = answer.json()["results"]
    assert row["name"] == "Tablet 1"
    assert device_token not in answer.content.decode()
    assert device.token_sha256 not in answer.content.decode()


def test_a_device_is_renamed_and_nothing_else(
    client_for: ClientFor, admin: User, outsider: User, device: Device
) -> None:
    poisoned = {"state": "revoked", "user": str(outsider.pk), "incarnation": 9, "token_prefix": "x"}

    answer = client_for(admin).patch(
        f"/api/v1/devices/{device.pk}", {"name": "Blue tablet", **poisoned}
    )

    assert answer.status_code == 200
    after = Device.objects.get()
    assert (after.name, after.state, after.user, after.incarnation) == (
        "Blue tablet",
        "active",
        device.user,
        1,
    )


def test_a_revoked_device_is_shut_out_at_once(
    client_for: ClientFor, admin: User, device: Device, device_token: str
) -> None:
    address = f"/api/v1/devices/{device.pk}/revoke"

    without_reason = client_for(admin).post(address, {})
    answer = client_for(admin).post(address, {"reason": "lost in the field"})

    assert without_reason.status_code == 400
    assert answer.json()["state"] == "revoked"
    assert devices.scopes_of(devices.authenticate(device_token)) == {}


def test_devices_of_another_project_are_not_found(
    client_for: ClientFor, outsider: User, device: Device
) -> None:
    client = client_for(outsider)

    assert client.get(f"/api/v1/devices/{device.pk}").status_code == 404
    assert client.post(f"/api/v1/devices/{device.pk}/revoke", {"reason": "x"}).status_code == 404
    device.refresh_from_db()
    assert device.state == "active"
