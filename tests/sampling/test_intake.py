"""The ledger: operations in, outcomes out, nothing lost, nothing twice."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sampling.actions.intake import Actor, accept_operations, rerun
from sampling.models import (
    Campaign,
    CoreSegment,
    Device,
    Plot,
    SamplingPoint,
    SoilCore,
    SyncChange,
    SyncConflict,
    SyncOperation,
)
from sampling.rules.operations import Operation, Outcome
from tests.people import FRIDAY

pytestmark = pytest.mark.django_db


class Sender:
    """Sends operations as one device would."""

    def __init__(self, device: Device, campaign: Campaign) -> None:
        self.device = device
        self.scope = campaign.capture_scope
        self.number = 0
        self.actor = Actor(
            project=device.project_id,
            via="tablet",
            user=device.user_id,
            device=device.id,
            scopes={self.scope: "rw", f"project:{device.project_id}": "ro"},
        )

    def operation(self, type_name: str, record: uuid.UUID, **fields: Any) -> Operation:
        self.number += 1
        options = {name: fields.pop(name) for name in list(fields) if name.startswith("_")}
        changes = options.pop("_changes", {name: {"to": v} for name, v in fields.items()})
        rest = {name[1:]: value for name, value in options.items()}
        return Operation(
            id=rest.pop("id", uuid.uuid4()),
            type=type_name,
            record=record,
            scope=rest.pop("scope", self.scope),
            do=rest.pop("do", "create"),
            changes=changes,
            number=self.number,
            **rest,
        )

    def send(self, *operations: Operation) -> list[Outcome]:
        return accept_operations(operations, actor=self.actor, received_at=FRIDAY)


@pytest.fixture
def sender(device: Device, campaign: Campaign) -> Sender:
    return Sender(device, campaign)


def core_chain(sender: Sender, plot: Plot, *, cores: int) -> list[Operation]:
    """Return operations for one point, some cores, and a segment in each."""
    point = uuid.uuid4()
    operations = [sender.operation("sampling_point", point, plot=str(plot.id), code="P1")]
    for number in range(cores):
        core = uuid.uuid4()
        operations += [
            sender.operation(
                "soil_core",
                core,
                sampling_point=str(point),
                code=f"C{number}",
                inner_diameter_cm=6.0,
            ),
            sender.operation(
                "core_segment",
                uuid.uuid4(),
                soil_core=str(core),
                upper_depth_cm=0,
                lower_depth_cm=30,
            ),
        ]
    return operations


def test_a_chain_of_records_is_applied_in_one_go(sender: Sender, plot: Plot) -> None:
    outcomes = sender.send(*core_chain(sender, plot, cores=2))

    assert [outcome.status for outcome in outcomes] == ["applied"] * 5
    assert SoilCore.objects.count() == 2
    assert CoreSegment.objects.get(pk=CoreSegment.objects.first().pk).lower_depth_cm == 30
    assert SyncChange.objects.filter(scope=sender.scope).count() == 5


def test_sending_a_batch_twice_gives_the_same_outcomes_and_stores_it_once(
    sender: Sender, plot: Plot
) -> None:
    operations = core_chain(sender, plot, cores=2)

    first, second = (sender.send(*operations) for _ in range(2))

    assert [o.as_wire() | {"duplicate": True} for o in first] == [o.as_wire() for o in second]
    assert SoilCore.objects.count() == 2


def test_impossible_records_are_quarantined_with_all_their_errors_and_cost_no_neighbour(
    sender: Sender, plot: Plot
) -> None:
    chain = core_chain(sender, plot, cores=1)
    core = chain[1].record
    bad = sender.operation(
        "core_segment",
        uuid.uuid4(),
        soil_core=str(core),
        upper_depth_cm=40,
        lower_depth_cm=30,
        sampled_area_cm2=-1,
    )

    outcomes = sender.send(*chain, bad)

    assert [outcome.status for outcome in outcomes] == ["applied"] * 3 + ["quarantined"]
    assert {problem["code"] for problem in outcomes[-1].problems} == {
        "depths-out-of-order",
        "out-of-range",
    }
    assert SyncOperation.objects.get(op=bad.id).body["chg"]["upper_depth_cm"] == {"to": 40}


def test_children_before_parents_wait_and_are_woken_by_the_parent(
    sender: Sender, plot: Plot
) -> None:
    point, core, segment = core_chain(sender, plot, cores=1)

    first = sender.send(segment)
    second = sender.send(core)
    third = sender.send(point)

    assert [first[0].status, second[0].status, third[0].status] == [
        "deferred",
        "deferred",
        "applied",
    ]
    assert SamplingPoint.objects.count() == SoilCore.objects.count() == 1
    assert CoreSegment.objects.count() == 1
    assert set(SyncOperation.objects.values_list("status", flat=True)) == {"applied"}


def test_edits_of_different_groups_merge_and_of_one_group_conflict(
    sender: Sender, plot: Plot
) -> None:
    chain = core_chain(sender, plot, cores=1)
    sender.send(*chain)
    core = chain[1].record
    edit = {"_do": "patch", "_base_revision": 1}

    def change(**fields: Any) -> str:
        changes = {name: {"from": old, "to": new} for name, (old, new) in fields.items()}
        return sender.send(sender.operation("soil_core", core, _changes=changes, **edit))[0].status

    statuses = [
        change(note=("", "wet")),
        change(code=("C0", "C9")),
        change(inner_diameter_cm=(6.0, 6.5)),
        change(inner_diameter_cm=(6.0, 7.0)),
    ]

    assert statuses == ["applied", "merged", "merged", "conflict"]
    stored = SoilCore.objects.get(pk=core)
    assert (stored.note, stored.code, stored.inner_diameter_cm, stored.revision) == (
        "wet",
        "C9",
        6.5,
        5,
    )
    conflict = SyncConflict.objects.get()
    assert conflict.device_values["inner_diameter_cm"] == 7.0


def test_a_resolution_closes_the_conflict_and_a_second_one_is_told(
    sender: Sender, plot: Plot
) -> None:
    chain = core_chain(sender, plot, cores=1)
    sender.send(*chain)
    core = chain[1].record
    for value in ("wet", "dry"):
        changes = {"note": {"from": "", "to": value}}
        sender.send(
            sender.operation("soil_core", core, _do="patch", _base_revision=1, _changes=changes)
        )
    conflict = SyncConflict.objects.get()

    answers = [
        sender.send(
            sender.operation(
                "soil_core",
                core,
                _do="resolve",
                _base_revision=3,
                _resolves=(conflict.id,),
                _changes={"note": {"to": value}},
            )
        )[0]
        for value in ("dry", "wet")
    ]

    assert [answer.status for answer in answers] == ["applied", "rejected"]
    assert answers[1].detail["code"] == "already-resolved"
    assert SoilCore.objects.get(pk=core).note == "dry"


def test_the_number_of_statements_does_not_grow_with_the_batch(sender: Sender, plot: Plot) -> None:
    def statements(cores: int) -> int:
        chain = core_chain(sender, plot, cores=cores)
        bad = [
            sender.operation(
                "core_segment",
                uuid.uuid4(),
                soil_core=str(chain[1].record),
                upper_depth_cm=30,
                lower_depth_cm=30,
            )
            for _ in range(3)
        ]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            sender.send(*chain, *bad)
        return len(queries)

    statements(2)

    assert statements(20) == statements(200)


def test_a_held_operation_is_applied_when_a_person_lets_it_in(
    sender: Sender, plot: Plot, field_lead: Any
) -> None:
    chain = core_chain(sender, plot, cores=1)
    sender.actor = Actor(
        project=sender.actor.project, via="tablet", user=None, device=sender.actor.device
    )
    refused = sender.send(chain[0])[0]

    outcome = rerun(chain[0].id, by=field_lead.id, project=sender.actor.project, at=FRIDAY)

    assert refused.status == "quarantined"
    assert outcome.status == "applied"
    assert SyncOperation.objects.get(op=chain[0].id).settled_seq == 1
