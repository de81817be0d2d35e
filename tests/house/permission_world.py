"""One of everything an address can speak of, in one project."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from estimates.models import Contrast, EstimateOrder, Scenario
from estimates.orders import Wish, order_estimates
from estimates.orders.scenarios import ContrastWish, order_contrast
from sampling.actions.devices import issue_enrolment_code
from sampling.actions.intake import Actor, accept_operations
from sampling.actions.protocols import draft_version
from sampling.models import (
    RECORD_MODELS,
    Assignment,
    Determination,
    EnrolmentCode,
    Finding,
    ImportBatch,
    Membership,
    Method,
    MethodVersion,
    StoredFile,
    SyncBatch,
    SyncConflict,
    SyncOperation,
    Upload,
)
from sampling.rules.operations import Operation
from tests.any_records import AnyRecords
from tests.estimates.scenario_rows import BASELINE, ROOTY, write
from tests.people import FRIDAY


class World:
    """Things by name, made when first asked for; names of fixtures are things too.

    `gone` is an id of nothing. To add a thing, add a method with its name.
    """

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self.request = request
        self.known: dict[str, Any] = {}
        self.records = AnyRecords(self["project"], self["campaign"], self["device"])

    def __getitem__(self, name: str) -> Any:
        """Return a thing, always the same under one name."""
        if name not in self.known:
            self.known[name] = self.maker(name)()
        return self.known[name]

    def maker(self, name: str) -> Callable[[], Any]:
        """Return how a thing is made."""
        own = getattr(type(self), f"make_{name}", None)
        if own is not None:
            return lambda: own(self)
        if name in RECORD_MODELS and name not in FIXTURES:
            return lambda: self.records.make(name)
        return lambda: self.request.getfixturevalue(name)

    def id_of(self, name: str) -> str:
        """Return the id of a thing as an address spells it."""
        return str(self[name].pk)

    def make_gone(self) -> Any:
        """Return something that is not there."""
        return Membership(pk=uuid.uuid4())

    def make_membership(self) -> Membership:
        return Membership.objects.get(user=self["technician"])

    def make_assignment(self) -> Assignment:
        return Assignment.objects.get(device=self["device"])

    def make_enrolment_code(self) -> EnrolmentCode:
        code, _ = issue_enrolment_code(
            project=self["project"],
            user=self["technician"],
            issued_by=self["admin"],
            device_name="x",
            campaigns=[],
            at=FRIDAY,
        )
        return code

    def make_kept_push(self) -> SyncBatch:
        return SyncBatch.objects.create(
            device=self["device"],
            sha256=b"x",
            received_at=FRIDAY,
            body=b"{}",
            state="quarantined",
        )

    def make_draft(self) -> Any:
        return draft_version(
            protocol=self["protocol"],
            number="9.0.0",
            content={},
            by=self["protocol_editor"],
            at=FRIDAY,
        )

    def make_method(self) -> Method:
        return Method.objects.create(project=self["project"], code="m", title="M")

    def make_method_version(self) -> MethodVersion:
        return MethodVersion.objects.create(
            method=self["method"], number="1", sha256="x", created_at=FRIDAY
        )

    def make_held(self) -> SyncOperation:
        """Return an operation of the technician's device that refers to nothing."""
        sent = Operation(
            id=uuid.uuid4(),
            type="soil_core",
            record=uuid.uuid4(),
            scope=self["campaign"].capture_scope,
            do="create",
            number=1,
            changes={"code": {"to": "c"}, "sampling_point": {"to": str(uuid.uuid4())}},
        )
        actor = Actor(
            project=self["project"].pk,
            via="tablet",
            user=self["technician"].pk,
            device=self["device"].pk,
            scopes={self["campaign"].capture_scope: "rw"},
        )
        accept_operations([sent], actor=actor, received_at=FRIDAY)
        return SyncOperation.objects.get(op=sent.id)

    def make_conflict(self) -> SyncConflict:
        point = self["sampling_point"]
        return SyncConflict.objects.create(
            operation=self["held"],
            project=self["project"],
            scope=point.scope,
            type="sampling_point",
            record=point.pk,
            group="code",
            base={"code": "a"},
            server={"code": "b"},
            device_values={"code": "c"},
            raised_at=FRIDAY,
        )

    def make_finding(self) -> Finding:
        return Finding.objects.create(
            project=self["project"],
            scope=self["campaign"].capture_scope,
            rule="x",
            severity="note",
            record_type="soil_core",
            record=self["soil_core"].pk,
            message="x",
            raised_at=FRIDAY,
        )

    def make_determination(self) -> Determination:
        return Determination.objects.create(
            project=self["project"],
            specimen=self["specimen"],
            variable=self["variable"],
            value=1,
            unit="g/kg",
            entered_by=self["lab_tech"],
            entered_at=FRIDAY,
        )

    def make_import_batch(self) -> ImportBatch:
        return ImportBatch.objects.create(
            project=self["project"],
            created_by=self["lab_tech"],
            created_at=FRIDAY,
            idempotency_key="k",
            body_sha256="x",
            status_code=201,
            answer=ANSWER,
        )

    def make_stored_file(self) -> StoredFile:
        return StoredFile.objects.create(
            project=self["project"],
            sha256="0" * 64,
            size_bytes=1,
            media_type="image/jpeg",
            place="none",
            received_at=FRIDAY,
            asked_at=FRIDAY,
        )

    def make_upload(self) -> Upload:
        return Upload.objects.create(
            device=self["device"],
            sha256="0" * 64,
            size_bytes=1,
            begun_at=FRIDAY,
            expires_at=FRIDAY + timedelta(days=1),
        )

    def make_order(self) -> EstimateOrder:
        wish = Wish(plots=[self["sampling_point"].plot_id])
        return order_estimates(self["campaign"], wish, ordered_by=self["analyst"], now=FRIDAY)

    def make_scenario(self) -> Scenario:
        return write(self["project"], self["analyst"], "as it is", BASELINE)

    def make_deep_scenario(self) -> Scenario:
        return write(self["project"], self["analyst"], "deep roots", ROOTY)

    def make_contrast(self) -> Contrast:
        wish = ContrastWish(
            site=self["site"].pk,
            baseline=self["scenario"].pk,
            intervention=self["deep_scenario"].pk,
            options={"soc_t_ha": 40.0},
        )
        return order_contrast(self["project"], wish, ordered_by=self["analyst"], now=FRIDAY)

    def make_parameter_set(self) -> Any:
        return self["run"].parameter_set

    def make_run(self) -> Any:
        return self["order"].runs.first()


ANSWER = {
    "batch": None,
    "mode": "commit",
    "status": "complete",
    "counts": dict.fromkeys(
        ("rows", "created", "unchanged", "superseded", "held", "rejected", "warnings"), 0
    ),
    "rows": [],
    "undo": {"allowed": False, "until": None, "href": None},
}
FIXTURES = {"site", "study", "plot", "campaign", "protocol_version"}
