"""The road from a tablet to the site inside one process, with faults on demand."""

from __future__ import annotations

from collections.abc import Mapping

from django.test import Client

from sampling.tablet import NetworkFailure, Response


class InProcess:
    """Carries requests to the site without a socket; faults are taken from a list, one a push."""

    def __init__(self, *faults: str) -> None:
        self.client = Client()
        self.faults = list(faults)
        self.requests: list[str] = []

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        """Carry one request, or lose it or its answer."""
        self.requests.append(f"{method} {path}")
        fault = self.faults.pop(0) if path.endswith("/push") and self.faults else "none"
        if fault == "lost request":
            raise NetworkFailure("the request was lost")
        answer = self.client.generic(
            method,
            path,
            data=body or b"",
            content_type=headers.get("Content-Type", "application/json"),
            headers={k: v for k, v in headers.items() if k.lower() not in _FRAMING},
        )
        if fault == "lost answer":
            raise NetworkFailure("the answer was lost")
        return Response(
            status=answer.status_code,
            headers={name.lower(): value for name, value in answer.items()},
            body=answer.getvalue(),
        )


_FRAMING = {"content-type", "content-length", "host"}
