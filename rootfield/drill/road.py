"""The road from the drill's tablets to the site, inside one process."""

from __future__ import annotations

from collections.abc import Mapping

from django.test import Client

from sampling.tablet import Response

_FRAMING = {"content-type", "content-length", "host"}


class InProcessRoad:
    """Carries requests to the site without a socket, past nothing but the network."""

    def __init__(self) -> None:
        self._client = Client(SERVER_NAME="localhost")

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        """Carry one request."""
        answer = self._client.generic(
            method,
            path,
            data=body or b"",
            content_type=headers.get("Content-Type", "application/json"),
            secure=True,
            headers={name: text for name, text in headers.items() if name.lower() not in _FRAMING},
        )
        return Response(
            status=answer.status_code,
            headers={name.lower(): text for name, text in answer.items()},
            body=answer.content,
        )
