"""The work of a technician that the server has not taken over yet, and how a record looks with it.

Every capture, edit, deletion and decision becomes one operation, numbered and on the disk before
the method returns. An operation stays until its outcome was saved and its effect was pulled.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sampling.tablet.conflicts import Conflicts
from sampling.tablet.operations import (
    Conflict,
    LocalRecord,
    StoredOperation,
    changes_against,
    with_operation,
)
from sampling.tablet.problems import RecordUnknown
from sampling.tablet.replica import Replica
from sampling.tablet.store import Store, to_json
from sampling.tablet.surroundings import Surroundings, uuid7

Do = Literal["create", "patch", "delete", "resolve"]


@dataclass(frozen=True, kw_only=True)
class _Target:
    type: str
    id: str
    scope: str


class Outbox:
    """Makes operations and keeps them."""

    def __init__(self, store: Store, replica: Replica, surroundings: Surroundings) -> None:
        self._store = store
        self._db = store.connection
        self._replica = replica
        self._conflicts = Conflicts(store)
        self._surroundings = surroundings

    def capture(
        self, kind: str, fields: Mapping[str, Any], scope: str, *, record: str | None, why: str
    ) -> str:
        """Create a record and return its id."""
        record = record or uuid7(self._surroundings)
        changes = {name: {"to": value} for name, value in fields.items()}
        with self._store.transaction():
            self._make("create", _Target(type=kind, id=record, scope=scope), changes, why=why)
        return record

    def edit(self, kind: str, record: str, fields: Mapping[str, Any], *, why: str) -> str | None:
        """Change fields and return the operation, or None if they say nothing new."""
        with self._store.transaction():
            local = self._known(kind, record)
            changes = changes_against(local.data, fields)
            if not changes:
                return None
            for name in self._rest_of_groups(kind, changes):
                if name in local.data:
                    changes[name] = {"from": local.data[name], "to": local.data[name]}
            return self._make("patch", _target(local), changes, base=local.base, why=why)

    def delete(self, kind: str, record: str, *, why: str) -> str:
        """Delete a record and return the operation."""
        with self._store.transaction():
            local = self._known(kind, record)
            return self._make("delete", _target(local), {}, base=local.base, why=why)

    def resolve(self, conflict: Conflict, choices: Mapping[str, Any], *, why: str) -> str:
        """Decide a conflict and return the operation; fields not chosen stay as stored."""
        with self._store.transaction():
            pulled = self._replica.newest(conflict.type, conflict.record)
            local = self.view(conflict.type, conflict.record)
            seen = {} if local is None else dict(local.data)
            base = None if local is None else local.base
            if pulled is None or pulled.revision < conflict.revision:
                seen |= conflict.server
                base = {"v": conflict.revision}
            changes = {
                name: {"from": seen.get(name), "to": value} for name, value in choices.items()
            }
            target = _Target(type=conflict.type, id=conflict.record, scope=conflict.scope)
            op = self._make("resolve", target, changes, base=base, resolves=[conflict.id], why=why)
            self._conflicts.decide(conflict.id, op=op)
        return op

    def view(self, kind: str, record: str) -> LocalRecord | None:
        """Return a record as this tablet shows it, or None if it is unknown, gone or deleted."""
        pulled = self._replica.newest(kind, record)
        data = None if pulled is None else pulled.data
        scope = "" if data is None or pulled is None else pulled.scope
        base: dict[str, Any] = {"v": 0 if pulled is None else pulled.revision}
        for row in self._operations_on_top(kind, record, above=base["v"]):
            message = json.loads(row["body"])
            data = with_operation(data, message, json.loads(row["outcome"] or "{}"))
            scope, base = scope or row["scope"], {"op": row["op"]}
        if data is None:
            return None
        return LocalRecord(type=kind, id=record, scope=scope, data=data, base=base)

    def ids(self, kind: str) -> set[str]:
        """Return the ids of the records of a type that have operations here."""
        rows = self._db.execute("SELECT DISTINCT id FROM operation WHERE type = ?", [kind])
        return {row["id"] for row in rows}

    def batch(self, *, max_ops: int, max_bytes: int) -> list[tuple[int, str]]:
        """Return the next unanswered operations as (n, JSON), at least one if there is any."""
        rows = self._db.execute(
            "SELECT n, body FROM operation WHERE status IS NULL ORDER BY n LIMIT ?", [max_ops]
        )
        chosen: list[tuple[int, str]] = []
        size = 0
        for row in rows:
            size += len(row["body"].encode()) + 1
            if chosen and size > max_bytes:
                break
            chosen.append((row["n"], row["body"]))
        rows.close()
        return chosen

    def save_outcomes(self, outcomes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Save answers in the caller's transaction and return those that settled something.

        An outcome that is final already is not changed: the first one stands.
        """
        settled = []
        for outcome in outcomes:
            found = self._db.execute(
                "UPDATE operation SET status = ?, revision = ?, outcome = ?"
                " WHERE op = ? AND (status IS NULL OR status IN ('deferred', 'quarantined'))"
                " RETURNING type AS kind, id AS record, scope",
                [outcome["status"], outcome.get("v"), to_json(outcome), outcome["op"]],
            ).fetchone()
            if found is not None:
                settled.append(dict(outcome))
                self._conflicts.raise_from(outcome, **found)
        return settled

    def reject(self, number: int, *, code: str) -> dict[str, Any]:
        """Set aside, in the caller's transaction, an operation no server takes; it is kept."""
        row = self._db.execute("SELECT op FROM operation WHERE n = ?", [number]).fetchone()
        outcome = {"op": row["op"], "status": "rejected", "code": code}
        self.save_outcomes([outcome])
        return outcome

    def forget(self, *, upto: int | None) -> None:
        """Drop operations that were written, pulled back and, with upto, numbered at most upto."""
        self._db.execute(
            "DELETE FROM operation WHERE n <= coalesce(?, n)"
            " AND status IN ('applied', 'merged', 'conflict', 'noop')"
            " AND EXISTS (SELECT 1 FROM record WHERE record.type = operation.type"
            " AND record.id = operation.id AND record.revision >= coalesce(operation.revision, 0))",
            [upto],
        )

    def first_held_elsewhere(self) -> int | None:
        """Return the number of the first held operation in a scope no pull speaks of, if any."""
        row = self._db.execute(
            "SELECT min(n) AS n FROM operation WHERE status IN ('deferred', 'quarantined')"
            " AND scope NOT IN (SELECT scope FROM scope)"
        ).fetchone()
        return None if row["n"] is None else int(row["n"])

    def reopen(self, *, above: int) -> None:
        """Make every operation numbered above a limit unanswered, to be sent again."""
        self._db.execute(
            "UPDATE operation SET status = NULL, revision = NULL, outcome = NULL WHERE n > ?",
            [above],
        )

    def operations(self, statuses: Sequence[str | None]) -> list[StoredOperation]:
        """Return the operations kept here with one of the statuses, oldest first."""
        rows = self._db.execute("SELECT * FROM operation ORDER BY n")
        return [_stored(row) for row in rows if not statuses or row["status"] in statuses]

    def counts(self) -> dict[str, int]:
        """Return how many operations are kept, by status; unanswered ones are `pending`."""
        rows = self._db.execute(
            "SELECT coalesce(status, 'pending') AS word, count(*) AS operations"
            " FROM operation GROUP BY 1 ORDER BY 1"
        )
        return {row["word"]: row["operations"] for row in rows}

    def _known(self, kind: str, record: str) -> LocalRecord:
        local = self.view(kind, record)
        if local is None:
            raise RecordUnknown(f"There is no {kind} {record} on this tablet.")
        return local

    def _operations_on_top(self, kind: str, record: str, *, above: int) -> list[sqlite3.Row]:
        """Return the operations whose effect is not in the replica yet."""
        return self._db.execute(
            "SELECT * FROM operation WHERE type = ? AND id = ?"
            " AND (status IS NULL OR status IN ('deferred', 'quarantined') OR revision > ?)"
            " ORDER BY n",
            [kind, record, above],
        ).fetchall()

    def _rest_of_groups(self, kind: str, changes: Mapping[str, Any]) -> list[str]:
        """Return the fields that merge together with a changed one and are not changed."""
        groups = self._store.setting("groups", {}).get(kind, [])
        touched = [group for group in groups if any(name in changes for name in group)]
        return [name for group in touched for name in group if name not in changes]

    def _make(
        self,
        do: Do,
        target: _Target,
        changes: Mapping[str, Any],
        *,
        base: Mapping[str, Any] | None = None,
        resolves: Sequence[str] = (),
        why: str,
    ) -> str:
        """Give an operation its number and store it, both in the caller's transaction."""
        n = self._store.setting("last_n", 0) + 1
        op = uuid7(self._surroundings)
        message = {
            "op": op,
            "n": n,
            "type": target.type,
            "id": target.id,
            "scope": target.scope,
            "do": do,
            "base": base,
            "chg": changes,
            "resolves": list(resolves),
            "at": self._surroundings.now().isoformat(),
            "by": self._store.setting("user"),
            "why": why,
        }
        self._store.set(last_n=n)
        self._db.execute(
            "INSERT INTO operation (n, op, type, id, scope, body) VALUES (?, ?, ?, ?, ?, ?)",
            [n, op, target.type, target.id, target.scope, to_json(message)],
        )
        return op


def _target(local: LocalRecord) -> _Target:
    return _Target(type=local.type, id=local.id, scope=local.scope)


def _stored(row: sqlite3.Row) -> StoredOperation:
    return StoredOperation(
        n=row["n"],
        op=row["op"],
        type=row["type"],
        id=row["id"],
        status=row["status"],
        message=json.loads(row["body"]),
        outcome=json.loads(row["outcome"] or "{}"),
    )
