"""People of a project, named by role, and the project they work in."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from sampling.actions.ledger import announce
from sampling.models import (
    Assignment,
    Campaign,
    Device,
    Membership,
    Plot,
    Project,
    Protocol,
    ProtocolVersion,
    Site,
    Study,
    SyncedModel,
    User,
)
from sampling.rules.canonical_json import canonical_sha256
from tests.protocol_examples import protocol_content

FRIDAY = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)

DEVICE_TOKEN = "rfd_" + "t0ken" * 9


def make_member(project: Project, username: str, *roles: str) -> User:
    """Return a new person with these roles in the project."""
    user = User.objects.create_user(username, f"{username}@example.org", "a long pass phrase")
    for role in roles:
        Membership.objects.create(user=user, project=project, role=role)
    return user


def make_record(model: type[SyncedModel], project: Project, **fields: Any) -> Any:
    """Store a row of a synced table together with its place in the change log."""
    scope = fields.pop("scope", project.scope)
    record = model(project=project, scope=scope, received_at=FRIDAY, **fields)
    with transaction.atomic():
        record.save(force_insert=True)
        announce([record])
    return record


@pytest.fixture
def project(db: None) -> Project:
    return Project.objects.create(slug="maxroot", title="MaxRoot-C")


@pytest.fixture
def other_project(db: None) -> Project:
    return Project.objects.create(slug="mixroot", title="MIXROOT-C")


@pytest.fixture
def technician(project: Project) -> User:
    return make_member(project, "technician", "technician")


@pytest.fixture
def field_lead(project: Project) -> User:
    return make_member(project, "field_lead", "field_lead")


@pytest.fixture
def lab_tech(project: Project) -> User:
    return make_member(project, "lab_tech", "lab_technician")


@pytest.fixture
def verifier(project: Project) -> User:
    return make_member(project, "verifier", "lab_verifier")


@pytest.fixture
def lab_manager(project: Project) -> User:
    return make_member(project, "lab_manager", "lab_manager")


@pytest.fixture
def analyst(project: Project) -> User:
    return make_member(project, "analyst", "analyst")


@pytest.fixture
def steward(project: Project) -> User:
    return make_member(project, "steward", "data_steward")


@pytest.fixture
def protocol_editor(project: Project) -> User:
    return make_member(project, "protocol_editor", "protocol_editor")


@pytest.fixture
def protocol_publisher(project: Project) -> User:
    return make_member(project, "protocol_publisher", "protocol_publisher")


@pytest.fixture
def admin(project: Project) -> User:
    return make_member(project, "admin", "project_admin")


@pytest.fixture
def outsider(other_project: Project) -> User:
    """Return a person with every role, all of them in another project."""
    roles = ("technician", "field_lead", "lab_technician", "lab_verifier", "lab_manager")
    more = ("protocol_editor", "protocol_publisher", "analyst", "data_steward", "project_admin")
    return make_member(other_project, "outsider", *roles, *more)


@pytest.fixture
def protocol(project: Project) -> Protocol:
    return Protocol.objects.create(project=project, slug="root-cores", title="Root cores")


@pytest.fixture
def protocol_version(
    project: Project, protocol: Protocol, protocol_editor: User, protocol_publisher: User
) -> ProtocolVersion:
    content = protocol_content()
    version: ProtocolVersion = make_record(
        ProtocolVersion,
        project,
        protocol=protocol,
        number="1.0.0",
        state="published",
        content=content,
        sha256=canonical_sha256(content),
        drafted_by=protocol_editor,
        drafted_at=FRIDAY,
        published_by=protocol_publisher,
        published_at=FRIDAY,
    )
    return version


@pytest.fixture
def site(project: Project) -> Site:
    record: Site = make_record(
        Site,
        project,
        code="SIL",
        name="Silsoe",
        country="GB",
        land_use="cropland",
        latitude=52.0087,
        longitude=-0.4126,
    )
    return record


@pytest.fixture
def study(project: Project, site: Site) -> Study:
    record: Study = make_record(Study, project, site=site, code="WHEAT", title="Wheat varieties")
    return record


@pytest.fixture
def plot(project: Project, study: Study) -> Plot:
    record: Plot = make_record(Plot, project, study=study, code="P01")
    return record


@pytest.fixture
def campaign(project: Project, protocol_version: ProtocolVersion) -> Campaign:
    record: Campaign = make_record(
        Campaign,
        project,
        code="2026-HARVEST",
        title="Harvest 2026",
        protocol_version=protocol_version,
        opens_on=date(2026, 4, 1),
        closes_on=date(2026, 9, 30),
    )
    return record


@pytest.fixture
def device_token() -> str:
    return DEVICE_TOKEN


@pytest.fixture
def device(project: Project, campaign: Campaign, technician: User) -> Device:
    """Return an active device of the technician, assigned to the campaign."""
    device = Device.objects.create(
        project=project,
        user=technician,
        name="Tablet 1",
        install=uuid.UUID("11111111-1111-4111-8111-111111111111"),
        model="Field tablet",
        app_version="1.0.0",
        token_prefix=DEVICE_TOKEN[:8],
        token_sha256=hashlib.sha256(DEVICE_TOKEN.encode()).hexdigest(),
        enrolled_at=FRIDAY,
    )
    Assignment.objects.create(campaign=campaign, device=device, granted_at=FRIDAY)
    return device


@pytest.fixture
def client_for() -> Callable[[User], APIClient]:
    """Return a maker of clients that are signed in as a person."""

    def signed_in(user: User) -> APIClient:
        client = APIClient()
        client.force_login(user)
        return client

    return signed_in
