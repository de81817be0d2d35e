"""The counter and the change log of each scope: the last thing a transaction writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.db.backends.utils import CursorWrapper

from sampling.models import SyncedModel

_BUMP = """
    INSERT INTO sampling_syncscope AS s (key, seq, horizon_seq)
    SELECT key, number, 0
    FROM unnest(%s::text[], %s::bigint[]) AS wanted(key, number) ORDER BY key
    ON CONFLICT (key) DO UPDATE SET seq = s.seq + EXCLUDED.seq
    RETURNING key, seq
"""

_LOG = """
    INSERT INTO sampling_syncchange (scope, type, record, seq, revision, gone)
    SELECT r.scope, r.type, r.record, r.seq, r.revision, r.gone
    FROM jsonb_to_recordset(%s::jsonb)
        AS r(scope text, type text, record uuid, seq bigint, revision int, gone text)
    ON CONFLICT (scope, type, record) DO UPDATE
    SET seq = EXCLUDED.seq, revision = EXCLUDED.revision, gone = EXCLUDED.gone
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One record that moved in its scope."""

    scope: str
    type: str
    record: UUID
    revision: int
    gone: str = ""


def bump_scopes(cursor: CursorWrapper, counts: Mapping[str, int]) -> dict[str, int]:
    """Take numbers from the counters of some scopes; return the number before the first taken.

    The rows stay locked until the transaction ends: nothing slow may follow.
    """
    if not counts:
        return {}
    keys = sorted(counts)
    cursor.execute(_BUMP, [keys, [counts[key] for key in keys]])
    return {key: seq - counts[key] for key, seq in cursor.fetchall()}


def log_steps(cursor: CursorWrapper, steps: Sequence[Step], before: Mapping[str, int]) -> list[int]:
    """Write steps to the change log, numbered on from `before` in each scope."""
    last = dict(before)
    rows: list[dict[str, Any]] = []
    for step in steps:
        last[step.scope] += 1
        rows.append(
            {
                "scope": step.scope,
                "type": step.type,
                "record": str(step.record),
                "seq": last[step.scope],
                "revision": step.revision,
                "gone": step.gone,
            }
        )
    if rows:
        cursor.execute(_LOG, [msgspec.json.encode(rows).decode()])
    return [row["seq"] for row in rows]


def count_scopes(scopes: Iterable[str]) -> dict[str, int]:
    """Return how many of each scope there are."""
    return {scope: len(list(group)) for scope, group in groupby(sorted(scopes))}


def announce(records: Sequence[SyncedModel], *, gone: str = "") -> None:
    """Make written rows of synced tables visible to tablets.

    To be called inside the transaction that wrote them, after it. Needed only for what its own
    action writes (protocol versions, variables, code blocks); captured records go through intake.
    """
    steps = [
        Step(
            scope=record.scope,
            type=record.record_type,
            record=record.id,
            revision=record.revision,
            gone=gone,
        )
        for record in records
    ]
    with connection.cursor() as cursor:
        before = bump_scopes(cursor, count_scopes(step.scope for step in steps))
        log_steps(cursor, steps, before)
