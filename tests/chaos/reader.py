"""A device that only reads, from its cursor on, while everybody writes."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import msgspec

from sampling.tablet import scope_sum
from tests.chaos.line import Line, Lost, Refused
from tests.chaos.plan import NO_FAULTS, Identity, Plan
from tests.chaos.snapshots import Copy, Snapshots, digest_of

SNAPSHOTS = 0.1
"""How often some of a snapshot is read after a page."""


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
        self.snapshots = Snapshots(self.line, self.chance)
        self.scopes = (plan.setting.hot, *plan.setting.cold)
        self.copies = {scope: Copy() for scope in self.scopes}
        self.refused: list[tuple[float, int, str]] = []
        self.fallen: list[str] = []
        self.checks = 0
        self.checks_failed: list[str] = []
        self.snapshots_read = 0
        self.snapshots_differ: list[list[Any]] = []

    def run(self) -> None:
        """Read on and on; one that sleeps stops part of the way and comes back at the end."""
        awake_until = self.plan.started_at + self.plan.seconds * self.sleeps_from
        while not self.plan.stop.exists():
            if time.time() < awake_until:
                scope = self.chance.choice(self.scopes)
                self._read(self.copies[scope], scope)
                if self.chance.random() < SNAPSHOTS:
                    self._compare(scope)
            time.sleep(0.02)

    def finish(self) -> None:
        """Read every scope to its end, once nobody writes any more, and leave a report."""
        self.line.faults = NO_FAULTS
        deadline = time.monotonic() + self.plan.patience_s
        for scope in self.scopes:
            self._read_to_the_end(self.copies[scope], scope, deadline)
            self.snapshots.asides.pop(scope, None)
            for bookmarks in (1, 1000):
                self._compare(scope, bookmarks=bookmarks)
        report = {
            "name": self.who.name,
            "replica": {scope: copy.records for scope, copy in self.copies.items()},
            "line": self.line.counts,
            "refused": self.refused,
            "fallen": self.fallen[:20],
            "fallen_count": len(self.fallen),
            "checks": self.checks,
            "checks_failed": self.checks_failed,
            "snapshots_differ": self.snapshots_differ[:20]
            + [["another head", scope] for scope in self.snapshots.changed_heads],
            "counts": {
                "snapshots": self.snapshots_read,
                "snapshots broken off": self.snapshots.broken_off,
                "snapshots read on": self.snapshots.read_on,
            },
        }
        self.plan.report(self.who.name).write_bytes(msgspec.json.encode(report))

    def _read_to_the_end(self, copy: Copy, scope: str, deadline: float) -> bool:
        """Read page after page; say whether the last one came in time."""
        while time.monotonic() < deadline:
            if self._read(copy, scope, limit=2000):
                return True
        return False

    def _compare(self, scope: str, *, bookmarks: int | None = None) -> None:
        """Read some of a snapshot; one that is complete is read on by pages and compared."""
        try:
            copy = self.snapshots.step(scope, bookmarks=bookmarks)
        except Lost:
            return
        except Refused as error:
            self._refuse(error.status, error.answer)
            return
        deadline = time.monotonic() + self.plan.patience_s
        if copy is None or not self._read_to_the_end(copy, scope, deadline):
            return
        self.snapshots_read += 1
        for key, (v, digest, _) in copy.records.items():
            known = self.copies[scope].records.get(key)
            if known is not None and known[0] == v and known[1] != digest:
                self.snapshots_differ.append([key, v])

    def _read(self, copy: Copy, scope: str, *, limit: int | None = None) -> bool:
        """Read one page; say whether it was the last."""
        message = {"device": self.who.device, "scopes": {scope: copy.cursor}}
        message["limit"] = limit or self.chance.choice([7, 100, 700, 2000])
        try:
            status, answer = self.line.post("pull", json.dumps(message).encode())
        except Lost:
            return False
        if status != 200:
            self._refuse(status, answer)
            return False
        (page,) = msgspec.json.decode(answer, type=PullAnswer).scopes
        for change in page.changes:
            self._take(copy, change)
        copy.cursor = page.cursor
        if page.check is not None and limit:
            self._prove(copy, scope, page.check)
        return not page.more

    def _refuse(self, status: int, answer: bytes) -> None:
        """Note a refusal, and wait a little."""
        self.refused.append((time.time(), status, answer[:300].decode("utf-8", "replace")))
        time.sleep(self.chance.uniform(0.1, 0.5))

    def _take(self, copy: Copy, change: Change) -> None:
        known = copy.records.get(f"{change.type} {change.id}")
        if change.seq <= copy.last_seq or (known and change.v < known[0]):
            self.fallen.append(change.id)
        copy.last_seq = change.seq
        digest = digest_of(change.data)
        copy.records[f"{change.type} {change.id}"] = [change.v, digest, change.gone]

    def _prove(self, copy: Copy, scope: str, check: dict[str, Any]) -> None:
        """Compare what is held with the checksum of the scope at the same cursor."""
        live = [(*key.split(" "), v) for key, (v, _, gone) in copy.records.items() if not gone]
        self.checks += 1
        if [check["count"], check["sum"]] != [len(live), scope_sum(live)]:
            self.checks_failed.append(scope)
