"""The road between a tablet and the site, bad where the demo wants it bad."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Mapping
from typing import Any

from sampling.tablet import HttpTransport, NetworkFailure, Response, Surroundings

LONGEST_PAUSE_S = 0.2


def impatient() -> Surroundings:
    """Return surroundings in which a tablet hardly waits before it sends again."""
    return Surroundings(sleep=lambda seconds: time.sleep(min(seconds, LONGEST_PAUSE_S)))


class BadRoad:
    """HTTP that loses the answer to the next push when it is asked to."""

    def __init__(self, base_url: str) -> None:
        self._road = HttpTransport(base_url)
        self._loses_next_answer = False
        self.lost: list[dict[str, Any]] = []
        self.answered_again: list[dict[str, Any]] = []

    def lose_next_answer(self) -> None:
        """Let the next push arrive and its answer go astray."""
        self._loses_next_answer = True

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        """Carry one request; raises NetworkFailure when the answer is lost."""
        answer = self._road.request(method, path, headers, body)
        if path.endswith("/push"):
            if self._loses_next_answer:
                self._loses_next_answer = False
                self.lost = _outcomes(answer)
                raise NetworkFailure("the answer was lost on its way")
            if self.lost and not self.answered_again:
                self.answered_again = _outcomes(answer)
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._road.close()


def _outcomes(answer: Response) -> list[dict[str, Any]]:
    is_gzip = answer.headers.get("content-encoding") == "gzip"
    document = json.loads(gzip.decompress(answer.body) if is_gzip else answer.body)
    outcomes: list[dict[str, Any]] = document.get("outcomes", [])
    return outcomes
