"""Operations as a tablet keeps them, and what they make of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sampling.tablet.store import to_json


@dataclass(frozen=True, kw_only=True)
class SetChange:
    """What an edit adds to a set field and removes from it, instead of a new value."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LocalRecord:
    """A record as this tablet shows it: what was pulled, with its own open operations on top.

    base is what an edit of it is based on: `{"v": revision}` or `{"op": operation}`.
    """

    type: str
    id: str
    scope: str
    data: dict[str, Any]
    base: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class StoredOperation:
    """One operation of this tablet; status None is not yet answered."""

    n: int
    op: str
    type: str
    id: str
    status: str | None
    message: dict[str, Any]
    outcome: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """One group two people changed differently, to be decided by `resolve`."""

    id: str
    type: str
    record: str
    scope: str
    revision: int
    group: str
    base: dict[str, Any] = field(default_factory=dict)
    server: dict[str, Any] = field(default_factory=dict)
    device: dict[str, Any] = field(default_factory=dict)


def changes_against(data: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes that say something new against the record as it is shown.

    `from` is left out for a field the record does not show: the server may hold a default there.
    """
    changes: dict[str, Any] = {}
    for name, wanted in fields.items():
        if isinstance(wanted, SetChange):
            changes[name] = {"add": list(wanted.add), "remove": list(wanted.remove)}
        elif name not in data:
            changes[name] = {"to": wanted}
        elif to_json(wanted) != to_json(data[name]):
            changes[name] = {"from": data[name], "to": wanted}
    return changes


def with_operation(
    data: Mapping[str, Any] | None, message: Mapping[str, Any], outcome: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the data of a record with one operation applied; None is no record.

    Where the outcome names a conflict, the record stays as the server had it.
    """
    if message["do"] == "delete" and outcome.get("status") != "conflict":
        return None
    if data is None and message["do"] != "create":
        return None
    merged = dict(data or {})
    contested = {name for conflict in outcome.get("conflicts", ()) for name in conflict["device"]}
    for name, change in message["chg"].items():
        if name not in contested:
            merged[name] = _changed(merged.get(name), change)
    return merged


def _changed(value: Any, change: Mapping[str, Any]) -> Any:
    if "to" in change:
        return change["to"]
    return sorted((set(value or ()) - {*change["remove"]}) | {*change["add"]})
