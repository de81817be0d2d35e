from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from sampling.models import (
    Campaign,
    PlannedPlot,
    Plot,
    Project,
    RecordVersion,
    SamplingPoint,
    Site,
    SoilCore,
    Study,
    SyncOperation,
    User,
)
from tests.people import make_record

ClientFor = Callable[[User], APIClient]
SITE = {"code": "NEW", "land_use": "cropland", "ph": 6.5, "ph_medium": "water"}


@pytest.fixture
def lead(client_for: ClientFor, field_lead: User) -> APIClient:
    return client_for(field_lead)


def test_a_site_is_made_read_changed_and_withdrawn(lead: APIClient, project: Project) -> None:
    made = lead.post("/api/v1/sites", {"project": str(project.pk), **SITE})
    address = f"/api/v1/sites/{made.json()['id']}"
    changed = lead.patch(address, {"revision": 1, "name": "New site"})
    withdrawn = lead.post(f"{address}/void", {"why": "entered twice"})

    assert (made.status_code, changed.status_code, withdrawn.status_code) == (201, 200, 204)
    shown = lead.get(address).json()
    assert (shown["name"], shown["revision"], shown["ph"]) == ("New site", 3, 6.5)
    assert shown["voided_at"] is not None
    assert RecordVersion.objects.filter(record=shown["id"]).count() == 2


def test_the_same_record_sent_twice_is_stored_once(lead: APIClient, project: Project) -> None:
    body = {"project": str(project.pk), "id": str(uuid.uuid4()), **SITE}

    answers = [lead.post("/api/v1/sites", body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert Site.objects.get().revision == 1


def test_a_known_id_with_other_content_is_refused(lead: APIClient, site: Site) -> None:
    body = {"project": str(site.project_id), "id": str(site.pk), **SITE}

    answer = lead.post("/api/v1/sites", body)

    assert answer.status_code in (409, 422)
    site.refresh_from_db()
    assert (site.code, site.revision) == ("SIL", 1)


def test_a_captured_record_belongs_to_its_campaign_and_version(
    lead: APIClient, campaign: Campaign, plot: Plot
) -> None:
    body = {"campaign": str(campaign.pk), "plot": str(plot.pk), "code": "P01-1", "position": "row"}

    made = lead.post("/api/v1/sampling-points", body)

    assert made.status_code == 201, made.json()
    point = SamplingPoint.objects.get()
    assert (point.scope, point.captured_version) == (
        campaign.capture_scope,
        campaign.protocol_version,
    )
    assert made.json()["campaign"] == str(campaign.pk)
    assert SyncOperation.objects.get(record=point.pk).via == "api"


def test_every_problem_is_named_with_its_place(lead: APIClient, project: Project) -> None:
    body = {"project": str(project.pk), "code": "X", "land_use": "forest", "latitude": "north"}

    answer = lead.post("/api/v1/sites", body)

    assert answer.status_code == 422
    pointers = {problem["pointer"] for problem in answer.json()["problems"]}
    assert pointers == {"/chg/land_use/to", "/chg/latitude/to"}


def test_a_rule_of_the_database_is_answered_with_its_sentence(
    lead: APIClient, project: Project
) -> None:
    body = {"project": str(project.pk), "latitude": 50, **SITE}

    answer = lead.post("/api/v1/sites", body)

    assert answer.status_code == 422
    assert answer.json()["detail"] == "Give latitude and longitude, or neither."


@pytest.mark.parametrize("body", [[], "x", 3])
def test_a_body_that_is_no_object_is_malformed(lead: APIClient, body: Any) -> None:
    assert lead.post("/api/v1/sites", body, format="json").status_code == 400


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"surprise": 1}, "unknown-field"),
        ({"received_at": "2020-01-01T00:00:00Z"}, "unknown-field"),
        ({"scope": "project:x"}, "unknown-field"),
        ({"voided_at": None}, "unknown-field"),
    ],
)
def test_a_field_nobody_knows_or_may_set_is_refused(
    lead: APIClient, project: Project, more: dict[str, Any], code: str
) -> None:
    answer = lead.post("/api/v1/sites", {"project": str(project.pk), **SITE, **more})

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["code"] == code
    assert not Site.objects.exists()


