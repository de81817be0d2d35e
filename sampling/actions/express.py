"""The express lane of the ledger: a push of new records, written column by column.

It writes what the general road would write, and nothing else: the same rows, numbers, change log
and answers. It inserts first; when the database refuses anything at all (a known operation, a
taken id, a broken rule), its transaction leaves no trace and the general road decides operation by
operation. Statements are sent without waiting for their answers, so that the database works on
one while the next is put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from sampling.actions import journal
from sampling.actions.duplicates import CODE, HAS_DUPLICATES, LOCK_CODES, SPECIMEN
from sampling.actions.ledger import MODULUS, checksum_of_new
from sampling.actions.prepared import Cursor, Pipe, pipeline
from sampling.actions.record_types import TYPE_ORDER, captured_types, record_type
from sampling.actions.storage import array_sql, encode, need, parents_query
from sampling.errors import DeviceBusy
from sampling.models import RECORD_MODELS
from sampling.rules.columns import LINE_END, literal_array
from sampling.rules.operations import Need
from sampling.rules.plain_creates import (
    Columns,
    PlainPush,
    PlainReader,
    lines_of,
    moment_as_told,
)
from sampling.rules.record_types import Field

TOLD_MORE = frozenset({"attachment"})
"""Types whose answers say more than what is stored: whether a file is missing at present."""


class _Answer(msgspec.Struct):
    status: str


@dataclass(frozen=True, kw_only=True)
class Written:
    """A push that was applied whole: the answers as JSON, and what is stored of the device."""

    answers: bytes
    have: journal.Have

    def statuses(self) -> list[str]:
        """Return how each operation ended, in their order."""
        return [one.status for one in msgspec.json.decode(self.answers, type=list[_Answer])]

    def outcomes_as_wire(self) -> msgspec.Raw:
        """Return one outcome an operation, in their order, as they travel."""
        return msgspec.Raw(self.answers)


@cache
def reader() -> PlainReader:
    """Return the reader of the types a device may create."""
    kinds = [record_type(name) for name in RECORD_MODELS if name not in TOLD_MORE]
    return PlainReader([kind for kind in kinds if not kind.is_read_only])


def write_plain(
    push: PlainPush, sender: journal.Sender, note: journal.PushNote, *, scopes: Mapping[str, str]
) -> Written | None:
    """Apply a push of new records in one transaction; None when that is not for this lane.

    None leaves nothing behind. Raises DeviceBusy while another push of the device runs.
    """
    if not _is_admitted(push, sender, scopes):
        return None
    try:
        with transaction.atomic():
            return _Express(push, sender, note).run()
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            raise DeviceBusy from error
        return None
    except InterfaceError:
        raise
    except DatabaseError:
        return None


def _is_admitted(push: PlainPush, sender: journal.Sender, scopes: Mapping[str, str]) -> bool:
    """Return whether the sender may create such records there, and speaks for nobody else."""
    kinds = {one.kind.scope_kind for one in push.tables}
    by = {operation.by for operation in push.operations} - {None, str(sender.user)}
    return (
        scopes.get(push.scope) in ("rw", "append")
        and kinds == {push.scope.split(":", 1)[0]}
        and not by
    )


class _Unfit(DatabaseError):
    """The push needs a closer look; nothing of it may stay."""


class _Express:
    """One plain push on its way."""

    def __init__(self, push: PlainPush, sender: journal.Sender, note: journal.PushNote) -> None:
        assert sender.device is not None
        self.push = push
        self.sender = sender
        self.note = note
        self.device: UUID = sender.device

    def run(self) -> Written:
        numbers = [operation.n for operation in self.push.operations]
        at = self.sender.received_at
        with pipeline() as pipe:
            journal.send_lock(pipe, self.device)
            parents = self._send_parents(pipe)
            self._send_records(pipe)
            doubts = self._send_doubts(pipe)
            ledger = pipe.send(LEDGER, self._ledger_row())
            noted = journal.send_note(pipe, self.device, self.note, numbers, at=at)
        self._check_parents(parents)
        if any((one.fetchone() or (True,))[0] for one in doubts):
            raise _Unfit
        (before,) = ledger.fetchone() or (0,)
        have = journal.told_have(noted)
        if have is None:
            with connection.cursor() as cursor:
                have = journal.acknowledge(cursor, self.device, self.note, numbers, at=at)
        answers = answers_of_new([operation.op for operation in self.push.operations], before + 1)
        return Written(answers=f"[{answers}]".encode(), have=have)

    def _send_parents(self, pipe: Pipe) -> Cursor | None:
        """Ask where the records are that the push refers to, if it refers to any outside it."""
        if not self._named:
            return None
        return pipe.send(*parents_query(self._named, project=self.sender.project))

    @cached_property
    def _named(self) -> frozenset[Need]:
        outside = self.push.outside().items()
        return frozenset(need(name, one) for name, ids in outside for one in ids)

    def _check_parents(self, found: Cursor | None) -> None:
        """Refuse a push that refers to what is not there or is of another campaign."""
        scopes = {(name, one): scope for name, one, scope in found or ()}
        for one in self._named:
            home = scopes.get((one.type, one.id), "")
            if home != self.push.scope and not home.startswith("project:"):
                raise _Unfit

    def _send_records(self, pipe: Pipe) -> None:
        for table in sorted(self.push.tables, key=lambda one: TYPE_ORDER[one.kind.name]):
            self._insert(pipe, table)

    def _send_doubts(self, pipe: Pipe) -> list[Cursor]:
        """Ask what would need a closer look: each answers with one truth, and false is well."""
        waits = pipe.send(_IS_WAITED_FOR, [self._records])
        bags = next((one for one in self.push.tables if one.kind.name == SPECIMEN), None)
        if bags is None:
            return [waits]
        project = self.sender.project
        pipe.send(LOCK_CODES, [str(project)])
        return [waits, pipe.send(HAS_DUPLICATES, [project, literal_array(bags.values[CODE])])]

    def _insert(self, pipe: Pipe, table: Columns) -> None:
        setting = [self.sender.project, self.push.scope, self.sender.received_at]
        if table.kind.name in captured_types():
            setting.append(self.device)
        pipe.send(
            insert_sql(table.kind.name, tuple(table.values)),
            [*setting, literal_array(table.ids), *map(literal_array, table.values.values())],
        )

    @cached_property
    def _records(self) -> str:
        return literal_array([operation.id for operation in self.push.operations])

    def _ledger_row(self) -> dict[str, Any]:
        """Return what the last statement says: counter, change log, operations, batch."""
        operations = self.push.operations
        types = [str(type(operation).__struct_config__.tag) for operation in operations]
        total = checksum_of_new(types, [operation.id for operation in operations])
        return {
            "scope": self.push.scope,
            "count": len(operations),
            "total": total % MODULUS,
            "types": literal_array(types),
            "records": self._records,
            "lines": LINE_END.join(self._lines()),
            "ops": literal_array([operation.op for operation in operations]),
            "numbers": literal_array([operation.n for operation in operations]),
            "digests": b"".join(self.push.digests()),
            "at": literal_array([operation.at for operation in operations]),
            "why": literal_array([operation.why for operation in operations]),
            "device": self.device,
            "batch": self.sender.batch,
            "via": self.sender.via,
            "by": self.sender.user,
            "received_at": self.sender.received_at,
        }

    def _lines(self) -> list[str]:
        """Return the members of each record as pages tell them, in the order of the operations."""
        received_at = moment_as_told(self.sender.received_at)
        found: dict[str, str] = {}
        for table in self.push.tables:
            device = str(self.device) if table.kind.name in captured_types() else None
            lines = lines_of(table, received_at=received_at, device=device)
            found.update(zip(table.ids, lines, strict=True))
        return [found[operation.id] for operation in self.push.operations]


def answers_of_new(ops: Iterable[str], first_seq: int, *, more: str = "") -> str:
    """Return the outcomes of operations that brought new records, in the order of the log."""
    told = f',"status":"applied","v":1{more},"seq":'
    return ",".join([f'{{"op":"{op}"{told}{seq}}}' for seq, op in enumerate(ops, first_seq)])


_IS_WAITED_FOR = """
    SELECT EXISTS (SELECT FROM sampling_syncwaiting)
        AND EXISTS (SELECT FROM sampling_syncwaiting WHERE needs = ANY(%s::uuid[]))
