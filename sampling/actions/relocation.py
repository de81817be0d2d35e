"""Moving captured records to another campaign: they leave one scope and come up in another.

A sampling point moves with all that hangs on it: cores, segments, specimens, fractions,
measurements. Tablets of the old campaign are told that the records left, those of the new one get
them; both in one transaction. An edit that still comes for the old campaign is held as
`out-of-scope`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from uuid_utils.compat import uuid7

from sampling.actions import journal
from sampling.actions.ledger import Step, take_steps
from sampling.actions.planning import Book, Superseded
from sampling.actions.record_types import TYPE_ORDER, captured_types, record_type
from sampling.actions.storage import Key, State, load_records
from sampling.errors import MalformedRequest, NotFound, StateConflict
from sampling.models import AuditEvent, Campaign, Device, Finding, SyncConflict, User
from sampling.rules.envelope import Received, content_hash
from sampling.rules.operations import Operation, Outcome

POINT = "sampling_point"
MOST_POINTS = 500


@dataclass(frozen=True, kw_only=True)
class Move:
    """From which campaign to which, who moves the records, when and why."""

    source: Campaign
    target: Campaign
    by: User
    at: datetime
    why: str


def move_points(points: Collection[UUID], move: Move) -> dict[str, int]:
    """Move sampling points with all that hangs on them; return how many records of each type.

    Raises NotFound for a point that is not in the source, StateConflict when a record that moves
    and one that stays refer to each other (a pool of specimens of two points).
    """
    _refuse_impossible(points, move)
    with transaction.atomic(), connection.cursor() as cursor:
        # A push holds its device: none can add to what moves between the look and the move.
        list(
            Device.objects.select_for_update(no_key=True)
            .filter(project=move.source.project_id)
            .order_by("id")
        )
        keys = _what_moves(cursor, set(points), move.source.capture_scope)
        states = load_records(cursor, keys, project=move.source.project_id)
        _refuse_torn(keys, states)
        _write(cursor, states, move)
        counts = {name: len(ids) for name, ids in _by_type(keys).items() if ids}
        AuditEvent.objects.create(
            at=move.at,
            project_id=move.source.project_id,
            user=move.by,
            action="records.moved",
            subject_type="campaign",
            subject=str(move.source.pk),
            detail={"to": str(move.target.pk), "records": counts, "why": move.why},
        )
    return counts


def _refuse_impossible(points: Collection[UUID], move: Move) -> None:
    if move.source.project_id != move.target.project_id:
        raise NotFound("This campaign is not part of the project.")
    if move.source.pk == move.target.pk:
        raise StateConflict("The records are in this campaign already.")
    if not move.why.strip():
        raise MalformedRequest("Say why the records belong to the other campaign.")
    if not 0 < len(set(points)) <= MOST_POINTS:
        raise MalformedRequest(f"Name 1 to {MOST_POINTS} sampling points.")


def _what_moves(cursor: CursorWrapper, points: set[UUID], scope: str) -> set[Key]:
    """Return the points and, parents before children, all that refers to what moves."""
    cursor.execute(
        "SELECT id FROM sampling_samplingpoint WHERE scope = %s AND id = ANY(%s)",
        [scope, list(points)],
    )
    if len(cursor.fetchall()) < len(points):
        raise NotFound("One of these sampling points is not in this campaign.")
    moving: dict[str, set[UUID]] = {POINT: points}
    for name in sorted(captured_types() - {POINT}, key=TYPE_ORDER.__getitem__):
        kind = record_type(name)
        moving[name] = set()
        for field, reference in kind.references.items():
            if moving.get(reference):
                column = kind.by_name[field].column
                cursor.execute(
                    f'SELECT id FROM {kind.table} WHERE scope = %s AND "{column}" = ANY(%s)',
                    [scope, list(moving[reference])],
                )
                moving[name].update(record for (record,) in cursor.fetchall())
    return {(name, record) for name, records in moving.items() for record in records}


def _refuse_torn(keys: set[Key], states: dict[Key, State]) -> None:
    """Raise when a record that moves refers to a captured one that stays."""
    for (name, record), state in states.items():
        for field, reference in record_type(name).references.items():
            value = state.values[field]
            if value is None or reference not in captured_types():
                continue
            if (reference, UUID(value)) not in keys:
                raise StateConflict(
                    f"The {name.replace('_', ' ')} {record} also belongs to a"
                    f" {reference.replace('_', ' ')} that stays; move both, or withdraw it first."
                )


def _by_type(keys: Collection[Key]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for name, record in sorted(keys):
        found.setdefault(name, []).append(record)
    return found


def _write(cursor: CursorWrapper, states: dict[Key, State], move: Move) -> None:
    """Write the records under their new scope, each as an operation of its own."""
    target, project = move.target.capture_scope, move.source.project_id
    book = Book(
        now=move.at,
        project=project,
        stored=states,
        parents={},
        seen={},
        known_ops={},
        open_conflicts={},
    )
    received = []
    for key, state in states.items():
        operation = _operation(state, move)
        digest = content_hash(operation.as_wire())
        received.append(Received(content_sha256=digest, operation=operation))
        book.superseded.append(Superseded(state=state, op=operation.id))
        book.states[key] = replace(state, scope=target, revision=state.revision + 1)
        book.outcomes[operation.id] = Outcome(
            op=operation.id, status="applied", revision=state.revision + 1
        )
    journal.keep_superseded(cursor, book, at=move.at)
    for name, records in _by_type(states).items():
        cursor.execute(
            f"UPDATE {record_type(name).table} SET scope = %s, revision = revision + 1"
            " WHERE id = ANY(%s)",
            [target, records],
        )
    ids = [record for _, record in states]
    SyncConflict.objects.filter(record__in=ids, resolved_at=None).update(scope=target)
    Finding.objects.filter(record__in=ids).update(scope=target)
    sender = journal.Sender(
        project=project, via="api", device=None, user=move.by.pk, batch=None, received_at=move.at
    )
    steps = [step for state in book.states.values() for step in _steps(state, states)]
    places = journal.Places(records=take_steps(cursor, steps), settled={})
    journal.write_operations(cursor, book, received, places, sender, ())


def _operation(state: State, move: Move) -> Operation:
    scopes = {"from": state.scope, "to": move.target.capture_scope}
    return Operation(
        id=uuid7(),
        type=state.type,
        record=state.id,
        scope=move.target.capture_scope,
        do="move",
        changes={"scope": scopes},
        base_revision=state.revision,
        at=move.at.isoformat(),
        by=move.by.pk,
        why=move.why,
    )


def _steps(after: State, before: dict[Key, State]) -> list[Step]:
    """Return a record's leaving of its old scope, then its coming into the new one."""
    was = before[after.type, after.id]
    is_live = was.voided_at is None
    coming = Step(
        scope=after.scope,
        type=after.type,
        record=after.id,
        revision=after.revision,
        gone="" if is_live else "deleted",
    )
    leaving = msgspec.structs.replace(
        coming, scope=was.scope, was=was.revision if is_live else None, gone="left-scope"
    )
    return [leaving, coming]