def test_a_change_names_the_revision_that_was_seen(lead: APIClient, site: Site) -> None:
    address = f"/api/v1/sites/{site.pk}"
    lead.patch(address, {"revision": 1, "name": "First"})

    without = lead.patch(address, {"name": "Second"})
    stale = lead.patch(address, {"revision": 1, "name": "Second"})

    assert without.status_code == 422
    assert (stale.status_code, stale.json()["code"]) == (409, "version-moved")
    site.refresh_from_db()
    assert site.name == "First"


def test_a_reference_into_another_project_is_not_found(
    lead: APIClient, project: Project, other_project: Project, plot: Plot, campaign: Campaign
) -> None:
    foreign = make_record(Site, other_project, code="F", land_use="cropland")
    study = {"project": str(project.pk), "code": "S"}

    unknown = lead.post("/api/v1/studies", {**study, "site": str(uuid.uuid4())})
    of_another = lead.post("/api/v1/studies", {**study, "site": str(foreign.pk)})

    assert unknown.status_code == of_another.status_code == 404
    assert unknown.json()["code"] == of_another.json()["code"]
    assert not Study.objects.filter(code="S").exists()


def test_a_change_to_a_reference_into_another_project_is_not_found(
    lead: APIClient, other_project: Project, study: Study
) -> None:
    foreign = make_record(Site, other_project, code="F", land_use="cropland")

    answer = lead.patch(f"/api/v1/studies/{study.pk}", {"revision": 1, "site": str(foreign.pk)})

    assert answer.status_code == 404
    study.refresh_from_db()
    assert study.revision == 1


