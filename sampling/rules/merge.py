"""The merge of two people's work on one record: pure, and the same for every client.

An operation says for each field what its author saw (`from`) and what it should be (`to`); a set
field says what to add and what to remove. Fields that only mean something together form a group
(value, unit and censoring), and a group is taken whole or not at all.

The vectors in `docs/sync/merge-vectors.json` are this module's specification for other languages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

from sampling.rules.changes import (
    Change,
    ChangeMalformed,
    is_text_list,
    parse_change,
    whole_groups,
)
from sampling.rules.json_values import Value, same_value

__all__ = [
    "DELETED_VS_EDITED",
    "Change",
    "ChangeMalformed",
    "GroupConflict",
    "Merged",
    "Value",
    "merge",
    "merge_delete",
    "merge_into_deleted",
    "parse_change",
    "same_value",
    "whole_groups",
]

Status = Literal["applied", "merged", "conflict", "noop"]

Validate = Callable[[Mapping[str, Value]], Sequence[object]]
"""Returns what is wrong with a merged record."""

DELETED_VS_EDITED = "deleted-vs-edited"


class GroupConflict(msgspec.Struct, frozen=True, kw_only=True):
    """One group two people changed differently; the server's values stay until someone decides.

    base is what the device saw where it said so, server what is stored, device what it asked for.
    """

    group: str
    fields: tuple[str, ...]
    base: dict[str, Value]
    server: dict[str, Value]
    device: dict[str, Value]


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one merge: `values` are the fields to write, groups go by their first field.

    took names the groups written. kept names the groups of the operation that stay as stored:
    already true, or in conflict.
    """

    status: Status
    values: dict[str, Value]
    took: tuple[str, ...]
    kept: tuple[str, ...]
    conflicts: tuple[GroupConflict, ...]


def merge(
    current: Mapping[str, Value],
    changes: Mapping[str, Change],
    *,
    groups: Sequence[Sequence[str]],
    base_is_current: bool,
    validate: Validate | None = None,
) -> Merged:
    """Merge one operation into the current content of its record.

    A group is taken when each of its changed fields is still what the author saw, or already what
    the author wants; otherwise it is a conflict. A missing `from` means the stored value when the
    base is current, and nothing (null) otherwise. The base is current when nothing was written
    since the revision the author saw; a base operation that ended in a conflict is not current,
    and `from` is compared in any case.

    On a stale base an operation must name every field of a group it changes (`whole_groups` adds
    them): a value may not be joined to a unit its author never saw.

    When validate finds a problem in the merged record, every group about to be taken becomes a
    conflict instead.
    """
    touched = _touched_groups(current, changes, groups)
    moved = [group for group in touched if group.wanted]
    taken = [group for group in moved if group.is_clean(base_is_current=base_is_current)]
    values = {field: value for group in taken for field, value in group.wanted.items()}
    if values and validate is not None and validate({**current, **values}):
        taken, values = [], {}
    clashes = [group for group in moved if group not in taken]
    return Merged(
        status=_status(values, clashes, base_is_current=base_is_current),
        values=values,
        took=tuple([group.name for group in taken]),
        kept=tuple([group.name for group in touched if group not in taken]),
        conflicts=tuple([group.conflict() for group in clashes]),
    )


def merge_delete(current: Mapping[str, Value], *, base_is_current: bool) -> Merged:
    """Merge the deletion of a live record: applied if its author saw it as it is, else a conflict.

    The edit wins; nothing is written either way, the caller voids the record when applied.
    """
    if base_is_current:
        return Merged(status="applied", values={}, took=(), kept=(), conflicts=())
    return Merged(
        status="conflict",
        values={},
        took=(),
        kept=(DELETED_VS_EDITED,),
        conflicts=(_deletion(server=current, device={}),),
    )


