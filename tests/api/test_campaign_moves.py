"""A campaign goes on under another version: looked at first, decided, and never by the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from rest_framework.test import APIClient

from sampling.models import (
    AuditEvent,
    Campaign,
    CampaignMove,
    Device,
    Plot,
    Project,
    Protocol,
    ProtocolVersion,
    SoilCore,
    User,
)
from sampling.rules.canonical_json import canonical_sha256
from tests.people import DEVICE_TOKEN, FRIDAY, make_record
from tests.protocol_examples import protocol_content
from tests.sync.wire import Wire

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], APIClient]
MAPPING = {"questions": {"soil-water": None}}


@pytest.fixture
def newer(
    project: Project, protocol: Protocol, protocol_editor: User, protocol_publisher: User
) -> ProtocolVersion:
    """Return a version in force that has one question less."""
    content = protocol_content()
    content["questions"] = content["questions"][:1]
    version: ProtocolVersion = make_record(
        ProtocolVersion,
        project,
        protocol=protocol,
        number="2.0.0",
        state="published",
        content=content,
        sha256=canonical_sha256(content),
        drafted_by=protocol_editor,
        drafted_at=FRIDAY,
        published_by=protocol_publisher,
        published_at=FRIDAY,
    )
    return version


@pytest.fixture
def wire(device: Device, campaign: Campaign) -> Wire:
    return Wire(device, campaign, token=DEVICE_TOKEN)


@pytest.fixture
def lead(client_for: ClientFor, field_lead: User) -> APIClient:
    return client_for(field_lead)


def ask(client: APIClient, campaign: Campaign, verb: str, **body: Any) -> Any:
    return client.post(f"/api/v1/campaigns/{campaign.pk}/{verb}", body)


def test_a_preview_shows_what_differs_what_there_is_and_what_is_to_decide(
    wire: Wire, plot: Plot, lead: APIClient, campaign: Campaign, newer: ProtocolVersion
) -> None:
    wire.outcomes(wire.point(plot, captured_version=str(campaign.protocol_version_id)))
    wire.outcomes(wire.point(plot))

    first = ask(lead, campaign, "preview-move", to=str(newer.pk)).json()
    then = ask(lead, campaign, "preview-move", to=str(newer.pk), mapping=MAPPING).json()

    assert [d["pointer"] for d in first["differences"]] == ["/questions/soil-water"]
    assert first["captured"] == {"sampling_point": {"1.0.0": 1, "none": 1}}
    assert first["to_decide"] == {"questions": ["soil-water"]}
    assert [p["code"] for p in first["problems"]] == ["missing"]
    assert (then["problems"], then["mapping"]["questions"]) == (
        [],
        {"stones": "stones", "soil-water": None},
    )
    assert CampaignMove.objects.count() == 0


def test_a_move_keeps_the_mapping_and_rewrites_nothing_that_was_captured(
    wire: Wire,
    plot: Plot,
    lead: APIClient,
    campaign: Campaign,
    newer: ProtocolVersion,
    field_lead: User,
) -> None:
    old = campaign.protocol_version_id
    point = wire.point(plot)
    core = wire.core(point, captured_version=str(old), soil_water=21)
    wire.outcomes(point, core)
    body = {"to": str(newer.pk), "mapping": MAPPING, "why": "water is not measured any more"}

    answer = ask(lead, campaign, "move", revision=1, **body)

    assert answer.status_code == 201
    campaign.refresh_from_db()
    assert (campaign.protocol_version_id, campaign.revision) == (newer.pk, 2)
    kept = SoilCore.objects.get()
    assert (kept.captured_version_id, kept.revision, kept.extra) == (old, 1, {"soil_water": 21})
    (made,) = lead.get(f"/api/v1/campaigns/{campaign.pk}/moves").json()
    assert (made["from_version"], made["to_version"]) == (str(old), str(newer.pk))
    assert made["mapping"]["questions"]["soil-water"] is None
    event = AuditEvent.objects.get(action="campaign.moved")
    assert (event.user, event.detail["why"]) == (field_lead, body["why"])
    late = wire.core(point, captured_version=str(old))
    assert wire.statuses(late) == ["applied"]
    (page,) = wire.pull({campaign.scope: None}).json()["scopes"]
    (told,) = [change for change in page["changes"] if change["type"] == "campaign"]
    assert told["data"]["protocol_version"] == str(newer.pk)


def test_a_move_that_is_not_thought_out_is_refused_with_its_code(
    lead: APIClient, campaign: Campaign, newer: ProtocolVersion
) -> None:
    def refused(**changes: Any) -> str:
        body = {"to": str(newer.pk), "mapping": MAPPING, "why": "x", "revision": 1, **changes}
        code: str = ask(lead, campaign, "move", **body).json()["code"]
        return code

    assert refused(mapping={}) == "record-refused"
    assert refused(why="  ") == "invalid"
    assert refused(revision=7) == "version-moved"
    assert refused(to=str(campaign.protocol_version_id)) == "state-conflict"
    assert refused(to=str(campaign.pk)) == "not-found"
    ProtocolVersion.objects.get(pk=newer.pk)
    retired = make_record(
        ProtocolVersion,
        campaign.project,
        protocol=newer.protocol,
        number="3.0.0",
        content={},
        sha256="x",
        drafted_by=newer.drafted_by,
        drafted_at=FRIDAY,
    )
    assert refused(to=str(retired.pk)) == "state-conflict"
    assert CampaignMove.objects.count() == 0


def test_a_version_of_another_protocol_is_not_found(
    lead: APIClient, campaign: Campaign, newer: ProtocolVersion, project: Project
) -> None:
    other = Protocol.objects.create(project=project, slug="other", title="Other")
    foreign = make_record(
        ProtocolVersion,
        project,
        protocol=other,
        number="1.0.0",
        content={},
        sha256="x",
        drafted_by=newer.drafted_by,
        drafted_at=FRIDAY,
    )

    assert ask(lead, campaign, "preview-move", to=str(foreign.pk)).status_code == 404


def test_no_road_moves_a_campaign_without_a_mapping(
    lead: APIClient, campaign: Campaign, newer: ProtocolVersion
) -> None:
    patched = lead.patch(
        f"/api/v1/campaigns/{campaign.pk}", {"revision": 1, "protocol_version": str(newer.pk)}
    )
    with pytest.raises(IntegrityError, match="with a mapping"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE sampling_campaign SET protocol_version_id = %s, revision = 2", [newer.pk]
            )

    assert patched.json()["code"] == "state-conflict"


def test_a_move_is_never_changed_and_says_why(
    campaign: Campaign, newer: ProtocolVersion, field_lead: User
) -> None:
    move = {
        "campaign": campaign,
        "from_version": campaign.protocol_version,
        "to_version": newer,
        "why": "x",
        "moved_by": field_lead,
        "moved_at": FRIDAY,
        "revision": 2,
    }
    CampaignMove.objects.create(**move)

    for change in ({"why": ""}, {"to_version": campaign.protocol_version, "revision": 3}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CampaignMove.objects.create(**{**move, **change})
    with pytest.raises(DatabaseError), transaction.atomic():
        CampaignMove.objects.update(why="y")
