"""Sending the outbox, batch by batch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sampling.tablet.parts import Parts
from sampling.tablet.problems import AnswerUnreadable, NetworkFailure, Problem, Unreachable
from sampling.tablet.store import to_json
from sampling.tablet.surroundings import uuid7
from sampling.tablet.wire import Answer

MAX_OPS = 500
"""Operations a push while the server has not told its limit."""
MAX_DECODED_BYTES = 8 * 2**20
LEAST_OPS = 50
"""A batch is not made smaller than this because of a weak link."""
_ENVELOPE_BYTES = 1024


@dataclass(frozen=True, kw_only=True)
class PushReport:
    """What one push brought: the outcomes as they came, and what the server misses.

    missing holds ranges of numbers (first, last) the server never saw. is_waiting says that the
    server took a batch to apply later: its operations are sent again with the next push.
    """

    outcomes: tuple[dict[str, Any], ...]
    missing: tuple[tuple[int, int], ...]
    is_waiting: bool

    @property
    def statuses(self) -> dict[str, int]:
        """How many operations ended in each status."""
        return dict(Counter(outcome["status"] for outcome in self.outcomes))


class Push:
    """One run over the unanswered operations."""

    def __init__(self, parts: Parts) -> None:
        limits = parts.store.setting("limits", {})
        self._parts = parts
        self._max_ops: int = limits.get("max_ops", MAX_OPS)
        self._max_bytes: int = min(MAX_DECODED_BYTES, limits.get("max_decoded", MAX_DECODED_BYTES))
        self._link_bears: int = parts.store.setting("link_bears", self._max_ops)
        self._outcomes: list[dict[str, Any]] = []
        self._have: dict[str, Any] = {}

    def run(self) -> PushReport:
        """Send until nothing is unanswered.

        Batches are as large as the server allows. On a link that never carried one to its end they
        are halved from one run to the next, and grow again with each that arrives.
        """
        most = self._max_ops
        is_waiting = False
        while not is_waiting and (batch := self._next(most)):
            try:
                answer = self._send([body for _, body in batch])
            except Problem as problem:
                if problem.status != 413:
                    raise
                most = self._smaller(batch, problem)
            except Unreachable as error:
                if isinstance(error.__cause__, NetworkFailure):
                    self._bear(max(LEAST_OPS, len(batch) // 2))
                raise
            else:
                is_waiting = answer.status == 202
                self._save(answer)
                if self._link_bears < self._max_ops:
                    self._bear(2 * self._link_bears)
        return PushReport(
            outcomes=tuple(self._outcomes),
            missing=tuple((first, last) for first, last in self._have.get("missing", ())),
            is_waiting=is_waiting,
        )

    def _bear(self, most: int) -> None:
        """Remember how many operations at once the link seems to carry."""
        self._link_bears = min(most, self._max_ops)
        self._parts.store.set(link_bears=self._link_bears)

    def _next(self, most: int) -> list[tuple[int, str]]:
        return self._parts.outbox.batch(
            max_ops=min(most, self._link_bears), max_bytes=self._max_bytes - _ENVELOPE_BYTES
        )

    def _send(self, bodies: list[str]) -> Answer:
        parts = self._parts
        head = {
            "device": parts.device,
            "incarnation": parts.store.setting("incarnation"),
            "schema": parts.store.setting("schema", ""),
            "sent_at": parts.surroundings.now().isoformat(),
            "queued": max(parts.outbox.counts().get("pending", 0) - len(bodies), 0),
            "mono_ms": int(parts.surroundings.monotonic() * 1000),
        }
        message = f'{to_json(head)[:-1]},"ops":[{",".join(bodies)}]}}'
        key = uuid7(parts.surroundings)
        return parts.wire.post("push", message, token=parts.token, key=key)

    def _save(self, answer: Answer) -> None:
        parts = self._parts
        self._have = answer.document.get("have") or {}
        with parts.store.transaction():
            settled = parts.outbox.save_outcomes(answer.document.get("outcomes", ()))
            parts.store.set(backed_up_upto=self._have.get("backed_up_upto", parts.backed_up_upto))
            parts.forget()
        self._outcomes += settled
        if not settled and answer.status != 202:
            raise AnswerUnreadable("The answer names no operation of the batch.")

    def _smaller(self, batch: list[tuple[int, str]], problem: Problem) -> int:
        """Return how many operations to send next after a batch was refused as too large."""
        if len(batch) > 1:
            return len(batch) // 2
        number = batch[0][0]
        with self._parts.store.transaction():
            self._outcomes.append(self._parts.outbox.reject(number, code=problem.code))
        return self._max_ops
