from __future__ import annotations

import csv
import hashlib
import io
import uuid

import pytest
from django.utils import timezone

from estimates.models import EstimateOrder, EstimateRun
from sampling.models import SyncBatch, SyncOperation
from tests.estimates.conftest import complete
from tests.people import FRIDAY, make_member

ORDERS = "/api/v1/estimate-orders"
RUNS = "/api/v1/estimates"
RESULTS = "/api/v1/estimate-results"


@pytest.fixture
def api(client_for, analyst):
    return client_for(analyst)


def rows(response):
    assert response.status_code == 200, response.content
    return response.json()["results"]


def test_an_analyst_orders_estimates_and_reads_them(api, trial):
    body = {"campaign": str(trial.campaign.pk), "seed": 5, "options": {"digits": 1}}

    answer = api.post(ORDERS, body)

    assert answer.status_code == 201, answer.content
    assert answer.json()["progress"]["total"] == 5
    order = EstimateOrder.objects.get(pk=answer.json()["id"])
    complete(order)
    shown = api.get(f"{ORDERS}/{order.pk}").json()
    assert shown["progress"]["succeeded"] == 5
    stocks = rows(api.get(RESULTS, {"order": order.pk, "level": "plot", "current": "true"}))
    assert len(stocks) == 24
    assert {row["unit"] for row in stocks} == {"g m-2", "g m-2 a-1"}


def test_ordering_twice_under_one_id_makes_one_order(api, trial):
    body = {"id": str(uuid.uuid4()), "campaign": str(trial.campaign.pk)}

    answers = [api.post(ORDERS, body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert EstimateOrder.objects.count() == 1


def test_an_impossible_order_is_answered_with_its_problems(api, trial):
    body = {"campaign": str(trial.campaign.pk), "options": {"route": "Z"}}

    answer = api.post(ORDERS, body)

    assert answer.status_code == 422
    assert answer.json()["code"] == "order-refused"
    assert answer.json()["problems"][0]["pointer"] == "/options/route"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"campaign": "x"},
        {"campaign": None},
        {"seed": "x"},
        {"plots": 3},
        {"methods": ["guess"]},
        {"options": []},
        [],
        "text",
    ],
)
def test_a_malformed_order_is_a_mistake_of_the_sender(api, trial, body):
    if isinstance(body, dict) and body and "campaign" not in body:
        body["campaign"] = str(trial.campaign.pk)

    assert api.post(ORDERS, body).status_code in (400, 422)


def addresses(order):
    run = EstimateRun.objects.filter(order=order, is_summary=False).first()
    return [
        f"{ORDERS}/{order.pk}",
        f"{ORDERS}/{order.pk}/results.csv",
        f"{RUNS}/{run.pk}",
        f"{RUNS}/{run.pk}/lineage",
        f"{RUNS}/{run.pk}/figures/profile",
    ]


def test_other_projects_find_nothing(client_for, outsider, finished_plot, trial):
    api = client_for(outsider)

    assert {api.get(address).status_code for address in addresses(finished_plot)} == {404}
    assert api.post(f"{ORDERS}/{finished_plot.pk}/cancel").status_code == 404
    assert api.post(ORDERS, {"campaign": str(trial.campaign.pk)}).status_code == 404
    for path in (ORDERS, RUNS, RESULTS):
        assert rows(api.get(path)) == []
        assert api.get(path, {"project": trial.campaign.project_id}).status_code == 404
    fraction = trial.fractions[0].pk
    assert rows(api.get(f"/api/v1/estimate-impact/root_fraction/{fraction}")) == []


def test_members_without_the_role_are_refused(client_for, technician, finished_plot, trial):
    api = client_for(technician)

    assert {api.get(address).status_code for address in addresses(finished_plot)} == {403}
    assert api.post(ORDERS, {"campaign": str(trial.campaign.pk)}).status_code == 403
    for path in (ORDERS, RUNS, RESULTS, "/api/v1/parameter-sets"):
        assert api.get(path).status_code == 403


def test_readers_may_not_order_or_cancel(client_for, field_lead, order, trial):
    api = client_for(field_lead)

    assert api.get(f"{ORDERS}/{order.pk}").status_code == 200
    assert api.post(f"{ORDERS}/{order.pk}/cancel").status_code == 403
    assert api.post(ORDERS, {"campaign": str(trial.campaign.pk)}).status_code == 403


def test_strangers_are_asked_to_sign_in(client, finished_plot):
    assert {client.get(address).status_code for address in addresses(finished_plot)} == {401}


def test_an_order_can_be_cancelled_once(api, order):
    first = api.post(f"{ORDERS}/{order.pk}/cancel")
    second = api.post(f"{ORDERS}/{order.pk}/cancel")

    assert (first.status_code, first.json()["progress"]["cancelled"]) == (200, 5)
    assert (second.status_code, second.json()["code"]) == (409, "order-finished")


