"""One transaction of operations: read by sets, folded in memory, written by sets.

The number of statements does not depend on the number of operations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import DataError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import errors

from sampling.actions import answered, journal, waiting
from sampling.actions.duplicates import note_duplicates
from sampling.actions.planning import Base, Book, read_only
from sampling.actions.record_types import APPEND_ONLY, TYPE_ORDER, record_type
from sampling.actions.storage import (
    Key,
    State,
    broken_checks,
    foreign_ids,
    insert_records,
    known_parents,
    load_records,
    need,
    update_records,
)
from sampling.models import RECORD_MODELS
from sampling.rules.envelope import Received
from sampling.rules.operations import (
    HELD,
    Need,
    Operation,
    Outcome,
    Problem,
    quarantined,
    rejected,
)


class RacedBySomebody(Exception):
    """Another transaction created the same record in the same moment; begin again."""


@dataclass(kw_only=True)
class Batch:
    """What one call of the ledger works with."""

    project: UUID
    via: str
    user: UUID | None
    device: UUID | None
    scopes: Mapping[str, str]
    received_at: dt.datetime
    batch: int | None
    note: journal.PushNote | None = None
    is_forced: bool = False
    have: journal.Have | None = None
    refused: dict[UUID, list[Problem]] = field(default_factory=dict)
    clashing: set[UUID] = field(default_factory=set)

    def run(self, received: Sequence[Received]) -> list[Outcome]:
        """Apply what was received and return the outcomes in its order."""
        with connection.cursor() as cursor:
            if self.device is not None:
                journal.lock_device(cursor, self.device)
            stored = self._stored(cursor, received)
            answers: list[Outcome | None] = []
            fresh: list[Received] = []
            for item in received:
                answer = self._answer_known(item, stored)
                answers.append(answer)
                if item.operation is not None and item.operation.id not in stored:
                    if item.problem is not None:
                        self.refused[item.operation.id] = [item.problem]
                    stored[item.operation.id] = answered.Stored.of(item, device=self.device)
                    fresh.append(item)
            outcomes = self._apply(cursor, fresh) if fresh else {}
            if self.batch is not None:
                journal.mark_done(cursor, self.batch)
            if self.device is not None and self.note is not None:
                numbers = [item.number for item in received if item.number is not None]
                self.have = journal.acknowledge(
                    cursor, self.device, self.note, numbers, at=self.received_at
                )
        told: set[UUID] = set()
        return [
            answer or self._fresh_or_repeated(item, outcomes, told)
            for item, answer in zip(received, answers, strict=True)
        ]

    def _stored(
        self, cursor: CursorWrapper, received: Sequence[Received]
    ) -> dict[UUID, answered.Stored]:
        """Return the known operations; those of a former self of the device count as its own."""
        stored = answered.stored_outcomes(cursor, received, device=self.device)
        stored = answered.with_bytes(cursor, received, stored)
        others = {known.device for known in stored.values() if known.device} - {self.device}
        if self.device is None or not others:
            return stored
        former = answered.former_selves(cursor, self.device, others)
        return {
            op: replace(known, device=self.device) if known.device in former else known
            for op, known in stored.items()
        }

    def rerun(self, held: waiting.Held) -> Outcome | None:
        """Apply one held operation again; None when somebody settled it meanwhile.

        Its row is settled when it is no longer held.
        """
        problem = admission_problem(held.operation, self.scopes)
        if problem is not None:
            self.refused[held.operation.id] = [problem]
        return self.wake([held]).get(held.operation.id)

    def wake(self, held: Sequence[waiting.Held]) -> dict[UUID, Outcome]:
        """Apply those again that are still held, on the grants they came with."""
        with connection.cursor() as cursor:
            return self._apply(cursor, [], held=held)

    @classmethod
    def of_nobody(cls, project: UUID, *, at: dt.datetime) -> Batch:
        """Return a batch that only tries again what others sent."""
        return cls(
            project=project,
            via="tablet",
            user=None,
            device=None,
            scopes={},
            received_at=at,
            batch=None,
        )

    def _fresh_or_repeated(
        self, item: Received, outcomes: Mapping[UUID, Outcome], told: set[UUID]
    ) -> Outcome:
        """Return the answer to an operation of this batch; named twice, it is a duplicate then."""
        assert item.operation is not None
        outcome = outcomes[item.operation.id]
        if outcome.op in told:
            return replace(outcome, is_duplicate=True)
        told.add(outcome.op)
        return outcome

    def _answer_known(
        self, item: Received, stored: Mapping[UUID, answered.Stored]
    ) -> Outcome | None:
        if item.operation is None:
            return item.refusal
        known = stored.get(item.operation.id)
        if known is None:
            return None
        if known.device != self.device:
            return rejected(item.operation.id, "not-your-op", "Another device sent this operation.")
        if not known.is_sent_again_by(item):
            return rejected(
                item.operation.id,
                "op-id-reused",
                "This operation id was used for another content.",
            )
        return known.outcome

    def _apply(
        self,
        cursor: CursorWrapper,
        fresh: Sequence[Received],
        *,
        held: Sequence[waiting.Held] = (),
    ) -> dict[UUID, Outcome]:
        """Fold, write, and log; operations that waited for what is written join in.

        Locks are taken in one order: held operations, records by type and id, conflicts, counters.
        When more operations join in, what is locked is let go and taken again with theirs.
        """
        joining = list(held)
        while True:
            with transaction.atomic():
                woken = waiting.lock(cursor, joining)
                book = self._plan(cursor, fresh, woken)
                known = [one.operation.id for one in joining]
                new = waiting.waiting_for(cursor, book, known=known)
                if not new and self._write(cursor, book):
                    break
                transaction.set_rollback(True)
            joining.extend(new)
        note_duplicates(cursor, book, project=self.project)
        self._log(cursor, book, fresh, woken)
        return book.outcomes

    def _plan(
        self, cursor: CursorWrapper, fresh: Sequence[Received], woken: Sequence[waiting.Held]
    ) -> Book:
        operations = [item.operation for item in fresh if item.operation is not None]
        refusals = {operation.id: self._refusal(operation) for operation in operations}
        admitted = [operation for operation in operations if refusals[operation.id] is None]
        tried = [one.operation for one in woken if one.operation.id not in self.refused]
        everything = admitted + tried
        keys = {(operation.type, operation.record) for operation in everything}
        stored = load_records(cursor, keys, project=self.project)
        known_ops = journal.base_operations(cursor, everything)
        _check_nothing_appeared(everything, stored, known_ops)
        open_conflicts, closed_conflicts = journal.conflicts_named(cursor, everything)
        book = Book(
            now=self.received_at,
            project=self.project,
            stored=stored,
            parents=known_parents(cursor, _needs(everything, keys), project=self.project),
            seen=journal.seen_bodies(cursor, everything, stored, known_ops),
            known_ops=known_ops,
            open_conflicts=open_conflicts,
            closed_conflicts=closed_conflicts,
            is_forced=self.is_forced,
            clashing=self.clashing,
            adding={op.id for op in admitted if self.scopes.get(op.scope) == "append"},
        )
        for operation in operations:
            refusal = refusals[operation.id]
            if refusal is not None:
                book.outcomes[operation.id] = refusal
            else:
                book.fold(operation, device=self.device)
        for one in woken:
            problems = self.refused.get(one.operation.id)
            if problems:
                book.outcomes[one.operation.id] = quarantined(one.operation.id, *problems)
            else:
                book.fold(one.operation, device=one.device)
        book.fold_again(
            [(operation, self.device) for operation in operations]
            + [(one.operation, one.device) for one in woken]
        )
        return book

    def _refusal(self, operation: Operation) -> Outcome | None:
        """Return why an operation may not be tried at all."""
        problems = self.refused.get(operation.id)
        if problems:
            return quarantined(operation.id, *problems)
        problem = admission_problem(operation, self.scopes)
        return quarantined(operation.id, problem) if problem else None

    def _write(self, cursor: CursorWrapper, book: Book) -> bool:
        """Write the states of the book; on a refusal learn whose fault it was and say False."""
        try:
            with transaction.atomic():
                self._write_states(cursor, book.states.values())
        except (IntegrityError, DataError) as error:
            self._blame(cursor, book, error)
            return False
        return True

    def _write_states(self, cursor: CursorWrapper, states: Iterable[State]) -> None:
        by_type: dict[str, list[State]] = {}
        for state in states:
            by_type.setdefault(state.type, []).append(state)
        for name in sorted(by_type, key=TYPE_ORDER.__getitem__):
            # by id, as they are locked: who writes the same new ones too waits, and never crosswise
            new = sorted((s for s in by_type[name] if not s.is_stored), key=lambda s: s.id)
            old = [state for state in by_type[name] if state.is_stored]
            if new:
                insert_records(
                    cursor, name, new, project=self.project, received_at=self.received_at
                )
            if old:
                update_records(cursor, name, old)

    def _blame(self, cursor: CursorWrapper, book: Book, error: Exception) -> None:
        """Find the operations whose records the database refused, and set them aside."""
        blamed = self._broken(cursor, book)
        if not blamed:
            taken = self._taken_ids(cursor, book, error)
            blamed = {book.writers[key][0]: problems for key, problems in taken.items()}
        if not blamed:
            found = self._bisect(cursor, list(book.states.values()))
            blamed = {book.writers[key][-1]: problems for key, problems in found.items()}
        if not blamed:
            raise error
        for op, problems in blamed.items():
            if book.outcomes[op].status in ("merged", "conflict") and op not in self.clashing:
                self.clashing.add(op)  # both values are right alone: a person decides
            else:
                self.refused[op] = problems

    def _broken(self, cursor: CursorWrapper, book: Book) -> dict[UUID, list[Problem]]:
        """Return the operations that brought a record into the state that breaks its checks."""
        blamed: dict[UUID, list[Problem]] = {}
        for name in {type_name for type_name, _ in book.states}:
            history = {key: states for key, states in book.history.items() if key[0] == name}
            broken = broken_checks(cursor, name, [s for states in history.values() for s in states])
            for key, states in history.items():
                steps = [(key[1], state.revision) for state in states]
                if steps[-1] in broken:
                    first = len(steps) - 1
                    while first and steps[first - 1] in broken:
                        first -= 1
                    blamed[book.writers[key][first]] = broken[steps[first]]
        return blamed

    def _taken_ids(
        self, cursor: CursorWrapper, book: Book, error: Exception
    ) -> dict[Key, list[Problem]]:
        """Tell a record another project owns from one somebody created this moment."""
        cause = error.__cause__
        if not isinstance(cause, errors.UniqueViolation):
            return {}
        if not (cause.diag.constraint_name or "").endswith("_pkey"):
            return {}
        new = [(state.type, state.id) for state in book.states.values() if not state.is_stored]
        taken = foreign_ids(cursor, new, project=self.project)
        if not taken:
            raise RacedBySomebody from error
        problem = Problem(pointer="/id", code="id-taken", detail="This id cannot be used here.")
        return {key: [problem] for key in taken}

    def _bisect(self, cursor: CursorWrapper, states: list[State]) -> dict[Key, list[Problem]]:
        """Find the records the database refuses for reasons no check names, by halves."""
        try:
            with transaction.atomic():
                self._write_states(cursor, states)
                transaction.set_rollback(True)
        except (IntegrityError, DataError) as error:
            if len(states) == 1:
                return {(states[0].type, states[0].id): [problem_of_error(states[0], error)]}
            middle = len(states) // 2
            found = self._bisect(cursor, states[:middle])
            return {**found, **self._bisect(cursor, states[middle:])}
        return {}

    def _log(
        self,
        cursor: CursorWrapper,
        book: Book,
        fresh: Sequence[Received],
        woken: Sequence[waiting.Held],
    ) -> None:
        """Write outcomes, conflicts, replaced bodies, and last of all the change log."""
        journal.keep_superseded(cursor, book, at=self.received_at)
        journal.keep_conflicts(cursor, book, project=self.project, at=self.received_at)
        sender = journal.Sender(
            project=self.project,
            via=self.via,
            device=self.device,
            user=self.user,
            batch=self.batch,
            received_at=self.received_at,
        )
        members = journal.members_among(cursor, fresh, sender)
        places = journal.take_places(cursor, book, woken)
        journal.write_operations(cursor, book, fresh, places, sender, members)
        journal.settle(cursor, book, woken, places)


def _check_nothing_appeared(
    operations: Iterable[Operation], stored: Mapping[Key, State], known_ops: Mapping[UUID, Base]
) -> None:
    """Raise RacedBySomebody when an operation wrote a record that was not there a moment before.

    A record that is not there cannot be locked: another transaction may create it after it was
    looked for, and apply operations to it that are read as bases here.
    """
    for operation in operations:
        base = known_ops.get(operation.base_op) if operation.base_op else None
        key = (operation.type, operation.record)
        if base is None or base.status in HELD or key in stored:
            continue
        if (base.key, base.scope) == (key, operation.scope) and base.revision is not None:
            raise RacedBySomebody


def _needs(operations: Iterable[Operation], keys: Collection[Key]) -> set[Need]:
    """Return the records the operations point to, besides those they write."""
    named: set[tuple[str, str]] = set()
    for operation in operations:
        for name, reference in record_type(operation.type).references.items():
            raw = operation.changes.get(name)
            value = raw.get("to") if type(raw) is dict else None
            if type(value) is str:
                named.add((reference, value))
    found: set[Need] = set()
    for reference, value in named:
        with suppress(ValueError):  # what is no id is answered when it is folded
            found.add(need(reference, value))
    return {one for one in found if (one.type, one.id) not in keys}


def admission_problem(operation: Operation, scopes: Mapping[str, str]) -> Problem | None:
    """Return why this sender may not write this record, or None."""
    if operation.type not in RECORD_MODELS:
        return Problem(
            pointer="/type",
            code="unknown-type",
            detail=f"Records of type {operation.type} are not known here.",
        )
    kind = record_type(operation.type)
    mode = scopes.get(operation.scope)
    if mode is None or not operation.scope.startswith(f"{kind.scope_kind}:"):
        return Problem(
            pointer="/scope",
            code="out-of-scope",
            detail=f"{operation.scope} is not open to this sender for {operation.type} records.",
        )
    appends = operation.type in APPEND_ONLY or mode == "append"
    if kind.is_read_only or mode == "ro" or (appends and operation.do != "create"):
        return read_only(operation)
    return None


def problem_of_error(state: State, error: Exception) -> Problem:
    """Return a database refusal in words, with the code of the rule where it has one."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    for constraint in RECORD_MODELS[state.type]._meta.constraints:
        if constraint.name == name:
            fields = getattr(constraint, "fields", ()) or ("",)
            return Problem(
                pointer=f"/chg/{fields[-1]}/to",
                code=str(constraint.violation_error_code or "not-unique").replace("_", "-"),
                detail=str(
                    constraint.violation_error_message
                    if constraint.violation_error_code
                    else f"Another {state.type.replace('_', ' ')} has the same "
                    f"{' and '.join(fields)}."
                ),
            )
    message = getattr(diagnosis, "message_primary", None) or str(error)
    return Problem(pointer="/chg", code="refused-by-database", detail=message)
