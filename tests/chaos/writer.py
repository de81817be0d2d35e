"""A device that writes without rest, and remembers every answer it ever got."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import time
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any, BinaryIO

import msgspec

from sampling.rules.envelope import MAX_OPERATIONS
from tests.chaos.captures import Captures
from tests.chaos.line import Line, Lost
from tests.chaos.plan import BATCH_SIZES, NO_FAULTS, Identity, Plan

HELD = ("deferred", "quarantined")
QUEUE = 3000
"""Unanswered operations a device keeps before it makes new ones."""
LEAST = 150
"""Operations in the largest batch of a device whose batches keep getting lost."""
REMEMBERED = 5000
"""Answered operations a device may send again."""
EXAMPLES = 20


class Writer:
    """One device: makes operations, sends them in odd batches, checks every answer."""

    def __init__(self, plan: Plan, who: Identity) -> None:
        self.plan, self.who = plan, who
        self.chance = random.Random(f"{plan.seed}:{who.name}")
        self.line = Line(plan.setting.port, who, self.chance, plan.faults)
        self.captures = Captures(plan, who, self.chance)
        self.queue: dict[str, bytes] = {}
        self.most = max(BATCH_SIZES)  # less while the server dies faster than it can answer
        self.answered: deque[tuple[str, bytes]] = deque(maxlen=REMEMBERED)
        self.told: dict[str, list[Any]] = {}  # op -> status, v, and the first held status
        self.batches: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.refused: list[tuple[float, int, str]] = []
        self.changed: list[Any] = []
        self.cursor: str | None = None
        self.last_seq = 0
        self.last_v: dict[str, int] = {}
        self.fallen: list[str] = []

    def run(self) -> None:
        """Write until told to stop, then until everything is answered; leave a report."""
        with self.plan.journal(self.who.name).open("wb") as journal:
            turn = 0
            while not self.plan.stop.exists():
                self._make(journal)
                self._push(self._choose())
                turn += 1
                if turn % 3 == 0:
                    self._pull()
        self._settle()
        self._report()

    def _make(self, journal: BinaryIO) -> None:
        """Make operations up to a full queue; each is noted before it can be sent."""
        lines = []
        while len(self.queue) < QUEUE:
            for kind, op in self.captures.some():
                body = json.dumps(op).encode()
                self.queue[op["op"]] = body
                lines.append(msgspec.json.encode(kind) + b"\t" + body + b"\n")
        journal.write(b"".join(lines))
        journal.flush()

    def _choose(self) -> list[bytes]:
        """Return the operations of the next push: split, reversed, shuffled, repeated."""
        sizes, weights = zip(*BATCH_SIZES.items(), strict=True)
        (size,) = self.chance.choices(sizes, weights)
        size = min(size, self.most)
        waiting = list(self.queue.values())
        dice = self.chance.random()
        if self.chance.random() < 0.3 and (plain := self._new_records()):
            return plain[:size]
        if dice < 0.15:
            batch = self.chance.sample(waiting, min(size, len(waiting)))
        else:
            start = 0 if dice < 0.7 else self.chance.randrange(len(waiting))
            batch = waiting[start : start + size]
        if self.chance.random() < 0.2:
            batch.reverse()
        if self.chance.random() < 0.3 and self.answered:
            again = self.chance.choices(self.answered, k=max(1, size // 10))
            batch += [body for _, body in again]
        if self.chance.random() < 0.2:
            batch.append(self.chance.choice(batch))
        return batch[:MAX_OPERATIONS]

    def _new_records(self) -> list[bytes]:
        """Return unanswered creations of one cold scope, the everyday push of a tablet."""
        scope = self.chance.choice(self.plan.setting.cold).encode()
        return [body for body in self.queue.values() if b'"create"' in body and scope in body]

    def _push(self, batch: Sequence[bytes]) -> None:
        skew = self.captures.clock_offset.total_seconds()
        head = {
            "device": self.who.device,
            "incarnation": 1,
            "schema": "2026.1",
            "sent_at": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() + skew)),
            "mono_ms": int(time.monotonic() * 1000),
        }
        body = json.dumps(head)[:-1].encode() + b',"ops":[' + b",".join(batch) + b"]}"
        is_packed = self.chance.random() < 0.5
        if is_packed:
            body = gzip.compress(body, compresslevel=1, mtime=0)
        self.counts["operations sent"] += len(batch)
        try:
            status, answer = self.line.post("push", body, is_packed=is_packed)
        except Lost as loss:
            if not loss.is_wanted:
                self.most = max(LEAST, self.most // 2)
            return
        if status != 200:
            self._note_refusal(status, answer)
            return
        self.most = min(max(BATCH_SIZES), self.most * 2)
        self.batches.add(hashlib.sha256(body).hexdigest())
        outcomes = msgspec.json.decode(answer)["outcomes"]
        if len(outcomes) != len(batch):
            self.changed.append(["an answer of another length", len(batch), len(outcomes)])
        for outcome in outcomes:
            self._take(outcome)

    def _note_refusal(self, status: int, answer: bytes) -> None:
        code = answer[:300].decode("utf-8", "replace")
        self.counts[f"answered {status}"] += 1
        if status not in (409, 429):
            self.refused.append((time.time(), status, code))
        time.sleep(self.chance.uniform(0.1, 0.5))

    def _take(self, outcome: dict[str, Any]) -> None:
        """Note an outcome; one that differs from what was said before is a broken promise."""
        op, status, v = outcome["op"], outcome["status"], outcome.get("v")
        known = self.told.get(op)
        if known is None:
            self.told[op] = [status, v]
        elif known[:2] != [status, v]:
            is_settled = known[0] in HELD and (status not in HELD or status == "quarantined")
            if not is_settled:
                self.changed.append([op, known, [status, v]])
            self.told[op] = [status, v]
        body = self.queue.pop(op, None)
        if body is not None:
            self.answered.append((op, body))

    def _pull(self) -> None:
        """Read a page of the hot scope, as a technician would before going on."""
        scope = self.plan.setting.hot
        message = {"device": self.who.device, "scopes": {scope: self.cursor}}
        message["limit"] = self.chance.choice([3, 50, 500, 2000])
        try:
            status, answer = self.line.post("pull", json.dumps(message).encode())
        except Lost:
            return
        if status != 200:
            self._note_refusal(status, answer)
            return
        document = msgspec.json.decode(answer)
        for result in document["op_results"]:
            self._take(result)
        (page,) = document["scopes"]
        for change in page["changes"]:
            if change["seq"] <= self.last_seq or change["v"] < self.last_v.get(change["id"], 0):
                self.fallen.append(change["id"])
            self.last_seq, self.last_v[change["id"]] = change["seq"], change["v"]
            self.captures.learn(change)
        self.cursor = page["cursor"]

    def _settle(self) -> None:
        """Send what is unanswered until nothing is, over a connection without faults."""
        self.line.faults = NO_FAULTS
        deadline = time.monotonic() + self.plan.patience_s
        while self.queue and time.monotonic() < deadline:
            self._push(list(self.queue.values())[:MAX_OPERATIONS])

    def _report(self) -> None:
        report = {
            "name": self.who.name,
            "device": self.who.device,
            "made": self.captures.number,
            "unanswered": len(self.queue),
            "told": self.told,
            "batches": sorted(self.batches),
            "counts": self.counts,
            "line": self.line.counts,
            "refused": self.refused,
            "changed": self.changed[:EXAMPLES],
            "changed_count": len(self.changed),
            "fallen": self.fallen[:EXAMPLES],
            "fallen_count": len(self.fallen),
        }
        self.plan.report(self.who.name).write_bytes(msgspec.json.encode(report))
