"""The network as a test wants it: a server in memory, and a road to it that breaks on demand."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from sampling.rules.merge import merge, merge_delete, parse_change
from sampling.tablet import NetworkFailure, Response, Surroundings, scope_sum

SCOPE = "campaign:0197f000-0000-7000-8000-000000000001"
PROJECT = "project:0197f000-0000-7000-8000-000000000002"
GROUPS = {"measurement": [["value", "unit", "censoring"]]}


class Crash(BaseException):
    """The app is killed: nothing of it runs any further."""


@dataclass
class Stored:
    scope: str
    revision: int
    seq: int
    data: dict[str, Any]
    gone: str | None = None
    conflicts: list[dict[str, Any]] = field(default_factory=list)


def problem(status: int, code: str, **headers: str) -> Response:
    document = {"type": f"urn:rootfield:problem:{code}", "status": status, "detail": code}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, headers=named, body=json.dumps(document).encode())


@dataclass
class FakeServer:
    """Speaks the protocol of one device, keeps what it was told, and can lose it again."""

    max_ops: int = 500
    epoch: str = "one"
    backed_up_upto: int = 0
    op_results: list[dict[str, Any]] = field(default_factory=list)
    directives: list[dict[str, Any]] = field(default_factory=list)
    granted: list[str] = field(default_factory=lambda: [SCOPE, PROJECT])
    records: dict[tuple[str, str], Stored] = field(default_factory=dict)
    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str], bytes | None]] = field(default_factory=list)
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    lie_about_check: int = 0
    snapshot_rows: int = 2
    own_page: int = 2
    forgotten_bookmarks: set[str] = field(default_factory=set)
    devices: int = 0
    seq: int = 0

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        self.requests.append((method, path, dict(headers), body))
        message = json.loads(gzip.decompress(body)) if body else {}
        answers: dict[tuple[str, str], Callable[[dict[str, Any]], Response]] = {
            ("GET", "/sync/v1/"): self.hello,
            ("POST", "/sync/v1/devices"): self.enrol,
            ("GET", "/sync/v1/devices/self"): self.describe,
            ("POST", "/sync/v1/push"): self.push,
            ("POST", "/sync/v1/pull"): self.pull,
        }
        if "?" in path:
            road, _, query = path.partition("?")
            asked = dict(parse_qsl(query))
            return self.snapshot(asked) if road.endswith("snapshot") else self.own(asked)
        if path.endswith("/rebirth"):
            return self.enrol(message)
        return answers[method, path](message)

    def hello(self, _message: dict[str, Any]) -> Response:
        limits = {"max_ops": 500, "max_decoded": 8388608}
        return self.answer({"limits": limits, "groups": GROUPS, "epoch": self.epoch})

    def enrol(self, message: dict[str, Any]) -> Response:
        if message.get("code") == "wrong":
            return problem(422, "enrolment-refused")
        self.devices += 1
        return self.answer(
            {
                "device": f"device-{self.devices}",
                "incarnation": 1,
                "token": f"secret-{self.devices}",
                "user": "user-1",
                "scopes": [{"id": scope, "name": scope, "mode": "rw"} for scope in self.granted],
            },
            status=201,
        )

    def describe(self, _message: dict[str, Any]) -> Response:
        return self.answer({"scopes": [{"id": scope, "mode": "rw"} for scope in self.granted]})

    def push(self, message: dict[str, Any]) -> Response:
        if len(message["ops"]) > self.max_ops:
            return problem(413, "too-large")
        outcomes = [self.take(operation) for operation in message["ops"]]
        upto = max(self.numbers, default=0)
        missing = [[n, n] for n in range(1, upto) if n not in self.numbers]
        have = {"upto": upto, "missing": missing, "backed_up_upto": self.backed_up_upto}
        return self.answer({"batch": "b", "have": have, "outcomes": outcomes})

    def take(self, operation: dict[str, Any]) -> dict[str, Any]:
        op = operation["op"]
        if op in self.outcomes:
            return self.outcomes[op] | {"duplicate": True}
        assert operation["n"] not in self.numbers, "two operations with one number"
        self.numbers[operation["n"]] = op
        self.outcomes[op] = {"op": op} | (self.held.get(op) or self.judge(operation))
        return self.outcomes[op]

    def judge(self, operation: dict[str, Any]) -> dict[str, Any]:
        key = operation["type"], operation["id"]
        stored = self.records.get(key)
        if stored is None:
            if operation["do"] != "create":
                return {"status": "deferred", "needs": [{"type": key[0], "id": key[1]}]}
            data = {name: change["to"] for name, change in operation["chg"].items()}
            return {"status": "applied"} | self.write(key, operation["scope"], data)
        if operation["do"] == "resolve":
            chosen = {name: change["to"] for name, change in operation["chg"].items()}
            left = [c for c in stored.conflicts if c["id"] not in operation["resolves"]]
            written = self.write(key, stored.scope, stored.data | chosen)
            self.records[key].conflicts = left
            return {"status": "applied"} | written
        base = operation["base"] or {}
        seen = self.outcomes[base["op"]]["v"] if "op" in base else base.get("v")
        is_current = seen == stored.revision
        if operation["do"] == "delete":
            merged = merge_delete(stored.data, base_is_current=is_current)
        else:
            changes = {name: parse_change(raw) for name, raw in operation["chg"].items()}
            groups = GROUPS.get(key[0], [])
            merged = merge(stored.data, changes, groups=groups, base_is_current=is_current)
        if merged.status == "noop":
            return {"status": "noop", "v": stored.revision}
        is_gone = operation["do"] == "delete" and merged.status == "applied"
        written = self.write(
            key, stored.scope, stored.data | merged.values, gone="deleted" if is_gone else None
        )
        conflicts = [
            {
                "id": f"conflict-{self.seq}-{conflict.group}",
                "group": conflict.group,
                "base": conflict.base,
                "server": conflict.server,
                "device": conflict.device,
            }
            for conflict in merged.conflicts
        ]
        self.records[key].conflicts += conflicts
        return {"status": merged.status, "conflicts": conflicts} | written

    def write(
        self, key: tuple[str, str], scope: str, data: dict[str, Any], *, gone: str | None = None
    ) -> dict[str, Any]:
        """Store a revision, as an office edit or for an operation."""
        self.seq += 1
        revision = self.records[key].revision + 1 if key in self.records else 1
        conflicts = self.records[key].conflicts if key in self.records else []
        self.records[key] = Stored(scope, revision, self.seq, dict(data), gone, [*conflicts])
        return {"v": revision, "seq": self.seq}

    def pull(self, message: dict[str, Any]) -> Response:
        ((scope, cursor),) = message["scopes"].items()
        results, self.op_results = self.op_results, []
        directives, self.directives = self.directives, []
        answer: dict[str, Any] = {
            "epoch": self.epoch,
            "op_results": results,
            "directives": directives,
            "scopes": [],
            "granted": [{"id": granted, "mode": "rw"} for granted in self.granted],
        }
        if scope in self.granted:
            epoch, _, seq = (cursor or f"{self.epoch}:0").partition(":")
            is_expired = scope in self.expired or epoch != self.epoch
            self.expired.discard(scope)
            if cursor and is_expired:
                return problem(410, "cursor-expired")
            answer["scopes"] = [self.page(scope, int(seq), message["limit"])]
        return self.answer(answer)

    def page(self, scope: str, after: int, limit: int) -> dict[str, Any]:
        rows = sorted(
            (stored.seq, key, stored)
            for key, stored in self.records.items()
            if stored.scope == scope and stored.seq > after
        )
        page: dict[str, Any] = {
            "scope": scope,
            "cursor": f"{self.epoch}:{rows[:limit][-1][0] if rows else after}",
            "more": len(rows) > limit,
            "changes": [
                {"type": key[0], "id": key[1], "v": stored.revision, "seq": seq}
                | ({"gone": stored.gone} if stored.gone else told(stored))
                for seq, key, stored in rows[:limit]
            ],
        }
        if not page["more"]:
            page["check"] = self.check(scope)
        return page

    def check(self, scope: str) -> dict[str, Any]:
        live = [
            (*key, stored.revision)
            for key, stored in self.records.items()
            if stored.scope == scope and not stored.gone
        ]
        if self.lie_about_check:
            self.lie_about_check -= 1
            return {"count": len(live) + 1, "sum": "0" * 16}
        return {"count": len(live), "sum": scope_sum(live)}

    def snapshot(self, asked: dict[str, str]) -> Response:
        """Answer the live records of a scope, a bookmark after every few of them."""
        scope, after = asked["scope"], asked.get("after", f"{self.seq} ")
        if scope not in self.granted:
            return problem(404, "not-found")
        if after in self.forgotten_bookmarks:
            return problem(410, "cursor-expired")
        seq, _, last = after.partition(" ")
        cursor = f"{self.epoch}:{seq}"
        lines: list[dict[str, Any]] = [
            {"scope": scope, "as_of": int(seq), "cursor": cursor, "epoch": self.epoch}
        ]
        live = [
            (f"{key[0]}/{key[1]}", key, stored)
            for key, stored in sorted(self.records.items())
            if stored.scope == scope and not stored.gone and f"{key[0]}/{key[1]}" > last
        ]
        for number, (place, key, stored) in enumerate(live, 1):
            lines.append({"type": key[0], "id": key[1], "v": stored.revision, "seq": stored.seq})
            lines[-1] |= told(stored)
            if number % self.snapshot_rows == 0 or number == len(live):
                lines.append({"after": f"{seq} {place}"})
        packer = zlib.compressobj(6, zlib.DEFLATED, 31)
        pieces = [json.dumps(line).encode() + b"\n" for line in [*lines, {"end": True}]]
        body = b"".join(packer.compress(one) + packer.flush(zlib.Z_SYNC_FLUSH) for one in pieces)
        headers = {"content-encoding": "gzip"}
        return Response(status=200, headers=headers, body=body + packer.flush())

    def own(self, asked: dict[str, str]) -> Response:
        """Answer what became of the device's operations."""
        first = int(asked["from"])
        ops = [
            {"n": n, **self.outcomes[op]} for n, op in sorted(self.numbers.items()) if n >= first
        ]
        page = ops[: self.own_page]
        return self.answer(
            {"ops": page, "next": ops[len(page)]["n"] if len(ops) > len(page) else None}
        )

    def answer(self, document: dict[str, Any], *, status: int = 200) -> Response:
        body = gzip.compress(json.dumps(document).encode())
        return Response(status=status, headers={"content-encoding": "gzip"}, body=body)

    def messages(self, path: str) -> list[dict[str, Any]]:
        """Return what was sent to a path, decoded."""
        return [
            json.loads(gzip.decompress(body))
            for _, sent_to, _, body in self.requests
            if sent_to == path and body
        ]


