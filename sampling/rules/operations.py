"""What a door hands to the ledger, and what it gets back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

Do = Literal["create", "patch", "delete", "resolve"]
Status = Literal["applied", "merged", "conflict", "noop", "deferred", "quarantined", "rejected"]

WRITTEN: frozenset[str] = frozenset({"applied", "merged", "conflict"})
HELD: frozenset[str] = frozenset({"deferred", "quarantined"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One change asked of one record.

    `changes` maps a field to `{"from": ..., "to": ...}`, or to `{"add": [...], "remove": [...]}`
    for a set. `number` counts the operations of a device from 1; people have none.
    """

    id: UUID
    type: str
    record: UUID
    scope: str
    do: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    base_revision: int | None = None
    base_op: UUID | None = None
    resolves: tuple[UUID, ...] = ()
    number: int | None = None
    at: str = ""
    by: UUID | None = None
    why: str = ""

    def as_wire(self) -> dict[str, Any]:
        """Return the operation as a tablet writes it, so that it can be kept and run again."""
        base: dict[str, Any] | None = None
        if self.base_op is not None:
            base = {"op": str(self.base_op)}
        elif self.base_revision is not None:
            base = {"v": self.base_revision}
        return {
            "op": str(self.id),
            "n": self.number,
            "type": self.type,
            "id": str(self.record),
            "scope": self.scope,
            "do": self.do,
            "base": base,
            "chg": dict(self.changes),
            "resolves": [str(conflict) for conflict in self.resolves],
            "at": self.at,
            "by": str(self.by) if self.by else None,
            "why": self.why,
        }


def operation_from_wire(raw: Mapping[str, Any]) -> Operation:
    """Read an operation back from what `as_wire` gave."""
    base = raw["base"] or {}
    return Operation(
        id=UUID(raw["op"]),
        type=raw["type"],
        record=UUID(raw["id"]),
        scope=raw["scope"],
        do=raw["do"],
        changes=raw["chg"],
        base_revision=base.get("v"),
        base_op=UUID(base["op"]) if "op" in base else None,
        resolves=tuple(UUID(conflict) for conflict in raw["resolves"]),
        number=raw["n"],
        at=raw["at"],
        by=UUID(raw["by"]) if raw["by"] else None,
        why=raw["why"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a record: where, which rule, and a sentence to act on."""

    pointer: str
    code: str
    detail: str

    def as_wire(self) -> dict[str, str]:
        """Return the problem as it travels."""
        return {"pointer": self.pointer, "code": self.code, "detail": self.detail}


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a deferred operation waits for: a record of a type, or an operation (`op`)."""

    type: str
    id: UUID

    def as_wire(self) -> dict[str, str]:
        """Return the need as it travels."""
        return {"type": self.type, "id": str(self.id)}


@dataclass(slots=True, kw_only=True)
class Outcome:
    """The answer to one operation. `detail` holds what differs from status to status."""

    op: UUID
    status: Status
    revision: int | None = None
    seq: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    is_duplicate: bool = False

    @property
    def problems(self) -> list[dict[str, str]]:
        """What is wrong with a quarantined record, one entry a problem."""
        found: list[dict[str, str]] = self.detail.get("problems", [])
        return found

    def as_wire(self) -> dict[str, Any]:
        """Return the outcome as it travels, its id yet to be written as text.

        Members that say nothing are left out.
        """
        wire: dict[str, Any] = {"op": self.op, "status": self.status}
        if self.revision is not None:
            wire["v"] = self.revision
        if self.seq is not None:
            wire["seq"] = self.seq
        wire.update(self.detail)
        if self.is_duplicate:
            wire["duplicate"] = True
        return wire


def quarantined(op: UUID, *problems: Problem) -> Outcome:
    """Return the outcome of an operation a person has to look at."""
    return Outcome(
        op=op, status="quarantined", detail={"problems": [p.as_wire() for p in problems]}
    )


def rejected(op: UUID, code: str, detail: str) -> Outcome:
    """Return the outcome of an operation nobody here can act on."""
    return Outcome(op=op, status="rejected", detail={"code": code, "detail": detail})
