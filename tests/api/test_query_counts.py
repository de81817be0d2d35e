from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from sampling.actions.code_blocks import issue_code_block
from sampling.actions.devices import issue_enrolment_code
from sampling.actions.intake import Actor, accept_operations
from sampling.api.record_table import TABLE
from sampling.models import (
    RECORD_MODELS,
    Assignment,
    Campaign,
    Device,
    Finding,
    Membership,
    Method,
    MethodVersion,
    Plot,
    Project,
    Protocol,
    ProtocolVersion,
    SyncedModel,
    User,
)
from sampling.rules.operations import Operation
from tests.people import FRIDAY, make_member, make_record

ClientFor = Callable[[User], APIClient]
Maker = Callable[[int], None]


@pytest.fixture
def everybody(project: Project) -> User:
    """Return a person with every role that lists something."""
    roles = ("field_lead", "data_steward", "project_admin", "lab_manager", "protocol_editor")
    return make_member(project, "everybody", *roles)


class Rows:
    """Makes rows of every record type, each with parents of its own."""

    def __init__(self, project: Project, campaign: Campaign, device: Device) -> None:
        self.project, self.campaign, self.device = project, campaign, device

    def make(self, model: type[SyncedModel]) -> SyncedModel:
        """Return a new record with new parents."""
        name = model.record_type
        fields = {field: maker() for field, maker in self.fields(name).items()}
        scope = self.project.scope
        if model.scope_kind == "campaign":
            scope = self.campaign.capture_scope
        record: SyncedModel = make_record(model, self.project, scope=scope, **fields)
        return record

    def fields(self, name: str) -> dict[str, Callable[[], Any]]:
        """Return how to make the fields of a record type."""

        def another(kind: str) -> Callable[[], SyncedModel]:
            return lambda: self.make(RECORD_MODELS[kind])

        def code() -> str:
            return uuid.uuid4().hex

        always: dict[str, dict[str, Callable[[], Any]]] = {
            "site": {"code": code, "land_use": lambda: "cropland", **self.place()},
            "study": {"site": another("site"), "code": code},
            "treatment": {"study": another("study"), "code": code},
            "block": {"study": another("study"), "code": code},
            "plot": {"study": another("study"), "code": code},
            "crop_stand": {"plot": another("plot"), "season": lambda: 2026, "species": code},
            "management_event": {"plot": another("plot"), "kind": lambda: "tillage"},
            "campaign": {
                "code": code,
                "protocol_version": lambda: self.campaign.protocol_version,
            },
            "planned_plot": {
                "campaign": lambda: self.campaign,
                "plot": another("plot"),
                "cores": lambda: 1,
                "segments": lambda: 2,
            },
            "variable": {"code": code, "analyte": code, "unit": lambda: "g/kg"},
            "sampling_point": {"plot": another("plot"), "code": code, **self.place()},
            "soil_core": {"sampling_point": another("sampling_point"), "code": code},
            "core_segment": {
                "soil_core": another("soil_core"),
                "upper_depth_cm": lambda: 0,
                "lower_depth_cm": lambda: 30,
            },
            "specimen": {
                "core_segment": another("core_segment"),
                "code": code,
                "kind": lambda: "roots",
            },
            "specimen_link": {
                "parent": another("specimen"),
                "child": another("specimen"),
                "relation": lambda: "split",
            },
            "root_fraction": {
                "core_segment": another("core_segment"),
                "dry_mass_g": lambda: 1.5,
            },
            "measurement": {
                "plot": another("plot"),
                "variable": another("variable"),
                "value": lambda: 1,
            },
            "penetration_profile": {"sampling_point": another("sampling_point")},
            "custody_event": {"specimen": another("specimen"), "kind": lambda: "received"},
        }
        return always[name]

    def place(self) -> dict[str, Callable[[], Any]]:
        """Return a place."""
        return {"latitude": lambda: 52.1, "longitude": lambda: 7.2}


@pytest.fixture
def rows(project: Project, campaign: Campaign, device: Device) -> Rows:
    return Rows(project, campaign, device)