"""

LEDGER = """
    WITH taken AS (
        INSERT INTO sampling_syncscope AS s (key, seq, horizon_seq, live_count, live_sum)
        VALUES (%(scope)s, %(count)s, 0, %(count)s, %(total)s)
        ON CONFLICT (key) DO UPDATE
        SET seq = s.seq + EXCLUDED.seq, live_count = s.live_count + EXCLUDED.live_count,
            live_sum = mod(s.live_sum + EXCLUDED.live_sum, 18446744073709551616)
        RETURNING seq - %(count)s AS before
    ), logged AS (
        INSERT INTO sampling_syncchange (scope, type, record, seq, revision, gone, line)
        SELECT %(scope)s, u.type, u.record, taken.before + u.place, 1, '', u.line
        FROM taken, unnest(%(types)s::text[], %(records)s::uuid[],
            string_to_array(%(lines)s::text, chr(10)))
            WITH ORDINALITY AS u(type, record, line, place)
    ), kept AS (
        INSERT INTO sampling_syncoperation (op, device_id, n, batch_id, via, scope, type, record,
            "do", status, revision, seq, content_sha256, by_id, at, why, received_at)
        SELECT u.op, %(device)s, u.n, %(batch)s, %(via)s, %(scope)s, u.type, u.record,
            'create', 'applied', 1, taken.before + u.place,
            substring(%(digests)b::bytea FROM (u.place * 32 - 31)::int FOR 32),
            %(by)s, u.at, u.why, %(received_at)s
        FROM taken, unnest(%(ops)s::uuid[], %(numbers)s::bigint[], %(types)s::text[],
            %(records)s::uuid[], %(at)s::text[], %(why)s::text[])
            WITH ORDINALITY AS u(op, n, type, record, at, why, place)
    ), judged AS (
        UPDATE sampling_syncbatch SET state = 'applied', first_seq = taken.before + 1
        FROM taken WHERE id = %(batch)s
    )
    SELECT before FROM taken
