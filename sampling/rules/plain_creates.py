"""The plainest push: every operation creates a record and says nothing else.

That is what a day in the field sends. Such a push is read into columns at once, each value checked
by its compiled type; whatever is in the least unusual is left to the general reader, which
explains and decides operation by operation. Nothing is refused here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from hashlib import sha256
from itertools import repeat
from operator import or_
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec

from sampling.rules.envelope import MAX_OPERATION, MAX_OPERATIONS, Count, Head, read_head
from sampling.rules.record_types import Field, RecordType, is_moment

_SCALARS = frozenset({"text", "integer", "number", "boolean", "date", "datetime", "uuid"})
_IDS = re.compile(r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})*")
_CLOSING_ZEROS = re.compile(r"(\.\d*?)0+(?=\+)")
_UNUSUAL_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")

V = TypeVar("V")


class To(msgspec.Struct, Generic[V], frozen=True, forbid_unknown_fields=True):
    """What a created record holds in one field."""

    to: V


class PlainCreate(msgspec.Struct, tag_field="type", forbid_unknown_fields=True):
    """One operation of a plain push; its changes are typed by its record type."""

    op: str
    n: Count
    id: str
    scope: str
    do: Literal["create"]
    chg: Any
    base: None = None
    resolves: Annotated[list[str], msgspec.Meta(max_length=0)] = []
    at: Annotated[str, msgspec.Meta(max_length=40)] = ""
    by: str | None = None
    why: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """New records of one type: their ids, and a column for each field not blank in all of them."""

    kind: RecordType
    ids: tuple[str, ...]
    values: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainPush:
    """A push of creates in one scope."""

    head: Head
    scope: str
    operations: Sequence[PlainCreate]
    tables: Sequence[Columns]

    def digests(self) -> list[bytes]:
        """Return the SHA-256 of each operation's bytes as they came."""
        return [sha256(raw).digest() for raw in self.head.ops]

    def outside(self) -> dict[str, set[str]]:
        """Return the records referred to that are not of this push, by type."""
        inside = {one.kind.name: frozenset(one.ids) for one in self.tables}
        found: dict[str, set[str]] = {}
        for one in self.tables:
            for name, reference in one.kind.references.items():
                named = set(one.values.get(name, ())) - {None}
                found.setdefault(reference, set()).update(named - inside.get(reference, set()))
        return {name: ids for name, ids in found.items() if ids}


class PlainReader:
    """Reads plain pushes of some record types."""

    def __init__(self, kinds: Sequence[RecordType]) -> None:
        """Compile the types of the operations."""
        self._kinds = {kind.name: kind for kind in kinds if _fits_columns(kind)}
        operations: list[Any] = [_operation_type(kind) for kind in self._kinds.values()]
        self._decoder = msgspec.json.Decoder(reduce(or_, operations))

    def read(self, body: bytes) -> PlainPush | None:
        """Return a decoded push in columns, or None when the general reader has to look."""
        if _UNUSUAL_ESCAPE.search(body):
            return None
        try:
            head = read_head(body)
            decode = self._decoder.decode
            operations: list[PlainCreate] = [decode(raw) for raw in head.ops]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        if not operations or not _is_plain(head, operations):
            return None
        tables = self._tables(operations)
        if tables is None:
            return None
        return PlainPush(
            head=head,
            scope=operations[0].scope,
            operations=operations,
            tables=tables,
        )

    def _tables(self, operations: Sequence[PlainCreate]) -> list[Columns] | None:
        """Return the records by type; None when an id or a moment needs a closer look."""
        by_type: dict[type[PlainCreate], list[PlainCreate]] = {}
        for operation in operations:
            by_type.setdefault(type(operation), []).append(operation)
        tables = []
        for shape, created in by_type.items():
            kind = self._kinds[str(shape.__struct_config__.tag)]
            values = _columns(created)
            if not all(_is_usual(kind.by_name[name], column) for name, column in values.items()):
                return None
            ids = tuple(operation.id for operation in created)
            tables.append(Columns(kind=kind, ids=ids, values=values))
        return tables


