"""The conflicts a tablet knows of: those of its own operations and those it pulled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sampling.tablet.operations import Conflict
from sampling.tablet.store import Store, to_json


class Conflicts:
    """Keeps them until somebody decided; methods that write run in their caller's transaction."""

    def __init__(self, store: Store) -> None:
        self._db = store.connection

    def open(self) -> list[Conflict]:
        """Return the conflicts nobody has decided, as far as this tablet knows."""
        rows = self._db.execute("SELECT * FROM conflict WHERE resolved_by IS NULL ORDER BY id")
        return [
            Conflict(
                id=row["id"],
                type=row["type"],
                record=row["record"],
                scope=row["scope"],
                revision=row["revision"],
                **json.loads(row["content"]),
            )
            for row in rows
        ]

    def decide(self, conflict: str, *, op: str) -> None:
        """Note the operation that decides a conflict."""
        self._db.execute("UPDATE conflict SET resolved_by = ? WHERE id = ?", [op, conflict])

    def raise_from(self, outcome: Mapping[str, Any], *, kind: str, record: str, scope: str) -> None:
        """Note the conflicts of an outcome, unless a later state of the record was pulled."""
        raised = _rows(outcome.get("conflicts", ()), kind, record, scope, outcome.get("v"))
        if not raised:
            return
        later = self._db.execute(
            "SELECT 1 FROM record WHERE type = ? AND id = ? AND revision >= ?",
            [kind, record, outcome["v"]],
        ).fetchone()
        if later is None:
            self._add(raised)

    def replace(self, scope: str, changes: Iterable[Mapping[str, Any]]) -> None:
        """Note what pulled records say of themselves: conflicts they do not list are decided."""
        known = {tuple(row) for row in self._db.execute("SELECT type, record FROM conflict")}
        for change in changes:
            kind, record, revision = change["type"], change["id"], change["v"]
            if (kind, record) not in known and "conflicts" not in change:
                continue
            listed = _rows(change.get("conflicts", ()), kind, record, scope, revision)
            self._db.execute(
                "DELETE FROM conflict WHERE type = ? AND record = ? AND revision <= ?"
                " AND id NOT IN (SELECT value FROM json_each(?))",
                [kind, record, revision, to_json([row[0] for row in listed])],
            )
            self._add(listed)

    def forget(self, scope: str) -> None:
        """Forget the open conflicts of a scope; they come again when it is read again."""
        self._db.execute("DELETE FROM conflict WHERE scope = ? AND resolved_by IS NULL", [scope])

    def _add(self, rows: list[tuple[Any, ...]]) -> None:
        self._db.executemany(
            "INSERT INTO conflict VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING", rows
        )


def _rows(
    conflicts: Iterable[Mapping[str, Any]], kind: str, record: str, scope: str, revision: int | None
) -> list[tuple[Any, ...]]:
    return [
        (conflict["id"], kind, record, scope, revision, to_json(_content(conflict)))
        for conflict in conflicts
    ]


def _content(conflict: Mapping[str, Any]) -> dict[str, Any]:
    sides = {side: conflict[side] or {} for side in ("base", "server", "device")}
    return {"group": conflict["group"]} | sides
