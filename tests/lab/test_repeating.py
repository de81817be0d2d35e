"""A body sent twice, also at once, is stored once."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from sampling.actions.lab import Entry, enter_results
from sampling.errors import IdempotencyReused
from sampling.models import Determination, ImportBatch, Transition
from tests.lab.conftest import MONDAY

BULK = "/api/v1/lab/results:bulk?mode=commit&on_error=accept_valid"


def rows_for(specimens):
    return [
        {"specimen": one.code, "variable": "carbon_percent", "value": "41", "unit": "%"}
        for one in specimens
    ]


def counts():
    return [model.objects.count() for model in (Determination, Transition, ImportBatch)]


def test_the_same_key_and_body_get_the_stored_answer(client_for, lab_tech, carbon, specimens):
    client = client_for(lab_tech)
    body = {"rows": rows_for(specimens)}

    answers = [client.post(BULK, body, headers={"Idempotency-Key": "k"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert counts() == [3, 3, 1]


def test_a_refused_body_is_answered_the_same_again(client_for, lab_tech, carbon, specimen):
    client = client_for(lab_tech)
    body = {"rows": [{**rows_for([specimen])[0], "value": "150"}]}

    answers = [client.post(BULK, body, headers={"Idempotency-Key": "k"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("more", ["", "&if_exists=skip"])
def test_the_same_key_with_another_request_is_refused(
    client_for, lab_tech, carbon, specimens, more
):
    client = client_for(lab_tech)
    headers = {"Idempotency-Key": "k"}
    client.post(BULK, {"rows": rows_for(specimens)}, headers=headers)

    other = rows_for(specimens if more else specimens[:1])
    answer = client.post(BULK + more, {"rows": other}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-reused")
    assert counts() == [3, 3, 1]


def test_two_people_may_use_the_same_key(client_for, lab_tech, many_sided, carbon, specimens):
    for person, specimen in zip((lab_tech, many_sided), specimens, strict=False):
        answer = client_for(person).post(
            BULK, {"rows": rows_for([specimen])}, headers={"Idempotency-Key": "k"}
        )
        assert answer.status_code == 201


@pytest.mark.parametrize("key", ["ä", "x" * 121, "a b"])
def test_a_key_is_short_and_printable(client_for, lab_tech, carbon, specimen, key):
    answer = client_for(lab_tech).post(
        BULK, {"rows": rows_for([specimen])}, headers={"Idempotency-Key": key}
    )

    assert answer.status_code == 400


def at_once(count, act):
    """Run act(number) in threads that start together, each with its own connection."""
    barrier = Barrier(count)

    def run(number):
        barrier.wait(timeout=20)
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_replays_in_parallel_store_one_set(project, lab_tech, carbon, specimens):
    rows = rows_for(specimens)
    entry = Entry(mode="commit", key="k", body_sha256=hashlib.sha256(b"rows").hexdigest())

    answers = at_once(
        6, lambda _: enter_results(rows, entry, project=project.pk, user=lab_tech, at=MONDAY)
    )

    assert all(answer == answers[0] for answer in answers)
    assert counts() == [3, 3, 1]


@pytest.mark.django_db(transaction=True)
def test_one_key_and_many_bodies_in_parallel_store_one_body(project, lab_tech, carbon, specimens):
    def act(number):
        entry = Entry(mode="commit", key="k", body_sha256=str(number))
        try:
            enter_results(rows_for(specimens), entry, project=project.pk, user=lab_tech, at=MONDAY)
        except IdempotencyReused:
            return "reused"
        return "stored"

    assert sorted(at_once(4, act)) == ["reused", "reused", "reused", "stored"]
    assert counts() == [3, 3, 1]


@pytest.mark.django_db(transaction=True)
def test_two_people_who_type_the_same_cell_at_once_meet(
    project, lab_tech, many_sided, carbon, specimens
):
    people = [lab_tech, many_sided, lab_tech, many_sided]

    def act(number):
        rows = [{**row, "value": str(40 + number)} for row in rows_for(specimens)]
        entry = Entry(mode="commit", on_error="accept_valid")
        answer = enter_results(rows, entry, project=project.pk, user=people[number], at=MONDAY)
        return answer.status

    assert sorted(at_once(4, act)) == [201, 422, 422, 422]
    assert Determination.objects.live().count() == 3
