"""One answer for all conflicts that are alike, and two people who decide at the same moment."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sampling.actions import conflicts
from sampling.models import SoilCore, SyncConflict, SyncOperation
from tests.people import make_member
from tests.web.scenes import faults_of, make_conflict, operation, send, send_core


@pytest.fixture
def lead(signed_in, field_lead):
    return signed_in(field_lead)


@pytest.fixture
def three(device, campaign, plot):
    """Return three cores, each with a conflict about its recovered length, 40 against 42."""
    cores = [send_core(device, campaign, plot, code=f"C{number}") for number in range(3)]
    return {core: make_conflict(device, campaign, core) for core in cores}


def page_of(project, conflict):
    return reverse("pages:conflict", args=[project.pk, conflict])


def lengths():
    return sorted(SoilCore.objects.values_list("recovered_length_cm", flat=True))


def open_ones():
    return SyncConflict.objects.filter(resolved_at=None).count()


def said(client, project):
    return client.get(reverse("pages:conflicts", args=[project.pk])).content.decode()


def test_one_answer_settles_all_that_are_alike_with_who_and_why(lead, project, three, field_lead):
    page = page_of(project, next(iter(three.values())))
    shown = lead.get(page).content.decode()

    answer = lead.post(page, {"answer": "device", "alike": "1", "why": "tape was short"})

    assert "The same answer for all 3 like this" in shown
    assert answer.status_code == 302
    assert (open_ones(), lengths()) == (0, [42, 42, 42])
    decisions = SyncOperation.objects.filter(do="resolve")
    assert decisions.count() == 3
    assert {(d.by, d.why, d.via) for d in decisions} == {(field_lead, "tape was short", "web")}
    assert "3 decided." in said(lead, project)


def test_one_answer_settles_the_one_looked_at_and_says_how_many_were_too_many(
    lead, project, three, monkeypatch
):
    monkeypatch.setattr(conflicts, "MOST_AT_ONCE", 2)
    last = SyncConflict.objects.order_by("raised_at", "id").last()

    lead.post(page_of(project, last.pk), {"answer": "stored", "alike": "1"})

    last.refresh_from_db()
    assert (last.resolved_at is not None, open_ones()) == (True, 1)
    assert "1 left open: One answer settles" in said(lead, project)


@pytest.mark.parametrize("answer", ["device", "typed"])
def test_a_reason_nobody_can_store_is_refused_and_decides_nothing(lead, project, three, answer):
    core, conflict = next(iter(three.items()))
    revision = SoilCore.objects.get(pk=core).revision
    form = {"answer": answer, "why": "\0", "revision": revision}

    answered = lead.post(page_of(project, conflict), form | {"value-recovered_length_cm": "41"})

    assert (answered.status_code, open_ones()) == (400, 3)


def test_one_answer_costs_no_more_statements_for_seven_than_for_two(
    lead, project, device, campaign, plot
):
    counted = []
    for number in (2, 7):
        cores = [send_core(device, campaign, plot, code=f"{number}-{n}") for n in range(number)]
        first, *_ = [make_conflict(device, campaign, core) for core in cores]
        with CaptureQueriesContext(connection) as queries:
            lead.post(page_of(project, first), {"answer": "device", "alike": "1"})
        counted.append(len(queries))

    assert open_ones() == 0
    assert counted[0] == counted[1]


def test_what_is_not_alike_stays_open(lead, project, device, campaign, three):
    core, conflict = next(iter(three.items()))
    for note in ("wet", "dry"):
        changes = {"note": {"from": "", "to": note}}
        patch = operation(
            "soil_core",
            core,
            scope=campaign.capture_scope,
            _do="patch",
            _base_revision=1,
            _changes=changes,
        )
        outcomes = send(device, campaign, patch)
    other = uuid.UUID(outcomes[0].detail["conflicts"][0]["id"])

    lead.post(page_of(project, conflict), {"answer": "stored", "alike": "1", "why": "x"})

    assert list(SyncConflict.objects.filter(resolved_at=None).values_list("pk")) == [(other,)]
    assert lengths() == [40, 40, 40]


def test_a_record_sent_two_different_values_is_left_for_a_person(
    lead, project, device, campaign, three
):
    core, conflict = next(iter(three.items()))
    make_conflict(device, campaign, core, length=55.0)
    assert SyncConflict.objects.filter(record=core, resolved_at=None).count() == 3

    lead.post(page_of(project, conflict), {"answer": "device", "alike": "1", "why": "x"})

    assert SyncConflict.objects.filter(resolved_at=None, record=core).count() == 3
    assert open_ones() == 3
    assert "1 left open: One record was sent two different values" in said(lead, project)


def test_a_value_no_record_may_have_is_left_and_the_others_are_settled(
    lead, project, device, campaign, three
):
    conflict = next(iter(three.values()))
    poisoned = SyncConflict.objects.exclude(pk=conflict).order_by("pk")[0]
    SyncConflict.objects.filter(pk=poisoned.pk).update(device_values={"recovered_length_cm": -1})

    lead.post(page_of(project, conflict), {"answer": "device", "alike": "1", "why": "x"})

    assert list(SyncConflict.objects.filter(resolved_at=None)) == [poisoned]
    assert lengths() == [40, 42, 42]


def test_withdrawing_for_all_voids_every_record(lead, project, device, campaign, three):
    for core in three:
        changes = {"note": {"from": "", "to": "stone"}}
        patch = {"_do": "patch", "_base_revision": 1, "_changes": changes}
        gone = {"_do": "delete", "_base_revision": 1}
        scope = campaign.capture_scope
        send(
            device,
            campaign,
            *(operation("soil_core", core, scope=scope, **how) for how in (patch, gone)),
        )
    conflict = SyncConflict.objects.filter(kind="deleted-vs-edited")[0]
    page = page_of(project, conflict.pk)

    lead.post(page, {"answer": "withdraw", "alike": "1", "why": "hit a stone"})

    assert SoilCore.objects.filter(voided_at=None).count() == 0
    assert "the record was withdrawn" in lead.get(page).content.decode()


def test_typed_values_answer_one_conflict_only(lead, project, three):
    page = page_of(project, next(iter(three.values())))

    answer = lead.post(page, {"answer": "typed", "alike": "1", "why": "x"})

    assert answer.status_code == 422
    assert "Typed values answer one conflict." in answer.content.decode()
    assert open_ones() == 3


def test_a_decided_conflict_does_not_settle_others(lead, project, three):
    page = page_of(project, next(iter(three.values())))
    lead.post(page, {"answer": "stored", "why": "x", "revision": "3"})

    answer = lead.post(page, {"answer": "device", "alike": "1", "why": "y"})

    assert answer.status_code == 409
    assert open_ones() == 2


def test_the_inbox_names_what_is_alike_and_narrows_to_it(lead, project, device, three):
    inbox = reverse("pages:conflicts", args=[project.pk])

    whole = lead.get(inbox).content.decode()
    narrowed = lead.get(inbox, {"type": "soil_core", "device": str(device.pk)}).content.decode()
    none = lead.get(inbox, {"type": "specimen"}).content.decode()

    assert f"device={device.pk}" in whole
    assert faults_of(whole) == faults_of(narrowed) == faults_of(none) == []
    assert all(page_of(project, conflict) in narrowed for conflict in three.values())
    assert "None of these waits" in none
    assert lead.get(inbox, {"device": "tablet"}).status_code == 404


def test_the_page_shows_both_sides_and_the_decision_after_the_record_moved_on(
    lead, project, three, client_for, field_lead
):
    core, conflict = next(iter(three.items()))
    page = page_of(project, conflict)
    lead.post(page, {"answer": "device", "why": "tape", "revision": "3"})
    change = {"revision": 4, "recovered_length_cm": 50}
    assert client_for(field_lead).patch(f"/api/v1/soil-cores/{core}", change).status_code == 200

    html = lead.get(page).content.decode()

    assert "what was sent was taken" in html
    assert html.count("<strong>42</strong>") == 2
    assert faults_of(html) == []


def test_the_api_gives_one_answer_to_all(client_for, field_lead, technician, three):
    address = f"/api/v1/conflicts/{next(iter(three.values()))}/resolve-alike"

    refused = client_for(technician).post(address, {"keep": "device", "why": "x"})
    answer = client_for(field_lead).post(address, {"keep": "device", "why": "tape was short"})
    again = client_for(field_lead).post(address, {"keep": "server", "why": "no"})

    assert refused.status_code == 403
    assert (answer.status_code, answer.json()) == (200, {"count": 3, "left": []})
    assert (again.status_code, again.json()["decision"]["choice"]) == (409, "device")
    assert lengths() == [42, 42, 42]


def test_the_api_refuses_a_decision_on_a_record_that_moved(client_for, field_lead, three):
    address = f"/api/v1/conflicts/{next(iter(three.values()))}/resolve"

    answer = client_for(field_lead).post(address, {"keep": "device", "revision": 1})

    assert (answer.status_code, answer.json()["code"]) == (409, "version-moved")
    assert open_ones() == 3


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_decide_at_once_one_wins_and_the_other_is_told_what_was_chosen(
    project, device, campaign, plot, signed_in, field_lead
):
    core = send_core(device, campaign, plot)
    page = page_of(project, make_conflict(device, campaign, core))
    people = [signed_in(field_lead), signed_in(make_member(project, "second", "field_lead"))]
    answers = ["device", "stored"]
    start = threading.Barrier(2)

    def decide(number):
        start.wait(timeout=20)
        try:
            form = {"answer": answers[number], "why": f"why {number}", "revision": "3"}
            return people[number].post(page, form)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(decide, range(2))

    assert sorted([first.status_code, second.status_code]) == [302, 409]
    winner = 0 if first.status_code == 302 else 1
    told = (second if winner == 0 else first).content.decode()
    assert f"why {winner}" in told
    assert "yours was not stored" in told
    assert SyncOperation.objects.filter(do="resolve").count() == 1
    assert SoilCore.objects.get(pk=core).recovered_length_cm == (42 if winner == 0 else 40)