def told(stored: Stored) -> dict[str, Any]:
    listed = {"conflicts": stored.conflicts} if stored.conflicts else {}
    return {"data": stored.data} | listed


Fault = Callable[[FakeServer, tuple[Any, ...]], Response]


def lose_request(_server: FakeServer, _request: tuple[Any, ...]) -> Response:
    raise NetworkFailure("the request was lost")


def lose_answer(server: FakeServer, request: tuple[Any, ...]) -> Response:
    server.request(*request)
    raise NetworkFailure("the answer was lost")


def send_twice(server: FakeServer, request: tuple[Any, ...]) -> Response:
    server.request(*request)
    return server.request(*request)


def cut_answer(server: FakeServer, request: tuple[Any, ...]) -> Response:
    answer = server.request(*request)
    return Response(status=answer.status, headers=answer.headers, body=answer.body[:-9])


def crash_after(server: FakeServer, request: tuple[Any, ...]) -> Response:
    server.request(*request)
    raise Crash


def refuse(status: int, code: str, **headers: str) -> Fault:
    return lambda _server, _request: problem(status, code, **headers)


@dataclass
class Road:
    """Carries requests; the next ones meet the faults in order, those after them meet none."""

    server: FakeServer
    faults: list[Fault | None] = field(default_factory=list)

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        request = (method, path, headers, body)
        fault = self.faults.pop(0) if self.faults else None
        return fault(self.server, request) if fault else self.server.request(*request)


@dataclass
class Clock:
    """A clock that only sleeping moves; sleeps are noted, s."""

    now: datetime = datetime(2026, 5, 2, 10, 11, 12, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def surroundings(self) -> Surroundings:
        return Surroundings(
            now=lambda: self.now, monotonic=self.now.timestamp, sleep=self.sleep, chance=lambda: 0.5
        )
