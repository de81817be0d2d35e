"""Deciding between two people's values for one group of fields, one conflict or all like it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, QuerySet, When
from uuid_utils.compat import uuid7

from sampling.actions.history import fields_in_conflict, values_of
from sampling.actions.intake import Actor, accept_operations
from sampling.errors import RecordRefused, RootfieldError, StateConflict, VersionMoved
from sampling.models import (
    RECORD_MODELS,
    RecordVersion,
    SyncConflict,
    SyncedModel,
    SyncOperation,
    User,
)
from sampling.rules.json_values import same_value
from sampling.rules.operations import Operation

MOST_AT_ONCE = 500  # conflicts one answer settles; what is left is said
TOO_MANY = f"One answer settles {MOST_AT_ONCE} at most; give it again for the rest."
BEFORE_YOU = "Somebody resolved this conflict before you."
OVERTAKEN = frozenset({"already-resolved", "record-moved"})


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What a person decides: the values to write, none to keep what is stored, and why.

    `revision` is the one the person saw, if they say; `withdraws` voids the record besides.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    revision: int | None = None
    withdraws: bool = False


@dataclass(frozen=True, kw_only=True)
class Decision:
    """How a conflict was settled: by whom, why, and what the fields in conflict became.

    `choice` is stored, device or typed where values met; kept, withdrawn or, for a code borne
    twice, recoded.
    """

    by: User | None
    at: datetime | None
    why: str
    values: Mapping[str, Any]
    choice: str

    def as_json(self) -> dict[str, Any]:
        """Return the decision as the API tells who came second."""
        return {
            "by": self.by.username if self.by else None,
            "at": self.at.isoformat() if self.at else None,
            "why": self.why,
            "choice": self.choice,
            "values": dict(self.values),
        }


@dataclass(frozen=True, kw_only=True)
class Settled:
    """How many conflicts one answer settled, and why it did not settle others."""

    count: int
    left: Sequence[str]


def resolve_conflict(
    conflict: SyncConflict, ruling: Ruling, *, by: User, via: str, at: datetime
) -> SyncedModel:
    """Settle a conflict and return the record; both sides stay in the ledger.

    Raises StateConflict, with the decision, when somebody settled it before; VersionMoved when
    the record changed since the person looked; RecordRefused when a value cannot be.
    """
    if conflict.resolved_at is not None:
        raise decided_before(conflict)
    model = RECORD_MODELS[conflict.type]
    revision = model._default_manager.values_list("revision", flat=True).get(pk=conflict.record)
    if ruling.revision not in (None, revision):
        raise _overtaken(conflict)
    operations = list(_operations([conflict], ruling, revision=revision, by=by, at=at))
    try:
        accept_operations(
            operations, actor=_actor(conflict, by=by, via=via), received_at=at, is_strict=True
        )
    except RecordRefused as error:
        if any(problem["code"] in OVERTAKEN for problem in error.extra["problems"]):
            raise _overtaken(conflict) from None
        raise
    return model._default_manager.get(pk=conflict.record)


def _overtaken(conflict: SyncConflict) -> StateConflict:
    """Return the error for who was too slow: another decided, or changed the record."""
    conflict.refresh_from_db()
    if conflict.resolved_at is not None:
        return decided_before(conflict)
    return VersionMoved("The record changed since you looked. See how it stands and decide again.")


def decided_before(conflict: SyncConflict) -> StateConflict:
    """Return the error for who came second: it says what the other person chose."""
    return StateConflict(BEFORE_YOU, decision=decision_of(conflict).as_json())


def decision_of(conflict: SyncConflict) -> Decision:
    """Return how a resolved conflict was settled."""
    operation = conflict.resolved_by
    if operation is None:
        raise StateConflict("This conflict still waits for a decision.")
    names = fields_in_conflict(conflict)
    revision = operation.revision or 0
    body = _body_at(conflict, revision)
    values = {name: body.get(name) for name in names}
    return Decision(
        by=operation.by,
        at=conflict.resolved_at,
        why=operation.why,
        values=values,
        choice=_choice(conflict, values, revision=revision),
    )


def _body_at(conflict: SyncConflict, revision: int) -> Mapping[str, Any]:
    """Return the record as the decision left it, also when it changed again since."""
    record = RECORD_MODELS[conflict.type]._default_manager.get(pk=conflict.record)
    if record.revision == revision:
        return values_of(record)
    kept = RecordVersion.objects.filter(
        record=conflict.record, type=conflict.type, revision=revision
    ).first()
    return kept.body if kept else {}


def _choice(conflict: SyncConflict, values: Mapping[str, Any], *, revision: int) -> str:
    if conflict.kind != "values":
        withdrawn = SyncOperation.objects.filter(
            record=conflict.record,
            type=conflict.type,
            do="delete",
            revision__in=(revision, revision + 1),
        ).exists()
        if withdrawn:
            return "withdrawn"
        code = (conflict.device_values or {}).get("code")
        is_recoded = conflict.kind == "duplicate-key" and values.get("code") != code
        return "recoded" if is_recoded else "kept"
    for name, side in (("stored", conflict.server), ("device", conflict.device_values)):
        if side and all(same_value(values.get(key), side[key]) for key in side):
            return name
    return "typed"


def alike(conflict: SyncConflict) -> QuerySet[SyncConflict]:
    """Return the open conflicts like this one: itself, then the oldest first.

    Alike are those of the same campaign about the same fields of the same type of record, sent by
    the same tablet, or person where no tablet did.
    """
    sent = conflict.operation
    sender = {"operation__device": sent.device_id}
    if sent.device_id is None:
        sender = {"operation__device": None, "operation__by": sent.by_id}
    return SyncConflict.objects.filter(
        project=conflict.project_id,
        scope=conflict.scope,
        type=conflict.type,
        kind=conflict.kind,
        group=conflict.group,
        resolved_at=None,
        **sender,
    ).order_by(Case(When(pk=conflict.pk, then=0), default=1), "raised_at", "id")


def resolve_alike(
    conflict: SyncConflict, answer: str, *, by: User, via: str, at: datetime, why: str
) -> Settled:
    """Give one answer, `stored`, `device` or `withdraw`, to all conflicts like this one.

    Each record is settled at the revision it has now. What cannot be settled so is left with its
    reason: a record that changed this moment, one sent two different values, or one too many for
    one answer. Raises StateConflict when somebody settled this conflict before.
    """
    if conflict.resolved_at is not None:
        raise decided_before(conflict)
    conflicts = list(alike(conflict)[:MOST_AT_ONCE])
    too_many = alike(conflict).count() - len(conflicts)
    by_record: dict[UUID, list[SyncConflict]] = {}
    for one in conflicts:
        by_record.setdefault(one.record, []).append(one)
    model = RECORD_MODELS[conflict.type]
    revisions = dict(model._default_manager.filter(pk__in=by_record).values_list("pk", "revision"))
    groups: list[list[Operation]] = []
    left = [TOO_MANY] * too_many
    for record, together in by_record.items():
        ruling = _ruling_for(together, answer, why=why)
        if ruling is None:
            left.append("One record was sent two different values; decide it by itself.")
            continue
        groups.append(list(_operations(together, ruling, revision=revisions[record], by=by, at=at)))
    actor = _actor(conflict, by=by, via=via)
    done, refused = _accept_groups(groups, actor=actor, at=at)
    return Settled(count=done, left=[*left, *refused])


def _ruling_for(conflicts: Sequence[SyncConflict], answer: str, *, why: str) -> Ruling | None:
    if answer != "device":
        return Ruling(why=why, withdraws=answer == "withdraw")
    asked = [conflict.device_values or {} for conflict in conflicts]
    if any(other != asked[0] for other in asked):
        return None
    return Ruling(values=asked[0], why=why)


def _accept_groups(
    groups: Sequence[Sequence[Operation]], *, actor: Actor, at: datetime
) -> tuple[int, list[str]]:
    """Store all groups at once, or, when one is refused, each by itself; say why some failed."""
    try:
        together = [operation for group in groups for operation in group]
        accept_operations(together, actor=actor, received_at=at, is_strict=True)
    except RootfieldError:
        return _accept_each(groups, actor=actor, at=at)
    return sum(len(group[0].resolves) for group in groups), []


def _accept_each(
    groups: Sequence[Sequence[Operation]], *, actor: Actor, at: datetime
) -> tuple[int, list[str]]:
    done, refused = 0, []
    for group in groups:
        try:
            accept_operations(group, actor=actor, received_at=at, is_strict=True)
        except RootfieldError as error:
            refused.append(error.detail)
        else:
            done += len(group[0].resolves)
    return done, refused


def _operations(
    conflicts: Sequence[SyncConflict], ruling: Ruling, *, revision: int, by: User, at: datetime
) -> Iterator[Operation]:
    """Yield the operation that settles the conflicts of one record, and the one that voids it."""
    first = conflicts[0]
    resolve = Operation(
        id=uuid7(),
        type=first.type,
        record=first.record,
        scope=first.scope,
        do="resolve",
        base_revision=revision,
        changes={name: {"to": value} for name, value in ruling.values.items()},
        resolves=tuple(conflict.pk for conflict in conflicts),
        at=at.isoformat(),
        by=by.pk,
        why=ruling.why,
    )
    yield resolve
    if ruling.withdraws:
        yield Operation(
            id=uuid7(),
            type=first.type,
            record=first.record,
            scope=first.scope,
            do="delete",
            base_op=resolve.id,
            at=at.isoformat(),
            by=by.pk,
            why=ruling.why,
        )


def _actor(conflict: SyncConflict, *, by: User, via: str) -> Actor:
    return Actor(project=conflict.project_id, via=via, user=by.pk, scopes={conflict.scope: "rw"})
