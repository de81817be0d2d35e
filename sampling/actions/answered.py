"""Operations that were answered before: which of those that came are known, and what was said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from sampling.actions.storage import from_json, uuid_array
from sampling.errors import DeviceForked, TooLarge
from sampling.rules.envelope import LIMITS, Received, decode, inflate, is_same_content
from sampling.rules.operations import Operation, Outcome

MAX_BATCHES_READ = 8  # to compare operations that are written in another way


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An operation the ledger knows, with the answer it got."""

    device: UUID | None
    content_sha256: bytes
    outcome: Outcome | None
    text: bytes = b""

    @classmethod
    def of(cls, item: Received, *, device: UUID | None) -> Stored:
        """Return an operation of this very batch, not answered yet."""
        return cls(device=device, content_sha256=item.content_sha256, outcome=None, text=item.text)

    def is_sent_again_by(self, item: Received) -> bool:
        """Return whether an operation under the same id is this one, written alike or not."""
        if self.content_sha256 == item.content_sha256:
            return True
        return bool(self.text and item.text) and is_same_content(self.text, item.text)


_KNOWN = (
    "SELECT op, device_id, content_sha256, status, revision, seq, detail, n"
    " FROM sampling_syncoperation"
)


def stored_outcomes(
    cursor: CursorWrapper, received: Sequence[Received], *, device: UUID | None
) -> dict[UUID, Stored]:
    """Return what is known of the operations; raises DeviceForked for a number used twice."""
    operations = [item.operation for item in received if item.operation is not None]
    numbers = _numbers(operations)
    counted = list(numbers)
    cursor.execute(
        f"{_KNOWN} WHERE op = ANY(%(ids)s::uuid[]) UNION {_KNOWN} WHERE device_id = %(device)s"
        " AND n BETWEEN %(first)s AND %(last)s AND n = ANY(%(numbers)s)",
        {
            "ids": uuid_array(operation.id for operation in operations),
            "device": device,
            "numbers": counted,
            "first": min(counted, default=0),
            "last": max(counted, default=0),
        },
    )
    found: dict[UUID, Stored] = {}
    for op, owner, digest, status, revision, seq, detail, number in cursor.fetchall():
        if device is not None and owner == device and numbers.get(number, op) != op:
            raise DeviceForked(number=number)
        outcome = Outcome(
            op=op,
            status=status,
            revision=revision,
            seq=seq,
            detail=from_json(detail) or {},
            is_duplicate=True,
        )
        found[op] = Stored(device=owner, content_sha256=bytes(digest), outcome=outcome)
    return found


def _numbers(operations: Iterable[Operation]) -> dict[int, UUID]:
    """Return which operation carries each number; raises DeviceForked when two carry one."""
    numbers: dict[int, UUID] = {}
    for operation in operations:
        number = operation.number
        if number is not None and numbers.setdefault(number, operation.id) != operation.id:
            raise DeviceForked(number=number)
    return numbers


def with_bytes(
    cursor: CursorWrapper, received: Sequence[Received], stored: Mapping[UUID, Stored]
) -> dict[UUID, Stored]:
    """Return the known operations, with their bytes where these may only be written otherwise.

    A tablet that packs its outbox anew may order members differently. Raises TooLarge when the
    operations lie in more batches than are looked into at once: a smaller push is answered.
    """
    rewritten = {
        item.operation.id
        for item in received
        if item.operation is not None
        and item.operation.id in stored
        and stored[item.operation.id].content_sha256 != item.content_sha256
    }
    found = dict(stored)
    for batch in _batches_of(cursor, rewritten):
        cursor.execute("SELECT body, encoding FROM sampling_syncbatch WHERE id = %s", [batch])
        body, encoding = cursor.fetchone()
        for earlier in decode(inflate(bytes(body), encoding)).received:
            operation = earlier.operation
            known = found.get(operation.id) if operation else None
            if operation and known and known.content_sha256 == earlier.content_sha256:
                found[operation.id] = replace(known, text=earlier.text)
    return found


def _batches_of(cursor: CursorWrapper, operations: Collection[UUID]) -> list[int]:
    if not operations:
        return []
    cursor.execute(
        "SELECT DISTINCT batch_id FROM sampling_syncoperation"
        " WHERE op = ANY(%s::uuid[]) AND batch_id IS NOT NULL LIMIT %s",
        [uuid_array(operations), MAX_BATCHES_READ + 1],
    )
    batches = [batch for (batch,) in cursor.fetchall()]
    if len(batches) > MAX_BATCHES_READ:
        raise TooLarge(limits=LIMITS)
    return batches


def former_selves(cursor: CursorWrapper, device: UUID, among: Collection[UUID]) -> set[UUID]:
    """Return which devices are closed ones of the same person, whose outbox this one carries on."""
    cursor.execute(
        "SELECT f.id FROM sampling_device AS f JOIN sampling_device AS d"
        " ON d.project_id = f.project_id AND d.user_id = f.user_id"
        " WHERE d.id = %s AND f.id = ANY(%s) AND f.state = 'closed'",
        [device, list(among)],
    )
    return {former for (former,) in cursor.fetchall()}
