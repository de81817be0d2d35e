"""People sign in, and a tablet has been in the field."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from sampling.models import Campaign, Device, Finding, PlannedPlot, Plot, Project, User
from tests.people import FRIDAY, make_record
from tests.web.scenes import make_conflict, make_held, send_core


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    def as_person(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_person


@pytest.fixture
def plan(project: Project, campaign: Campaign, plot: Plot) -> PlannedPlot:
    planned: PlannedPlot = make_record(
        PlannedPlot, project, campaign=campaign, plot=plot, cores=3, segments=6
    )
    return planned


@pytest.fixture
def core(device: Device, campaign: Campaign, plot: Plot) -> uuid.UUID:
    return send_core(device, campaign, plot)


@pytest.fixture
def conflict(device: Device, campaign: Campaign, core: uuid.UUID) -> uuid.UUID:
    return make_conflict(device, campaign, core)


@pytest.fixture
def held(device: Device, campaign: Campaign) -> uuid.UUID:
    return make_held(device, campaign)


@pytest.fixture
def finding(project: Project, campaign: Campaign, core: uuid.UUID) -> Finding:
    return Finding.objects.create(
        project=project,
        scope=campaign.capture_scope,
        rule="layers-overlap",
        severity="warning",
        record_type="soil_core",
        record=core,
        message="Two segments overlap.",
        raised_at=FRIDAY,
    )
