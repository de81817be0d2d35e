"""The files a tablet has attached to records and the server may not have yet.

A file is copied into the tablet's own directory before the record that speaks of it is saved, so
that nobody can change or remove it before it was sent. The copy goes once the server has the file
and no operation kept here names it any more.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sampling.tablet.store import Store

PIECE = 64 * 1024
WAITING, HERE, REFUSED = "waiting", "here", "refused"


@dataclass(frozen=True, kw_only=True)
class LocalFile:
    """A file kept on this tablet; `upload` is where the server takes it in parts, once begun."""

    sha256: str
    size_bytes: int
    path: Path
    upload: str | None = None


class Files:
    """Keeps them beside the tablet's own file; what notes something runs in a transaction."""

    def __init__(self, store: Store) -> None:
        self._db = store.connection
        self._directory = store.path.with_name(f"{store.path.name}.files")

    def keep(self, source: Path) -> LocalFile:
        """Copy a file into the tablet's directory, onto the disk. Safe to repeat."""
        self._directory.mkdir(mode=0o700, exist_ok=True)
        copy = self._directory / f"{uuid.uuid4()}.part"
        with source.open("rb") as original, copy.open("wb") as kept:
            digest, size = _copy(original, kept)
            os.fsync(kept.fileno())
        path = self._directory / digest
        copy.replace(path)
        _sync_directory(self._directory)
        return LocalFile(sha256=digest, size_bytes=size, path=path)

    def add(self, file: LocalFile) -> None:
        """Note that a file is to be sent, unless it is known."""
        self._db.execute(
            "INSERT INTO file (sha256, size, state) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [file.sha256, file.size_bytes, WAITING],
        )

    def waiting(self) -> list[LocalFile]:
        """Return the files the server may not have, those begun first, then small ones first."""
        rows = self._db.execute(
            "SELECT * FROM file WHERE state = ? ORDER BY upload IS NULL, size, sha256", [WAITING]
        )
        return [
            LocalFile(
                sha256=row["sha256"],
                size_bytes=row["size"],
                path=self._directory / row["sha256"],
                upload=row["upload"],
            )
            for row in rows
        ]

    def begun(self, file: LocalFile, upload: str | None) -> None:
        """Note where the server takes a file in parts; None is that it has to begin again."""
        self._db.execute("UPDATE file SET upload = ? WHERE sha256 = ?", [upload, file.sha256])

    def sent(self, file: LocalFile) -> None:
        """Note that the server has a file."""
        self._settle(file, HERE, "")

    def refused(self, file: LocalFile, *, problem: str) -> None:
        """Note that no server takes a file; it is kept."""
        self._settle(file, REFUSED, problem)

    def reopen(self) -> None:
        """Ask the server about every file again: it was restored from a backup."""
        self._db.execute("UPDATE file SET state = ?, upload = NULL", [WAITING])

    def counts(self) -> dict[str, int]:
        """Return how many files are kept, by state."""
        rows = self._db.execute("SELECT state, count(*) AS files FROM file GROUP BY 1 ORDER BY 1")
        return {row["state"]: row["files"] for row in rows}

    def forget(self) -> Callable[[], None]:
        """Forget files the server has and no kept operation names.

        Return what removes the copies, to be called once that is saved.
        """
        gone = self._db.execute(
            "DELETE FROM file WHERE state = ? AND NOT EXISTS (SELECT 1 FROM operation"
            " WHERE type = 'attachment' AND instr(body, sha256)) RETURNING sha256",
            [HERE],
        ).fetchall()

        def remove() -> None:
            for row in gone:
                (self._directory / row["sha256"]).unlink(missing_ok=True)

        return remove

    def _settle(self, file: LocalFile, state: str, problem: str) -> None:
        self._db.execute(
            "UPDATE file SET state = ?, problem = ?, upload = NULL WHERE sha256 = ?",
            [state, problem, file.sha256],
        )


def _copy(original: BinaryIO, kept: BinaryIO) -> tuple[str, int]:
    """Copy all bytes and return their SHA-256 and number."""
    running, size = hashlib.sha256(), 0
    while piece := original.read(PIECE):
        running.update(piece)
        kept.write(piece)
        size += len(piece)
    return running.hexdigest(), size


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
