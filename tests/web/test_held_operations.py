"""A data steward looks at what was held, and tries it again."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from sampling.models import SamplingPoint, SoilCore, SyncOperation
from tests.people import make_record
from tests.web.scenes import faults_of, operation, send


@pytest.fixture
def deferred(device, campaign, plot):
    """A core whose sampling point has not come."""
    waiting = operation(
        "soil_core",
        uuid.uuid4(),
        scope=campaign.capture_scope,
        sampling_point=str(uuid.uuid4()),
        code="early",
    )
    assert send(device, campaign, waiting)[0].status == "deferred"
    return waiting


def test_the_problem_stands_there_as_a_sentence_with_the_stored_body(
    signed_in, steward, project, held
):
    page = signed_in(steward).get(reverse("pages:held-operation", args=[project.pk, held]))

    html = page.content.decode()
    assert "inner diameter (cm) is a number or blank." in html
    assert "&quot;eight&quot;" in html


def test_what_a_deferred_operation_waits_for_is_named(signed_in, steward, project, deferred):
    url = reverse("pages:held-operation", args=[project.pk, deferred.id])

    html = signed_in(steward).get(url).content.decode()

    assert "What it waits for" in html
    assert str(deferred.changes["sampling_point"]["to"]) in html
    assert faults_of(html) == []


def test_the_list_is_narrowed_by_state_and_reason(signed_in, steward, project, held, deferred):
    client = signed_in(steward)
    url = reverse("pages:held", args=[project.pk])
    first = reverse("pages:held-operation", args=[project.pk, held])
    second = reverse("pages:held-operation", args=[project.pk, deferred.id])

    by_state = client.get(url, {"status": "quarantined"}).content.decode()
    by_reason = client.get(url, {"reason": "sampling_point"}).content.decode()

    assert first in by_state
    assert second not in by_state
    assert second in by_reason
    assert first not in by_reason


def test_trying_again_what_is_still_wrong_keeps_it_held(signed_in, steward, project, held):
    client = signed_in(steward)
    url = reverse("pages:held-operation", args=[project.pk, held])

    answer = client.post(url, {"answer": "rerun"})

    assert answer.headers["Location"] == url
    assert "still held" in client.get(url).content.decode()
    assert SyncOperation.objects.get(op=held).status == "quarantined"


def test_trying_again_after_it_was_put_right_applies_it(
    signed_in, steward, project, campaign, plot, deferred
):
    point = uuid.UUID(deferred.changes["sampling_point"]["to"])
    make_record(
        SamplingPoint, project, id=point, plot=plot, code="P1", scope=campaign.capture_scope
    )
    url = reverse("pages:held-operation", args=[project.pk, deferred.id])

    answer = signed_in(steward).post(url, {"answer": "rerun"})

    assert answer.headers["Location"] == reverse("pages:held", args=[project.pk])
    assert SyncOperation.objects.get(op=deferred.id).status == "applied"
    assert SoilCore.objects.get(pk=deferred.record).code == "early"
    assert "held no longer" in signed_in(steward).get(url).content.decode()


def test_what_names_a_place_outside_the_project_is_not_tried(
    signed_in, steward, project, campaign, device
):
    stray = operation("soil_core", uuid.uuid4(), scope=f"campaign:{uuid.uuid4()}", code="stray")
    send(device, campaign, stray)
    url = reverse("pages:held-operation", args=[project.pk, stray.id])

    answer = signed_in(steward).post(url, {"answer": "rerun"})

    assert answer.status_code == 403
    assert SyncOperation.objects.get(op=stray.id).status == "quarantined"


def test_only_a_data_steward_tries_again(signed_in, field_lead, project, held):
    client = signed_in(field_lead)
    url = reverse("pages:held-operation", args=[project.pk, held])

    assert client.post(url, {"answer": "rerun"}).status_code == 403
    assert "A data steward decides" in client.get(url).content.decode()


def test_the_body_hides_positions_from_who_may_not_see_them(
    signed_in, technician, steward, project, campaign, device
):
    point = operation(
        "sampling_point",
        uuid.uuid4(),
        scope=campaign.capture_scope,
        plot=str(uuid.uuid4()),
        code="P9",
        latitude=52.33333,
        longitude=-0.4,
    )
    send(device, campaign, point)
    url = reverse("pages:held-operation", args=[project.pk, point.id])

    assert "52.33333" not in signed_in(technician).get(url).content.decode()
    assert "52.33333" in signed_in(steward).get(url).content.decode()


def test_the_list_can_be_of_one_campaign(signed_in, steward, project, campaign, held):
    url = reverse("pages:held", args=[project.pk])

    html = signed_in(steward).get(url, {"campaign": campaign.pk}).content.decode()

    assert reverse("pages:held-operation", args=[project.pk, held]) in html
    assert "of Harvest 2026" in html


def test_what_names_no_place_at_all_is_shown_and_not_tried(
    signed_in, steward, project, campaign, device
):
    stray = operation("soil_core", uuid.uuid4(), scope="nowhere", code="stray")
    send(device, campaign, stray)
    client = signed_in(steward)
    url = reverse("pages:held-operation", args=[project.pk, stray.id])

    assert "nowhere" in client.get(url).content.decode()
    assert client.post(url, {"answer": "rerun"}).status_code == 403
