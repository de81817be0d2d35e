"""Says of each record whether its operations ended as the oracle says.

The order is the server's: revisions count what was written. Everything else is worked out again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

from tests.sync.oracle import DELETED_VS_EDITED, WRITTEN, Answer, Oracle, same

HELD = ("deferred", "quarantined")
EXAMPLES = 10


@dataclass
class Findings:
    """How often each promise was broken, with a few examples."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Any]] = field(default_factory=dict)

    def note(self, promise: str, example: Any) -> None:
        """Count one broken promise."""
        self.counts[promise] += 1
        some = self.examples.setdefault(promise, [])
        if len(some) < EXAMPLES:
            some.append(example)


@dataclass(slots=True)
class Row:
    """One operation as the ledger holds it."""

    device: str | None
    kind: str
    status: str
    v: int | None
    record: str
    detail: dict[str, Any]


@dataclass
class Made:
    """One operation as its device made it.

    kind: good, decision, any (taken or held, both may be), or the name of a poison.
    """

    kind: str
    body: bytes


@dataclass
class RecordVerdict:
    """What is known of operations, as made and as stored, and what is wrong with their records.

    made: operations by id; rows: the ledger's rows by operation.
    """

    made: Mapping[str, Made]
    rows: Mapping[str, Row]
    findings: Findings

    def judge(
        self,
        record: str,
        ops: Sequence[str],
        stored: Sequence[Any] | None,
        conflicts: Mapping[str, Mapping[str, Any]],
    ) -> None:
        own = conflicts.get(record, {})
        for op in ops:
            self._judge_kind(op, is_there=stored is not None, own=own)
        took_part = [op for op in ops if self.rows[op].status in (*WRITTEN, "noop")]
        took_part.sort(key=lambda op: (self.rows[op].v or 0, self.rows[op].status == "noop"))
        written = [op for op in took_part if self.rows[op].status != "noop"]
        revisions = [self.rows[op].v for op in written]
        revision = stored[2] if stored else 0
        if revisions != list(range(1, revision + 1)):
            self.findings.note("doubles", [record, revision, revisions[-5:]])
            return
        if not all(op in self.made for op in took_part):
            return  # a record of the founding
        oracle = Oracle()
        oracle.answers = {op: Answer(self.rows[op].status, self.rows[op].v) for op in ops}
        for op in took_part:
            self._compare(oracle, op, own)
        if stored:
            self._compare_content(oracle, record, stored)
        expected = {(op, group) for op in took_part for group in oracle.answers[op].conflicts}
        there = {(one[0], one[1]) for one in own.values()}
        if expected != there:
            self.findings.note("wrong conflicts", [record, sorted(expected ^ there)[:3]])
        still_open = {(one[0], one[1]) for one in own.values() if one[2] is None}
        for held in oracle.records.values():
            if held.open != still_open:
                self.findings.note("wrong conflicts", [record, "open ones differ"])

    def _judge_kind(self, op: str, *, is_there: bool, own: Mapping[str, Any]) -> None:
        """Say whether a good operation was taken, poison held, and a late decision refused."""
        made, row = self.made.get(op), self.rows[op]
        if made is None or made.kind == "any":
            return
        if made.kind == "decision":
            chosen = msgspec.json.decode(made.body)["resolves"]
            deciders = {own[conflict][2] for conflict in chosen if conflict in own}
            was_first = row.status == "applied" and deciders == {op}
            was_late = row.status == "rejected" and bool(deciders - {op, None})
            if not (was_first or was_late):
                self.findings.note("wrong conflicts", [op, row.status, sorted(map(str, deciders))])
        elif made.kind == "good":
            waits = row.status == "deferred" and (not is_there or self._base_is_held(made))
            if row.status not in (*WRITTEN, "noop") and not waits:
                self.findings.note("harmed neighbours", [op, row.status, row.detail])
        elif row.status == "deferred" and not self._has_come(row):
            return  # it would be held as soon as what it refers to came
        elif row.status != "quarantined" or not row.detail.get("problems"):
            self.findings.note("harmed neighbours", [made.kind, op, row.status])

    @cached_property
    def _written(self) -> set[str]:
        return {row.record for row in self.rows.values() if row.status in WRITTEN}

    def _has_come(self, row: Row) -> bool:
        return all(need["id"] in self._written for need in row.detail.get("needs", ()))

    def _base_is_held(self, made: Made) -> bool:
        base = msgspec.json.decode(made.body)["base"] or {}
        known = self.rows.get(base.get("op", ""))
        return known is None or known.status in HELD

    def _compare(self, oracle: Oracle, op: str, own: Mapping[str, Any]) -> None:
        row = self.rows[op]
        body = msgspec.json.decode(self.made[op].body)
        if body["resolves"]:
            body["settles"] = [tuple(own[c][:2]) for c in body["resolves"] if c in own]
        answer = oracle.fold(body)
        told = row.detail
        is_same = (row.status, row.v) == (answer.status, answer.v)
        if is_same and row.status in ("merged", "conflict"):
            is_same = sorted(answer.kept) == sorted(told.get("kept", ()))
            is_same = is_same and sorted(answer.took) == sorted(told.get("took", ()))
        if not is_same:
            expected = [answer.status, answer.v, answer.took, answer.kept]
            self.findings.note("wrong outcomes", [op, [row.status, row.v, told], expected])
        for group, _, server, device in (one[1:] for one in own.values() if one[0] == op):
            sides = answer.conflicts.get(group, {"server": None, "device": None})
            if not (alike(sides["server"], server, group) and alike(sides["device"], device)):
                self.findings.note("wrong conflicts", [op, group, sides, [server, device]])

    def _compare_content(self, oracle: Oracle, record: str, stored: Sequence[Any]) -> None:
        kind, scope, revision, is_voided, body = stored
        expected = oracle.records.get((kind, record))
        if expected is None:
            self.findings.note("wrong contents", [record, "nobody made it"])
            return
        holds = {**body, **body["extra"]}
        wrong = [
            name
            for name, value in expected.values.items()
            if not same(value, holds.get(f"{name}_id", holds.get(name)))
        ]
        is_same = (expected.scope, expected.revision, expected.is_voided) == (
            scope,
            revision,
            is_voided,
        )
        if wrong or not is_same:
            self.findings.note("wrong contents", [record, wrong])


def alike(expected: Mapping[str, Any] | None, stored: Any, group: str = "") -> bool:
    """Say whether one side of a conflict is stored as it was; a deleted record's may hold more."""
    if expected is None or stored is None:
        return not expected and not stored
    if group == DELETED_VS_EDITED:
        return all(same(value, stored.get(name)) for name, value in expected.items())
    return expected.keys() == stored.keys() and all(
        same(value, stored[name]) for name, value in expected.items()
    )
