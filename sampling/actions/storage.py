"""Reading and writing records by sets: one statement a table, one JSON parameter a statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from sampling.actions.prepared import ask
from sampling.actions.record_types import captured_types, record_type
from sampling.models import RECORD_MODELS
from sampling.rules.columns import json_lines, lines_sql, literal_array
from sampling.rules.operations import Need, Problem
from sampling.rules.record_types import Field, RecordType, pointer_to

Key = tuple[str, UUID]


def encode(value: Any) -> str:
    """Return a value as JSON text for a statement's parameter."""
    return msgspec.json.encode(value).decode()


def from_json(value: Any) -> Any:
    """Return a jsonb column as the value it holds, whichever way the driver hands it over."""
    return msgspec.json.decode(value) if isinstance(value, str) else value


def uuid_array(ids: Iterable[UUID]) -> str:
    """Return ids as an array literal, many times faster than the driver writes one."""
    return encode(list(ids)).translate(_ARRAY)


_ARRAY = str.maketrans("[]", "{}", '"')


@dataclass(slots=True, kw_only=True)
class State:
    """A record as it stands in the middle of a transaction. `values` use the wire's names."""

    type: str
    id: UUID
    scope: str
    revision: int
    values: dict[str, Any]
    extra: dict[str, Any] = field(default_factory=dict)
    voided_at: str | None = None
    device: str | None = None
    is_stored: bool = False
    changed: frozenset[str] = frozenset()

    @property
    def body(self) -> Mapping[str, Any]:
        """All members of the record, those of a newer app too; not to be changed."""
        return {**self.extra, **self.values} if self.extra else self.values

    def with_values(self, values: Mapping[str, Any], names: frozenset[str]) -> State:
        """Return the next revision of a record. What is not among the names goes to extra."""
        known, extra = values, self.extra
        if not values.keys() <= names:
            known = {name: value for name, value in values.items() if name in names}
            extra = {**extra, **{name: values[name] for name in values.keys() - names}}
        return State(
            type=self.type,
            id=self.id,
            scope=self.scope,
            revision=self.revision + 1,
            values={**self.values, **known},
            extra=extra,
            voided_at=self.voided_at,
            device=self.device,
            is_stored=self.is_stored,
            changed=self.changed.union(values),
        )

    def as_row(self) -> dict[str, Any]:
        """Return the state as one row of the statement's parameter."""
        return {
            **self.values,
            "_id": self.id,
            "_scope": self.scope,
            "_revision": self.revision,
            "_voided_at": self.voided_at,
            "_extra": self.extra,
            "_device": self.device,
        }


_SYSTEM = "_id uuid, _scope text, _revision int, _voided_at timestamptz, _extra jsonb, _device uuid"


@cache
def _recordset(name: str) -> str:
    fields = ", ".join(f'"{f.name}" {f.sql_type}' for f in record_type(name).fields)
    return f"jsonb_to_recordset(%s::jsonb) AS r({_SYSTEM}, {fields})"


@cache
def _insert_sql(name: str) -> str:
    kind = record_type(name)
    columns = ", ".join(f'"{f.column}"' for f in kind.fields)
    values = ", ".join(f'r."{f.name}"' for f in kind.fields)
    device = ("device_id, ", "r._device, ") if name in captured_types() else ("", "")
    return (
        f"INSERT INTO {kind.table} (id, project_id, scope, revision, received_at, voided_at,"
        f" extra, {device[0]}{columns})"
        f" SELECT r._id, %s, r._scope, r._revision, %s, r._voided_at, r._extra,"
        f" {device[1]}{values} FROM {_recordset(name)}"
    )


