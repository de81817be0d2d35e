"""Files on disk by their SHA-256, and the unfinished ones beside them.

The engine knows nothing of who sends what by which protocol: it tells the offset of an unfinished
file, appends to it, and gives it its place when it is complete. How much of an unfinished file
is there is its size on disk, so a process that is killed at any point loses no byte it had written,
and no note beside the file can be wrong.

    unfinished/<id>            the bytes so far
    unfinished/<id>.turn       who may append: a later request takes the turn from an earlier one
    complete/ab/cd/abcd...     whole files, never written again
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from sampling.errors import HashMismatch, NotFound, OffsetMoved, StorageFull

PIECE = 64 * 1024
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
OWNER_ONLY = 0o600


@dataclass(frozen=True, kw_only=True)
class FileStore:
    """The store in two directories of one file system, of which so many bytes are left free.

    A request waits `grace_s` for an earlier one to write what had already reached it.
    """

    complete: Path
    unfinished: Path
    reserve_bytes: int = 0
    grace_s: float = 2.0

    def check_room(self, count: int) -> None:
        """Raise StorageFull when so many bytes would leave too little of the disk free."""
        self.unfinished.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.unfinished).free - count < self.reserve_bytes:
            raise StorageFull(retry_after_s=300)

    def begin(self, name: str) -> None:
        """Make an empty unfinished file under a new name."""
        path = self._unfinished(name)
        with _room_or_refusal():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))

    def offset(self, name: str) -> int:
        """Return how many bytes of an unfinished file are there; raises NotFound.

        Who asks means to go on: a request that still appends is stopped, so the answer holds.
        """
        try:
            with self._unfinished(name).open("rb") as file, self._turn_of(name):
                return _size(file)
        except FileNotFoundError:
            raise NotFound from None

    def append(self, name: str, pieces: Iterable[bytes], *, at: int) -> int:
        """Append pieces to an unfinished file that is so many bytes long; return its new length.

        What was written stays, whatever ends the pieces. Raises OffsetMoved when the file is
        longer or shorter or somebody else has taken over, StorageFull, NotFound.
        """
        try:
            file = self._unfinished(name).open("r+b", buffering=0)
        except FileNotFoundError:
            raise NotFound from None
        with file, _room_or_refusal(), self._turn_of(name) as turn:
            for piece in pieces:
                with _locked(file):
                    if self._last_turn(name) != turn or _size(file) != at:
                        raise OffsetMoved(offset=_size(file))
                    at = _write(file, piece, at=at)
            if _size(file) != at:
                raise OffsetMoved(offset=_size(file))
            os.fsync(file.fileno())
        return at

    def join(self, name: str, other: str, *, at: int) -> int:
        """Append another unfinished file, which goes, as append does."""
        path = self._unfinished(other)
        try:
            with path.open("rb") as file:
                return self.append(name, _pieces_of(file), at=at)
        finally:
            self.drop(other)

    def verify(self, name: str, sha256: str) -> None:
        """Flush an unfinished file to the disk and check its bytes.

        Raises HashMismatch, and drops the file, when they are not those of the hash; NotFound.
        """
        try:
            with self.open_unfinished(name) as file:
                is_right = _sha256_of(file) == sha256
                os.fsync(file.fileno())
        except FileNotFoundError:
            raise NotFound from None
        if not is_right:
            self.drop(name)
            raise HashMismatch

    def place(self, name: str, sha256: str) -> None:
        """Give a verified file its place by its hash too. Safe to repeat; raises StorageFull.

        It also stays where it was, to be dropped once it is written down that it is here.
        """
        target = self.path(sha256)
        with _room_or_refusal():
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                target.hardlink_to(self._unfinished(name))
            for directory in (target.parent, *target.parent.parents[:2]):
                _sync_directory(directory)

    def drop(self, name: str) -> None:
        """Remove an unfinished file. Safe to repeat."""
        self._unfinished(name).unlink(missing_ok=True)
        self._turn_path(name).unlink(missing_ok=True)

    def open_unfinished(self, name: str) -> BinaryIO:
        """Open an unfinished file to be read; raises FileNotFoundError."""
        return self._unfinished(name).open("rb")

    def path(self, sha256: str) -> Path:
        """Return where a complete file is, or would be."""
        return self.complete / sha256[:2] / sha256[2:4] / sha256

    def holds(self, sha256: str) -> bool:
        """Return whether a complete file is there."""
        return self.path(sha256).is_file()

    def remove(self, sha256: str) -> None:
        """Remove a complete file. Safe to repeat."""
        self.path(sha256).unlink(missing_ok=True)

    def unfinished_files(self) -> Iterator[tuple[str, float]]:
        """Yield the unfinished files with the time they were last written, in s since 1970."""
        for path in self.unfinished.iterdir() if self.unfinished.is_dir() else ():
            if path.suffix == "":
                yield path.name, path.stat().st_mtime

    def _unfinished(self, name: str) -> Path:
        return self.unfinished / name

    def _turn_path(self, name: str) -> Path:
        return self._unfinished(name).with_suffix(".turn")

    def _last_turn(self, name: str) -> str:
        try:
            return self._turn_path(name).read_text()
        except FileNotFoundError:
            return ""  # the file was completed or dropped: nobody may append

    @contextmanager
    def _turn_of(self, name: str) -> Iterator[str]:
        """Take the turn to append from whoever has it, after a while in which they may end.

        Whose connection broke ends at once, with all that had reached them; who is waiting for a
        connection that says nothing finds later that the turn has passed on.
        """
        turn = secrets.token_hex(8)
        with _room_or_refusal(), self._turn_path(name).open("a") as note:
            patience = time.monotonic() + self.grace_s
            while not _is_locked_now(note) and time.monotonic() < patience:
                time.sleep(0.02)
            with self._unfinished(name).open("rb") as file, _locked(file):
                self._turn_path(name).write_text(turn)
            yield turn


def _is_locked_now(file: IO[Any]) -> bool:
    """Lock a file unless somebody else has; return whether that was done."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _locked(file: BinaryIO) -> Iterator[None]:
    """Keep other processes from the file for a moment; never while a network is waited for."""
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


@contextmanager
def _room_or_refusal() -> Iterator[None]:
    """Say StorageFull when the disk, or a quota of it, is full."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise StorageFull(retry_after_s=300) from error


def _write(file: BinaryIO, piece: bytes, *, at: int) -> int:
    """Write all of a piece at a place and return where it ends."""
    view = memoryview(piece)
    while view:
        count = os.pwrite(file.fileno(), view, at)
        at += count
        view = view[count:]
    return at


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _pieces_of(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _sha256_of(file: BinaryIO) -> str:
    running = hashlib.sha256()
    for piece in _pieces_of(file):
        running.update(piece)
    return running.hexdigest()


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
