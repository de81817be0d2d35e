"""Doubts are listed, narrowed, and accepted with a reason."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sampling.models import Finding
from tests.people import FRIDAY


@pytest.fixture
def listed(project):
    return reverse("pages:findings", args=[project.pk])


@pytest.fixture
def page(project, finding):
    return reverse("pages:finding", args=[project.pk, finding.pk])


@pytest.mark.parametrize(
    ("narrowed", "is_there"),
    [
        ({}, True),
        ({"rule": "layers-overlap"}, True),
        ({"rule": "another"}, False),
        ({"severity": "serious"}, False),
        ({"state": "accepted"}, False),
        ({"state": ""}, True),
    ],
)
def test_the_list_is_narrowed(signed_in, technician, listed, finding, narrowed, is_there):
    html = signed_in(technician).get(listed, narrowed).content.decode()

    assert ("Two segments overlap." in html) is is_there


def test_accepting_keeps_who_and_why(signed_in, field_lead, page, finding):
    answer = signed_in(field_lead).post(page, {"reason": "cut on a slope"})

    finding.refresh_from_db()
    assert answer.status_code == 302
    assert (finding.state, finding.reason) == ("accepted", "cut on a slope")
    assert finding.settled_by == field_lead


def test_accepting_needs_a_reason(signed_in, field_lead, page, finding):
    answer = signed_in(field_lead).post(page, {"reason": "  "})

    assert answer.status_code == 400
    assert "Say why" in answer.content.decode()
    assert Finding.objects.get(pk=finding.pk).state == "open"


def test_who_comes_second_sees_that_it_is_settled(signed_in, field_lead, steward, page, finding):
    signed_in(field_lead).post(page, {"reason": "cut on a slope"})

    answer = signed_in(steward).post(page, {"reason": "me too"})

    assert answer.status_code == 409
    assert "cut on a slope" in answer.content.decode()


@pytest.mark.parametrize("role", ["technician", "analyst", "admin"])
def test_others_only_look(request, signed_in, page, finding, role):
    client = signed_in(request.getfixturevalue(role))

    assert client.post(page, {"reason": "fine"}).status_code == 403
    assert "textarea" not in client.get(page).content.decode()


def test_the_list_can_be_of_one_campaign(signed_in, technician, listed, finding, campaign):
    html = signed_in(technician).get(listed, {"campaign": campaign.pk}).content.decode()

    assert "Two segments overlap." in html
    assert "of Harvest 2026" in html


def test_a_finding_on_a_planned_plot_is_named_by_its_plot(
    signed_in, technician, listed, project, plan
):
    Finding.objects.create(
        project=project,
        scope=project.scope,
        rule="odd-plan",
        severity="note",
        record_type="planned_plot",
        record=plan.pk,
        message="More cores than positions.",
        raised_at=FRIDAY,
    )

    html = signed_in(technician).get(listed).content.decode()

    assert "planned plot P01: 3 cores" in html
