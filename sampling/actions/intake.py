"""The one way captured records are written, whoever sends them.

Operations come in, outcomes go out. The effect of an operation and its outcome are one
transaction; sending the same operation again gives the stored outcome. What cannot be applied is
held with its reason, never dropped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db import OperationalError, transaction
from psycopg import errors

from sampling.actions.batch import Batch, RacedBySomebody
from sampling.actions.journal import Have, PushNote
from sampling.actions.waiting import Held
from sampling.errors import DeviceBusy, NotFound, RecordRefused, StateConflict, VersionMoved
from sampling.models import Campaign, SyncOperation
from sampling.rules.envelope import Received, content_hash
from sampling.rules.operations import HELD, Operation, Outcome, operation_from_wire

ATTEMPTS = 4

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who sends operations, by which door, and what they may write.

    `scopes` maps a scope to `rw`, `append` or `ro`. A tablet names its device, a person does not.
    """

    project: UUID
    via: str
    user: UUID | None = None
    device: UUID | None = None
    scopes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Push:
    """The stored bytes a batch of operations came in, and what the device said of itself."""

    batch: int
    note: PushNote


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The outcomes of a batch, and for a push which operations of the device are stored."""

    outcomes: list[Outcome]
    have: Have | None

    def statuses(self) -> list[str]:
        """Return how each operation ended, in their order."""
        return [str(outcome.status) for outcome in self.outcomes]

    def outcomes_as_wire(self) -> list[dict[str, Any]]:
        """Return one outcome an operation, in their order, as they travel."""
        return [outcome.as_wire() for outcome in self.outcomes]


def accept_operations(
    operations: Sequence[Operation],
    *,
    actor: Actor,
    received_at: dt.datetime,
    is_strict: bool = False,
) -> list[Outcome]:
    """Apply operations and return one outcome each, in their order.

    Safe to repeat. With `is_strict` nothing is stored when one of them cannot be applied:
    RecordRefused names every problem, VersionMoved says that somebody was faster.
    """
    received = [
        Received(content_sha256=content_hash(operation.as_wire()), operation=operation)
        for operation in operations
    ]
    return accept_received(
        received, actor=actor, received_at=received_at, is_strict=is_strict
    ).outcomes


def accept_received(
    received: Sequence[Received],
    *,
    actor: Actor,
    received_at: dt.datetime,
    push: Push | None = None,
    is_strict: bool = False,
) -> Accepted:
    """Apply what an envelope held; as accept_operations, for operations that were decoded."""

    def run() -> Accepted:
        batch = Batch(
            project=actor.project,
            via=actor.via,
            user=actor.user,
            device=actor.device,
            scopes=actor.scopes,
            received_at=received_at,
            batch=push.batch if push else None,
            note=push.note if push else None,
        )
        outcomes = batch.run(received)
        if is_strict:
            _refuse(outcomes)
        return Accepted(outcomes=outcomes, have=batch.have)

    return carried_out(run)


def carried_out(work: Callable[[], Result]) -> Result:
    """Carry out one transaction of the ledger; again when another one crossed it.

    Raises StateConflict, DeviceBusy or OperationalError when that does not end.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return work()
        except RacedBySomebody:
            if attempt == ATTEMPTS:
                raise StateConflict("Too many people write this record; try again.") from None
        except OperationalError as error:
            _retry_or_raise(error, is_last=attempt == ATTEMPTS)
    raise AssertionError("the loop above returns or raises")


def _retry_or_raise(error: OperationalError, *, is_last: bool) -> None:
    if isinstance(error.__cause__, errors.LockNotAvailable):
        raise DeviceBusy from error
    retryable = (errors.DeadlockDetected, errors.SerializationFailure)
    if is_last or not isinstance(error.__cause__, retryable):
        raise error


def _refuse(outcomes: Sequence[Outcome]) -> None:
    """Raise unless everything was applied, with every problem of all operations."""
    if any(outcome.status == "conflict" for outcome in outcomes):
        raise VersionMoved
    problems = []
    for outcome in outcomes:
        if outcome.status == "quarantined":
            problems += outcome.problems
        elif outcome.status == "deferred":
            problems += [
                {
                    "pointer": f"/{need['type']}",
                    "code": "unknown",
                    "detail": f"There is no {need['type'].replace('_', ' ')} with this id.",
                }
                for need in outcome.detail["needs"]
            ]
        elif outcome.status == "rejected":
            problems.append({"pointer": "", **outcome.detail})
    if problems:
        raise RecordRefused(problems[0]["detail"], problems=problems)


def rerun(op: UUID, *, by: UUID, project: UUID, at: dt.datetime) -> Outcome:
    """Try a held operation again, on the word of a person who may write its scope.

    The outcome is final once it is no longer held; a still refused one stays as it was.
    """
    stored = SyncOperation.objects.filter(op=op, status__in=HELD, body__isnull=False).first()
    if stored is None or not _is_of_project(stored.scope, project):
        raise NotFound("No held operation has this id.")
    operation = operation_from_wire(stored.body or {})
    held = Held(operation=operation, device=stored.device_id, status=stored.status)

    def run() -> Outcome | None:
        batch = Batch(
            project=project,
            via=stored.via,
            user=by,
            device=None,
            scopes={operation.scope: "rw"},
            received_at=at,
            batch=None,
            is_forced=True,
        )
        return batch.rerun(held)

    outcome = carried_out(run)
    if outcome is None:
        raise NotFound("No held operation has this id: somebody settled it before you.")
    return outcome


def _is_of_project(scope: str, project: UUID) -> bool:
    """Return whether a scope is the project's own, or that of one of its campaigns."""
    kind, _, key = scope.partition(":")
    if kind == "project":
        return key == str(project)
    try:
        return Campaign.objects.filter(pk=UUID(key), project=project).exists()
    except ValueError:
        return False
