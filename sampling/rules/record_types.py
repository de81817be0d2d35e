"""The shape of each record type: one description that checks, explains and stores.

The description is compiled once to a checker that is fast for good records; a refused record is
looked at again, slowly, until every problem is named.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from sampling.rules.operations import Problem

Kind = Literal[
    "text", "integer", "number", "boolean", "date", "datetime", "uuid", "json", "numbers"
]

TYPES: dict[str, Any] = {
    "text": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "date": dt.date,
    "datetime": dt.datetime,
    "uuid": UUID,
    "json": dict[str, Any] | list[Any],
    "numbers": list[float],
}

WORDS = {
    "text": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "date": "a date like 2026-05-02",
    "datetime": "a moment like 2026-05-02T10:11:12+02:00",
    "uuid": "an id",
    "json": "an object or a list",
    "numbers": "a list of numbers",
}

MAX_TEXT = 20_000
WIDEST_OFFSET = dt.timedelta(hours=16)
FLOAT_BITS = 1024  # whole numbers of more bits are beyond all floats
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a record type as tablets write it.

    `column` and `sql_type` say where it is stored; `default` stands in when a created record
    does not name the field; `references` names the record type an id points to.
    """

    name: str
    column: str
    sql_type: str
    kind: Kind
    is_nullable: bool = False
    is_required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    max_length: int | None = None
    lowest: int | None = None
    highest: int | None = None
    references: str | None = None

    @property
    def type(self) -> Any:
        """The Python type a value must have, for the compiled checker."""
        base: Any = TYPES[self.kind]
        if self.choices:
            base = Literal[self.choices]
        elif self.kind == "text":
            base = Annotated[str, msgspec.Meta(max_length=self.max_length or MAX_TEXT)]
        elif self.kind == "integer":
            base = Annotated[int, msgspec.Meta(ge=self.lowest, le=self.highest)]
        elif self.kind == "datetime":
            base = Annotated[dt.datetime, msgspec.Meta(tz=True)]
        return base | None if self.is_nullable else base

    def takes(self, value: Any) -> bool:
        """Return whether a value may stand in the field, as far as one value alone can tell."""
        try:
            converted = msgspec.convert(_as_floats(value, self.kind), self.type)
        except (msgspec.ValidationError, UnicodeEncodeError, OverflowError):
            return False
        return not isinstance(converted, dt.datetime) or is_moment(converted)

    def explain(self) -> str:
        """Return in words what the field takes."""
        if self.choices:
            return f"{self.name} is one of: {', '.join(word or 'blank' for word in self.choices)}."
        words = WORDS[self.kind]
        if self.kind == "text":
            words += f" of at most {self.max_length or MAX_TEXT} characters"
        if self.kind == "integer" and self.lowest is not None:
            words += f" from {self.lowest} to {self.highest}"
        return f"{self.name} is {words}{' or blank' if self.is_nullable else ''}."


def pointer_to(name: str) -> str:
    """Return where in an operation the value of a field stands."""
    return f"/chg/{name}/to"


