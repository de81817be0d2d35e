"""Operations that wait for a record or for another operation, and what wakes them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from sampling.actions.planning import Book
from sampling.actions.storage import encode, from_json, uuid_array
from sampling.rules.operations import HELD, Operation, operation_from_wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An operation that waits, with the device that sent it and the answer it has so far."""

    operation: Operation
    device: UUID | None
    status: str = "deferred"


def waiting_for(cursor: CursorWrapper, book: Book, *, known: Collection[UUID]) -> list[Held]:
    """Return deferred operations that waited for something the book is about to write.

    They are not locked: `lock` does so, for all of them in one order.
    """
    arrived = [state.id for state in book.states.values()]
    arrived += [noted.id for noted in book.conflicts]
    arrived += [
        outcome.op
        for outcome in book.outcomes.values()
        if outcome.status not in (*HELD, "rejected")
    ]
    if not arrived:
        return []
    cursor.execute(
        "SELECT o.body, o.device_id FROM sampling_syncoperation AS o"
        " JOIN sampling_device AS d ON d.id = o.device_id"
        " WHERE o.op IN"
        " (SELECT operation_id FROM sampling_syncwaiting WHERE needs = ANY(%s::uuid[]))"
        " AND o.status = 'deferred' AND o.op <> ALL(%s::uuid[]) AND d.project_id = %s"
        " ORDER BY o.device_id, o.n",
        [uuid_array(arrived), uuid_array(known), book.project],
    )
    return [
        Held(operation=operation_from_wire(from_json(body)), device=device)
        for body, device in cursor.fetchall()
    ]


def lock(cursor: CursorWrapper, held: Sequence[Held]) -> list[Held]:
    """Lock those that are still held, and return them in the same order, each as it stands.

    Always before the records they speak of, and in the order of devices and numbers.
    """
    if not held:
        return []
    cursor.execute(
        "SELECT op, status FROM sampling_syncoperation"
        " WHERE op = ANY(%s::uuid[]) AND status = ANY(%s)"
        " ORDER BY device_id, n, op FOR UPDATE",
        [uuid_array(one.operation.id for one in held), sorted(HELD)],
    )
    statuses = dict(cursor.fetchall())
    return [
        replace(one, status=statuses[one.operation.id])
        for one in held
        if one.operation.id in statuses
    ]


def arrived(cursor: CursorWrapper, *, limit: int) -> dict[UUID, list[Held]]:
    """Return the deferred operations whose every need is there by now, by project; not locked."""
    cursor.execute(
        "SELECT d.project_id, o.body, o.device_id FROM sampling_syncoperation AS o"
        " JOIN sampling_device AS d ON d.id = o.device_id"
        " WHERE o.status = 'deferred' AND NOT EXISTS ("
        "  SELECT FROM sampling_syncwaiting AS w WHERE w.operation_id = o.op AND NOT CASE"
        "  WHEN w.needs_type = 'op' THEN EXISTS (SELECT FROM sampling_syncoperation AS b"
        "   WHERE b.op = w.needs AND b.status <> ALL(%s))"
        "  WHEN w.needs_type = 'conflict' THEN EXISTS (SELECT FROM sampling_syncconflict AS f"
        "   WHERE f.id = w.needs)"
        "  ELSE EXISTS (SELECT FROM sampling_syncchange AS c WHERE c.record = w.needs"
        "   AND c.type = w.needs_type AND c.scope IN (o.scope, 'project:' || d.project_id)) END)"
        " ORDER BY o.device_id, o.n LIMIT %s",
        [sorted(HELD), limit],
    )
    found: dict[UUID, list[Held]] = {}
    for project, body, device in cursor.fetchall():
        held = Held(operation=operation_from_wire(from_json(body)), device=device)
        found.setdefault(project, []).append(held)
    return found


def write_waiting(cursor: CursorWrapper, book: Book, deferred: Sequence[UUID]) -> None:
    """Store what the deferred operations wait for."""
    waits = [
        {"operation": op, "type": need.type, "needs": need.id}
        for op in deferred
        for need in set(book.needs[op])
    ]
    if waits:
        cursor.execute(
            "INSERT INTO sampling_syncwaiting (operation_id, needs_type, needs)"
            " SELECT r.operation, r.type, r.needs FROM jsonb_to_recordset(%s::jsonb)"
            " AS r(operation uuid, type text, needs uuid) ON CONFLICT DO NOTHING",
            [encode(waits)],
        )
