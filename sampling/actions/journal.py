"""What the ledger remembers of operations: answers, conflicts, replaced bodies, waiting ones.

Every function is one statement, or two, whatever the number of operations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from sampling.actions.ledger import Step, take_steps
from sampling.actions.planning import Base, Book
from sampling.actions.prepared import Cursor, Pipe, ask
from sampling.actions.storage import Key, State, encode, from_json
from sampling.actions.waiting import Held, write_waiting
from sampling.rules.columns import json_lines, lines_sql, literal_array
from sampling.rules.envelope import Received
from sampling.rules.number_ranges import gaps_between, with_numbers
from sampling.rules.operations import (
    HELD,
    WRITTEN,
    Operation,
    Outcome,
)

LOCK_WAIT = "2s"
MAX_GAPS = 100  # told at once; the rest follows when these are closed
MAX_RANGES = 500  # kept; numbers beyond them count as missing until they are sent again


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who sent a batch, by which door."""

    project: UUID
    via: str
    device: UUID | None
    user: UUID | None
    batch: int | None
    received_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Places:
    """The numbers this transaction took in its scopes."""

    records: Mapping[Key, int]
    settled: Mapping[UUID, int]

    def seq_of(self, operation: Operation, outcome: Outcome) -> int | None:
        """Return where the record of a written operation stands in its scope."""
        if outcome.status not in WRITTEN:
            return None
        return self.records[operation.type, operation.record]


_LOCK_WAIT = "SELECT set_config('lock_timeout', %s, true)"
_LOCK = "SELECT FROM sampling_device WHERE id = %s FOR NO KEY UPDATE"


def lock_device(cursor: CursorWrapper, device: UUID) -> None:
    """Let one push of a device run at a time; a second waits, then fails as busy.

    The lock leaves the keys alone, so that the bytes of the second are stored meanwhile.
    """
    for statement, value in ((_LOCK_WAIT, LOCK_WAIT), (_LOCK, device), (_LOCK_WAIT, "0")):
        cursor.execute(statement, [value])


def send_lock(pipe: Pipe, device: UUID) -> None:
    """Ask for the lock of lock_device in a pipeline, whose end tells if it was not to be had."""
    for statement, value in ((_LOCK_WAIT, LOCK_WAIT), (_LOCK, device), (_LOCK_WAIT, "0")):
        pipe.send(statement, [value])


@dataclass(frozen=True, kw_only=True)
class PushNote:
    """What a device says about itself with a push."""

    clock_offset_s: float | None
    queued: int | None


@dataclass(frozen=True, kw_only=True)
class Have:
    """Which operations of a device are stored: all up to a number, but for those missing."""

    upto: int
    missing: list[list[int]]
    backed_up_upto: int


def acknowledge(
    cursor: CursorWrapper,
    device: UUID,
    note: PushNote,
    numbers: Iterable[int],
    *,
    at: dt.datetime,
) -> Have:
    """Note a push on its device and return which operations are stored by now.

    `numbers` are those of the operations just answered. What is known is kept as ranges, so that
    one number that never comes does not make every later push look through all that came after it.
    """
    cursor.execute(
        "SELECT have_upto, have_more, backed_up_upto FROM sampling_device WHERE id = %s", [device]
    )
    upto, more, backed_up_upto = cursor.fetchone()
    upto, ranges = with_numbers(upto, from_json(more), numbers)
    cursor.execute(
        f"UPDATE sampling_device SET have_upto = %(upto)s, have_more = %(more)s::jsonb, {_NOTED}"
        " WHERE id = %(device)s",
        {"upto": upto, "more": encode(ranges[:MAX_RANGES]), **_noted(device, note, at)},
    )
    return have_of(upto, ranges, backed_up_upto)


def have_of(upto: int, ranges: Sequence[Sequence[int]], backed_up_upto: int) -> Have:
    """Return what a device is told of its numbers: all up to one are here, and the ranges above.

    Of more gaps than MAX_GAPS the first are told, and nothing above them.
    """
    gaps = gaps_between(upto, ranges)
    highest = ranges[-1][1] if ranges else upto
    if len(gaps) > MAX_GAPS:
        highest = gaps[MAX_GAPS][0] - 1
    return Have(upto=highest, missing=gaps[:MAX_GAPS], backed_up_upto=backed_up_upto)


