"""A code borne by two bags is decided in the inbox like any conflict."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from sampling.models import Specimen, SyncConflict
from tests.web.scenes import faults_of, operation, send


@pytest.fixture
def twice(project, campaign, device):
    """Return the page of the conflict about the second of two bags with one code."""
    bags = [
        operation(
            "specimen", uuid.uuid4(), scope=campaign.capture_scope, code="RF-BAG", kind="roots"
        )
        for _ in range(2)
    ]
    send(device, campaign, *bags)
    conflict = SyncConflict.objects.get(kind="duplicate-key")
    return reverse("pages:conflict", args=[project.pk, conflict.pk])


@pytest.mark.parametrize(
    ("form", "codes", "sentence"),
    [
        ({"answer": "typed", "value-code": "RF-BAG-2"}, ["RF-BAG", "RF-BAG-2"], "another code"),
        ({"answer": "withdraw"}, ["RF-BAG"], "the record was withdrawn"),
        ({"answer": "stored"}, ["RF-BAG", "RF-BAG"], "the record was kept"),
    ],
)
def test_the_second_bag_gets_another_code_or_is_withdrawn_or_stays(
    signed_in, field_lead, twice, form, codes, sentence
):
    lead = signed_in(field_lead)
    shown = lead.get(twice).content.decode()

    answer = lead.post(twice, {**form, "revision": "1", "why": "looked at the bags"})

    decided = lead.get(twice).content.decode()
    live = Specimen.objects.filter(voided_at=None).order_by("code")
    assert faults_of(shown) == faults_of(decided) == []
    assert "Two bags bear the code <strong>RF-BAG</strong>" in shown
    assert answer.status_code == 302
    assert list(live.values_list("code", flat=True)) == codes
    assert sentence in decided
    assert not SyncConflict.objects.filter(resolved_at=None).exists()


def test_the_inbox_lists_it_as_what_it_is(signed_in, field_lead, project, twice):
    inbox = reverse("pages:conflicts", args=[project.pk])

    html = signed_in(field_lead).get(inbox, {"kind": "duplicate-key"}).content.decode()

    assert twice in html
    assert "one code twice" in html
