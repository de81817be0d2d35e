"""A lab technician sees bulk entries row by row, and takes one back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sampling.actions.lab_moves import Move, move_results
from sampling.models import Determination, ImportBatch
from tests.lab.conftest import commit
from tests.web.scenes import faults_of


@pytest.fixture
def bench(lab_tech):
    client = Client()
    client.force_login(lab_tech, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def entered(project, lab_tech, carbon, specimens):
    """A bulk entry of three rows, one of them impossible, that can be taken back."""
    rows = [
        {"specimen": specimen.code, "variable": "carbon_percent", "value": value, "unit": "%"}
        for specimen, value in zip(specimens, ("41.2", "400", "40"), strict=True)
    ]
    answer = commit(rows, project=project, user=lab_tech)
    batch = ImportBatch.objects.get(pk=answer["batch"])
    ImportBatch.objects.update(undo_until=timezone.now() + dt.timedelta(hours=1))
    return batch


def page_of(project, batch):
    return reverse("lab:batch", args=[project.pk, batch.pk])


def test_the_list_counts_and_the_page_says_what_was_wrong_with_each_row(bench, project, entered):
    listed = bench.get(reverse("lab:batches", args=[project.pk])).content.decode()
    page = bench.get(page_of(project, entered)).content.decode()
    rejected = bench.get(page_of(project, entered), {"status": "rejected"}).content.decode()

    assert page_of(project, entered) in listed
    assert '<span class="tag bad">1</span>' in listed
    assert "given: 400" in page
    assert page.count("<tr>") == 4
    assert rejected.count("<tr>") == 2
    assert [faults_of(html) for html in (listed, page, rejected)] == [[], [], []]


def test_an_entry_is_taken_back_once(bench, project, entered):
    answer = bench.post(page_of(project, entered))

    assert answer.status_code == 302
    assert set(Determination.objects.values_list("state", flat=True)) == {"discarded"}
    html = bench.get(page_of(project, entered)).content.decode()
    assert "Taken back on" in html
    assert "Take it back" not in html


def test_what_is_verified_is_not_taken_back(bench, project, entered, lab_tech, verifier):
    for step, person in (("submit", lab_tech), ("verify", verifier)):
        seen = dict(Determination.objects.values_list("pk", "version"))
        move = Move(step=step, client="page")
        move_results(seen, move, project=project.pk, by=person, at=timezone.now())

    answer = bench.post(page_of(project, entered))

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody verified or superseded results" in html
    assert faults_of(html) == []


def test_who_only_reads_takes_nothing_back(verifier, project, entered):
    client = Client()
    client.force_login(verifier, backend="django.contrib.auth.backends.ModelBackend")

    assert "Take it back" not in client.get(page_of(project, entered)).content.decode()
    assert client.post(page_of(project, entered)).status_code == 403


def test_the_list_costs_the_same_for_many_entries(bench, project, lab_tech, entered):
    url = reverse("lab:batches", args=[project.pk])

    def queries():
        with CaptureQueriesContext(connection) as seen:
            bench.get(url)
        return len(seen)

    queries()
    few = queries()
    for number in range(10):
        entered.pk, entered.idempotency_key = None, str(number)
        entered.save(force_insert=True)

    assert ImportBatch.objects.count() == 11
    assert queries() == few
