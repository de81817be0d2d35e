"""Messages over a transport: JSON in gzip, and the same bytes again while that may help."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sampling.tablet.problems import (
    AnswerUnreadable,
    NetworkFailure,
    Problem,
    TokenRefused,
    Unreachable,
)
from sampling.tablet.surroundings import Surroundings
from sampling.tablet.transport import Response, Transport

T = TypeVar("T")

ROOT = "/sync/v1/"
PROTOCOL = "1"

_BREATH_S = 0.25
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A good answer: 200, 201 or 202 and its JSON object."""

    status: int
    document: dict[str, Any]


class Wire:
    """Sends messages until they are answered, refused, or attempts run out."""

    def __init__(
        self, transport: Transport, surroundings: Surroundings, *, attempts: int, app: str = ""
    ) -> None:
        self._transport = transport
        self._surroundings = surroundings
        self._attempts = attempts
        self._app = app

    def get(self, path: str, *, token: str | None = None) -> Answer:
        """Ask for a path below the protocol's root; raises Problem, Unreachable."""
        return self._insist("GET", path, self._headers(token), None, _read)

    def post(
        self, path: str, message: str, *, token: str | None = None, key: str | None = None
    ) -> Answer:
        """Send a JSON text to a path below the protocol's root; raises Problem, Unreachable."""
        headers = self._headers(token)
        headers |= {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        if key is not None:
            headers["Idempotency-Key"] = f'"{key}"'
        body = gzip.compress(message.encode(), compresslevel=1, mtime=0)
        return self._insist("POST", path, headers, body, _read)

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Response:
        """Send a request about files and return what came back; raises Problem, Unreachable."""
        sent = {**self._headers(token), **(headers or {})}
        return self._insist(method, path, sent, body, _good)

    def ask_once(
        self, method: str, path: str, *, token: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        """Send a request that may not simply be repeated; raises Problem, NetworkFailure."""
        return _good(
            self._transport.request(method, ROOT + path, {**self._headers(token), **headers}, body)
        )

    def breathe(self) -> None:
        """Wait for a moment, a quarter of a second on average."""
        self._surroundings.sleep(_BREATH_S * (0.5 + self._surroundings.chance()))

    def pause(self, attempt: int, lost: NetworkFailure | Problem, *, what: str) -> None:
        """Wait before attempt number so many after the first; raises Unreachable at the last.

        Up to 1, 2, 4 ... 60 s, at random, but not less than the server asked for.
        """
        if attempt >= self._attempts:
            raise Unreachable(f"{what}: {lost}") from lost
        longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (attempt - 1))
        asked = lost.retry_after_s if isinstance(lost, Problem) else 0.0
        self._surroundings.sleep(asked + longest * self._surroundings.chance())

    def _headers(self, token: str | None) -> dict[str, str]:
        headers = {
            "Sync-Protocol": PROTOCOL,
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }
        if self._app:
            headers["Sync-App"] = self._app
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return headers

    def _insist(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        read: Callable[[Response], T],
    ) -> T:
        """Send the same bytes until they are answered, refused, or attempts run out."""
        attempt = 0
        while True:
            try:
                return read(self._transport.request(method, ROOT + path, headers, body))
            except (NetworkFailure, Problem) as error:
                if isinstance(error, Problem) and not error.may_pass:
                    raise
                attempt += 1
                self.pause(attempt, error, what=f"{method} {path}")


def _good(response: Response) -> Response:
    """Return a response that is no refusal; raises Problem."""
    if response.status >= 300:
        kind = TokenRefused if response.status == 401 else Problem
        raise kind(response.status, _refusal(response), retry_after_s=_retry_after_s(response))
    return response


def _read(response: Response) -> Answer:
    """Return a good answer; raises Problem for a refusal, AnswerUnreadable for half an answer."""
    _good(response)
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
