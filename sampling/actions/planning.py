"""What a batch of operations would do, worked out in memory before anything is written.

The book holds every record the batch speaks of as it stands so far. Operations are folded in one
after the other; what they would write, what conflicts and what has to wait is noted. Nothing here
touches the database.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from sampling.actions.record_types import APPEND_ONLY, record_type
from sampling.actions.storage import Key, State, need
from sampling.rules.merge import (
    DELETED_VS_EDITED,
    Change,
    ChangeMalformed,
    GroupConflict,
    Merged,
    merge,
    merge_delete,
    merge_into_deleted,
    parse_change,
    whole_groups,
)
from sampling.rules.operations import (
    HELD,
    WRITTEN,
    Need,
    Operation,
    Outcome,
    Problem,
    quarantined,
    rejected,
)
from sampling.rules.record_types import RecordType


class NewConflict(msgspec.Struct, frozen=True, kw_only=True):
    """A conflict to be stored."""

    id: UUID
    op: UUID
    state: State
    kind: str
    conflict: GroupConflict


class Superseded(msgspec.Struct, frozen=True, kw_only=True):
    """A body that a change replaces."""

    state: State
    op: UUID


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """An operation others build on: its record, and how it ended."""

    key: Key
    revision: int | None
    status: str
    scope: str = ""

    @property
    def seen(self) -> int | None:
        """The revision the author of an operation saw who goes on from this one's outcome.

        After a conflict the record is not what the author asked for: it goes on from the one
        before.
        """
        return (self.revision or 1) - 1 if self.status == "conflict" else self.revision


@dataclass(kw_only=True)
class Book:
    """The records of a batch, and what the operations folded in so far make of them.

    stored: what the database holds; parents: scopes of the records referred to; seen: bodies of
    earlier revisions, for stale bases; known_ops: stored operations that are named as base;
    open_conflicts: those that may be resolved, by id; closed_conflicts: those that were resolved;
    adding: operations that may only add records; is_forced: a person wants an answer now, so
    nothing waits for what may never come.
    """

    now: dt.datetime
    project: UUID
    stored: dict[Key, State]
    parents: Mapping[Key, str]
    seen: Mapping[tuple[Key, int], Mapping[str, Any]]
    known_ops: Mapping[UUID, Base]
    open_conflicts: Mapping[UUID, Key]
    closed_conflicts: Collection[UUID] = ()
    clashing: Collection[UUID] = ()
    adding: Collection[UUID] = ()
    is_forced: bool = False
    homes: dict[tuple[str, str], str] = field(default_factory=dict)
    states: dict[Key, State] = field(default_factory=dict)
    superseded: list[Superseded] = field(default_factory=list)
    conflicts: list[NewConflict] = field(default_factory=list)
    resolved: dict[UUID, UUID] = field(default_factory=dict)
    needs: dict[UUID, list[Need]] = field(default_factory=dict)
    outcomes: dict[UUID, Outcome] = field(default_factory=dict)
    folded: dict[UUID, Key] = field(default_factory=dict)
    writers: dict[Key, list[UUID]] = field(default_factory=dict)
    history: dict[Key, list[State]] = field(default_factory=dict)

    def state_of(self, key: Key) -> State | None:
        """Return the record as it stands so far."""
        return self.states.get(key) or self.stored.get(key)

    def fold(self, operation: Operation, *, device: UUID | None) -> Outcome:
        """Work out one operation on top of those before it."""
        outcome = self._fold(operation, device)
        key = (operation.type, operation.record)
        self.outcomes[operation.id] = outcome
        self.folded[operation.id] = key
        if outcome.status in WRITTEN:
            self.writers.setdefault(key, []).append(operation.id)
            self.history.setdefault(key, []).append(self.states[key])
        return outcome

    def fold_again(self, operations: Sequence[tuple[Operation, UUID | None]]) -> None:
        """Fold the deferred ones again whose needs came after them, until nothing moves."""
        waiting = [one for one in operations if self.outcomes[one[0].id].status == "deferred"]
        while ready := [one for one in waiting if self._is_ready(one[0])]:
            before = {operation.id: self.needs[operation.id] for operation, _ in ready}
            for operation, device in ready:
                self.fold(operation, device=device)
            waiting = [one for one in waiting if self.outcomes[one[0].id].status == "deferred"]
            still = {operation.id for operation, _ in waiting}
            if all(op in still and self.needs[op] == needs for op, needs in before.items()):
                break  # whatever the reason: a batch has to end, and these wait

    def _is_ready(self, operation: Operation) -> bool:
        return all(self._is_met(need, operation) for need in self.needs[operation.id])

    def _is_met(self, need: Need, operation: Operation) -> bool:
        if need.type == "op":
            return self._is_answered(need.id)
        if need.type == "conflict":
            return any(noted.id == need.id for noted in self.conflicts)
        key = (need.type, need.id)
        if need.type == "revision":
            state, base = self.states.get((operation.type, need.id)), self._base_revision(operation)
            return state is not None and isinstance(base, int) and state.revision >= base
        if key == (operation.type, operation.record):
            return key in self.states
        return key in self.states and _is_within(self.states[key].scope, operation.scope)

    def _is_answered(self, op: UUID) -> bool:
        outcome = self.outcomes.get(op)
        return outcome is not None and outcome.status not in HELD

    def _fold(self, operation: Operation, device: UUID | None) -> Outcome:
        kind = record_type(operation.type)
        key = (operation.type, operation.record)
        state = self.state_of(key)
        if state is not None and state.scope != operation.scope:
            return quarantined(operation.id, _elsewhere(operation))
        if state is None and operation.do == "create":
            values = plain_values(operation.changes)
            if values is not None:
                return self._fold_new(operation, kind, values, device)
        try:
            changes = {name: parse_change(raw) for name, raw in operation.changes.items()}
        except ChangeMalformed as error:
            return quarantined(
                operation.id, Problem(pointer="/chg", code=error.code, detail=error.detail)
            )
        if state is None:
            return self._fold_new(operation, kind, _asked(changes), device)
        problems = kind.problems(_asked(changes), is_new=False)
        if problems:
            return quarantined(operation.id, *problems)
        return self._fold_known(operation, kind, state, changes)

    def _fold_new(
        self,
        operation: Operation,
        kind: RecordType,
        values: dict[str, Any],
        device: UUID | None,
    ) -> Outcome:
        if operation.do != "create":
            need = Need(type=operation.type, id=operation.record)
            return self._defer(operation, [need])
        problems = kind.problems(values, is_new=True)
        if problems:
            return quarantined(operation.id, *problems)
        waiting = self._missing(kind, values, operation.scope)
        if waiting:
            return self._defer(operation, waiting)
        known, extra = {**kind.defaults, **values}, {}
        if len(known) > len(kind.names):
            extra = {name: known.pop(name) for name in values.keys() - kind.names}
        self.states[operation.type, operation.record] = State(
            type=operation.type,
            id=operation.record,
            scope=operation.scope,
            revision=1,
            values=known,
            extra=extra,
            device=str(device) if device else None,
        )
        return Outcome(op=operation.id, status="applied", revision=1)

    def _fold_known(
        self, operation: Operation, kind: RecordType, state: State, changes: dict[str, Change]
    ) -> Outcome:
        base = self._base_revision(operation)
        if isinstance(base, Need | Problem):
            return self._hold(operation, base)
        waiting = self._missing(kind, _asked(changes), operation.scope)
        if waiting:
            return self._defer(operation, waiting)
        if operation.do in ("resolve", "delete") and self._is_ahead(base, state):
            return self._defer(operation, [Need(type="revision", id=state.id)])
        if operation.do == "resolve":
            return self._resolve(operation, kind, state, changes)
        is_current = base == state.revision and operation.id not in self.clashing
        if operation.do == "delete":
            return self._delete(operation, kind, state, is_current=is_current)
        if not is_current and base is not None:
            changes = whole_groups(changes, self._body_at(state, base), groups=kind.groups)
        merged = self._merge(operation, kind, state, changes, is_current=is_current)
        if merged.conflicts and self._is_ahead(base, state):
            return self._defer(operation, [Need(type="revision", id=state.id)])
        may_only_add = operation.type in APPEND_ONLY or operation.id in self.adding
        if may_only_add and merged.status != "noop":
            return quarantined(operation.id, read_only(operation))
        return self._write(operation, kind, state, merged)

    def _is_ahead(self, base: int | None, state: State) -> bool:
        """Return whether the author saw a revision that is not here (yet).

        Only after a restore from a backup: what was written since is sent again by its tablets.
        """
        return base is not None and base > state.revision and not self.is_forced

    def _body_at(self, state: State, revision: int) -> Mapping[str, Any]:
        """Return the record as it was at a revision, or nothing where that is not known."""
        versions: list[State] = [state, *self.history.get((state.type, state.id), [])]
        for one in versions:
            if one.revision == revision:
                return one.body
        before = self.stored.get((state.type, state.id))
        if before is not None and before.revision == revision:
            return before.body
        return self.seen.get(((state.type, state.id), revision), {})

    def _merge(
        self,
        operation: Operation,
        kind: RecordType,
        state: State,
        changes: dict[str, Change],
        *,
        is_current: bool,
    ) -> Merged:
        current = state.body
        validate = _refuse_any if operation.id in self.clashing else None
        if state.voided_at is not None:
            return merge_into_deleted(current, changes, groups=kind.groups, validate=validate)
        return merge(
            current, changes, groups=kind.groups, base_is_current=is_current, validate=validate
        )

    def _write(
        self, operation: Operation, kind: RecordType, state: State, merged: Merged
    ) -> Outcome:
        if merged.status == "noop":
            return Outcome(op=operation.id, status="noop", revision=state.revision)
        after = self._next(operation, state, merged.values, kind)
        if any(c.group == DELETED_VS_EDITED for c in merged.conflicts):
            after.voided_at = None
        detail: dict[str, Any] = {}
        if merged.status != "applied":
            detail = {"took": list(merged.took), "kept": list(merged.kept)}
        if merged.conflicts:
            detail["conflicts"] = [self._note(operation, after, c) for c in merged.conflicts]
        return Outcome(
            op=operation.id, status=merged.status, revision=after.revision, detail=detail
        )

    def _delete(
        self, operation: Operation, kind: RecordType, state: State, *, is_current: bool
    ) -> Outcome:
        if state.voided_at is not None:
            return Outcome(op=operation.id, status="noop", revision=state.revision)
        merged = merge_delete(state.body, base_is_current=is_current)
        after = self._next(operation, state, {}, kind)
        if merged.status == "applied":
            after.voided_at = self.now.isoformat()
            return Outcome(op=operation.id, status="applied", revision=after.revision)
        detail = {
            "kept": list(merged.kept),
            "conflicts": [self._note(operation, after, c) for c in merged.conflicts],
        }
        return Outcome(op=operation.id, status="conflict", revision=after.revision, detail=detail)

    def _resolve(
        self, operation: Operation, kind: RecordType, state: State, changes: dict[str, Change]
    ) -> Outcome:
        if not operation.resolves:
            return rejected(
                operation.id, "resolves-nothing", "A decision names the conflicts it decides."
            )
        raised = {one.id: (one.state.type, one.state.id) for one in self.conflicts}
        known = {**self.open_conflicts, **raised}
        unknown = {*operation.resolves} - {*known} - {*self.closed_conflicts}
        if unknown and not self.is_forced:
            return self._defer(operation, [Need(type="conflict", id=one) for one in unknown])
        chosen = [
            conflict
            for conflict in operation.resolves
            if known.get(conflict) == (state.type, state.id) and conflict not in self.resolved
        ]
        if len(chosen) != len(operation.resolves):
            return rejected(
                operation.id, "already-resolved", "Somebody resolved this conflict before you."
            )
        if operation.base_revision not in (None, state.revision):
            return rejected(
                operation.id, "record-moved", "The record changed meanwhile; look again."
            )
        after = self._next(operation, state, _asked(changes), kind)
        for conflict in chosen:
            self.resolved[conflict] = operation.id
        return Outcome(op=operation.id, status="applied", revision=after.revision)

    def _next(
        self, operation: Operation, state: State, values: Mapping[str, Any], kind: RecordType
    ) -> State:
        """Return the record's next revision with values written."""
        self.superseded.append(Superseded(state=state, op=operation.id))
        after = state.with_values(values, kind.names)
        self.states[state.type, state.id] = after
        return after

    def _note(self, operation: Operation, state: State, conflict: GroupConflict) -> dict[str, Any]:
        kind = conflict.group if conflict.group == DELETED_VS_EDITED else "values"
        noted = NewConflict(
            id=conflict_id(operation.id, conflict.group),
            op=operation.id,
            state=state,
            kind=kind,
            conflict=conflict,
        )
        self.conflicts.append(noted)
        return {
            "id": str(noted.id),
            "group": conflict.group,
            "base": conflict.base,
            "server": conflict.server,
            "device": conflict.device,
        }

    def _base_revision(self, operation: Operation) -> int | Need | Problem | None:
        """Return the revision the author saw, or the operation that has to come first."""
        if operation.base_op is None:
            return operation.base_revision
        base = self._base_of(operation.base_op)
        if base is None or base.status in HELD:
            return Need(type="op", id=operation.base_op)
        if base.key != (operation.type, operation.record):
            return _base_elsewhere(operation)
        return base.seen

    def _base_of(self, op: UUID) -> Base | None:
        outcome = self.outcomes.get(op)
        if outcome is None or op not in self.folded:
            return self.known_ops.get(op)
        return Base(key=self.folded[op], revision=outcome.revision, status=outcome.status)

    def _missing(self, kind: RecordType, values: Mapping[str, Any], scope: str) -> list[Need]:
        missing = []
        for name, reference in kind.references.items():
            value = values.get(name)
            if value is None:
                continue
            home = self.homes.get((reference, value))
            if home is None:
                home = self._home_of(need(reference, str(value)))
            if home is not None:
                self.homes[reference, value] = home
            if home is None or not _is_within(home, scope):
                missing.append(need(reference, str(value)))
        return missing

    def _home_of(self, one: Need) -> str | None:
        """Return the scope of a record referred to, None when there is no such record."""
        known = self.state_of((one.type, one.id))
        return known.scope if known else self.parents.get((one.type, one.id))

    def _hold(self, operation: Operation, reason: Need | Problem) -> Outcome:
        if isinstance(reason, Problem):
            return quarantined(operation.id, reason)
        return self._defer(operation, [reason])

    def _defer(self, operation: Operation, needs: list[Need]) -> Outcome:
        versions = [need for need in needs if need.type == "protocol_version"]
        if versions:
            return quarantined(
                operation.id,
                Problem(
                    pointer="/chg/captured_version/to",
                    code="unknown-protocol-version",
                    detail="This protocol version was never published here.",
                ),
            )
        self.needs[operation.id] = needs
        detail = {"needs": [need.as_wire() for need in needs]}
        return Outcome(op=operation.id, status="deferred", detail=detail)


