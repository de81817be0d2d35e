"""A list of twenty costs no more queries than a list of two."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sampling.models import (
    Assignment,
    AuditEvent,
    Device,
    Finding,
    PlannedPlot,
    Plot,
    Protocol,
    ProtocolVersion,
    SyncBatch,
)
from tests.people import FRIDAY, make_member, make_record
from tests.protocol_examples import protocol_content
from tests.web.scenes import make_conflict, make_held, operation, send, send_core


@pytest.fixture
def people(field_lead, admin, project):
    """Return a person who may open every list."""
    field_lead.memberships.create(project=project, role="project_admin")
    field_lead.memberships.create(project=project, role="data_steward")
    return field_lead


def add_tablet(project, campaign, number):
    """Add a member with a tablet, its leave to work, a kept push and a decision."""
    tablet = Device.objects.create(
        project=project,
        user=make_member(project, f"member{number}", "technician"),
        name=f"Tablet {number}",
        install=uuid.uuid4(),
        token_prefix="rfd_",
        token_sha256=uuid.uuid4().hex,
        enrolled_at=FRIDAY,
    )
    Assignment.objects.create(campaign=campaign, device=tablet, granted_at=FRIDAY)
    SyncBatch.objects.create(
        device=tablet, sha256=b"x", received_at=FRIDAY, body=b"", state="undecodable"
    )
    AuditEvent.objects.create(
        at=FRIDAY,
        project=project,
        user=tablet.user,
        device=tablet,
        action="operation.rerun",
        subject_type="operation",
        subject=str(uuid.uuid4()),
    )


@pytest.fixture
def grow(project, campaign, device, study, protocol, protocol_editor):
    """Return a function that adds one of everything lists show."""

    def one_more(number: int) -> None:
        plot = make_record(Plot, project, study=study, code=f"G{number}")
        make_record(PlannedPlot, project, campaign=campaign, plot=plot, cores=2, segments=4)
        core = send_core(device, campaign, plot, code=f"G{number}")
        make_conflict(device, campaign, core)
        make_held(device, campaign)
        Finding.objects.create(
            project=project,
            scope=campaign.capture_scope,
            rule=f"rule-{number}",
            severity="note",
            record_type="soil_core",
            record=core,
            message="Doubtful.",
            raised_at=FRIDAY,
        )
        add_tablet(project, campaign, number)
        other = Protocol.objects.create(project=project, slug=f"p{number}", title=f"P{number}")
        make_record(
            ProtocolVersion,
            project,
            protocol=other,
            number="1.0.0",
            content=protocol_content(),
            sha256="0" * 64,
            drafted_by=protocol_editor,
            drafted_at=FRIDAY,
        )

    return one_more


LISTS = {
    "home": [],
    "project": ["project"],
    "campaign": ["project", "campaign"],
    "campaign-cores": ["project", "campaign"],
    "conflicts": ["project"],
    "held": ["project"],
    "findings": ["project"],
    "protocols": ["project"],
    "devices": ["project"],
    "health": ["project"],
    "held-decided": ["project"],
    "people": ["project"],
    "assignments": ["project", "campaign"],
    "kept-pushes": ["project"],
}


def queries(client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(url)
    assert answer.status_code == 200
    return len(seen)


def test_lists_cost_the_same_for_twenty_rows_as_for_two(request, grow, signed_in, people):
    client = signed_in(people)
    urls = {
        name: reverse(f"pages:{name}", args=[request.getfixturevalue(f).pk for f in fixtures])
        for name, fixtures in LISTS.items()
    }
    for number in range(2):
        grow(number)
    client.get(urls["home"])
    few = {name: queries(client, url) for name, url in urls.items()}

    for number in range(2, 20):
        grow(number)
    many = {name: queries(client, url) for name, url in urls.items()}

    assert many == few


def test_a_core_with_many_segments_costs_the_same(
    device, campaign, signed_in, people, core, project
):
    client = signed_in(people)
    url = reverse("pages:core", args=[project.pk, core])
    client.get(url)
    few = queries(client, url)

    send(
        device,
        campaign,
        *(
            operation(
                "core_segment",
                uuid.uuid4(),
                scope=campaign.capture_scope,
                soil_core=str(core),
                upper_depth_cm=30 + 5 * place,
                lower_depth_cm=35 + 5 * place,
            )
            for place in range(20)
        ),
    )

    assert queries(client, url) == few
