from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from sampling.models import AuditEvent, Campaign, Plot, Project, SamplingPoint, Site, User
from tests.people import make_record

ClientFor = Callable[[User], APIClient]
LATITUDE, LONGITUDE = 52.0087, -0.4126


@pytest.fixture
def point(project: Project, campaign: Campaign, plot: Plot) -> SamplingPoint:
    record: SamplingPoint = make_record(
        SamplingPoint,
        project,
        scope=campaign.capture_scope,
        plot=plot,
        code="P01-1",
        latitude=LATITUDE,
        longitude=LONGITUDE,
        accuracy_m=3.5,
        extra={"gps": [LATITUDE, LONGITUDE]},
    )
    return record


@pytest.mark.parametrize("role", ["steward", "field_lead"])
def test_who_may_sees_the_exact_place_and_the_reading_is_written_down(
    request: pytest.FixtureRequest, client_for: ClientFor, role: str, point: SamplingPoint
) -> None:
    user = request.getfixturevalue(role)

    site = client_for(user).get("/api/v1/sites").json()["results"][0]
    shown = client_for(user).get(f"/api/v1/sampling-points/{point.pk}").json()

    assert (site["latitude"], site["longitude"], site["is_exact"]) == (LATITUDE, LONGITUDE, True)
    assert (shown["latitude"], shown["accuracy_m"]) == (LATITUDE, 3.5)
    events = AuditEvent.objects.filter(action="exact_position.read", user=user).order_by("pk")
    assert [(event.subject_type, event.detail) for event in events] == [
        ("site", {"count": 1}),
        ("sampling_point", {"count": 1}),
    ]


@pytest.mark.parametrize("role", ["technician", "analyst", "lab_manager", "admin"])
def test_others_see_the_public_point_always_the_same(
    request: pytest.FixtureRequest, client_for: ClientFor, role: str, point: SamplingPoint
) -> None:
    client = client_for(request.getfixturevalue(role))
    site = Site.objects.get()

    answers = [client.get("/api/v1/sites").json()["results"][0] for _ in range(3)]
    shown = client.get("/api/v1/sampling-points").json()["results"][0]

    places = {(answer["latitude"], answer["longitude"]) for answer in answers}
    assert places == {site.public_point()}
    assert (shown["latitude"], shown["longitude"]) == site.public_point()
    assert (shown["accuracy_m"], shown["is_exact"], shown["extra"]) == (None, False, {})
    assert not AuditEvent.objects.filter(action="exact_position.read").exists()


def test_a_site_without_a_place_has_none_in_public_either(
    client_for: ClientFor, analyst: User, project: Project
) -> None:
    make_record(Site, project, code="X", land_use="cropland")

    shown = client_for(analyst).get("/api/v1/sites").json()["results"][0]

    assert (shown["latitude"], shown["longitude"]) == (None, None)