def _refuse_any(_merged: Mapping[str, Any]) -> list[str]:
    return ["refused by the database"]


def conflict_id(op: UUID, group: str) -> UUID:
    """Return the id of the conflict an operation raises about a group.

    It follows from the operation, so that a decision on it still finds it when both are sent again
    after a restore from a backup.
    """
    return uuid.uuid5(op, group)


def read_only(operation: Operation) -> Problem:
    """Return why an operation is refused whose sender may not do this to such records."""
    return Problem(
        pointer="/do",
        code="read-only",
        detail=f"This sender may not {operation.do} {operation.type} records that exist.",
    )


def plain_values(changes: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the values of a plain create, or None when a change is anything but `{"to": ...}`."""
    try:
        values = {name: raw["to"] for name, raw in changes.items() if len(raw) == 1}
    except (TypeError, KeyError):
        return None
    return values if len(values) == len(changes) else None


def _asked(changes: Mapping[str, Change]) -> dict[str, Any]:
    """Return the values the changes ask for; members added to a set count as asked for."""
    return {
        name: list(change.add) if change.is_set else change.to for name, change in changes.items()
    }


def _is_within(home: str, scope: str) -> bool:
    """Return whether records of a scope may refer to one whose home is this."""
    return home == scope or home.startswith("project:")


def _base_elsewhere(operation: Operation) -> Problem:
    return Problem(
        pointer="/base/op",
        code="base-elsewhere",
        detail=f"The operation this builds on is not one of the same {operation.type}.",
    )


def _elsewhere(operation: Operation) -> Problem:
    return Problem(
        pointer="/scope",
        code="out-of-scope",
        detail=f"This {operation.type} does not belong to {operation.scope}.",
    )
