"""A device that only reads, from its cursor on, while everybody writes."""

from __future__ import annotations

import hashlib
import json
import random
import time
from typing import Any

import msgspec

from sampling.tablet import scope_sum
from tests.chaos.line import Line, Lost
from tests.chaos.plan import NO_FAULTS, Identity, Plan


class Change(msgspec.Struct):
    """One change of a page; the content as it came."""

    type: str
    id: str
    v: int
    seq: int
    data: msgspec.Raw = msgspec.Raw(b"")
    gone: str = ""
    conflicts: msgspec.Raw = msgspec.Raw(b"")


class Page(msgspec.Struct):
    """One page of a scope."""

    scope: str
    cursor: str
    more: bool
    changes: list[Change]
    check: dict[str, Any] | None = None


class PullAnswer(msgspec.Struct):
    """What a pull is answered, as far as a reader cares."""

    scopes: list[Page]


class Reader:
    """Holds a replica as (v, digest of the content, gone) of each record of each scope."""

    def __init__(self, plan: Plan, who: Identity, *, sleeps_from: float = 2.0) -> None:
        self.plan, self.who, self.sleeps_from = plan, who, sleeps_from
        self.chance = random.Random(f"{plan.seed}:{who.name}")
        self.line = Line(plan.setting.port, who, self.chance, plan.faults)
        self.scopes = (plan.setting.hot, *plan.setting.cold)
        self.cursors: dict[str, str | None] = dict.fromkeys(self.scopes)
        self.last_seq = dict.fromkeys(self.scopes, 0)
        self.replica: dict[str, dict[str, list[Any]]] = {scope: {} for scope in self.scopes}
        self.refused: list[tuple[float, int, str]] = []
        self.fallen: list[str] = []
        self.checks = 0
        self.checks_failed: list[str] = []

    def run(self) -> None:
        """Read on and on; one that sleeps stops part of the way and comes back at the end."""
        awake_until = self.plan.started_at + self.plan.seconds * self.sleeps_from
        while not self.plan.stop.exists():
            if time.time() < awake_until:
                self._read(self.chance.choice(self.scopes))
            time.sleep(0.02)

    def finish(self) -> None:
        """Read every scope to its end, once nobody writes any more, and leave a report."""
        self.line.faults = NO_FAULTS
        deadline = time.monotonic() + self.plan.patience_s
        for scope in self.scopes:
            while not self._read(scope, limit=2000) and time.monotonic() < deadline:
                pass
        report = {
            "name": self.who.name,
            "replica": self.replica,
            "line": self.line.counts,
            "refused": self.refused,
            "fallen": self.fallen[:20],
            "fallen_count": len(self.fallen),
            "checks": self.checks,
            "checks_failed": self.checks_failed,
        }
        self.plan.report(self.who.name).write_bytes(msgspec.json.encode(report))

    def _read(self, scope: str, *, limit: int | None = None) -> bool:
        """Read one page; say whether it was the last."""
        message = {"device": self.who.device, "scopes": {scope: self.cursors[scope]}}
        message["limit"] = limit or self.chance.choice([7, 100, 700, 2000])
        try:
            status, answer = self.line.post("pull", json.dumps(message).encode())
        except Lost:
            return False
        if status != 200:
            self.refused.append((time.time(), status, answer[:300].decode("utf-8", "replace")))
            time.sleep(self.chance.uniform(0.1, 0.5))
            return False
        (page,) = msgspec.json.decode(answer, type=PullAnswer).scopes
        for change in page.changes:
            self._take(scope, change)
        self.cursors[scope] = page.cursor
        if page.check is not None and limit:
            self._prove(scope, page.check)
        return not page.more

    def _take(self, scope: str, change: Change) -> None:
        known = self.replica[scope].get(f"{change.type} {change.id}")
        if change.seq <= self.last_seq[scope] or (known and change.v < known[0]):
            self.fallen.append(change.id)
        self.last_seq[scope] = change.seq
        digest = hashlib.blake2b(change.data, digest_size=8).hexdigest()
        self.replica[scope][f"{change.type} {change.id}"] = [change.v, digest, change.gone]

    def _prove(self, scope: str, check: dict[str, Any]) -> None:
        """Compare the replica with the checksum of the scope at the same cursor."""
        live = [
            (*key.split(" "), v) for key, (v, _, gone) in self.replica[scope].items() if not gone
        ]
        self.checks += 1
        if [check["count"], check["sum"]] != [len(live), scope_sum(live)]:
            self.checks_failed.append(scope)
