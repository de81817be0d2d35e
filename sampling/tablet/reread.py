"""Reading a scope again, whole, from its snapshot: when a checksum shows that the replica differs.

What came is kept aside, bookmark by bookmark, so that a broken connection or a crash costs the
lines since the last one. The replica stays as it is until the end is here; then it changes at once.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from sampling.tablet.parts import Parts
from sampling.tablet.problems import AnswerUnreadable, NetworkFailure, Problem
from sampling.tablet.transport import Response

_GONE = (404, 410)  # no longer granted, or a bookmark that is of no use any more


class Reread:
    """One scope on its way."""

    def __init__(self, parts: Parts, scope: str) -> None:
        self._parts = parts
        self._scope = scope

    def run(self) -> None:
        """Read on to the end, from where an earlier run got to; raises Problem, Unreachable.

        Of a scope that is not granted any more nothing is kept: the next page tells the tablet.
        """
        attempt = 0
        while self._parts.replica.holds(self._scope):
            try:
                is_whole, moved, lost = self._read_on()
            except Problem as problem:
                if problem.status in _GONE:
                    self._drop()
                    if problem.status == 404:
                        return
                elif not problem.may_pass:
                    raise
                is_whole, moved, lost = False, False, problem
            if is_whole:
                return
            attempt = 1 if moved else attempt + 1
            self._parts.wire.pause(attempt, lost, what=f"snapshot of {self._scope}")

    def _read_on(self) -> tuple[bool, bool, NetworkFailure | Problem]:
        """Ask once; say whether the end came, whether anything did, and what was lost."""
        parts = self._parts
        query = {"scope": self._scope, "after": parts.replica.bookmark(self._scope)}
        path = "snapshot?" + urlencode({name: one for name, one in query.items() if one})
        lost = NetworkFailure("The snapshot stops before its end.")
        try:
            response = parts.wire.ask_once("GET", path, token=parts.token, headers={}, body=None)
        except AnswerUnreadable as error:
            if error.begun is None:
                raise
            response, lost = error.begun, error
        except NetworkFailure as error:
            return False, False, error
        return *self._save(response), lost

    def _save(self, response: Response) -> tuple[bool, bool]:
        """Keep the lines up to the last bookmark; say whether the end came, and if anything did."""
        replica, transaction = self._parts.replica, self._parts.store.transaction
        lines: list[dict[str, Any]] = []
        cursor, moved = "", False
        for line in _whole_lines(response):
            if "as_of" in line:
                cursor = line["cursor"]
                with transaction():
                    self._parts.note_epoch(line)
            elif "after" in line:
                with transaction():
                    replica.set_aside(self._scope, lines, bookmark=line["after"])
                lines, moved = [], True
            elif "end" in line and cursor:
                with transaction():
                    replica.take_over(self._scope, cursor=cursor)
                return True, True
            else:
                lines.append(line)
        return False, moved

    def _drop(self) -> None:
        with self._parts.store.transaction():
            self._parts.replica.drop_aside(self._scope)


def _whole_lines(response: Response) -> Iterator[dict[str, Any]]:
    """Yield the lines that came whole, of an answer that may stop anywhere."""
    body = response.body
    if response.headers.get("content-encoding") == "gzip":
        try:
            body = zlib.decompressobj(31).decompress(body)
        except zlib.error:
            return
    for line in body.split(b"\n")[:-1]:
        try:
            document = json.loads(line)
        except ValueError:
            return
        if not isinstance(document, dict):
            return
        yield document
