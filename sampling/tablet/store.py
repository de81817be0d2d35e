"""The one file of a tablet: SQLite with a write-ahead log, every commit flushed to the disk."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS scope (
    scope TEXT PRIMARY KEY, name TEXT NOT NULL, mode TEXT NOT NULL, cursor TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (
    scope TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL,
    seq INTEGER NOT NULL, data TEXT, gone TEXT, PRIMARY KEY (scope, type, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS record_by_id ON record (type, id);
CREATE TABLE IF NOT EXISTS operation (
    n INTEGER PRIMARY KEY, op TEXT NOT NULL UNIQUE, type TEXT NOT NULL, id TEXT NOT NULL,
    scope TEXT NOT NULL, body TEXT NOT NULL, status TEXT, revision INTEGER, outcome TEXT
);
CREATE INDEX IF NOT EXISTS operation_by_record ON operation (type, id);
CREATE INDEX IF NOT EXISTS operation_pending ON operation (n) WHERE status IS NULL;
CREATE TABLE IF NOT EXISTS conflict (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, record TEXT NOT NULL,
    scope TEXT NOT NULL, revision INTEGER NOT NULL, content TEXT NOT NULL, resolved_by TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (
    sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, state TEXT NOT NULL, upload TEXT,
    problem TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS aside (
    scope TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, line TEXT NOT NULL,
    PRIMARY KEY (scope, type, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reading (scope TEXT PRIMARY KEY, bookmark TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS conflict_by_record ON conflict (type, record);
"""


def to_json(value: Any) -> str:
    """Return compact JSON; raises ValueError for NaN and infinity."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class Store:
    """The open file: its place, its connection, its settings and its transactions."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        # The file holds the device token: only its owner may read it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=30.0)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do everything inside or nothing; on leaving, what was written is on the disk.

        Inside another transaction it is a part of that one.
        """
        is_part = self.connection.in_transaction
        if is_part:
            yield self.connection
            return
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def setting(self, name: str, default: Any = None) -> Any:
        """Return a setting, or the default while it was never set."""
        row = self.connection.execute("SELECT value FROM setting WHERE name = ?", [name]).fetchone()
        return default if row is None else json.loads(row["value"])

    def set(self, **values: Any) -> None:
        """Store settings, within the caller's transaction if there is one."""
        self.connection.executemany(
            "INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            [(name, to_json(value)) for name, value in values.items()],
        )

    def close(self) -> None:
        """Close the file."""
        self.connection.close()
