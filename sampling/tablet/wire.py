"""Messages over a transport: JSON in gzip, and the same bytes again while that may help."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sampling.tablet.problems import (
    AnswerUnreadable,
    NetworkFailure,
    Problem,
    TokenRefused,
    Unreachable,
)
from sampling.tablet.surroundings import Surroundings
from sampling.tablet.transport import Response, Transport

ROOT = "/sync/v1/"
PROTOCOL = "1"

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A good answer: 200, 201 or 202 and its JSON object."""

    status: int
    document: dict[str, Any]


class Wire:
    """Sends messages until they are answered, refused, or attempts run out."""

    def __init__(self, transport: Transport, surroundings: Surroundings, *, attempts: int) -> None:
        self._transport = transport
        self._surroundings = surroundings
        self._attempts = attempts

    def get(self, path: str, *, token: str | None = None) -> Answer:
        """Ask for a path below the protocol's root; raises Problem, Unreachable."""
        return self._send("GET", path, _headers(token), None)

    def post(
        self, path: str, message: str, *, token: str | None = None, key: str | None = None
    ) -> Answer:
        """Send a JSON text to a path below the protocol's root; raises Problem, Unreachable."""
        headers = _headers(token)
        headers |= {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        if key is not None:
            headers["Idempotency-Key"] = f'"{key}"'
        body = gzip.compress(message.encode(), compresslevel=1, mtime=0)
        return self._send("POST", path, headers, body)

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        lost: NetworkFailure | Problem | None = None
        for attempt in range(self._attempts):
            if lost is not None:
                self._pause(attempt, lost)
            try:
                return _read(self._transport.request(method, ROOT + path, headers, body))
            except NetworkFailure as error:
                lost = error
            except Problem as problem:
                if not problem.may_pass:
                    raise
                lost = problem
        raise Unreachable(f"{method} {path}: {lost}") from lost

    def _pause(self, attempt: int, lost: NetworkFailure | Problem) -> None:
        """Wait up to 1, 2, 4 ... 60 s, at random, but not less than the server asked for."""
        longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (attempt - 1))
        asked = lost.retry_after_s if isinstance(lost, Problem) else 0.0
        self._surroundings.sleep(asked + longest * self._surroundings.chance())


def _headers(token: str | None) -> dict[str, str]:
    headers = {"Sync-Protocol": PROTOCOL, "Accept": "application/json", "Accept-Encoding": "gzip"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _read(response: Response) -> Answer:
    """Return a good answer; raises Problem for a refusal, AnswerUnreadable for half an answer."""
    if response.status >= 300:
        kind = TokenRefused if response.status == 401 else Problem
        raise kind(response.status, _refusal(response), retry_after_s=_retry_after_s(response))
    return Answer(status=response.status, document=_document(response))


def _document(response: Response) -> dict[str, Any]:
    try:
        is_gzip = response.headers.get("content-encoding") == "gzip"
        document = json.loads(gzip.decompress(response.body) if is_gzip else response.body)
    except (ValueError, EOFError, OSError, zlib.error) as error:
        raise AnswerUnreadable(str(error)) from error
    if not isinstance(document, dict):
        raise AnswerUnreadable("The answer is not a JSON object.")
    return document


def _refusal(response: Response) -> dict[str, Any]:
    """Return the problem document; a proxy between us and the server may not send one."""
    try:
        return _document(response)
    except AnswerUnreadable:
        return {"detail": response.body[:200].decode("utf-8", "replace")}


def _retry_after_s(response: Response) -> float:
    asked = response.headers.get("retry-after", "")
    return float(asked) if asked.isdecimal() else 0.0
