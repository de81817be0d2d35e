"""The records a tablet has pulled, scope by scope, as the server last told them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sampling.tablet.checksum import scope_sum
from sampling.tablet.conflicts import Conflicts
from sampling.tablet.store import Store, to_json

_AT_ONCE = 1000  # lines of a snapshot


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """The newest a tablet was told about one record; data is None when the record is gone."""

    scope: str
    revision: int
    data: dict[str, Any] | None


class Replica:
    """Applies pages; every method that writes runs in its caller's transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._db = store.connection
        self._conflicts = Conflicts(store)

    def scopes(self) -> list[str]:
        """Return the scopes granted, in order."""
        return [row["scope"] for row in self._db.execute("SELECT scope FROM scope ORDER BY scope")]

    def holds(self, scope: str) -> bool:
        """Say whether the scope is granted, as far as the tablet knows."""
        return scope in self.scopes()

    def cursor(self, scope: str) -> str | None:
        """Return how far the scope was read, or None for from the start."""
        row = self._db.execute("SELECT cursor FROM scope WHERE scope = ?", [scope]).fetchone()
        return None if row is None else row["cursor"]

    def grant(self, scopes: Iterable[Mapping[str, Any]]) -> None:
        """Add or rename scopes; the cursor of a known one stays."""
        self._db.executemany(
            "INSERT INTO scope VALUES (:id, :name, :mode, NULL) ON CONFLICT (scope) DO UPDATE"
            " SET name = coalesce(nullif(excluded.name, ''), name), mode = excluded.mode",
            [
                {"id": scope["id"], "name": scope.get("name", ""), "mode": scope.get("mode", "ro")}
                for scope in scopes
            ],
        )

    def reset(self, scope: str) -> None:
        """Forget the records of a scope and read it from the start; the outbox is not touched."""
        self._db.execute("DELETE FROM record WHERE scope = ?", [scope])
        self._db.execute("UPDATE scope SET cursor = NULL WHERE scope = ?", [scope])
        self._conflicts.forget(scope)
        self.drop_aside(scope)

    def purge(self, scope: str) -> None:
        """Forget a scope that is no longer granted; the outbox is not touched."""
        self.reset(scope)
        self._db.execute("DELETE FROM scope WHERE scope = ?", [scope])

    def apply(self, page: Mapping[str, Any]) -> int:
        """Apply one page with its cursor and return how many changes it brought."""
        scope = page["scope"]
        self._db.executemany(
            "INSERT INTO record VALUES (:scope, :type, :id, :v, :seq, :data, :gone)"
            " ON CONFLICT DO UPDATE SET revision = excluded.revision, seq = excluded.seq,"
            " data = excluded.data, gone = excluded.gone"
            " WHERE excluded.revision >= record.revision",
            [_row(scope, change) for change in page["changes"]],
        )
        self._conflicts.replace(scope, page["changes"])
        self._db.execute("UPDATE scope SET cursor = ? WHERE scope = ?", [page["cursor"], scope])
        return len(page["changes"])

    def bookmark(self, scope: str) -> str | None:
        """Return how far a snapshot of the scope was kept aside, or None while none is."""
        row = self._db.execute("SELECT bookmark FROM reading WHERE scope = ?", [scope]).fetchone()
        return None if row is None else row["bookmark"]

    def set_aside(self, scope: str, lines: Iterable[Mapping[str, Any]], *, bookmark: str) -> None:
        """Keep lines of a snapshot until its end is here, and where to read on."""
        self._db.executemany(
            "INSERT OR REPLACE INTO aside VALUES (?, ?, ?, ?)",
            [(scope, line["type"], line["id"], to_json(line)) for line in lines],
        )
        self._db.execute("INSERT OR REPLACE INTO reading VALUES (?, ?)", [scope, bookmark])

    def drop_aside(self, scope: str) -> None:
        """Forget what was kept of a snapshot that will not be read on."""
        self._db.execute("DELETE FROM aside WHERE scope = ?", [scope])
        self._db.execute("DELETE FROM reading WHERE scope = ?", [scope])

    def take_over(self, scope: str, *, cursor: str) -> None:
        """Let the snapshot kept aside be what the scope holds, as of its cursor.

        What it does not hold is gone on the server; so is what this tablet only wrote itself.
        Without that an own operation would show a record again that somebody deleted.
        """
        self._db.execute(
            "INSERT OR REPLACE INTO record"
            " SELECT scope, type, id, max(revision), max(seq), NULL, coalesce(max(gone), 'deleted')"
            " FROM (SELECT scope, type, id, revision, seq, gone FROM record WHERE scope = :scope"
            "  UNION ALL SELECT scope, type, id, revision, 0, NULL FROM operation"
            "  WHERE scope = :scope AND revision IS NOT NULL)"
            " GROUP BY scope, type, id",
            {"scope": scope},
        )
        self._db.execute(
            "DELETE FROM record WHERE scope = ? AND (type, id) IN"
            " (SELECT type, id FROM aside WHERE scope = ?)",
            [scope, scope],
        )
        self._conflicts.forget(scope)
        lines = self._db.execute("SELECT line FROM aside WHERE scope = ?", [scope])
        while some := lines.fetchmany(_AT_ONCE):
            changes = [json.loads(row["line"]) for row in some]
            self.apply({"scope": scope, "cursor": cursor, "changes": changes})
        self._db.execute("UPDATE scope SET cursor = ? WHERE scope = ?", [cursor, scope])
        self.drop_aside(scope)

    def agrees(self, scope: str, check: Mapping[str, Any]) -> bool:
        """Say whether the scope holds what the server counted; both at the same cursor."""
        rows = self._db.execute(
            "SELECT type, id, revision FROM record WHERE scope = ? AND gone IS NULL", [scope]
        ).fetchall()
        return [check["count"], check["sum"]] == [len(rows), scope_sum(map(tuple, rows))]

    def newest(self, kind: str, record: str) -> Pulled | None:
        """Return what was last pulled about a record, in whatever scope."""
        row = self._db.execute(
            "SELECT scope, revision, data FROM record WHERE type = ? AND id = ?"
            " ORDER BY revision DESC, gone IS NULL DESC LIMIT 1",
            [kind, record],
        ).fetchone()
        if row is None:
            return None
        data = None if row["data"] is None else json.loads(row["data"])
        return Pulled(scope=row["scope"], revision=row["revision"], data=data)

    def ids(self, kind: str) -> set[str]:
        """Return the ids of the records of a type that were pulled, gone ones too."""
        rows = self._db.execute("SELECT DISTINCT id FROM record WHERE type = ?", [kind])
        return {row["id"] for row in rows}

    def counts(self) -> dict[str, int]:
        """Return how many live records each granted scope holds."""
        rows = self._db.execute(
            "SELECT scope.scope, count(record.id) AS records FROM scope LEFT JOIN record"
            " ON record.scope = scope.scope AND record.gone IS NULL GROUP BY 1 ORDER BY 1"
        )
        return {row["scope"]: row["records"] for row in rows}


def _row(scope: str, change: Mapping[str, Any]) -> dict[str, Any]:
    gone = change.get("gone")
    return {
        "scope": scope,
        "type": change["type"],
        "id": change["id"],
        "v": change["v"],
        "seq": change["seq"],
        "data": to_json(change["data"]) if gone is None else None,
        "gone": gone,
    }