def send_note(
    pipe: Pipe, device: UUID, note: PushNote, numbers: Sequence[int], *, at: dt.datetime
) -> Cursor:
    """Do in a pipeline what acknowledge does, if the numbers follow what is known without a gap.

    told_have reads the answer; where it is None, nothing was noted.
    """
    first, last = numbers[0], numbers[-1]
    in_order = last - first == len(numbers) - 1 and [*range(first, last + 1)] == [*numbers]
    return pipe.send(
        f"UPDATE sampling_device SET have_upto = greatest(have_upto, %(last)s), {_NOTED}"
        " WHERE id = %(device)s AND %(in_order)s AND have_upto >= %(first)s - 1"
        " AND have_more = '[]'::jsonb RETURNING have_upto, backed_up_upto",
        {"first": first, "last": last, "in_order": in_order, **_noted(device, note, at)},
    )


def told_have(cursor: Cursor) -> Have | None:
    """Return what send_note noted."""
    row = cursor.fetchone()
    return Have(upto=row[0], missing=[], backed_up_upto=row[1]) if row else None


_NOTED = (
    "last_push_at = %(at)s, clock_offset_s = coalesce(%(offset)s::float8, clock_offset_s),"
    " clock_offset_max_s = CASE"
    " WHEN abs(%(offset)s::float8) > abs(coalesce(clock_offset_max_s, 0)) THEN %(offset)s::float8"
    " ELSE clock_offset_max_s END, queued_reported = %(queued)s"
)


def _noted(device: UUID, note: PushNote, at: dt.datetime) -> dict[str, Any]:
    return {"device": device, "at": at, "offset": note.clock_offset_s, "queued": note.queued}


def mark_done(cursor: CursorWrapper, batch: int) -> None:
    """Note that a stored push has been judged."""
    cursor.execute("UPDATE sampling_syncbatch SET state = 'applied' WHERE id = %s", [batch])


def seen_bodies(
    cursor: CursorWrapper,
    operations: Iterable[Operation],
    stored: Mapping[Key, State],
    known_ops: Mapping[UUID, Base],
) -> dict[tuple[Key, int], Mapping[str, Any]]:
    """Return the bodies the authors of stale operations saw."""
    stale = []
    for operation in operations:
        base = operation.base_revision
        if operation.base_op is not None and operation.base_op in known_ops:
            base = known_ops[operation.base_op].seen
        state = stored.get((operation.type, operation.record))
        if base is not None and state is not None and state.revision != base:
            stale.append((operation.type, operation.record, base))
    if not stale:
        return {}
    cursor.execute(
        "SELECT v.type, v.record, v.revision, v.body FROM sampling_recordversion AS v"
        " JOIN unnest(%s::text[], %s::uuid[], %s::int[]) AS w(type, record, revision)"
        " ON v.record = w.record AND v.revision = w.revision AND v.type = w.type",
        [
            literal_array([name for name, _, _ in stale]),
            literal_array([record for _, record, _ in stale]),
            literal_array([min(revision, 2**31 - 1) for _, _, revision in stale]),
        ],
    )
    return {
        ((name, record), revision): from_json(body)
        for name, record, revision, body in cursor.fetchall()
    }


def base_operations(cursor: CursorWrapper, operations: Iterable[Operation]) -> dict[UUID, Base]:
    """Return the earlier operations that others build on."""
    named = [operation.base_op for operation in operations if operation.base_op is not None]
    if not named:
        return {}
    cursor.execute(
        "SELECT op, type, record, revision, status, scope FROM sampling_syncoperation"
        " WHERE op = ANY(%s)",
        [named],
    )
    return {
        op: Base(key=(name, record), revision=revision, status=status, scope=scope)
        for op, name, record, revision, status, scope in cursor.fetchall()
    }


def conflicts_named(
    cursor: CursorWrapper, operations: Iterable[Operation]
) -> tuple[dict[UUID, Key], set[UUID]]:
    """Lock the conflicts to be resolved; return the record of each open one, and the closed."""
    chosen = [conflict for operation in operations for conflict in operation.resolves]
    if not chosen:
        return {}, set()
    cursor.execute(
        "SELECT id, type, record, resolved_at IS NULL FROM sampling_syncconflict"
        " WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
        [chosen],
    )
    rows = cursor.fetchall()
    open_ones = {conflict: (name, record) for conflict, name, record, is_open in rows if is_open}
    return open_ones, {row[0] for row in rows} - {*open_ones}


