"""The outbox of a tablet as a file: what is left when the tablet cannot send any more.

The file is that of the reference client: SQLite, a table `setting(name, value)` with the JSON of
`device` and `incarnation`, and a table `operation(n, body)` with one operation a row as it would
be pushed. It comes from outside, so it is only read, within bounds of size and time.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sampling.errors import ImportRefused
from sampling.rules.envelope import MAX_OPERATION

MAX_STEPS = 2_000_000_000  # of SQLite's machine; a season of 50,000 operations takes 1 million
MAX_VALUE_BYTES = 4 * MAX_OPERATION  # SQLite's own limit for one value is a gigabyte
_STEPS_A_LOOK = 1_000_000
_TABLES = {"setting", "operation"}


@dataclass(frozen=True, kw_only=True)
class OutboxFile:
    """Whose outbox it is, and its operations by number, as the JSON they were made as."""

    device: UUID
    incarnation: int
    operations: tuple[tuple[int, bytes], ...]


def read_outbox(path: Path) -> OutboxFile:
    """Read the outbox of a tablet; raises ImportRefused for a file that is none.

    Where the write-ahead log (`-wal`) lies beside the file, what it holds counts.
    """
    try:
        with _opened(path) as connection:
            _refuse_strange_tables(connection)
            settings = dict(
                connection.execute(
                    "SELECT name, value FROM setting WHERE name IN ('device', 'incarnation')"
                ).fetchall()
            )
            rows = _operations(connection, most_bytes=_size_of(path))
    except sqlite3.Error as error:
        raise ImportRefused(f"This is not the outbox of a tablet: {error}.") from error
    try:
        device = UUID(json.loads(settings[b"device"]))
        incarnation = int(json.loads(settings[b"incarnation"]))
        operations = tuple((int(number), bytes(body)) for number, body in rows)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ImportRefused("The file does not say whose outbox it is.") from error
    return OutboxFile(device=device, incarnation=incarnation, operations=operations)


def _operations(connection: sqlite3.Connection, *, most_bytes: int) -> list[tuple[int, bytes]]:
    """Return the operations; columns that are worked out could hold more than the file does."""
    rows = []
    left = most_bytes
    for number, body in connection.execute("SELECT n, body FROM operation ORDER BY n"):
        left -= len(body) + 1 if isinstance(body, bytes) else 1
        if left < 0:
            raise ImportRefused("The file says that it holds more than it is long.")
        rows.append((number, body))
    return rows


def _size_of(path: Path) -> int:
    log = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a copy of the file, so that reading its log changes nothing that was handed in."""
    with tempfile.TemporaryDirectory(prefix="outbox-") as directory:
        copy = Path(directory) / "outbox.sqlite"
        shutil.copyfile(path, copy)
        log = path.with_name(f"{path.name}-wal")
        if log.exists():
            shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))
        connection = sqlite3.connect(copy, isolation_level=None)
        steps = 0

        def is_too_long() -> bool:
            nonlocal steps
            steps += _STEPS_A_LOOK
            return steps > MAX_STEPS

        try:
            connection.text_factory = bytes
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA query_only = ON")
            connection.set_progress_handler(is_too_long, _STEPS_A_LOOK)
            yield connection
        finally:
            connection.close()


def _refuse_strange_tables(connection: sqlite3.Connection) -> None:
    """Raise unless what is read are plain tables: a view could run anything, without end."""
    found = connection.execute(
        "SELECT name, type, sql FROM sqlite_master WHERE name IN ('setting', 'operation')"
    ).fetchall()
    plain = {
        name.decode()
        for name, kind, sql in found
        if kind == b"table" and sql.upper().startswith(b"CREATE TABLE")
    }
    if plain != _TABLES:
        raise ImportRefused("The file does not hold the tables of an outbox.")