"""


@lru_cache(maxsize=512)
def insert_sql(name: str, named: tuple[str, ...]) -> str:
    """Return the statement that inserts records of a type of which some fields were named."""
    kind = record_type(name)
    given = [kind.by_name[field] for field in named]
    blank = [f for f in kind.fields if f.name not in named and f.default is not None]
    device = ("device_id, ", "%s::uuid, ") if name in captured_types() else ("", "")
    row = "".join(f', "{field.column}"' for field in given)
    columns = row + "".join(f', "{field.column}"' for field in blank)
    values = "".join(f', r."{field.column}"' for field in given)
    values += "".join(f", {_constant(field)}" for field in blank)
    arrays = ", ".join(array_sql(field) for field in given)
    return (
        f"INSERT INTO {kind.table} (project_id, scope, received_at, {device[0]}"
        f"id, revision, extra{columns})"
        f" SELECT %s::uuid, %s::text, %s::timestamptz, {device[1]}r.id, 1, '{{}}'::jsonb{values}"
        f" FROM unnest(%s::uuid[]{', ' if arrays else ''}{arrays})"
        f" AS r(id{row})"
    )


def _constant(field: Field) -> str:
    """Return what stands in a column nobody named."""
    text = str(field.default) if field.kind == "text" else encode(field.default)
    if field.kind == "numbers":
        text = literal_array(field.default)
    quoted = text.replace("'", "''").replace("%", "%%")
    return f"'{quoted}'::{field.sql_type}"
