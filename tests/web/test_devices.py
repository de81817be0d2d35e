"""A tablet is enrolled by a code shown once, and withdrawn with a reason."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from sampling.actions.devices import enrol
from sampling.models import AuditEvent, Device, EnrolmentCode
from tests.people import FRIDAY
from tests.web.scenes import faults_of


@pytest.fixture
def enrol_page(project):
    return reverse("pages:device-enrol", args=[project.pk])


def test_the_code_is_shown_once_as_qr_and_opens_for_a_tablet(
    signed_in, admin, technician, campaign, enrol_page
):
    form = {"device_name": "Tablet 7", "user": technician.pk, "campaigns": [campaign.pk]}

    answer = signed_in(admin).post(enrol_page, form)

    html = answer.content.decode()
    plain = html.split('class="secret">')[1].split("<")[0]
    at = EnrolmentCode.objects.get().issued_at
    device, _ = enrol(plain, install=uuid.uuid4(), model="", app="", at=at)
    assert "<svg" in html
    assert faults_of(html) == []
    assert "no-store" in answer.headers["Cache-Control"]
    assert (device.name, device.user) == ("Tablet 7", technician)
    assert [grant.campaign for grant in device.assignments.all()] == [campaign]


def test_a_code_for_somebody_outside_the_project_is_not_made(
    signed_in, admin, outsider, enrol_page
):
    answer = signed_in(admin).post(enrol_page, {"device_name": "T", "user": outsider.pk})

    assert answer.status_code == 422
    assert faults_of(answer.content.decode()) == []
    assert not EnrolmentCode.objects.exists()


def test_the_list_says_when_a_tablet_last_synced_and_how_its_clock_is(
    signed_in, field_lead, device, project
):
    Device.objects.filter(pk=device.pk).update(
        last_push_at=FRIDAY, clock_offset_s=-400, queued_reported=17
    )

    html = signed_in(field_lead).get(reverse("pages:devices", args=[project.pk])).content.decode()

    assert "1 May 2026, 09:00" in html
    assert "7 min slow" in html
    assert '<td class="number">17</td>' in html
    assert "never" in html


def test_withdrawing_a_tablet_needs_a_reason_and_is_written_down(signed_in, admin, device, project):
    client = signed_in(admin)
    url = reverse("pages:device-revoke", args=[project.pk, device.pk])

    refused = client.post(url, {"reason": " "})
    accepted = client.post(url, {"reason": "left on the tram"})

    device.refresh_from_db()
    assert refused.status_code == 422
    assert accepted.status_code == 302
    assert (device.state, device.state_reason) == ("revoked", "left on the tram")
    assert AuditEvent.objects.filter(action="device.revoked", user=admin).exists()


@pytest.mark.parametrize("role", ["field_lead", "technician"])
def test_only_an_admin_enrols_and_withdraws(request, signed_in, device, project, enrol_page, role):
    client = signed_in(request.getfixturevalue(role))
    url = reverse("pages:device-revoke", args=[project.pk, device.pk])

    answers = [client.post(enrol_page, {}), client.post(url, {"reason": "x"})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Device.objects.get().state == "active"