def test_runs_are_narrowed_by_what_they_belong_to(api, finished, trial):
    plot = trial.plots[1].pk

    assert len(rows(api.get(RUNS, {"order": finished.pk}))) == 5
    assert [row["plot_code"] for row in rows(api.get(RUNS, {"plot": plot}))] == ["P002"]
    assert len(rows(api.get(RUNS, {"is_summary": "true"}))) == 1
    assert rows(api.get(RUNS, {"state": "failed"})) == []
    assert len(rows(api.get(RUNS, {"current": "true"}))) == 5
    assert api.get(RUNS, {"colour": "red"}).status_code == 400


def test_a_drawing_is_svg(api, finished_plot):
    run = EstimateRun.objects.of_plots().get()

    answer = api.get(f"{RUNS}/{run.pk}/figures/profile")

    assert answer["content-type"] == "image/svg+xml"
    assert b"<svg" in answer.content
    assert api.get(f"{RUNS}/{run.pk}/figures/nothing").status_code == 404


def test_the_file_holds_one_line_a_result(api, finished_plot, trial):
    answer = api.get(f"{ORDERS}/{finished_plot.pk}/results.csv")

    table = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert answer["content-type"] == "text/csv; charset=utf-8"
    assert [row["level"] for row in table] == ["layer"] * 3 + ["plot"] * 6
    assert {row["plot"] for row in table} == {"P001"}
    assert {row["block"] for row in table} == {"B1"}
    assert all(float(row["lower"]) < float(row["mean"]) < float(row["upper"]) for row in table)


def tablet_wrote(record, device):
    """Keep a push of a tablet and the operation in it that made the record."""
    body = b'{"ops": []}'
    batch = SyncBatch.objects.create(
        device=device, sha256=hashlib.sha256(body).digest(), received_at=FRIDAY, body=body
    )
    return SyncOperation.objects.create(
        op=uuid.uuid4(),
        device=device,
        n=1,
        batch=batch,
        via="tablet",
        scope=record.scope,
        type=record.record_type,
        record=record.pk,
        do="create",
        status="applied",
        revision=1,
        seq=1,
        content_sha256=b"x" * 32,
        by=device.user,
        at="2026-05-01T09:00:00+00:00",
        received_at=FRIDAY,
    )


def test_lineage_leads_down_to_the_push_of_the_tablet(api, trial, device, finished_plot):
    fraction = trial.fractions_of(trial.plots[0])[0]
    operation = tablet_wrote(fraction, device)
    run = EstimateRun.objects.of_plots().get()

    answer = api.get(f"{RUNS}/{run.pk}/lineage").json()

    found = {row["record"]: row for row in answer["inputs"]}
    (shown,) = found[str(fraction.pk)]["operations"]
    assert shown["op"] == str(operation.pk)
    assert (shown["by"], shown["device"], shown["via"]) == ("technician", "Tablet 1", "tablet")
    assert shown["batch"]["sha256"] == hashlib.sha256(b'{"ops": []}').hexdigest()
    result = found[str(trial.determinations[0].pk)]["determination"]
    assert (result["as_entered"], result["unit"]) == ("41.0", "%")
    assert (result["entered_by"], result["verified_by"]) == ("lab_tech", "verifier")
    assert answer["parameter_set"]["method"] == "measured_cores"


def test_the_queries_of_lineage_do_not_grow(api, trial, finished, django_assert_max_num_queries):
    run = EstimateRun.objects.get(plot=trial.plots[0])
    summary = EstimateRun.objects.get(is_summary=True)
    counts = []
    for one in (run, summary):
        with django_assert_max_num_queries(20) as captured:
            api.get(f"{RUNS}/{one.pk}/lineage")
        counts.append(len(captured))

    assert counts[1] <= counts[0]


def test_impact_names_the_runs_a_determination_went_into(api, trial, finished):
    determination = trial.determinations[0].pk

    touched = rows(api.get(f"/api/v1/estimate-impact/determination/{determination}"))

    assert {(row["plot_code"], row["is_summary"]) for row in touched} == {
        ("P001", False),
        (None, True),
    }


def test_parameter_sets_show_their_numbers_with_sources(api, order):
    sets = {row["method"]: row for row in rows(api.get("/api/v1/parameter-sets"))}
    listed = sets["measured_cores"]

    shown = api.get(f"/api/v1/parameter-sets/{listed['id']}").json()

    assert sets.keys() == {"measured_cores", "yield_allometry", "ensemble"}
    assert "content" not in listed
    assert all(number["source"] for number in shown["content"]["numbers"])


@pytest.mark.parametrize("path", [ORDERS, RUNS, RESULTS])
def test_lists_run_no_more_queries_for_more_rows(
    api, trial, finished, path, django_assert_max_num_queries
):
    counts = []
    for limit in (1, 20):
        with django_assert_max_num_queries(12) as captured:
            api.get(path, {"limit": limit})
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_a_member_of_two_projects_sees_those_where_the_role_is_held(
    client_for, finished_plot, trial, project, other_project
):
    person = make_member(other_project, "both", "analyst")
    assert rows(client_for(person).get(ORDERS)) == []

    person.memberships.create(project=project, role="analyst")

    assert len(rows(client_for(person).get(ORDERS))) == 1
    assert finished_plot.ordered_at < timezone.now()
