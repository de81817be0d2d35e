from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from sampling.models import (
    Method,
    MethodVersion,
    Plot,
    Project,
    Site,
    Study,
    SyncOperation,
    User,
    Variable,
)
from tests.people import FRIDAY

ClientFor = Callable[[User], APIClient]
SITE, STUDY = str(uuid.uuid4()), str(uuid.uuid4())


def rows(plots: int = 3) -> list[dict[str, Any]]:
    """Return plots before their study and site: the order says nothing."""
    return [
        *(
            {"type": "plot", "fields": {"study": STUDY, "code": f"P{number}"}}
            for number in range(plots)
        ),
        {"type": "study", "id": STUDY, "fields": {"site": SITE, "code": "S"}},
        {"type": "site", "id": SITE, "fields": {"code": "SIL", "land_use": "cropland"}},
    ]


@pytest.fixture
def send(
    client_for: ClientFor, field_lead: User, project: Project
) -> Callable[[list[dict[str, Any]]], Any]:
    client = client_for(field_lead)
    return lambda records: client.post(
        "/api/v1/records:bulk", {"project": str(project.pk), "records": records}
    )


def test_a_project_is_set_up_in_one_request(send: Any) -> None:
    answer = send(rows())

    assert answer.status_code == 200, answer.json()
    assert answer.json()["is_stored"] is True
    assert [row["status"] for row in answer.json()["records"]] == ["created"] * 5
    assert (Site.objects.count(), Study.objects.count(), Plot.objects.count()) == (1, 1, 3)


def test_sending_the_same_list_again_changes_nothing(send: Any) -> None:
    records = [{**row, "id": row.get("id", str(uuid.uuid4()))} for row in rows()]
    send(records)

    again = send(records)

    assert [row["status"] for row in again.json()["records"]] == ["unchanged"] * 5
    assert set(Plot.objects.values_list("revision", flat=True)) == {1}


def test_one_bad_row_keeps_all_out_and_each_row_is_answered(send: Any) -> None:
    records = rows()
    records[1]["fields"]["area_m2"] = -4
    records[2]["fields"]["study"] = str(uuid.uuid4())

    answer = send(records)

    assert answer.status_code == 422
    statuses = [row["status"] for row in answer.json()["records"]]
    assert statuses == ["created", "refused", "refused", "created", "created"]
    assert answer.json()["is_stored"] is False
    assert not Site.objects.exists()
    assert not SyncOperation.objects.exists()


def test_a_known_id_that_says_otherwise_is_refused(send: Any) -> None:
    send(rows())
    records = [{"type": "site", "id": SITE, "fields": {"code": "SIL", "land_use": "grassland"}}]

    answer = send(records)

    assert answer.status_code == 422
    assert answer.json()["records"][0]["problems"][0]["code"] == "known-otherwise"
    assert Site.objects.get().land_use == "cropland"


@pytest.mark.parametrize(
    ("row", "pointer"),
    [
        ({"type": "soil_core", "fields": {}}, "/records/0/type"),
        ({"type": "code_block", "fields": {}}, "/records/0/type"),
        ({"type": "nonsense", "fields": {}}, "/records/0/type"),
        ({"type": "site", "fields": {"surprise": 1}}, "/records/0/surprise"),
    ],
)
def test_what_cannot_be_set_up_is_named_by_row(send: Any, row: Any, pointer: str) -> None:
    answer = send([row])

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["pointer"] == pointer


def test_more_than_five_hundred_are_too_many(send: Any) -> None:
    answer = send(rows(plots=499))

    assert answer.status_code == 413
    assert answer.json()["limits"] == {"max_records": 500}


def test_each_type_asks_for_its_own_permission(
    client_for: ClientFor, field_lead: User, technician: User, outsider: User, project: Project
) -> None:
    variable = [{"type": "variable", "fields": {"code": "c", "analyte": "C", "unit": "g/kg"}}]
    site = [{"type": "site", "fields": {"code": "SIL", "land_use": "cropland"}}]

    def asked(user: User, records: Any) -> int:
        body = {"project": str(project.pk), "records": records}
        return int(client_for(user).post("/api/v1/records:bulk", body).status_code)

    assert asked(technician, site) == 403
    assert asked(field_lead, variable) == 403
    assert asked(outsider, site) == 404
    assert asked(field_lead, site) == 200


def test_the_number_of_queries_does_not_grow_with_the_rows(
    send: Any, django_assert_max_num_queries: Any
) -> None:
    send(rows(1))
    with django_assert_max_num_queries(60) as few:
        send([{"type": "plot", "fields": {"study": STUDY, "code": f"A{n}"}} for n in range(2)])
    with django_assert_max_num_queries(60) as many:
        send([{"type": "plot", "fields": {"study": STUDY, "code": f"B{n}"}} for n in range(20)])

    assert len(many) == len(few)


def method_version_of(project: Project) -> MethodVersion:
    method = Method.objects.create(project=project, code="cn", title="Dry combustion")
    return MethodVersion.objects.create(method=method, number="1", sha256="x", created_at=FRIDAY)


def test_a_variable_names_method_versions_of_its_own_project_only(
    client_for: ClientFor, lab_manager: User, project: Project, other_project: Project
) -> None:
    lab = client_for(lab_manager)
    own, strange = method_version_of(project), method_version_of(other_project)
    fields = {"code": "c", "analyte": "C", "unit": "g/kg", "method_version": str(own.pk)}
    made = lab.post("/api/v1/variables", {"project": str(project.pk), **fields}).json()

    for unknown in (strange.pk, uuid.uuid4()):
        wanted = {**fields, "code": "d", "method_version": str(unknown)}
        created = lab.post("/api/v1/variables", {"project": str(project.pk), **wanted})
        changed = lab.patch(
            f"/api/v1/variables/{made['id']}", {"revision": 1, "method_version": str(unknown)}
        )
        bulk = lab.post(
            "/api/v1/records:bulk",
            {"project": str(project.pk), "records": [{"type": "variable", "fields": wanted}]},
        )

        assert (created.status_code, changed.status_code, bulk.status_code) == (404, 404, 422)
        assert bulk.json()["records"][0]["problems"][0]["pointer"] == "/method_version"
    assert Variable.objects.get().method_version_id == own.pk