def merge_into_deleted(
    current: Mapping[str, Value],
    changes: Mapping[str, Change],
    *,
    groups: Sequence[Sequence[str]],
    validate: Validate | None = None,
) -> Merged:
    """Merge an edit into a record that was deleted meanwhile: the edit wins.

    current is the content the record had. Unless nothing new was asked for (noop: it stays
    deleted), the caller makes the record live again, writes `values` and tells a person.
    """
    merged = merge(current, changes, groups=groups, base_is_current=False, validate=validate)
    if merged.status == "noop":
        return merged
    return Merged(
        status="conflict",
        values=merged.values,
        took=merged.took,
        kept=merged.kept,
        conflicts=(*merged.conflicts, _deletion(server={}, device=merged.values)),
    )


class _Group:
    """The changes of one operation to one merge group, beside what is stored there.

    `asked` are the values it asks for, `wanted` those of them that would have to be written.
    """

    __slots__ = ("asked", "changes", "current", "fields", "name", "wanted")

    def __init__(
        self, fields: Sequence[str], changes: Mapping[str, Change], current: Mapping[str, Value]
    ) -> None:
        self.name = fields[0]
        self.fields = fields
        self.changes = changes
        self.current = current
        self.asked: dict[str, Value] = {}
        self.wanted: dict[str, Value] = {}
        for field, change in changes.items():
            stored = current.get(field)
            asked = change.to
            if change.is_set:
                members = _members_of(stored)
                asked = _written((members - {*change.remove}) | {*change.add})
                if stored is None or is_text_list(stored):
                    stored = _written(members)  # in the order in which sets are written
            self.asked[field] = asked
            if not same_value(asked, stored):
                self.wanted[field] = asked

    def is_clean(self, *, base_is_current: bool) -> bool:
        changes, current = self.changes, self.current
        if not base_is_current and any(f in current and f not in changes for f in self.fields):
            return False
        return all(self._is_clean(field, base_is_current=base_is_current) for field in changes)

    def conflict(self) -> GroupConflict:
        changes, current = self.changes, self.current
        fields = tuple([f for f in self.fields if f in changes or f in current])
        return GroupConflict(
            group=self.name,
            fields=fields,
            base={f: change.from_ for f, change in changes.items() if change.has_from},
            server={f: current.get(f) for f in fields},
            device=self.asked,
        )

    def _is_clean(self, field: str, *, base_is_current: bool) -> bool:
        change, stored = self.changes[field], self.current.get(field)
        if change.is_set:
            return stored is None or is_text_list(stored)
        if not change.has_from and base_is_current:
            return True
        return same_value(change.from_, stored) or same_value(change.to, stored)


def _touched_groups(
    current: Mapping[str, Value], changes: Mapping[str, Change], groups: Sequence[Sequence[str]]
) -> list[_Group]:
    """Return the groups the operation touches, in the order of `groups`, then of its fields."""
    alone = dict(changes)
    touched = []
    for group in groups:
        if not changes.keys().isdisjoint(group):
            named = {field: changes[field] for field in group if field in changes}
            touched.append(_Group(group, named, current))
            for field in named:
                alone.pop(field, None)
    touched += [_Group((field,), {field: change}, current) for field, change in alone.items()]
    return touched


def _status(
    values: Mapping[str, Value], clashes: Sequence[_Group], *, base_is_current: bool
) -> Status:
    if clashes:
        return "conflict"
    if not values:
        return "noop"
    return "applied" if base_is_current else "merged"


def _deletion(*, server: Mapping[str, Value], device: Mapping[str, Value]) -> GroupConflict:
    return GroupConflict(
        group=DELETED_VS_EDITED, fields=(), base={}, server=dict(server), device=dict(device)
    )


def _members_of(stored: Value) -> set[str]:
    return set(stored) if is_text_list(stored) else set()


def _written(members: set[str]) -> Value:
    """Return a set as it is stored, ascending by Unicode code point: its order says nothing."""
    return list[Value](sorted(members))
