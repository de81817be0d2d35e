"""New versions of parameter sets: by the API and by the administration, never in place."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from estimates.models import ParameterSet
from estimates.orders import Wish, load_parameter_sets, order_estimates
from estimates.runs.parameters import numbers_of
from estimates.runs.registry import REGISTRY
from sampling.models import User

SETS = "/api/v1/parameter-sets"
CHANGE = {"key": "harvest_index.wheat.RS", "value": 0.31, "source": "A field book, 2026"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped(db):
    load_parameter_sets(now=timezone.now())
    return ParameterSet.objects.get(method="yield_allometry")


@pytest.fixture
def keeper(db):
    return User.objects.create_superuser("keeper", password="a long pass phrase")


@pytest.fixture
def api(client_for, keeper):
    return client_for(keeper)


def test_a_changed_number_makes_a_new_version_that_orders_read_from_now_on(
    api, shipped, keeper, trial, analyst
):
    body = {"version": "2026.2", "changes": [CHANGE], "note": "Own roots."}

    answer = api.post(f"{SETS}/{shipped.pk}/revise", body)

    assert answer.status_code == 201, answer.content
    new = ParameterSet.objects.get(pk=answer.json()["id"])
    assert (new.version, new.loaded_by, new.source_note) == ("2026.2", keeper, "Own roots.")
    assert numbers_of(new.pk).value("harvest_index.wheat.RS") == 0.31
    assert numbers_of(shipped.pk).value("harvest_index.wheat.RS") == 0.229
    wish = Wish(methods=["ipcc_2019_tier2"])
    order = order_estimates(trial.campaign, wish, ordered_by=analyst, now=timezone.now())
    assert {run.parameter_set_id for run in order.runs.all()} == {new.pk}


def test_a_change_that_breaks_the_rules_is_refused_with_what_looks_wrong(api, shipped):
    body = {
        "version": "2026.2",
        "changes": [
            {"key": "amg_v2.cover_rye.h_AG", "value": 0.095, "source": "A copied cell"},
        ],
    }

    answer = api.post(f"{SETS}/{shipped.pk}/revise", body)

    assert answer.status_code == 422
    assert answer.json()["code"] == "parameter-set-refused"
    assert "It equals RE of the same row" in answer.json()["detail"]
    assert ParameterSet.objects.filter(method="yield_allometry").count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({**CHANGE, "key": "guess"}, "has no number 'guess'"),
        ({**CHANGE, "source": ""}, "source"),
    ],
)
def test_a_change_of_nothing_or_from_nowhere_is_refused(api, shipped, change, words):
    answer = api.post(f"{SETS}/{shipped.pk}/revise", {"version": "2026.2", "changes": [change]})

    assert 400 <= answer.status_code < 500
    assert words in answer.content.decode()


def test_a_whole_set_may_be_sent_twice_but_not_with_other_numbers(api, shipped):
    content = {**shipped.content, "version": "2027.1"}

    answers = [api.post(SETS, content) for _ in range(2)]
    other = api.post(SETS, {**content, "note": "seen otherwise"})

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert (other.status_code, other.json()["code"]) == (422, "parameter-set-changed")


@pytest.mark.parametrize("body", [{}, {"method": "guess"}, {"method": "ensemble"}, [1]])
def test_what_is_no_parameter_set_is_refused(api, shipped, body):
    answer = api.post(SETS, body)

    assert (answer.status_code, answer.json()["code"]) == (422, "parameter-set-refused")


def test_analysts_read_the_numbers_and_change_none(client_for, analyst, shipped):
    api = client_for(analyst)

    assert api.get(f"{SETS}/{shipped.pk}").json()["content"]["version"] == "2026.1"
    assert api.post(f"{SETS}/{shipped.pk}/revise", {}).status_code == 403


def test_the_methods_are_listed_with_what_they_need(client_for, analyst):
    found = client_for(analyst).get("/api/v1/estimate-methods").json()

    assert [method["name"] for method in found] == list(REGISTRY)
    assert all(method["source"] and method["needs"] for method in found)


def test_the_administration_starts_a_new_version_from_an_old_one(client, keeper, shipped):
    client.force_login(keeper)
    home = reverse("admin:estimates_parameterset_changelist")
    form = {"action": "start_new_version", "_selected_action": [str(shipped.pk)]}
    add = client.post(home, form)["location"]
    content = {**shipped.content, "version": "2026.2"}

    shown = client.get(add).content.decode()
    answer = client.post(add, {"content": json.dumps(content)})

    assert "bolinder_2007" in shown
    assert answer.status_code == 302, answer.content
    new = ParameterSet.objects.get(version="2026.2")
    assert (new.loaded_by, new.content) == (keeper, content)


def test_the_administration_says_what_is_wrong_with_a_set(client, keeper, shipped):
    client.force_login(keeper)
    content = json.loads(json.dumps(shipped.content))
    content["version"] = "2026.2"
    content["tables"][0]["rows"][5]["values"] = [0.335, 0.26, 0.506, 0.142]
    add = reverse("admin:estimates_parameterset_add")

    answer = client.post(f"{add}?from=nothing", {"content": json.dumps(content)})

    assert "sum to 1.243, not to 1" in answer.content.decode()
    assert not ParameterSet.objects.filter(version="2026.2").exists()


def test_the_whole_amg_table_makes_a_version_without_the_rows_that_break_a_rule(
    db, tmp_path, capsys
):
    table = tmp_path / "plants.csv"
    table.write_text(
        "Crop_type,Crop_name,RP,RS,RR,RE,Beta,HI,SR,PSS,h_AG\n"
        "MC,Cauliflower,0.718,0.144,0.084,0.054,0.926,0.833,9.35,1,0.344\n"
        "CC,Winter wheat,0,0.82,0.109,0.071,0.75,0,6.839,1,0.071\n"
    )

    call_command("load_parameter_sets", amg=table, as_version="2026.1-amg")

    new = ParameterSet.objects.get(version="2026.1-amg")
    assert numbers_of(new.pk).value("amg_v2.cauliflower.SR") == 9.35
    assert "left out: CC Winter wheat: h_AG is 0.071" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "version", "words"),
    [
        ("a,b\n1,2\n", "2026.9", "not the crop table"),
        (None, "2026.9", "No such file"),
        ("a,b\n", "", "Name the new version"),
    ],
)
def test_another_file_is_not_taken_for_the_amg_table(db, tmp_path, text, version, words):
    table = tmp_path / "plants.csv"
    if text is not None:
        table.write_text(text)

    with pytest.raises(CommandError, match=words):
        call_command("load_parameter_sets", amg=table, as_version=version)
