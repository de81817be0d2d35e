from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from sampling.actions.code_blocks import issue_code_block
from sampling.actions.devices import issue_enrolment_code
from sampling.actions.intake import Actor, accept_operations
from sampling.actions.protocols import draft_version
from sampling.api.record_table import TABLE, Row
from sampling.models import (
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
    SyncConflict,
    SyncOperation,
    User,
)
from sampling.rules.operations import Operation
from tests.any_records import AnyRecords, word
from tests.people import FRIDAY, make_member

ClientFor = Callable[[User], APIClient]
Maker = Callable[[int], None]


@pytest.fixture
def everybody(project: Project) -> User:
    """Return a person with every role that lists something."""
    roles = ("field_lead", "data_steward", "project_admin", "lab_manager", "protocol_editor")
    return make_member(project, "everybody", *roles)


@pytest.fixture
def records(project: Project, campaign: Campaign, device: Device) -> AnyRecords:
    return AnyRecords(project, campaign, device)


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
    client_for: ClientFor, everybody: User, records: AnyRecords, entry: Row
) -> None:
    def make(number: int) -> None:
        for _ in range(number):
            records.make(entry.model.record_type)

    assert_constant(client_for(everybody), f"/api/v1/{entry.path}", make)


class OtherRows:
    """Makes rows of everything that is no record."""

    def __init__(self, project: Project, campaign: Campaign, plot: Plot, user: User) -> None:
        self.project, self.campaign, self.plot, self.user = project, campaign, plot, user

    def projects(self) -> None:
        project = Project.objects.create(slug=word(), title="x")
        Membership.objects.create(user=self.user, project=project, role="technician")

    def members(self) -> None:
        make_member(self.project, word(), "technician")

    def devices(self) -> Device:
        return Device.objects.create(
            project=self.project,
            user=make_member(self.project, word(), "technician"),
            name="t",
            install=uuid.uuid4(),
            token_sha256=word() * 2,
            enrolled_at=FRIDAY,
        )

    def assignments(self) -> None:
        Assignment.objects.create(campaign=self.campaign, device=self.devices(), granted_at=FRIDAY)

    def enrolment_codes(self) -> None:
        issue_enrolment_code(
            project=self.project,
            user=self.user,
            issued_by=self.user,
            device_name="x",
            campaigns=[self.campaign],
            at=FRIDAY,
        )

    def code_blocks(self) -> None:
        issue_code_block(self.devices(), at=FRIDAY)

    def protocols(self) -> Protocol:
        return Protocol.objects.create(project=self.project, slug=word(), title="x")

    def protocol_versions(self) -> None:
        draft_version(
            protocol=self.protocols(), number="1.0.0", content={}, by=self.user, at=FRIDAY
        )

    def methods(self) -> Method:
        return Method.objects.create(project=self.project, code=word(), title="x")

    def method_versions(self) -> None:
        MethodVersion.objects.create(
            method=self.methods(), number="1", sha256="x", created_at=FRIDAY
        )

    def operations(self) -> SyncOperation:
        device = self.devices()
        sent = Operation(
            id=uuid.uuid4(),
            type="sampling_point",
            record=uuid.uuid4(),
            scope=self.campaign.capture_scope,
            do="create",
            number=1,
            changes={"code": {"to": 5}, "plot": {"to": str(self.plot.pk)}},
        )
        actor = Actor(
            project=self.project.pk,
            via="tablet",
            user=device.user_id,
            device=device.pk,
            scopes={self.campaign.capture_scope: "rw"},
        )
        accept_operations([sent], actor=actor, received_at=FRIDAY)
        return SyncOperation.objects.get(op=sent.id)

    quarantine = operations

    def conflicts(self) -> None:
        SyncConflict.objects.create(
            operation=self.operations(),
            project=self.project,
            scope=self.campaign.capture_scope,
            type="sampling_point",
            record=uuid.uuid4(),
            group="code",
            raised_at=FRIDAY,
        )

    def findings(self) -> None:
        Finding.objects.create(
            project=self.project,
            scope=self.campaign.capture_scope,
            rule="x",
            severity="note",
            record_type="x",
            record=uuid.uuid4(),
            message="x",
            raised_at=FRIDAY,
        )


PATHS = sorted(name for name in vars(OtherRows) if not name.startswith("_"))


@pytest.mark.parametrize("name", PATHS)
def test_a_list_takes_the_same_queries_for_any_number(
    *,
    client_for: ClientFor,
    everybody: User,
    project: Project,
    campaign: Campaign,
    plot: Plot,
    name: str,
) -> None:
    rows = OtherRows(project, campaign, plot, everybody)

    def make(number: int) -> None:
        for _ in range(number):
            getattr(rows, name)()

    assert_constant(client_for(everybody), f"/api/v1/{name.replace('_', '-')}", make)
