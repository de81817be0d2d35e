"""Setting up a project in one go: many sites, plots and campaigns, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from uuid_utils.compat import uuid7

from sampling.actions.intake import Actor, accept_operations
from sampling.actions.outside_references import strangers
from sampling.actions.record_types import TYPE_ORDER, record_type
from sampling.rules.operations import Operation, Outcome, Problem

MAX_RECORDS = 500


@dataclass(frozen=True, kw_only=True)
class NewRecord:
    """One record to be made: its type, its id if the sender chose one, its fields."""

    type: str
    fields: Mapping[str, Any]
    id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of one record.

    Its status is created, changed (it was there and said less), unchanged (it was there and said
    the same) or refused, with every problem.
    """

    type: str
    id: UUID
    status: str
    revision: int | None
    problems: list[dict[str, str]]


def create_set_up(
    records: Sequence[NewRecord], *, project: UUID, user: UUID, via: str, at: datetime
) -> list[Answer]:
    """Create records of the project's own scope, all of them or none; one answer a record.

    Parents may come after their children. Sending the same list again changes nothing. When one
    record is refused, the others answer as they would have been.
    """
    scope = f"project:{project}"
    operations = [
        Operation(
            id=uuid7(),
            type=one.type,
            record=one.id,
            scope=scope,
            do="create",
            changes={name: {"to": value} for name, value in one.fields.items()},
            at=at.isoformat(),
            by=user,
        )
        for one in records
    ]
    parents_first = sorted(operations, key=lambda one: TYPE_ORDER[one.type])
    actor = Actor(project=project, via=via, user=user, scopes={scope: "rw"})
    with transaction.atomic():
        outcomes = {
            outcome.op: outcome
            for outcome in accept_operations(parents_first, actor=actor, received_at=at)
        }
        strange = strangers(operations, project=project)
        answers = [_answer(one, outcomes[one.id], strange.get(one.id)) for one in operations]
        if any(answer.status == "refused" for answer in answers):
            transaction.set_rollback(True)
    return answers


def unknown_fields(record: NewRecord) -> list[Problem]:
    """Return a problem for each field the record type does not have."""
    return [
        Problem(
            pointer=f"/{name}",
            code="unknown-field",
            detail=f"A {record.type.replace('_', ' ')} has no field {name}.",
        )
        for name in sorted(record.fields.keys() - record_type(record.type).names)
    ]


def _answer(operation: Operation, outcome: Outcome, stranger: dict[str, str] | None) -> Answer:
    problems = [*outcome.problems, *([stranger] if stranger else [])]
    for need in outcome.detail.get("needs", []):
        detail = f"There is no {need['type'].replace('_', ' ')} with the id {need['id']}."
        problems.append({"pointer": f"/{need['type']}", "code": "unknown", "detail": detail})
    if outcome.status in ("rejected", "conflict"):
        code = outcome.detail.get("code", "known-otherwise")
        detail = outcome.detail.get("detail", "This id is taken by a record that says otherwise.")
        problems.append({"pointer": "", "code": code, "detail": detail})
    words = {"applied": "created", "merged": "changed", "noop": "unchanged"}
    return Answer(
        type=operation.type,
        id=operation.record,
        status="refused" if problems else words[outcome.status],
        revision=outcome.revision,
        problems=problems,
    )
