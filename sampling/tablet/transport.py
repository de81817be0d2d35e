"""The road to the server: one request, one response, or NetworkFailure."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from sampling.tablet.problems import AnswerUnreadable, NetworkFailure

_PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Response:
    """What came back; names of headers in lower case, the body as it travelled."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Transport(Protocol):
    """Anything that carries a request; a lost request and a lost answer are NetworkFailure."""

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        """Carry one request to a path such as /sync/v1/push and return what came back.

        An answer that stops in its body is AnswerUnreadable, best with what `begun` of it: a
        snapshot goes on from there.
        """


class HttpTransport:
    """HTTP over one connection that is kept open; for one thread."""

    def __init__(self, base_url: str, *, timeout_s: float = 60.0) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{base_url!r} is not an http or https address.")
        self._prefix = parts.path.rstrip("/")
        is_tls = parts.scheme == "https"
        connection = http.client.HTTPSConnection if is_tls else http.client.HTTPConnection
        self._connection = connection(parts.hostname, parts.port, timeout=timeout_s)

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        """Carry one request; raises NetworkFailure.

        A kept connection may have been closed by the server in the meantime: then the request is
        sent once more on a new one, which is safe because every sync request may be repeated. A
        part of a file is not: much of it may have arrived.
        """
        was_open = self._connection.sock is not None and method != "PATCH"
        try:
            return self._exchange(method, path, headers, body)
        except (http.client.HTTPException, OSError) as error:
            self.close()
            if not (was_open and isinstance(error, ConnectionError)):
                raise NetworkFailure(str(error) or type(error).__name__) from error
        try:
            return self._exchange(method, path, headers, body)
        except (http.client.HTTPException, OSError) as error:
            self.close()
            raise NetworkFailure(str(error) or type(error).__name__) from error

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self._connection.close()

    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        self._connection.request(method, self._prefix + path, body, dict(headers))
        with self._connection.getresponse() as answer:
            headers = {name.lower(): value for name, value in answer.getheaders()}
            came = bytearray()
            try:
                while piece := answer.read1(_PIECE_BYTES):
                    came += piece
                if answer.length:  # closed before the length it had told
                    raise http.client.IncompleteRead(b"", answer.length)
            except (http.client.HTTPException, OSError) as error:
                if not came:
                    raise
                self.close()
                begun = Response(status=answer.status, headers=headers, body=bytes(came))
                raise AnswerUnreadable(str(error) or type(error).__name__, begun=begun) from error
            return Response(status=answer.status, headers=headers, body=bytes(came))
