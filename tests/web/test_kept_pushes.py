"""A data steward decides on pushes that were kept whole."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from sampling.actions.devices import revoke
from sampling.models import AuditEvent, SamplingPoint, SyncBatch
from tests.sync.wire import Wire
from tests.web.scenes import faults_of


@pytest.fixture
def desk(signed_in, steward):
    return signed_in(steward)


@pytest.fixture
def late(device, device_token, campaign, plot, admin):
    """A push of a tablet that was withdrawn before."""
    wire = Wire(device, campaign, token=device_token)
    pushed = json.dumps(wire.envelope(wire.point(plot))).encode()
    revoke(device, by=admin, reason="lost in a field", at=timezone.now())
    assert wire.send(pushed).status_code == 403
    return SyncBatch.objects.get()


def page_of(project, push):
    return reverse("pages:kept-push", args=[project.pk, push.pk])


def test_the_desk_points_to_what_waits(desk, project, late):
    held = desk.get(reverse("pages:held", args=[project.pk])).content.decode()
    listed = desk.get(reverse("pages:kept-pushes", args=[project.pk])).content.decode()
    page = desk.get(page_of(project, late)).content.decode()

    assert 'Pushes kept whole <span class="tag bad">1</span>' in held
    assert page_of(project, late) in listed
    assert f'{reverse("pages:held", args=[project.pk])}" aria-current="page"' in listed
    assert "lost in a field" in page
    assert [faults_of(html) for html in (held, listed, page)] == [[], [], []]


def test_a_push_that_is_let_in_is_applied(desk, project, late, steward):
    answer = desk.post(page_of(project, late), {"answer": "let-in"})

    assert answer.status_code == 302
    assert SamplingPoint.objects.count() == 1
    assert "Let in: 1 applied." in desk.get(answer.headers["Location"]).content.decode()
    assert AuditEvent.objects.get(action="push.let_in").user == steward
    assert desk.get(page_of(project, late)).status_code == 404


def test_a_push_that_is_refused_is_kept_with_the_reason(desk, project, late):
    desk.post(page_of(project, late), {"answer": "refuse", "why": "made by a stranger"})

    refused = reverse("pages:kept-pushes", args=[project.pk]) + "?state=refused"
    assert SamplingPoint.objects.count() == 0
    assert "made by a stranger" in desk.get(refused).content.decode()
    late.refresh_from_db()
    assert late.state == "refused"


@pytest.mark.parametrize("form", [{}, {"answer": "burn"}, {"answer": "refuse", "why": " "}])
def test_a_decision_that_says_nothing_is_refused(desk, project, late, form):
    answer = desk.post(page_of(project, late), form)

    assert answer.status_code in (400, 422)
    assert 'role="alert"' in answer.content.decode()
    late.refresh_from_db()
    assert late.state == "quarantined"


def test_others_look_or_stay_out(signed_in, field_lead, technician, project, late):
    lead = signed_in(field_lead)

    assert "A data steward decides." in lead.get(page_of(project, late)).content.decode()
    assert lead.post(page_of(project, late), {"answer": "let-in"}).status_code == 403
    assert signed_in(technician).get(page_of(project, late)).status_code == 403