def keep_superseded(cursor: CursorWrapper, book: Book, *, at: dt.datetime) -> None:
    """Keep the bodies that are about to be replaced."""
    replaced = [one.state for one in book.superseded]
    if not replaced:
        return
    ask(
        "INSERT INTO sampling_recordversion (record, revision, type, op, body, replaced_at)"
        " SELECT r.record, r.revision, r.type, r.op, r.body::jsonb, %s"
        f" FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::uuid[], {lines_sql()})"
        " AS r(record, revision, type, op, body)",
        [
            at,
            literal_array([state.id for state in replaced]),
            literal_array([state.revision for state in replaced]),
            literal_array([state.type for state in replaced]),
            literal_array([one.op for one in book.superseded]),
            json_lines(state.body for state in replaced),
        ],
    )


def keep_conflicts(cursor: CursorWrapper, book: Book, *, project: UUID, at: dt.datetime) -> None:
    """Store new conflicts and close the resolved ones."""
    found = book.conflicts
    if found:
        ask(
            "INSERT INTO sampling_syncconflict (id, operation_id, project_id, scope, type, record,"
            ' kind, "group", base, server, device_values, raised_at)'
            " SELECT r.id, r.operation, %s, r.scope, r.type, r.record, r.kind, r.group,"
            " r.base::jsonb, r.server::jsonb, r.device::jsonb, %s"
            " FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::text[],"
            f" %s::text[], {lines_sql()}, {lines_sql()}, {lines_sql()})"
            ' AS r(id, operation, scope, type, record, kind, "group", base, server, device)',
            [
                project,
                at,
                literal_array([one.id for one in found]),
                literal_array([one.op for one in found]),
                literal_array([one.state.scope for one in found]),
                literal_array([one.state.type for one in found]),
                literal_array([one.state.id for one in found]),
                literal_array([one.kind for one in found]),
                literal_array([one.conflict.group for one in found]),
                json_lines(one.conflict.base for one in found),
                json_lines(one.conflict.server for one in found),
                json_lines(one.conflict.device for one in found),
            ],
        )
    if book.resolved:
        cursor.execute(
            "UPDATE sampling_syncconflict AS c SET resolved_at = %s, resolved_by_id = w.op"
            " FROM unnest(%s::uuid[], %s::uuid[]) AS w(id, op) WHERE c.id = w.id",
            [at, list(book.resolved), list(book.resolved.values())],
        )


def take_places(cursor: CursorWrapper, book: Book, woken: Sequence[Held]) -> Places:
    """Bump the counters and write the change log. Locks the counters until the end."""
    steps = [_step(state, book.stored.get(key)) for key, state in book.states.items()]
    told = [one.operation for one in woken if book.outcomes[one.operation.id].status != one.status]
    silent = [
        operation for operation in told if (operation.type, operation.record) not in book.states
    ]
    records = take_steps(cursor, steps, silent=[operation.scope for operation in silent])
    settled = {
        operation.id: records[operation.type, operation.record]
        for operation in told
        if (operation.type, operation.record) in records
    }
    if silent:
        heads = scope_heads(cursor, {operation.scope for operation in silent})
        settled.update({operation.id: heads[operation.scope] for operation in silent})
    return Places(records=records, settled=settled)


def _step(state: State, before: State | None) -> Step:
    was = before.revision if before is not None and before.voided_at is None else None
    return Step(
        scope=state.scope,
        type=state.type,
        record=state.id,
        revision=state.revision,
        was=was,
        gone="deleted" if state.voided_at else "",
    )


def scope_heads(cursor: CursorWrapper, scopes: Collection[str]) -> dict[str, int]:
    """Return the last number given out in each scope."""
    cursor.execute("SELECT key, seq FROM sampling_syncscope WHERE key = ANY(%s)", [list(scopes)])
    return dict(cursor.fetchall())


def members_among(cursor: CursorWrapper, received: Sequence[Received], sender: Sender) -> set[UUID]:
    """Return which of the people named by the operations belong to the project."""
    named = {item.operation.by for item in received if item.operation and item.operation.by}
    named -= {sender.user}
    if not named:
        return set()
    cursor.execute(
        "SELECT DISTINCT user_id FROM sampling_membership"
        " WHERE project_id = %s AND user_id = ANY(%s)",
        [sender.project, list(named)],
    )
    return {user for (user,) in cursor.fetchall()}