def _is_plain(head: Head, operations: Sequence[PlainCreate]) -> bool:
    """Return whether a push is small enough, in one scope, and names nothing twice."""
    count = len(operations)
    ids = [operation.id for operation in operations]
    ops = [operation.op for operation in operations]
    return (
        count <= MAX_OPERATIONS
        and len({operation.scope for operation in operations}) == 1
        and len(set(ids))
        == len(set(ops))
        == len({operation.n for operation in operations})
        == count
        and are_ids(ids)
        and are_ids(ops)
        and max([len(memoryview(raw)) for raw in head.ops]) <= MAX_OPERATION
    )


def are_ids(texts: Sequence[str]) -> bool:
    """Return whether all texts are ids as they are usually written: 36 characters, small."""
    joined = "".join(texts)
    return len(joined) == 36 * len(texts) and _IDS.fullmatch(joined) is not None


def _columns(created: Sequence[PlainCreate]) -> dict[str, list[Any]]:
    """Return the fields of records of one type that are not all at their default, by column."""
    changes = [operation.chg for operation in created]
    names = changes[0].__struct_fields__
    defaults = changes[0].__struct_defaults__
    required = (None,) * (len(names) - len(defaults))
    columns = zip(*map(msgspec.structs.astuple, changes), strict=True)
    return {
        name: [change.to for change in column]
        for name, blank, column in zip(names, (*required, *defaults), columns, strict=True)
        if column.count(blank) < len(column)
    }


def _is_usual(field: Field, column: Sequence[Any]) -> bool:
    if field.kind == "uuid":
        return are_ids([value for value in column if value is not None])
    if field.kind == "datetime":
        return all(is_moment(moment) for moment in {*column} - {None})
    return True


def _fits_columns(kind: RecordType) -> bool:
    """Return whether every field a record must have can stand in a column of plain values."""
    return all(kind.by_name[name].kind in _SCALARS for name in kind.required)


def _operation_type(kind: RecordType) -> type[msgspec.Struct]:
    """Return the type of an operation that creates a record of this kind."""
    fields = sorted(
        (field for field in kind.fields if field.kind in _SCALARS),
        key=lambda field: not field.is_required,
    )
    changes = msgspec.defstruct(
        f"{kind.name}_changes",
        [_member(field) for field in fields],
        forbid_unknown_fields=True,
    )
    return msgspec.defstruct(
        kind.name,
        [
            ("op", str),
            ("n", Count),
            ("id", str),
            ("scope", str),
            ("do", Literal["create"]),
            ("chg", changes),
        ],
        bases=(PlainCreate,),
        tag=kind.name,
    )


def _member(field: Field) -> tuple[str, Any] | tuple[str, Any, Any]:
    base: Any = field.type
    if field.kind == "uuid":
        base = str | None if field.is_nullable else str
    if field.is_required:
        return field.name, To[base]
    return field.name, To[base], To(field.default)


@cache
def _line_type(names: tuple[str, ...]) -> type[msgspec.Struct]:
    """Return the type of a record's members as pages tell them: those without a value are not."""
    members = ("received_at", *names, "device")
    return msgspec.defstruct("line", [(name, Any, None) for name in members], omit_defaults=True)


def lines_of(table: Columns, *, received_at: str, device: str | None) -> list[str]:
    """Return the members of each record of one type as pages tell them, without the braces."""
    columns = [
        _told(field, table.values[field.name])
        if field.name in table.values
        else repeat(field.default)
        for field in table.kind.fields
    ]
    line = _line_type(tuple(field.name for field in table.kind.fields))
    told = [repeat(received_at), *columns, repeat(device)]
    rows = zip(table.ids, *told, strict=False)  # the ids end it
    return [msgspec.json.encode(line(*row[1:]))[1:-1].decode() for row in rows]


def moment_as_told(moment: dt.datetime) -> str:
    """Return a moment as pages tell it: in UTC, without closing zeros, as PostgreSQL writes it."""
    return _CLOSING_ZEROS.sub(r"\1", moment.astimezone(dt.UTC).isoformat())


def _told(field: Field, column: Sequence[Any]) -> Sequence[Any]:
    if field.kind != "datetime":
        return column
    written = {moment: moment_as_told(moment) for moment in {*column} - {None}}
    return [written.get(moment) for moment in column]
