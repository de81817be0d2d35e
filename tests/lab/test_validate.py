"""Validating says what would happen and writes nothing, in any table."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, transaction

from tests.lab.conftest import commit

pytestmark = pytest.mark.django_db


def every_table():
    """Return how many rows each table has, and a digest of them with who wrote or locked them."""
    with connection.cursor() as cursor:
        found = {}
        for name in connection.introspection.table_names(cursor):
            cursor.execute(
                "SELECT count(*), md5(string_agg(concat(t, t.xmin, t.xmax), ',' ORDER BY t.ctid))"
                f' FROM "{name}" AS t'
            )
            found[name] = cursor.fetchone()
    return found


def test_every_table_of_ours_is_looked_at(db):
    ours = {model._meta.db_table for model in apps.get_app_config("sampling").get_models()}

    assert ours <= set(every_table())


@pytest.mark.parametrize("if_exists", ["fail", "skip", "supersede"])
@pytest.mark.parametrize("on_error", ["reject_all", "accept_valid"])
def test_validating_leaves_every_table_as_it_was(client, specimens, enter, if_exists, on_error):
    client.force_login(enter(specimens[0]).entered_by)
    rows = [
        {"specimen": specimens[0].code, "variable": "carbon_percent", "value": "42"},
        {"specimen": specimens[1].code, "variable": "carbon_percent", "value": "43"},
        {"specimen": specimens[0].code, "variable": "carbon_percent", "value": {"clear": True}},
        {"specimen": "RF-0000000", "variable": "none", "value": "NaN"},
    ]
    address = f"/api/v1/lab/results:bulk?mode=validate&on_error={on_error}&if_exists={if_exists}"
    before = every_table()

    answer = client.post(
        address,
        {"rows": rows},
        content_type="application/json",
        headers={"Idempotency-Key": "one"},
    )

    assert answer.status_code == 200
    assert answer.json()["batch"] is None
    assert every_table() == before


def without_ids(body):
    kept = {"status": body["status"], "counts": body["counts"]}
    return kept, [{**row, "result": None} for row in body["rows"]]


@pytest.mark.parametrize("on_error", ["reject_all", "accept_valid"])
def test_committing_does_what_validating_said(
    project, lab_tech, specimens, carbon, enter, on_error
):
    enter(specimens[0])
    rows = [
        {"specimen": one.code, "variable": carbon.code, "value": value}
        for one, value in zip(specimens, ["42", "150", "41,5"], strict=True)
    ]
    how = {"project": project, "user": lab_tech, "on_error": on_error, "if_exists": "supersede"}

    said = commit(rows, mode="validate", **how)
    with transaction.atomic():
        done = commit(rows, **how)

    assert without_ids(said) == without_ids(done)