def test_a_campaign_of_another_project_takes_nothing(
    client_for: ClientFor, outsider: User, campaign: Campaign, plot: Plot
) -> None:
    body = {"campaign": str(campaign.pk), "plot": str(plot.pk), "code": "x"}

    answers = [
        client_for(outsider).post("/api/v1/sampling-points", body),
        client_for(outsider).post("/api/v1/sampling-points", {**body, "campaign": "nonsense"}),
        client_for(outsider).post("/api/v1/sites", {"project": str(campaign.project_id), **SITE}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_records_of_other_projects_are_not_found(
    client_for: ClientFor, outsider: User, site: Site
) -> None:
    client = client_for(outsider)

    assert client.get(f"/api/v1/sites/{site.pk}").status_code == 404
    assert client.patch(f"/api/v1/sites/{site.pk}", {"revision": 1}).status_code == 404
    assert client.post(f"/api/v1/sites/{site.pk}/void", {"why": "x"}).status_code == 404
    assert client.get("/api/v1/sites").json()["results"] == []
    assert client.get(f"/api/v1/sites?project={site.project_id}").status_code == 404


def test_a_member_without_the_role_is_refused(
    client_for: ClientFor, analyst: User, site: Site
) -> None:
    client = client_for(analyst)

    assert client.get(f"/api/v1/sites/{site.pk}").status_code == 200
    assert client.patch(f"/api/v1/sites/{site.pk}", {"revision": 1}).status_code == 403
    body = {"project": str(site.project_id), **SITE}
    assert client.post("/api/v1/sites", body).status_code == 403


def test_a_stranger_signs_in_first(site: Site) -> None:
    assert APIClient().get("/api/v1/sites").status_code == 401
    assert APIClient().get("/api/v1/me").status_code == 401


def test_a_campaign_keeps_its_protocol_version(lead: APIClient, campaign: Campaign) -> None:
    address = f"/api/v1/campaigns/{campaign.pk}"

    moved = lead.patch(address, {"revision": 1, "protocol_version": str(uuid.uuid4())})
    renamed = lead.patch(
        address,
        {
            "revision": 1,
            "title": "Harvest",
            "protocol_version": str(campaign.protocol_version_id),
        },
    )

    assert (moved.status_code, renamed.status_code) == (409, 200)


def test_lists_are_narrowed_by_what_the_row_says(
    lead: APIClient, project: Project, campaign: Campaign, study: Study, plot: Plot
) -> None:
    other = make_record(Plot, project, study=study, code="P02")
    scope = campaign.capture_scope
    point = make_record(SamplingPoint, project, scope=scope, plot=plot, code="a")
    elsewhere = make_record(SamplingPoint, project, scope=scope, plot=other, code="b")
    core = make_record(SoilCore, project, scope=scope, sampling_point=point, code="c")
    make_record(SoilCore, project, scope=scope, sampling_point=elsewhere, code="d")

    def found(query: str) -> list[str]:
        answer = lead.get(f"/api/v1/soil-cores?{query}")
        assert answer.status_code == 200, answer.json()
        return sorted(row["code"] for row in answer.json()["results"])

    assert found("") == ["c", "d"]
    assert found(f"plot={plot.pk}") == ["c"]
    assert found(f"campaign={campaign.pk}") == ["c", "d"]
    assert found(f"campaign={uuid.uuid4()}") == []
    assert found(f"sampling_point={core.sampling_point_id}") == ["c"]
    assert found("code=d") == ["d"]
    assert found("is_voided=true") == []
    assert found("is_voided=false") == ["c", "d"]
    assert found("changed_since=2026-05-01T09:00:00Z") == ["c", "d"]
    assert found("changed_since=2026-05-01T09:00:01Z") == []


def test_a_changed_record_counts_as_changed_since(lead: APIClient, site: Site) -> None:
    since = "changed_since=2026-06-01T00:00:00Z"
    assert lead.get(f"/api/v1/sites?{since}").json()["results"] == []

    lead.patch(f"/api/v1/sites/{site.pk}", {"revision": 1, "name": "Silsoe farm"})

    assert len(lead.get(f"/api/v1/sites?{since}").json()["results"]) == 1


def test_an_unknown_filter_is_refused_and_not_passed_over(lead: APIClient) -> None:
    answer = lead.get("/api/v1/soil-cores?campain=1")

    assert answer.status_code == 400
    assert "campain" in str(answer.json())


def test_a_list_comes_in_pages(lead: APIClient, project: Project, study: Study) -> None:
    for number in range(5):
        make_record(Plot, project, study=study, code=f"P{number}")

    first = lead.get("/api/v1/plots?limit=2").json()
    second = lead.get(first["next"]).json()
    third = lead.get(second["next"]).json()

    codes = [row["code"] for page in (first, second, third) for row in page["results"]]
    assert sorted(codes) == ["P0", "P1", "P2", "P3", "P4"]
    assert third["next"] is None


def test_progress_is_plan_against_actual(
    lead: APIClient, project: Project, campaign: Campaign, plot: Plot
) -> None:
    make_record(PlannedPlot, project, campaign=campaign, plot=plot, cores=2, segments=4)
    scope = campaign.capture_scope
    point = make_record(SamplingPoint, project, scope=scope, plot=plot, code="a")
    make_record(SoilCore, project, scope=scope, sampling_point=point, code="c")

    answer = lead.get(f"/api/v1/campaigns/{campaign.pk}/progress").json()

    assert answer["total"]["planned_cores"] == 2
    assert answer["plots"][0]["arrived_cores"] == 1
    assert answer["plots"][0]["missing_segments"] == 4


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("plots", "is_voided=maybe"),
        ("plots", "is_voided=1"),
        ("plots", "limit=x"),
        ("plots", "limit=0"),
        ("plots", "limit=1.5"),
        ("plots", "project=x"),
        ("plots", "cursor=zzz"),
        ("plots", "cursor=cD14"),  # p=x
        ("findings", "cursor=cD14"),  # where ids are numbers
        ("lab/results", "is_live=maybe"),
    ],
)
def test_what_narrows_a_list_and_cannot_be_read_is_refused(
    lead: APIClient, address: str, asked: str
) -> None:
    answer = lead.get(f"/api/v1/{address}?{asked}")

    assert answer.status_code == 400
    assert answer.json()["code"] in {"invalid", "malformed"}
