"""A person decides between two values, once, and with a reason."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from sampling.actions.conflicts import Ruling, resolve_conflict
from sampling.models import AuditEvent, SamplingPoint, SoilCore, SyncConflict, SyncOperation
from sampling.rules.record_types import Field
from sampling.web.typed_values import text_of, value_from_text
from tests.web.scenes import faults_of, make_conflict, operation, send


@pytest.fixture
def lead(signed_in, field_lead):
    return signed_in(field_lead)


@pytest.fixture
def page(project, conflict):
    return reverse("pages:conflict", args=[project.pk, conflict])


def decide(client, page, core, **form):
    revision = SoilCore.objects.get(pk=core).revision
    given = {"revision": revision, "why": "measured again", **form}
    return client.post(page, given)


def test_the_page_shows_what_was_seen_what_is_stored_and_what_was_sent(lead, page):
    html = lead.get(page).content.decode()

    assert "<strong>42</strong>" in html
    assert '<td class="value">40</td>' in html
    assert '<td class="value muted">blank</td>' in html


def test_taking_what_was_sent_writes_it_with_who_and_why(lead, page, core, conflict, field_lead):
    answer = decide(lead, page, core, answer="device")

    assert answer.status_code == 302
    assert SoilCore.objects.get(pk=core).recovered_length_cm == 42
    decision = SyncConflict.objects.get(pk=conflict).resolved_by
    assert (decision.by, decision.why, decision.via) == (field_lead, "measured again", "web")


def test_keeping_what_is_stored_writes_nothing_else(lead, page, core, conflict):
    decide(lead, page, core, answer="stored")

    assert SoilCore.objects.get(pk=core).recovered_length_cm == 40
    assert SyncConflict.objects.get(pk=conflict).resolved_at is not None


def test_a_typed_value_may_have_a_decimal_comma(lead, page, core):
    form = {"value-recovered_length_cm": "41,5", "value-driven_length_cm": ""}

    decide(lead, page, core, answer="typed", **form)

    assert SoilCore.objects.get(pk=core).recovered_length_cm == 41.5


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"answer": "typed", "value-recovered_length_cm": "long"}, "is a number"),
        ({"answer": "typed", "value-driven_length_cm": "-3"}, "Driven 0 to 2000 cm deep."),
        ({"answer": "neither"}, "Choose one of the answers."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_changes_nothing(
    lead, page, core, conflict, form, sentence
):
    answer = decide(lead, page, core, **form)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert faults_of(answer.content.decode()) == []
    assert SyncConflict.objects.get(pk=conflict).resolved_at is None
    assert SoilCore.objects.get(pk=core).recovered_length_cm == 40


def test_who_comes_second_is_told_who_was_faster(lead, page, core, conflict, steward):
    resolve_conflict(
        SyncConflict.objects.get(pk=conflict),
        Ruling(why="the balance was wrong"),
        by=steward,
        via="api",
        at=timezone.now(),
    )

    answer = decide(lead, page, core, answer="device")

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody resolved this conflict before you" in html
    assert "steward" in html
    assert "the balance was wrong" in html
    assert SoilCore.objects.get(pk=core).recovered_length_cm == 40


def test_a_record_that_moved_since_is_shown_again_instead_of_overwritten(
    lead, page, core, conflict
):
    answer = lead.post(page, {"revision": "1", "answer": "device", "why": "x"})

    assert answer.status_code == 409
    assert "decide again" in answer.content.decode()
    assert SyncConflict.objects.get(pk=conflict).resolved_at is None


@pytest.mark.parametrize("role", ["technician", "steward"])
def test_who_may_only_look_does_not_decide(request, signed_in, page, core, conflict, role):
    client = signed_in(request.getfixturevalue(role))

    answer = decide(client, page, core, answer="device")

    assert answer.status_code == 403
    assert "A field lead decides." in client.get(page).content.decode()
    assert SyncConflict.objects.get(pk=conflict).resolved_at is None


def test_after_a_decision_the_oldest_open_conflict_is_shown(lead, page, core, device, campaign):
    make_conflict(device, campaign, core, length=55.0)

    answer = decide(lead, page, core, answer="stored")

    oldest = SyncConflict.objects.filter(resolved_at=None).order_by("raised_at", "id")[0]
    following = reverse("pages:conflict", args=[campaign.project_id, oldest.pk])
    assert answer.headers["Location"] == following
    assert following != page


def test_the_list_holds_open_ones_and_on_request_the_decided(lead, page, core, project):
    conflicts = reverse("pages:conflicts", args=[project.pk])
    before = lead.get(conflicts).content.decode()
    decide(lead, page, core, answer="stored")

    after = lead.get(conflicts).content.decode()
    decided = lead.get(conflicts, {"state": "resolved"}).content.decode()

    assert page in before
    assert page not in after
    assert page in decided
    assert "measured again" in decided


def test_a_record_withdrawn_by_one_and_changed_by_another_can_be_withdrawn(
    lead, device, campaign, core, project
):
    scope = campaign.capture_scope
    changes = {"note": {"from": "", "to": "stone"}}
    patch = operation(
        "soil_core", core, scope=scope, _do="patch", _base_revision=1, _changes=changes
    )
    outcomes = send(
        device,
        campaign,
        patch,
        operation("soil_core", core, scope=scope, _do="delete", _base_revision=1),
    )
    raised = uuid.UUID(outcomes[1].detail["conflicts"][0]["id"])
    page = reverse("pages:conflict", args=[project.pk, raised])
    shown = lead.get(page).content.decode()

    answer = decide(lead, page, core, answer="withdraw")

    assert "Withdraw the record" in shown
    assert faults_of(shown) == []
    assert answer.status_code == 302
    assert SoilCore.objects.get(pk=core).voided_at is not None
    assert SyncConflict.objects.get(pk=raised).resolved_at is not None
    assert SyncOperation.objects.filter(record=core, do="delete", via="web").count() == 1


def test_positions_in_conflict_are_masked_for_a_technician_and_noted_for_a_lead(
    lead, signed_in, technician, device, campaign, core
):
    point = SoilCore.objects.get(pk=core).sampling_point
    for latitude in (52.11111, 52.22222):
        changes = {"latitude": {"from": 52.00871, "to": latitude}}
        outcomes = send(
            device,
            campaign,
            operation(
                "sampling_point",
                point.pk,
                scope=campaign.capture_scope,
                _do="patch",
                _base_revision=1,
                _changes=changes,
            ),
        )
    page = reverse(
        "pages:conflict", args=[campaign.project.pk, outcomes[0].detail["conflicts"][0]["id"]]
    )

    masked = signed_in(technician).get(page).content.decode()
    shown = lead.get(page).content.decode()

    assert "52.22222" not in masked
    assert "52.11111" not in masked
    assert "Exact positions are not shown to your role." in masked
    assert "52.22222" in shown
    assert SamplingPoint.objects.get(pk=point.pk).latitude == 52.11111
    readers = AuditEvent.objects.filter(action="exact_position.read")
    assert [event.user.username for event in readers] == ["field_lead"]


def test_the_list_can_be_of_one_campaign(lead, page, project, campaign):
    conflicts = reverse("pages:conflicts", args=[project.pk])

    html = lead.get(conflicts, {"campaign": campaign.pk}).content.decode()

    assert page in html
    assert "of Harvest 2026" in html


@pytest.mark.parametrize(
    ("kind", "nullable", "text", "expected"),
    [
        ("number", True, " 12,5 ", 12.5),
        ("number", True, "nan", "nan"),
        ("integer", False, "7", 7),
        ("integer", False, "seven", "seven"),
        ("boolean", False, "Yes", True),
        ("boolean", False, "perhaps", "perhaps"),
        ("numbers", False, "[1, 2.5]", [1, 2.5]),
        ("json", False, "{", "{"),
        ("text", False, "", ""),
        ("date", True, "", None),
        ("date", True, "2026-05-01", "2026-05-01"),
    ],
)
def test_typed_text_becomes_the_value_of_its_kind(kind, nullable, text, expected):
    field = Field(name="x", column="x", sql_type="", kind=kind, is_nullable=nullable)

    assert value_from_text(field, text) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", 0.1),
        ("number", None),
        ("boolean", False),
        ("numbers", [1.5, 2.0]),
        ("json", {"rye": 0.5}),
        ("text", "left blank"),
    ],
)
def test_a_value_typed_as_it_is_shown_is_the_same_value(kind, value):
    field = Field(name="x", column="x", sql_type="", kind=kind, is_nullable=True)

    assert value_from_text(field, text_of(field, value)) == value