@lru_cache(maxsize=512)
def _update_sql(name: str, changed: tuple[str, ...]) -> str:
    kind = record_type(name)
    fields = [kind.by_name[one] for one in changed]
    columns = "".join(f', "{f.column}" = r."{f.name}"{_CASTS.get(f.kind, "")}' for f in fields)
    arrays = "".join(f", {array_sql(f)}" for f in fields)
    names = "".join(f', "{f.name}"' for f in fields)
    return (
        f"UPDATE {kind.table} AS t SET revision = r._revision, voided_at = r._voided_at,"
        f" extra = r._extra::jsonb{columns}"
        f" FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[], {lines_sql()}{arrays})"
        f" AS r(_id, _revision, _voided_at, _extra{names}) WHERE t.id = r._id"
    )


_CASTS = {"json": "::jsonb", "numbers": "::float8[]"}


def array_sql(field: Field) -> str:
    """Return the SQL of a column of a field; too long a text is refused when it is written."""
    if field.kind == "json":
        return lines_sql()
    kind = "text" if field.kind in ("text", "numbers") else field.sql_type
    return f"%s::{kind}[]"


def column_of(field: Field, values: Sequence[Any]) -> str:
    """Return the values of a field as the parameter of array_sql."""
    if field.kind == "json":
        return json_lines(values)
    if field.kind == "numbers":
        return literal_array([None if one is None else literal_array(one) for one in values])
    return literal_array(values)


def insert_records(
    cursor: CursorWrapper, name: str, states: Sequence[State], *, project: UUID, received_at: Any
) -> None:
    """Insert new records of one type. A known id raises IntegrityError and stores nothing."""
    rows = encode([state.as_row() for state in states])
    cursor.execute(_insert_sql(name), [project, received_at, rows])


def update_records(cursor: CursorWrapper, name: str, states: Sequence[State]) -> None:
    """Write what changed in records of one type that are held locked."""
    kind = record_type(name)
    changed = tuple(sorted(kind.names & set().union(*[state.changed for state in states])))
    parameters = [
        literal_array([state.id for state in states]),
        literal_array([state.revision for state in states]),
        literal_array([state.voided_at for state in states]),
        json_lines(state.extra for state in states),
    ]
    for one in changed:
        values = [state.values[one] for state in states]
        parameters.append(column_of(kind.by_name[one], values))
    ask(_update_sql(name, changed), parameters)


# Worded so that no index serves it: while statistics lag behind a growing table, reading all of a
# project looks cheaper than looking for some ids.
_OF_PROJECT = "project_id IS NOT DISTINCT FROM %s"


def load_records(
    cursor: CursorWrapper, keys: Collection[Key], *, project: UUID
) -> dict[Key, State]:
    """Read and lock the records that exist among the keys, by type and id."""
    found: dict[Key, State] = {}
    for name in sorted({type_name for type_name, _ in keys}):
        kind = record_type(name)
        ids = [record for type_name, record in keys if type_name == name]
        rows = ask(
            f"SELECT row_to_json(t)::text FROM {kind.table} AS t"
            f" WHERE id = ANY(%s::uuid[]) AND {_OF_PROJECT} ORDER BY id FOR UPDATE",
            [uuid_array(ids), project],
        )
        for (body,) in rows:
            state = _state_from_row(kind, from_json(body))
            found[name, state.id] = state
    return found


def _state_from_row(kind: RecordType, body: Mapping[str, Any]) -> State:
    return State(
        type=kind.name,
        id=UUID(body["id"]),
        scope=body["scope"],
        revision=body["revision"],
        values={f.name: body[f.column] for f in kind.fields},
        extra=body["extra"],
        voided_at=body["voided_at"],
        device=body.get("device_id"),
        is_stored=True,
    )


def foreign_ids(cursor: CursorWrapper, keys: Collection[Key], *, project: UUID) -> set[Key]:
    """Return which of the keys are taken by records of other projects."""
    parts: list[str] = []
    parameters: list[Any] = []
    for name in sorted({type_name for type_name, _ in keys}):
        parts.append(
            f"SELECT '{name}', id FROM {record_type(name).table}"
            " WHERE id = ANY(%s::uuid[]) AND project_id <> %s"
        )
        taken = (record for type_name, record in keys if type_name == name)
        parameters += [uuid_array(taken), project]
    if not parts:
        return set()
    cursor.execute(" UNION ALL ".join(parts), parameters)
    return {(name, record) for name, record in cursor.fetchall()}


