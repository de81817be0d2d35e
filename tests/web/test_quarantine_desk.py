"""What a data steward decides about held operations reaches the tablet that sent them."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from sampling.actions.devices import issue_enrolment_code
from sampling.models import AuditEvent, SamplingPoint, SoilCore, SyncOperation
from sampling.tablet import Surroundings, Tablet
from tests.people import make_member, make_record
from tests.sync.in_process import InProcess
from tests.web.scenes import faults_of, make_held, operation, send

SENTENCE = "Measure the diameter again and write it in cm."


@pytest.fixture
def desk(signed_in, steward):
    return signed_in(steward)


@pytest.fixture
def tablet(project, technician, admin, campaign, tmp_path):
    """Return the technician's tablet, enrolled and up to date."""
    _, code = issue_enrolment_code(
        project=project,
        user=technician,
        issued_by=admin,
        device_name="Tablet 7",
        campaigns=[campaign],
        at=timezone.now(),
    )
    around = Surroundings(sleep=lambda _seconds: None)
    tablet = Tablet(tmp_path / "tablet.sqlite", InProcess(), surroundings=around)
    tablet.hello()
    tablet.enrol(code)
    tablet.pull()
    yield tablet
    tablet.close()


def page_of(project, op):
    return reverse("pages:held-operation", args=[project.pk, op])


def capture_wrong(tablet, scope):
    """Capture a core whose diameter cannot be and push it; return the operation's id."""
    fields = {"sampling_point": str(uuid.uuid4()), "code": "C9", "inner_diameter_cm": "eight"}
    tablet.capture("soil_core", fields, scope)
    tablet.push()
    (held,) = tablet.operations("quarantined")
    return held.op


def test_what_is_returned_reaches_the_tablet_with_the_sentence_of_the_steward(
    desk, project, campaign, tablet
):
    op = capture_wrong(tablet, campaign.capture_scope)

    answer = desk.post(page_of(project, op), {"answer": "return", "sentence": SENTENCE})
    tablet.pull()

    assert answer.status_code == 302
    (returned,) = tablet.operations("rejected")
    assert (returned.op, returned.outcome["code"]) == (op, "returned")
    assert returned.outcome["detail"] == SENTENCE
    assert returned.outcome["by"] == "steward"
    assert returned.outcome["problems"][0]["code"] == "wrong-type"
    assert tablet.operations("quarantined") == []


def test_pushing_a_returned_operation_again_gives_the_same_answer(desk, project, campaign, tablet):
    op = capture_wrong(tablet, campaign.capture_scope)
    desk.post(page_of(project, op), {"answer": "refuse", "sentence": "Not of this campaign."})

    tablet._parts.outbox.reopen(above=0)
    tablet.push()

    (refused,) = tablet.operations("rejected")
    assert (refused.outcome["code"], refused.outcome["duplicate"]) == ("refused", True)
    assert SyncOperation.objects.get(op=op).body["chg"]["inner_diameter_cm"]["to"] == "eight"


def test_what_was_sent_outside_the_grants_is_told_in_the_scope_the_tablet_reads(
    desk, project, campaign, tablet
):
    elsewhere = f"campaign:{uuid.uuid4()}"
    op = capture_wrong(tablet, elsewhere)
    assert SyncOperation.objects.get(op=op).detail["problems"][0]["code"] == "out-of-scope"

    desk.post(page_of(project, op), {"answer": "return", "sentence": "Ask for this campaign."})
    tablet.pull()

    (returned,) = tablet.operations("rejected")
    assert returned.outcome["detail"] == "Ask for this campaign."
    tablet.pull()
    assert len(tablet.operations("rejected")) == 1


def test_who_decided_what_and_why_is_kept_and_shown(desk, project, steward, held):
    desk.post(page_of(project, held), {"answer": "rerun"})
    desk.post(page_of(project, held), {"answer": "return", "sentence": SENTENCE})

    html = desk.get(page_of(project, held)).content.decode()
    listed = desk.get(reverse("pages:held-decided", args=[project.pk])).content.decode()
    events = AuditEvent.objects.filter(subject=str(held)).order_by("pk")

    assert [(e.action, e.user) for e in events] == [
        ("operation.rerun", steward),
        ("operation.returned", steward),
    ]
    assert events[1].detail["was"]["problems"][0]["code"] == "wrong-type"
    for page in (html, listed):
        assert faults_of(page) == []
        assert SENTENCE in page
        assert "given back" in page.lower()


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ({"answer": "return"}, 400, "what the technician should know"),
        ({"answer": "refuse", "sentence": "x" * 501}, 400, "what the technician should know"),
        ({"answer": "burn"}, 422, "Choose what to do with it."),
        ({}, 422, "Choose what to do with it."),
    ],
)
def test_a_decision_without_its_reason_changes_nothing(desk, project, held, form, status, sentence):
    answer = desk.post(page_of(project, held), form)

    html = answer.content.decode()
    assert answer.status_code == status
    assert sentence in html
    assert faults_of(html) == []
    assert SyncOperation.objects.get(op=held).status == "quarantined"


