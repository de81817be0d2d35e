"""The shape of each record type: one description that checks, explains and stores.

The description is compiled once to a checker that is fast for good records; a refused record is
looked at again, slowly, until every problem is named.
"""

from __future__ import annotations

import datetime as dt
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
            msgspec.convert(values, self._checker)
        except msgspec.ValidationError:
            found = list(self._wrong_values(values))
        else:
            if is_plain_text(values) and (not is_new or self.required <= values.keys()):
                return []
            found = []
        found.extend(self._unstorable(values))
        if is_new:
            found.extend(self._missing(values))
        return found

    def _wrong_values(self, values: Mapping[str, Any]) -> Iterable[Problem]:
        for name in sorted(self.names & values.keys()):
            field = self.by_name[name]
            try:
                msgspec.convert(values[name], field.type)
            except msgspec.ValidationError:
                yield Problem(pointer=pointer_to(name), code="wrong-type", detail=field.explain())

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


def is_plain_text(values: Mapping[str, Any]) -> bool:
    """Return whether no text inside can hold a NUL or half of a surrogate pair."""
    try:
        return b"\\u0000" not in msgspec.json.encode(values)
    except UnicodeEncodeError:
        return False


def has_unstorable_text(value: Any) -> bool:
    """Return whether a text inside holds a NUL or half of a surrogate pair."""
    if isinstance(value, str):
        return "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, Mapping):
        return any(has_unstorable_text(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(has_unstorable_text(part) for part in value)
    return False