def known_parents(
    cursor: CursorWrapper, needs: Collection[Need], *, project: UUID
) -> dict[Key, str]:
    """Return the scope of each record that exists among those a batch refers to.

    Records of other projects do not exist here; a draft protocol version is not known yet.
    """
    if not needs:
        return {}
    cursor.execute(*parents_query(needs, project=project))
    return {(name, record): scope for name, record, scope in cursor.fetchall()}


def parents_query(needs: Collection[Need], *, project: UUID) -> tuple[str, list[Any]]:
    """Return the statement of known_parents with its parameters; its rows: type, id, scope."""
    parts: list[str] = []
    parameters: list[Any] = []
    for name in sorted({need.type for need in needs}):
        drafts = " AND state <> 'draft'" if name == "protocol_version" else ""
        parts.append(
            f"SELECT '{name}', id, scope FROM {record_type(name).table}"
            f" WHERE id = ANY(%s::uuid[]) AND {_OF_PROJECT}{drafts}"
        )
        parameters += [uuid_array(need.id for need in needs if need.type == name), project]
    return " UNION ALL ".join(parts), parameters


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check constraint of a table, as the database words it and as people read it."""

    name: str
    expression: str
    problem: Problem


@cache
def table_checks(name: str) -> tuple[Check, ...]:
    """Return the check constraints of a record type, read off the database itself."""
    model = RECORD_MODELS[name]
    known = {c.name: c for c in model._meta.constraints if isinstance(c, models.CheckConstraint)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_expr(conbin, conrelid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype = 'c' ORDER BY conname",
            [record_type(name).table],
        )
        rows = cursor.fetchall()
    return tuple(
        Check(name=conname, expression=expression, problem=_problem_of(known.get(conname), conname))
        for conname, expression in rows
    )


def _problem_of(constraint: models.CheckConstraint | None, name: str) -> Problem:
    if constraint is None:
        field_name = name.split("_", 2)[-1].removesuffix("_check")
        return Problem(pointer="/chg", code="out-of-range", detail=f"{field_name} is out of range.")
    return Problem(
        pointer=pointer_to(first_field(constraint.condition)),
        code=str(constraint.violation_error_code).replace("_", "-"),
        detail=str(constraint.violation_error_message),
    )


def first_field(condition: Any) -> str:
    """Return the first field a condition speaks of."""
    for child in condition.children:
        if isinstance(child, models.Q):
            return first_field(child)
        return str(child[0]).split("__", 1)[0]
    raise ValueError("a condition without fields")


def broken_checks(
    cursor: CursorWrapper, name: str, states: Sequence[State]
) -> dict[tuple[UUID, int], list[Problem]]:
    """Return for each record and revision that breaks a check every check it breaks."""
    checks = table_checks(name)
    kind = record_type(name)
    columns = ", ".join(f'r."{f.name}" AS "{f.column}"' for f in kind.fields)
    broken = ", ".join(
        f"CASE WHEN NOT ({check.expression}) THEN {place} END" for place, check in enumerate(checks)
    )
    cursor.execute(
        f"SELECT id, revision, array_remove(ARRAY[{broken}]::int[], NULL) FROM ("
        f"SELECT r._id AS id, r._revision AS revision, {columns} FROM {_recordset(name)}) AS t",
        [encode([state.as_row() for state in states])],
    )
    return {
        (record, revision): [checks[place].problem for place in places]
        for record, revision, places in cursor.fetchall()
        if places
    }


@lru_cache(maxsize=20_000)
def need(type_name: str, value: str) -> Need:
    """Return the record a value points to; raises ValueError for what is no id."""
    return Need(type=type_name, id=UUID(value))