def write_operations(
    cursor: CursorWrapper,
    book: Book,
    received: Sequence[Received],
    places: Places,
    sender: Sender,
    members: Collection[UUID],
) -> None:
    """Store the operations with their answers, and what the deferred ones wait for."""
    if not received:
        return
    rows = [_operation_row(book, item, places, sender, members) for item in received]
    names = _OPERATION_COLUMNS
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    cursor.execute(
        _INSERT_OPERATIONS,
        [
            sender.device,
            sender.batch,
            sender.via,
            sender.received_at,
            *(
                json_lines(columns[name]) if kind == "json" else literal_array(columns[name])
                for name, kind in names.items()
            ),
        ],
    )
    answers = zip(columns["op"], columns["status"], strict=True)
    write_waiting(cursor, book, [op for op, status in answers if status == "deferred"])


_OPERATION_COLUMNS = {
    "op": "uuid",
    "n": "bigint",
    "scope": "text",
    "type": "text",
    "record": "uuid",
    "do": "text",
    "status": "text",
    "revision": "int",
    "seq": "bigint",
    "sha": "text",
    "by": "uuid",
    "at": "text",
    "why": "text",
    "detail": "json",
    "body": "json",
}

_ARRAYS = ", ".join(
    lines_sql() if kind == "json" else f"%s::{kind}[]" for kind in _OPERATION_COLUMNS.values()
)
_NAMES = ", ".join(f'"{name}"' for name in _OPERATION_COLUMNS)

_INSERT_OPERATIONS = (
    "INSERT INTO sampling_syncoperation (op, device_id, n, batch_id, via, scope, type, record,"
    ' "do", status, revision, seq, content_sha256, by_id, at, why, received_at, detail, body)'
    ' SELECT r.op, %s, r.n, %s, %s, r.scope, r.type, r.record, r."do", r.status, r.revision,'
    " r.seq, decode(r.sha, 'hex'), r.by, r.at, r.why, %s, r.detail::jsonb, r.body::jsonb"
    f" FROM unnest({_ARRAYS}) AS r({_NAMES})"
)


def _operation_row(
    book: Book,
    item: Received,
    places: Places,
    sender: Sender,
    members: Collection[UUID],
) -> tuple[Any, ...]:
    """Return the values of an operation, as _OPERATION_COLUMNS names them."""
    operation = item.operation
    assert operation is not None
    outcome = book.outcomes[operation.id]
    outcome.seq = places.seq_of(operation, outcome)
    by = operation.by if operation.by in members else sender.user
    keeps_body = item.keeps_body and outcome.status in HELD
    return (
        operation.id,
        operation.number,
        operation.scope,
        operation.type,
        operation.record,
        operation.do,
        outcome.status,
        outcome.revision,
        outcome.seq,
        item.content_sha256.hex(),
        by,
        operation.at,
        operation.why,
        outcome.detail or None,
        operation.as_wire() if keeps_body else None,
    )


def settle(cursor: CursorWrapper, book: Book, woken: Sequence[Held], places: Places) -> None:
    """Give the held operations that were tried again their answer, once it differs."""
    rows: list[dict[str, Any]] = []
    for one in woken:
        outcome = book.outcomes[one.operation.id]
        outcome.seq = places.seq_of(one.operation, outcome)
        rows.append(
            {
                "op": one.operation.id,
                "status": outcome.status,
                "revision": outcome.revision,
                "seq": outcome.seq,
                "settled": places.settled.get(one.operation.id),
                "detail": outcome.detail or None,
            }
        )
    if not rows:
        return
    cursor.execute(
        "UPDATE sampling_syncoperation AS o SET status = r.status, revision = r.revision,"
        " seq = r.seq, settled_seq = r.settled, detail = r.detail"
        " FROM jsonb_to_recordset(%s::jsonb) AS r(op uuid, status text, revision int, seq bigint,"
        " settled bigint, detail jsonb) WHERE o.op = r.op",
        [encode(rows)],
    )
    done = [row["op"] for row in rows if row["status"] != "deferred"]
    cursor.execute("DELETE FROM sampling_syncwaiting WHERE operation_id = ANY(%s::uuid[])", [done])
    write_waiting(cursor, book, [row["op"] for row in rows if row["status"] == "deferred"])
