"""Results and batches are listed to who may read them, and amended by who may enter."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sampling.models import Campaign, Determination, ImportBatch
from tests.lab.conftest import make_specimens
from tests.people import make_record

RESULTS = "/api/v1/lab/results"


def test_results_are_listed_and_narrowed(client_for, analyst, campaign, enter, specimens):
    results = [enter(specimen) for specimen in specimens]
    Determination.objects.filter(pk=results[0].pk).update(state="discarded", version=2)
    project, version = campaign.project, campaign.protocol_version
    other = make_record(Campaign, project, code="B", protocol_version=version)
    client = client_for(analyst)

    def listed(query):
        return len(client.get(f"{RESULTS}?{query}").json()["results"])

    assert listed("") == 3
    assert listed(f"project={project.pk}&campaign={campaign.pk}") == 3
    assert listed(f"campaign={other.pk}") == 0
    assert listed(f"specimen={specimens[1].pk}") == 1
    assert listed(f"specimen_code={specimens[1].code}") == 1
    assert listed("state=draft") == 2
    assert listed("state=draft&state=discarded") == 3
    assert listed("is_live=true") == 2
    assert listed("is_live=false") == 1
    assert client.get(f"{RESULTS}?stat=draft").status_code == 400
    assert client.get(f"{RESULTS}?campaign=x").status_code == 400


def test_one_result_tells_its_steps_and_its_exact_value(client_for, lab_tech, enter, specimen):
    result = enter(specimen, "41.10")

    body = client_for(lab_tech).get(f"{RESULTS}/{result.pk}").json()

    assert (body["value"], body["as_entered"], body["specimen_code"]) == (
        "41.1",
        "41.10",
        specimen.code,
    )
    assert [step["to_state"] for step in body["transitions"]] == ["draft"]


def test_lists_ask_as_often_for_many_as_for_few(client_for, analyst, enter, campaign):
    client = client_for(analyst)
    counts = []

    for first, number in ((0, 2), (100, 20)):
        for specimen in make_specimens(campaign, number, first=first):
            enter(specimen)
        for path in (RESULTS, "/api/v1/lab/batches"):
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            counts.append(len(queries))

    assert counts[:2] == counts[2:]


@pytest.mark.parametrize("who", ["technician", "admin"])
def test_who_may_not_read_results_is_told(request, client_for, enter, specimen, who):
    result = enter(specimen)
    client = client_for(request.getfixturevalue(who))

    for path in (RESULTS, f"{RESULTS}/{result.pk}", "/api/v1/lab/batches"):
        assert client.get(path).status_code == 403


def test_a_stranger_is_asked_to_sign_in(client):
    assert client.get(RESULTS).status_code == 401


def test_another_projects_results_are_not_there(client_for, outsider, enter, specimen):
    result = enter(specimen)
    client = client_for(outsider)
    amend = {"value": "1", "version": 1, "amend_reason": "other"}

    assert client.get(RESULTS).json()["results"] == []
    assert client.get(f"{RESULTS}?project={result.project_id}").json()["results"] == []
    for path in (f"{RESULTS}/{result.pk}", f"/api/v1/lab/batches/{result.batch_id}"):
        assert client.get(path).status_code == 404
    for path in (f"{RESULTS}/{result.pk}:amend", f"/api/v1/lab/batches/{result.batch_id}:undo"):
        assert client.post(path, amend).status_code == 404


def test_batches_tell_what_became_of_their_rows(client_for, lab_tech, enter, specimen):
    result = enter(specimen)
    client = client_for(lab_tech)

    (listed,) = client.get("/api/v1/lab/batches").json()["results"]
    shown = client.get(f"/api/v1/lab/batches/{result.batch_id}").json()

    assert (listed["id"], listed["counts"]["created"]) == (str(result.batch_id), 1)
    assert shown["answer"]["rows"][0]["result"] == str(result.pk)


@pytest.fixture
def amend(client_for, lab_tech):
    client = client_for(lab_tech)

    def amended(result, key="", **body):
        whole = {"value": "43", "version": 1, "amend_reason": "transcription", **body}
        headers = {"Idempotency-Key": key} if key else {}
        answer = client.post(f"{RESULTS}/{result.pk}:amend", whole, headers=headers)
        return answer.status_code, answer.json()

    return amended


def test_an_amended_result_is_superseded_by_a_draft(amend, enter, specimen):
    result = enter(specimen)

    status, body = amend(result, amend_text="digits exchanged")

    new = Determination.objects.get(pk=body["rows"][0]["result"])
    result.refresh_from_db()
    assert status == 201
    assert (new.supersedes, new.value, new.state) == (result, Decimal(43), "draft")
    assert (result.state, result.value) == ("superseded", Decimal("41.2"))


def test_an_amendment_sent_twice_is_made_once(amend, enter, specimen):
    result = enter(specimen)

    answers = [amend(result, key="k") for _ in range(2)]

    assert answers[0] == answers[1]
    assert Determination.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"version": 2}, 409, "version-moved"),
        ({"value": "41.2"}, 409, "state-conflict"),
        ({"value": "150"}, 422, "record-refused"),
        ({"amend_reason": "because"}, 422, "record-refused"),
        ({"replicate_no": 2}, 400, "malformed"),
        ({"state": "approved"}, 400, "malformed"),
    ],
)
def test_an_amendment_that_does_not_fit_changes_nothing(amend, enter, specimen, body, status, code):
    result = enter(specimen)

    answer = amend(result, **body)

    assert (answer[0], answer[1]["code"]) == (status, code)
    assert Determination.objects.get() == result
    assert ImportBatch.objects.count() == 1


def test_a_result_superseded_meanwhile_is_not_amended_again(amend, enter, specimen):
    result = enter(specimen)
    amend(result)

    assert amend(result, value="44")[0] == 409
    assert amend(Determination(pk=uuid.uuid4()))[0] == 404


def test_the_schema_describes_the_bench_without_a_warning(client, lab_tech, capsys):
    client.force_login(lab_tech)

    paths = client.get("/api/schema", headers={"accept": "application/json"}).json()["paths"]

    mine = [path for path in paths if path.startswith("/api/v1/lab/")]
    assert len(mine) == 8
    assert "sampling/lab" not in capsys.readouterr().err