def test_all_alike_are_returned_at_once_and_others_stay(desk, project, device, campaign):
    alike = [make_held(device, campaign) for _ in range(3)]
    other = operation(
        "soil_core", uuid.uuid4(), scope=campaign.capture_scope, sampling_point=str(uuid.uuid4())
    )
    send(device, campaign, other)
    shown = desk.get(page_of(project, alike[0])).content.decode()

    desk.post(page_of(project, alike[0]), {"answer": "return", "sentence": SENTENCE, "alike": "1"})

    assert "The same for all 3 like this" in shown
    settled = SyncOperation.objects.filter(status="rejected")
    assert set(settled.values_list("op", flat=True)) == set(alike)
    assert AuditEvent.objects.filter(action="operation.returned").count() == 3


def test_after_a_fix_all_alike_are_tried_again(desk, project, device, campaign, plot):
    point = uuid.uuid4()
    waiting = [
        operation(
            "soil_core",
            uuid.uuid4(),
            scope=campaign.capture_scope,
            sampling_point=str(point),
            code=f"c{number}",
        )
        for number in range(3)
    ]
    stray = operation(
        "soil_core",
        uuid.uuid4(),
        scope=campaign.capture_scope,
        sampling_point=str(uuid.uuid4()),
        code="stray",
    )
    send(device, campaign, *waiting, stray)
    make_record(
        SamplingPoint, project, id=point, plot=plot, code="P1", scope=campaign.capture_scope
    )

    desk.post(page_of(project, waiting[0].id), {"answer": "rerun", "alike": "1"})

    assert SoilCore.objects.count() == 3
    html = desk.get(reverse("pages:held", args=[project.pk])).content.decode()
    assert "3 settled." in html
    assert "1 still held" in html


def test_who_decides_second_is_told_what_the_first_chose(desk, project, held):
    desk.post(page_of(project, held), {"answer": "return", "sentence": SENTENCE})

    late = desk.post(page_of(project, held), {"answer": "refuse", "sentence": "no"})

    html = late.content.decode()
    assert late.status_code == 409
    assert "before you" in html
    assert f"Given back by steward: {SENTENCE}" in html
    assert SyncOperation.objects.get(op=held).detail["code"] == "returned"


@pytest.mark.django_db(transaction=True)
def test_of_two_stewards_at_once_one_decides(project, device, campaign, signed_in, steward):
    op = make_held(device, campaign)
    people = [signed_in(steward), signed_in(make_member(project, "second", "data_steward"))]
    forms = [{"answer": "return", "sentence": "a"}, {"answer": "refuse", "sentence": "b"}]
    start = threading.Barrier(2)

    def decide(number):
        start.wait(timeout=20)
        try:
            return people[number].post(page_of(project, op), forms[number]).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        statuses = sorted(threads.map(decide, range(2)))

    assert statuses == [302, 409]
    assert AuditEvent.objects.exclude(action="device.enrolled").count() == 1


def test_technicians_see_what_their_own_tablets_sent(signed_in, technician, project, held):
    colleague = signed_in(make_member(project, "colleague", "technician"))
    own = signed_in(technician)
    listed = reverse("pages:held", args=[project.pk])

    assert str(held) in own.get(listed).content.decode()
    assert own.get(page_of(project, held)).status_code == 200
    assert str(held) not in colleague.get(listed).content.decode()
    assert colleague.get(page_of(project, held)).status_code == 404
    assert own.post(page_of(project, held), {"answer": "rerun"}).status_code == 403


def test_the_desk_counts_by_reason(desk, project, device, campaign):
    for _ in range(2):
        make_held(device, campaign)

    html = desk.get(reverse("pages:held", args=[project.pk])).content.decode()

    assert "2 quarantined" in html
    assert faults_of(html) == []


def test_the_api_decides_as_the_page_does(client_for, steward, field_lead, device, campaign):
    first, second, third = (make_held(device, campaign) for _ in range(3))
    api = client_for(steward)

    def post(op, verb, body=None):
        return api.post(f"/api/v1/quarantine/{op}/{verb}", body or {})

    tried = post(first, "rerun-alike")
    one = post(first, "return", {"sentence": SENTENCE})
    rest = post(second, "refuse", {"sentence": "Not wanted.", "alike": True})

    assert tried.json() == {"outcomes": {"quarantined": 3}}
    assert (one.status_code, one.json()) == (200, {"count": 1})
    assert rest.json() == {"count": 2}
    assert post(third, "refuse", {"sentence": "again"}).status_code == 404
    assert post(third, "return", {}).status_code in (400, 404)
    codes = SyncOperation.objects.order_by("n").values_list("detail__code", flat=True)
    assert list(codes) == ["returned", "refused", "refused"]