@dataclass(frozen=True, kw_only=True)
class RecordType:
    """One kind of record: its fields, the groups they merge in, and who may write it."""

    name: str
    table: str
    scope_kind: str
    is_read_only: bool
    fields: tuple[Field, ...]
    groups: tuple[tuple[str, ...], ...]

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by the name tablets use."""
        return {field.name: field for field in self.fields}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all fields."""
        return frozenset(self.by_name)

    @cached_property
    def references(self) -> dict[str, str]:
        """The fields that point to another record, and the type they point to."""
        return {field.name: field.references for field in self.fields if field.references}

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """What a created record holds where nothing was said."""
        return {field.name: field.default for field in self.fields}

    @cached_property
    def required(self) -> frozenset[str]:
        """The fields a created record must name."""
        return frozenset(field.name for field in self.fields if field.is_required)

    @cached_property
    def _moments(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields if field.kind == "datetime")

    @cached_property
    def _checker(self) -> type[msgspec.Struct]:
        return msgspec.defstruct(
            self.name,
            [(field.name, field.type | msgspec.UnsetType, msgspec.UNSET) for field in self.fields],
        )

    def problems(self, values: Mapping[str, Any], *, is_new: bool) -> list[Problem]:
        """Return every problem with the values of a record, none for a good one.

        Unknown fields are no problem: they come from a newer app and are kept aside.
        """
        try:
            checked = msgspec.convert(values, self._checker)
        except (msgspec.ValidationError, UnicodeEncodeError):
            found = list(self._wrong_values(values))
        else:
            found = list(self._wrong_moments(checked)) if self._moments else []
            complete = not is_new or self.required <= values.keys()
            if not found and complete and is_plain_text(values):
                return []
        found.extend(self._unstorable(values))
        if is_new:
            found.extend(self._missing(values))
        return found

    def _wrong_values(self, values: Mapping[str, Any]) -> Iterable[Problem]:
        for name in sorted(self.names & values.keys()):
            field = self.by_name[name]
            if not field.takes(values[name]):
                yield Problem(pointer=pointer_to(name), code="wrong-type", detail=field.explain())

    def _wrong_moments(self, checked: msgspec.Struct) -> Iterable[Problem]:
        for name in self._moments:
            moment = getattr(checked, name)
            if isinstance(moment, dt.datetime) and not is_moment(moment):
                detail = self.by_name[name].explain()
                yield Problem(pointer=pointer_to(name), code="wrong-type", detail=detail)

    def _unstorable(self, values: Mapping[str, Any]) -> Iterable[Problem]:
        for name in sorted(values):
            if has_unstorable_text(values[name]):
                yield Problem(
                    pointer=pointer_to(name),
                    code="unstorable-text",
                    detail=f"{name} holds a character that no text may hold.",
                )

    def _missing(self, values: Mapping[str, Any]) -> Iterable[Problem]:
        for name in sorted(self.required - values.keys()):
            yield Problem(pointer=pointer_to(name), code="missing", detail=f"{name} must be given.")


def _as_floats(value: Any, kind: Kind) -> Any:
    """Return whole numbers beyond 64 bits as the floats they stand for where floats belong."""
    if kind == "number" and type(value) is int:
        return float(value)
    if kind == "numbers" and isinstance(value, list):
        return [_as_floats(part, "number") for part in value]
    return value


def is_moment(moment: dt.datetime) -> bool:
    """Return whether a moment with an offset can be stored: in UTC its year is 1 to 9999.

    PostgreSQL takes offsets below 16 hours; the widest in use is 14.
    """
    try:
        moment.astimezone(dt.UTC)
    except OverflowError:
        return False
    offset = moment.utcoffset()
    return offset is None or abs(offset) < WIDEST_OFFSET


def is_plain_text(values: Mapping[str, Any]) -> bool:
    """Return whether no text inside can hold a NUL or half of a surrogate pair."""
    try:
        return b"\\u0000" not in msgspec.json.encode(values)
    except UnicodeEncodeError:
        return False


def has_unstorable_text(value: Any) -> bool:
    """Return whether a text inside holds a NUL or half of a surrogate pair."""
    if isinstance(value, str):
        return _UNSTORABLE.search(value) is not None
    if isinstance(value, Mapping):
        return any(has_unstorable_text(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(has_unstorable_text(part) for part in value)
    return False


def has_unstorable_number(value: Any) -> bool:
    """Return whether a number inside is beyond all floating point numbers."""
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, int):
        return value.bit_length() > FLOAT_BITS
    if isinstance(value, Mapping):
        return any(has_unstorable_number(part) for part in value.values())
    if isinstance(value, list):
        return any(has_unstorable_number(part) for part in value)
    return False


def storable_text(text: str) -> str:
    """Return a text with a replacement character for each one that no text may hold."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def with_storable_text(value: Any) -> Any:
    """Return a JSON value with all its texts storable."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, Mapping):
        return {storable_text(name): with_storable_text(part) for name, part in value.items()}
    if isinstance(value, list):
        return [with_storable_text(part) for part in value]
    return value