def queries_of(client: APIClient, path: str) -> tuple[int, int]:
    """Return the number of rows a list shows and of queries it takes."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(path)
    assert answer.status_code == 200, answer.json()
    return len(answer.json()["results"]), len(captured)


def assert_constant(client: APIClient, path: str, make: Maker) -> None:
    """Assert that 20 rows take no more queries than 2."""
    make(2)
    few, queries_for_few = queries_of(client, path)
    make(18)
    many, queries_for_many = queries_of(client, path)

    assert many - few == 18
    assert queries_for_many == queries_for_few


@pytest.mark.parametrize(
    "entry", [row for row in TABLE if row.path != "code-blocks"], ids=lambda row: row.path
)
def test_a_list_of_records_takes_the_same_queries_for_any_number(
    client_for: ClientFor, everybody: User, rows: Rows, entry: Any
) -> None:
    def make(number: int) -> None:
        for _ in range(number):
            rows.make(entry.model)

    assert_constant(client_for(everybody), f"/api/v1/{entry.path}", make)


@pytest.fixture
def makers(
    project: Project, campaign: Campaign, device: Device, everybody: User, plot: Plot
) -> dict[str, Callable[[int], Any]]:
    """Return how to make one more row of everything that is no record."""

    def device_of(number: int) -> Device:
        return Device.objects.create(
            project=project,
            user=make_member(project, uuid.uuid4().hex, "technician"),
            name="t",
            install=uuid.uuid4(),
            token_sha256=uuid.uuid4().hex * 2,
            enrolled_at=FRIDAY,
        )

    def operation(number: int) -> None:
        sent = Operation(
            id=uuid.uuid4(),
            type="sampling_point",
            record=uuid.uuid4(),
            scope=campaign.capture_scope,
            do="create",
            number=uuid.uuid4().int % 10**9 + 1,
            changes={"code": {"to": 5}, "plot": {"to": str(plot.pk)}},
        )
        actor = Actor(
            project=project.pk,
            via="tablet",
            user=device.user_id,
            device=device_of(number).pk,
            scopes={campaign.capture_scope: "rw"},
        )
        accept_operations([sent], actor=actor, received_at=FRIDAY)

    def method() -> Method:
        return Method.objects.create(project=project, code=uuid.uuid4().hex, title="x")

    def protocol() -> Protocol:
        return Protocol.objects.create(project=project, slug=uuid.uuid4().hex, title="x")

    return {
        "projects": lambda _: Membership.objects.create(
            user=everybody,
            project=Project.objects.create(slug=uuid.uuid4().hex, title="x"),
            role="technician",
        ),
        "members": lambda _: make_member(project, uuid.uuid4().hex, "technician"),
        "devices": device_of,
        "assignments": lambda number: Assignment.objects.create(
            campaign=campaign, device=device_of(number), granted_at=FRIDAY
        ),
        "enrolment-codes": lambda _: issue_enrolment_code(
            project=project,
            user=everybody,
            issued_by=everybody,
            device_name="x",
            campaigns=[campaign],
            at=FRIDAY,
        ),
        "code-blocks": lambda number: issue_code_block(device_of(number), at=FRIDAY),
        "protocols": lambda _: protocol(),
        "protocol-versions": lambda number: make_record(
            ProtocolVersion,
            project,
            protocol=protocol(),
            number="1.0.0",
            content={},
            sha256="x",
            drafted_by=everybody,
            drafted_at=FRIDAY,
        ),
        "methods": lambda _: method(),
        "method-versions": lambda _: MethodVersion.objects.create(
            method=method(), number="1", sha256="x", created_at=FRIDAY
        ),
        "operations": operation,
        "quarantine": operation,
        "findings": lambda _: Finding.objects.create(
            project=project,
            scope=campaign.capture_scope,
            rule="x",
            severity="note",
            record_type="x",
            record=uuid.uuid4(),
            message="x",
            raised_at=FRIDAY,
        ),
    }


PATHS = (
    *("projects", "members", "devices", "assignments", "enrolment-codes", "code-blocks"),
    *("protocols", "protocol-versions", "methods", "method-versions"),
    *("operations", "quarantine", "findings"),
)


@pytest.mark.parametrize("path", PATHS)
def test_a_list_takes_the_same_queries_for_any_number(
    client_for: ClientFor, everybody: User, makers: dict[str, Callable[[int], Any]], path: str
) -> None:
    def make(number: int) -> None:
        for place in range(number):
            makers[path](place)

    assert_constant(client_for(everybody), f"/api/v1/{path}", make)
