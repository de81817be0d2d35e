"""What a door hands to the ledger and what it gets back, as they travel."""

from __future__ import annotations

import json
import uuid

import pytest

from sampling.rules.operations import (
    Need,
    Operation,
    Outcome,
    Problem,
    operation_from_wire,
    quarantined,
    rejected,
)

OP, RECORD, EARLIER, USER = (uuid.UUID(int=number) for number in range(1, 5))


@pytest.mark.parametrize(
    "operation",
    [
        Operation(id=OP, type="soil_core", record=RECORD, scope="campaign:x", do="create"),
        Operation(
            id=OP,
            type="soil_core",
            record=RECORD,
            scope="campaign:x",
            do="patch",
            changes={"note": {"from": "", "to": "wet"}},
            base_revision=7,
            number=12,
            at="2026-05-01T10:00:00+02:00",
            by=USER,
            why="seen again",
        ),
        Operation(
            id=OP,
            type="soil_core",
            record=RECORD,
            scope="campaign:x",
            do="resolve",
            base_op=EARLIER,
            resolves=(EARLIER, USER),
        ),
    ],
)
def test_an_operation_survives_being_written_and_read(operation: Operation) -> None:
    written = json.loads(json.dumps(operation.as_wire()))

    assert operation_from_wire(written) == operation


def test_a_base_operation_counts_before_a_base_revision() -> None:
    both = Operation(
        id=OP,
        type="plot",
        record=RECORD,
        scope="x",
        do="patch",
        base_revision=3,
        base_op=EARLIER,
    )

    assert both.as_wire()["base"] == {"op": str(EARLIER)}


def test_an_outcome_leaves_out_what_it_does_not_say() -> None:
    assert Outcome(op=OP, status="noop").as_wire() == {"op": OP, "status": "noop"}
    assert Outcome(
        op=OP,
        status="merged",
        revision=8,
        seq=0,
        detail={"took": ["note"], "kept": []},
        is_duplicate=True,
    ).as_wire() == {
        "op": OP,
        "status": "merged",
        "v": 8,
        "seq": 0,
        "took": ["note"],
        "kept": [],
        "duplicate": True,
    }


def test_a_held_operation_names_its_problems() -> None:
    problem = Problem(pointer="/chg/note/to", code="missing", detail="note must be given.")

    outcome = quarantined(OP, problem)

    assert outcome.problems == [problem.as_wire()]
    assert (outcome.status, outcome.as_wire()["problems"]) == ("quarantined", outcome.problems)


def test_a_rejected_operation_has_a_code_and_no_problems() -> None:
    outcome = rejected(OP, "not-your-op", "Another device sent this operation.")

    assert outcome.problems == []
    assert outcome.as_wire()["code"] == "not-your-op"


def test_a_need_travels_as_type_and_id() -> None:
    assert Need(type="plot", id=RECORD).as_wire() == {"type": "plot", "id": str(RECORD)}
