"""What an operation asks of each field of its record, and what its author saw there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeGuard

import msgspec

from sampling.errors import RuleError
from sampling.rules.json_values import Value

_SET_KEYS = frozenset({"add", "remove"})


class ChangeMalformed(RuleError):
    """A change that is neither a value change nor a set change."""

    code = "change-malformed"
    title = 'A change is {"from": ..., "to": ...} or {"add": [...], "remove": [...]}.'


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation asks of one field: another value, or other members of a set."""

    to: Value = None
    has_from: bool = False
    from_: Value = None
    is_set: bool = False
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


def parse_change(raw: object) -> Change:
    """Read one entry of an operation's `chg`; raises ChangeMalformed."""
    if type(raw) is dict and "to" in raw and len(raw) == 1 + ("from" in raw):
        return Change(to=raw["to"], has_from="from" in raw, from_=raw.get("from"))
    if not isinstance(raw, Mapping) or not raw:
        raise ChangeMalformed
    keys = set(raw)
    if keys <= _SET_KEYS:
        return Change(
            is_set=True, add=_members(raw.get("add", [])), remove=_members(raw.get("remove", []))
        )
    raise ChangeMalformed(members=sorted(str(key) for key in keys))


def whole_groups(
    changes: Mapping[str, Change], seen: Mapping[str, Value], *, groups: Sequence[Sequence[str]]
) -> dict[str, Change]:
    """Return the changes completed with what their author saw.

    seen is the record as it was at the revision the operation is based on. Unnamed fields of a
    changed group are added as seen and left alone; a missing `from` becomes what was seen.
    """
    whole = {name: _as_seen(change, name, seen) for name, change in changes.items()}
    for group in groups:
        if not changes.keys().isdisjoint(group):
            for field in group:
                if field in seen and field not in whole:
                    whole[field] = Change(to=seen[field], has_from=True, from_=seen[field])
    return whole


def is_text_list(raw: object) -> TypeGuard[list[str]]:
    """Say whether a value can be a stored set."""
    return isinstance(raw, list) and all(isinstance(member, str) for member in raw)


def _as_seen(change: Change, field: str, seen: Mapping[str, Value]) -> Change:
    if change.is_set or change.has_from or field not in seen:
        return change
    return Change(to=change.to, has_from=True, from_=seen[field])


def _members(raw: object) -> tuple[str, ...]:
    if not is_text_list(raw):
        raise ChangeMalformed("The members of a set are a list of texts.")
    return tuple(raw)
