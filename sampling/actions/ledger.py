"""The counter and the change log of each scope: the last thing a transaction writes."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from sampling.actions.prepared import Cursor, ask
from sampling.models import SyncChange, SyncedModel, SyncEpoch
from sampling.rules.columns import literal_array

MODULUS = 2**64
_EPOCH_LOCK = 0x52464550  # the advisory lock of whoever begins an epoch: "RFEP"

_BUMP = """
    INSERT INTO sampling_syncscope AS s (key, seq, horizon_seq, live_count, live_sum)
    SELECT r.key, r.number, 0, r.live, r.total
    FROM jsonb_to_recordset(%s::jsonb) AS r(key text, number bigint, live bigint, total numeric)
    ORDER BY r.key
    ON CONFLICT (key) DO UPDATE
    SET seq = s.seq + EXCLUDED.seq, live_count = s.live_count + EXCLUDED.live_count,
        live_sum = mod(s.live_sum + EXCLUDED.live_sum, 18446744073709551616)
    RETURNING key, seq
"""

_LOG = """
    INSERT INTO sampling_syncchange (scope, type, record, seq, revision, gone)
    SELECT r.scope, r.type, r.record, r.seq, r.revision, r.gone
    FROM unnest(%s::text[], %s::text[], %s::uuid[], %s::bigint[], %s::int[], %s::text[])
        AS r(scope, type, record, seq, revision, gone)
    ON CONFLICT (record, type, scope) DO UPDATE
    SET seq = EXCLUDED.seq, revision = EXCLUDED.revision, gone = EXCLUDED.gone, line = ''
"""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One record that moved in its scope. `was` is the revision tablets knew it by, if any."""

    scope: str
    type: str
    record: UUID
    revision: int
    was: int | None = None
    gone: str = ""


def take_steps(
    cursor: CursorWrapper, steps: Sequence[Step], *, silent: Iterable[str] = ()
) -> dict[tuple[str, UUID], int]:
    """Give the steps their numbers and log them; return the number of each record.

    `silent` names scopes that take one more number without a record. The counters stay locked
    until the transaction ends: nothing slow may follow.
    """
    tallies: dict[str, _Tally] = {}
    for step in steps:
        tallies.setdefault(step.scope, _Tally()).add(step)
    for scope in silent:
        tallies.setdefault(scope, _Tally()).number += 1
    if not tallies:
        return {}
    rows = [
        {"key": key, **asdict(tally), "total": str(tally.total % MODULUS)}
        for key, tally in tallies.items()
    ]
    cursor.execute(_BUMP, [msgspec.json.encode(rows).decode()])
    last = {key: seq - tallies[key].number for key, seq in cursor.fetchall()}
    return _log(cursor, steps, last)


@dataclass(slots=True)
class _Tally:
    """What one transaction adds to a scope: numbers, live records, and their checksums."""

    number: int = 0
    live: int = 0
    total: int = 0

    def add(self, step: Step) -> None:
        self.number += 1
        if step.was is not None:
            self.live -= 1
            self.total -= record_checksum(step.type, step.record, step.was)
        if not step.gone:
            self.live += 1
            self.total += record_checksum(step.type, step.record, step.revision)


def record_checksum(type_name: str, record: UUID | str, revision: int) -> int:
    """Return what a live record adds to the sum of its scope, 0 to 2 to the 64."""
    digest = sha256(f"{type_name}:{record}:{revision}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def checksum_of_new(names: Iterable[str], records: Iterable[str]) -> int:
    """Return the sum of the checksums of new records, each the first revision of its type."""
    digests = [
        sha256(f"{name}:{record}:1".encode()).digest()[:8]
        for name, record in zip(names, records, strict=True)
    ]
    return sum(struct.unpack(f">{len(digests)}Q", b"".join(digests)))


def _log(
    cursor: CursorWrapper, steps: Sequence[Step], last: dict[str, int]
) -> dict[tuple[str, UUID], int]:
    places: dict[tuple[str, UUID], int] = {}
    numbers = []
    for step in steps:
        last[step.scope] += 1
        numbers.append(last[step.scope])
        places[step.type, step.record] = last[step.scope]
    if steps:
        columns = (
            [step.scope for step in steps],
            [step.type for step in steps],
            [step.record for step in steps],
            numbers,
            [step.revision for step in steps],
            [step.gone for step in steps],
        )
        ask(_LOG, [literal_array(column) for column in columns])
    return places


def announce(records: Sequence[SyncedModel], *, gone: str = "") -> None:
    """Make written rows of synced tables visible to tablets.

    To be called inside the transaction that wrote them, after it. Needed only for what its own
    action writes (protocol versions, variables, code blocks); captured records go through intake.
    """
    known = {
        (change.type, change.record): change.revision
        for change in SyncChange.objects.filter(
            scope__in={record.scope for record in records},
            record__in=[record.id for record in records],
            gone="",
        )
    }
    steps = [
        Step(
            scope=record.scope,
            type=record.record_type,
            record=record.id,
            revision=record.revision,
            was=known.get((record.record_type, record.id)),
            gone=gone,
        )
        for record in records
    ]
    with connection.cursor() as cursor:
        take_steps(cursor, steps)


def current_epoch() -> str:
    """Return the life of this database; the first call begins it."""
    return told_epoch(ask(EPOCH))


EPOCH = "SELECT epoch FROM sampling_syncepoch ORDER BY started_at DESC LIMIT 1"


def told_epoch(answer: Cursor) -> str:
    """Return the epoch the statement told, or begin the first one."""
    known = answer.fetchone()
    return str(known[0] if known else begin_epoch("first start").epoch)


def begin_epoch(reason: str) -> SyncEpoch:
    """Begin a new life of this database, or return the one that began a moment ago.

    Every cursor of an earlier life expires.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_EPOCH_LOCK])
        known = SyncEpoch.objects.filter(reason=reason).order_by("-started_at").first()
        return known or SyncEpoch.objects.create(started_at=timezone.now(), reason=reason)
