"""Sending files: asked for first, small ones in one request, larger ones in parts by tus 1.0."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import urlsplit

from sampling.tablet.files import Files, LocalFile
from sampling.tablet.parts import Parts
from sampling.tablet.problems import NetworkFailure, Problem, Unreachable
from sampling.tablet.wire import ROOT

SMALL_BYTES = 128 * 1024  # sent in one request; a larger one would begin again after each break
PART_BYTES = 1024 * 1024  # of a file in one request, held in memory
MOST_BEGINNINGS = 5  # of one file in one run

TUS = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True, kw_only=True)
class FilesReport:
    """What became of the files that waited.

    sent were sent whole, known the server had already, refused it never takes; waiting it takes
    later, for the reason told.
    """

    sent: int = 0
    known: int = 0
    refused: int = 0
    waiting: int = 0
    reason: str = ""


class _Later(Exception):
    """The server takes no file at present."""


class SendFiles:
    """One run over the files that wait."""

    def __init__(self, parts: Parts) -> None:
        limits = parts.store.setting("limits", {})
        self._parts = parts
        self._files = Files(parts.store)
        self._small_bytes: int = min(SMALL_BYTES, limits.get("max_put", SMALL_BYTES))
        self._sent = self._known = self._refused = 0

    def run(self) -> FilesReport:
        """Send what waits; a disk that is full on the other side ends the run, and only that."""
        reason = ""
        for file in self._files.waiting():
            try:
                self._send(file)
            except _Later as later:
                reason = str(later)
                break
        return FilesReport(
            sent=self._sent,
            known=self._known,
            refused=self._refused,
            waiting=len(self._files.waiting()),
            reason=reason,
        )

    def _send(self, file: LocalFile) -> None:
        try:
            if file.upload is None and self._is_there(file):
                self._known += 1
            else:
                if file.size_bytes <= self._small_bytes:
                    self._put(file)
                else:
                    self._upload(file)
                self._sent += 1
        except Problem as problem:
            if problem.status in {429, 507}:
                raise _Later(str(problem)) from problem
            if problem.status not in {400, 413, 422}:
                raise
            with self._parts.store.transaction():
                self._files.refused(file, problem=str(problem))
            self._refused += 1
            return
        with self._parts.store.transaction():
            self._files.sent(file)

    def _is_there(self, file: LocalFile) -> bool:
        """Ask whether the server has a file before any byte of it is sent."""
        try:
            self._parts.wire.ask("HEAD", _address(file), token=self._parts.token)
        except Problem as problem:
            if problem.status == 404:
                return False
            raise
        return True

    def _put(self, file: LocalFile) -> None:
        self._parts.wire.ask(
            "PUT",
            _address(file),
            token=self._parts.token,
            headers={"Content-Type": "application/octet-stream"},
            body=file.path.read_bytes(),
        )

    def _upload(self, file: LocalFile) -> None:
        """Send a file in parts, from where the server has it; begun again when that is lost."""
        place = file.upload
        for _ in range(MOST_BEGINNINGS):
            if place is None:
                place = self._begin(file)
            try:
                self._go_on(file, place)
            except Problem as problem:
                if problem.status not in {404, 410} and problem.code != "hash-mismatch":
                    raise
                place = None
                with self._parts.store.transaction():
                    self._files.begun(file, None)
            else:
                return
        raise Unreachable(f"The upload of {file.sha256} was lost {MOST_BEGINNINGS} times.")

    def _begin(self, file: LocalFile) -> str:
        name = base64.b64encode(file.sha256.encode()).decode()
        headers = {
            **TUS,
            "Upload-Length": str(file.size_bytes),
            "Upload-Metadata": f"sha256 {name}",
        }
        answer = self._parts.wire.ask(
            "POST", "uploads/", token=self._parts.token, headers=headers, body=b""
        )
        path = urlsplit(answer.headers["location"]).path
        place = path[path.index(ROOT) + len(ROOT) :]
        with self._parts.store.transaction():
            self._files.begun(file, place)
        return place

    def _go_on(self, file: LocalFile, place: str) -> None:
        """Send part after part; after a broken one ask how much of it arrived, and go on there.

        Only parts that bring nothing forward count as attempts, with growing pauses. After others
        there is a breath, in which the server writes what had reached it when the link broke.
        """
        offset, attempt = self._offset(place), 0
        with file.path.open("rb") as source:
            while offset < file.size_bytes:
                source.seek(offset)
                lost = self._part(place, offset, source.read(PART_BYTES))
                if lost:
                    self._parts.wire.breathe()
                before, offset = offset, self._offset(place) if lost else offset + PART_BYTES
                attempt = attempt + 1 if offset <= before else 0
                if lost and attempt:
                    self._parts.wire.pause(attempt, lost, what=f"PATCH {place}")

    def _part(self, place: str, offset: int, body: bytes) -> NetworkFailure | Problem | None:
        """Send one part; return what came between, if that may pass."""
        headers = {
            **TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
        }
        try:
            self._parts.wire.ask_once(
                "PATCH", place, token=self._parts.token, headers=headers, body=body
            )
        except NetworkFailure as lost:
            return lost
        except Problem as problem:
            if problem.may_pass or problem.code == "offset-moved":
                return problem
            raise
        return None

    def _offset(self, place: str) -> int:
        answer = self._parts.wire.ask("HEAD", place, token=self._parts.token, headers=TUS)
        return int(answer.headers["upload-offset"])


def _address(file: LocalFile) -> str:
    return f"blobs/sha256/{file.sha256}"
