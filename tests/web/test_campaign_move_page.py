"""A field lead looks at what another protocol version means, answers, and moves the campaign."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sampling.models import CampaignMove, ProtocolVersion
from sampling.rules.canonical_json import canonical_sha256
from tests.people import FRIDAY, make_record
from tests.protocol_examples import protocol_content
from tests.web.scenes import faults_of


@pytest.fixture
def newer(project, protocol, protocol_editor, protocol_publisher):
    """A version in force that has one question less."""
    content = protocol_content()
    content["questions"] = content["questions"][:1]
    return make_record(
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


@pytest.fixture
def lead(signed_in, field_lead):
    return signed_in(field_lead)


@pytest.fixture
def page(project, campaign):
    return reverse("pages:campaign-move", args=[project.pk, campaign.pk])


def answered(newer, campaign, **more):
    return {"to": newer.pk, "revision": campaign.revision, "why": "water is not asked", **more}


def test_the_page_shows_what_differs_and_asks_what_is_left_to_decide(lead, page, newer, core):
    chosen = lead.get(page).content.decode()
    preview = lead.get(page, {"to": newer.pk}).content.decode()

    assert "2.0.0" in chosen
    assert 'name="map:questions:soil-water"' in preview
    assert "1.0.0 to 2.0.0" in preview
    assert "soil core" in preview
    assert faults_of(chosen) == faults_of(preview) == []


def test_with_every_answer_the_campaign_moves_and_says_so(lead, page, newer, campaign, field_lead):
    form = answered(newer, campaign, **{"map:questions:soil-water": "nothing"})

    answer = lead.post(page, form)

    assert answer.status_code == 302
    move = CampaignMove.objects.get()
    assert (move.moved_by, move.why) == (field_lead, "water is not asked")
    assert move.mapping["questions"]["soil-water"] is None
    campaign.refresh_from_db()
    assert campaign.protocol_version == newer
    after = lead.get(page).content.decode()
    assert "water is not asked" in after
    assert faults_of(after) == []


def test_an_old_question_can_be_read_as_a_new_one(lead, page, newer, campaign):
    kept = newer.content["questions"][0]["id"]

    lead.post(page, answered(newer, campaign, **{"map:questions:soil-water": f"id:{kept}"}))

    assert CampaignMove.objects.get().mapping["questions"]["soil-water"] == kept


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({}, 422, "Say what soil-water of questions is in the new version"),
        ({"map:questions:soil-water": "nothing", "why": " "}, 422, "Say why"),
        ({"map:questions:soil-water": "nothing", "revision": "9"}, 409, "look again"),
        ({"map:questions:soil-water": "nothing", "revision": ""}, 409, "look again"),
        ({"map:questions:soil-water": "id:never"}, 422, "has no never"),
        ({"to": ""}, 422, "Choose a version."),
    ],
)
def test_what_is_not_answered_moves_nothing(
    *, lead, page, newer, campaign, change, status, sentence
):
    answer = lead.post(page, answered(newer, campaign, **change))

    html = answer.content.decode()
    assert answer.status_code == status
    assert sentence in html
    assert faults_of(html) == []
    assert CampaignMove.objects.count() == 0


@pytest.mark.parametrize("strange", ["x", "11111111-1111-4111-8111-111111111111"])
def test_a_strange_version_is_not_found(lead, page, newer, strange):
    assert lead.get(page, {"to": strange}).status_code == 404


def test_without_another_version_the_page_says_who_makes_one(lead, page):
    assert "No other version of this protocol is in force." in lead.get(page).content.decode()
