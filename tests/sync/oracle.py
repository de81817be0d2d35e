"""What the ledger should answer, worked out a second time from `docs/sync/clients.md`.

Plain Python that shares nothing with the server: the tests judge the server by it. Operations are
folded in the order the server took them in; the oracle says how each had to end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DELETED_VS_EDITED = "deleted-vs-edited"
WRITTEN = frozenset({"applied", "merged", "conflict"})
DATES = ("collected_at", "collected_on", "date_precision")
CAPTURED = {
    "collected_at": None,
    "collected_on": None,
    "date_precision": "unknown",
    "captured_version": None,
    "edited_version": None,
}


@dataclass(frozen=True)
class Shape:
    """What the protocol's tables say of a record type."""

    groups: tuple[tuple[str, ...], ...]
    defaults: Mapping[str, Any]
    parent: tuple[str, str]  # the field that points to the parent, and the parent's type


SHAPES = {
    "sampling_point": Shape(
        (
            DATES,
            ("latitude", "longitude", "accuracy_m"),
            ("position", "distance_to_row_cm", "distance_to_tree_m"),
        ),
        {
            **dict.fromkeys(("latitude", "longitude", "accuracy_m")),
            **dict.fromkeys(("plot", "code", "distance_to_row_cm", "distance_to_tree_m")),
            "position": "unknown",
            "note": "",
            **CAPTURED,
        },
        ("plot", "plot"),
    ),
    "soil_core": Shape(
        (
            DATES,
            ("inner_diameter_cm", "cores_composited"),
            ("driven_length_cm", "recovered_length_cm"),
        ),
        {
            **dict.fromkeys(("sampling_point", "code", "inner_diameter_cm", "cores_composited")),
            **dict.fromkeys(("driven_length_cm", "recovered_length_cm")),
            "corer": "",
            "note": "",
            **CAPTURED,
        },
        ("sampling_point", "sampling_point"),
    ),
    "core_segment": Shape(
        (DATES, ("upper_depth_cm", "lower_depth_cm", "is_to_refusal")),
        {
            **dict.fromkeys(("soil_core", "upper_depth_cm", "lower_depth_cm")),
            **dict.fromkeys(("recovered_length_cm", "sampled_area_cm2")),
            "code": "",
            "is_to_refusal": False,
            "purpose": "roots",
            "note": "",
            **CAPTURED,
        },
        ("soil_core", "soil_core"),
    ),
    "attachment": Shape(
        (DATES, ("sha256", "size_bytes", "media_type", "file_name")),
        {
            **dict.fromkeys(("plot", "sampling_point", "soil_core", "core_segment")),
            **dict.fromkeys(("specimen", "root_fraction", "sha256", "size_bytes")),
            "kind": "photo",
            "media_type": "",
            "file_name": "",
            "note": "",
            **CAPTURED,
        },
        ("soil_core", "soil_core"),
    ),
}


@dataclass
class Answer:
    """How an operation had to end."""

    status: str
    v: int | None = None
    took: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    conflicts: dict[str, dict[str, Any]] = field(default_factory=dict)  # by group


@dataclass
class Record:
    """A record with every content it ever had; `open` holds (operation, group) of conflicts."""

    scope: str
    revision: int
    values: dict[str, Any]
    is_voided: bool = False
    history: dict[int, dict[str, Any]] = field(default_factory=dict)
    open: set[tuple[str, str]] = field(default_factory=set)

    def step(self, values: Mapping[str, Any], *, is_voided: bool) -> int:
        """Write the next revision and return its number."""
        self.revision += 1
        self.values = {**self.values, **values}
        self.is_voided = is_voided
        self.history[self.revision] = self.values
        return self.revision


class Oracle:
    """The records and answers of all operations folded so far."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], Record] = {}
        self.answers: dict[str, Answer] = {}

    def fold(self, op: Mapping[str, Any]) -> Answer:
        """Take in one operation whose needs are there, and return how it had to end."""
        answer = self._fold(op)
        self.answers[op["op"]] = answer
        return answer

    def _fold(self, op: Mapping[str, Any]) -> Answer:
        key = (op["type"], op["id"])
        record = self.records.get(key)
        shape = SHAPES[op["type"]]
        if record is None:
            values = {**shape.defaults, **{name: asked(c, None) for name, c in op["chg"].items()}}
            self.records[key] = Record(op["scope"], 1, values, history={1: values})
            return Answer("applied", 1)
        if op["do"] == "resolve":
            return self._resolve(op, record)
        if op["do"] == "move":  # by a person, from campaign to campaign
            record.scope = op["scope"]
            return Answer("applied", record.step({}, is_voided=record.is_voided))
        base = self.base_of(op)
        is_current = base == record.revision
        if op["do"] == "delete":
            return self._delete(op, record, is_current=is_current)
        chg = op["chg"]
        if base is not None and not is_current:
            chg = completed(chg, record.history.get(base, {}), shape.groups)
        merged = merge(
            record.values, chg, shape.groups, is_current=is_current and not record.is_voided
        )
        status, values, took, kept, conflicts = merged
        if status == "noop":
            return Answer("noop", record.revision)
        if record.is_voided:
            status = "conflict"
            conflicts = {**conflicts, DELETED_VS_EDITED: {"server": {}, "device": values}}
        record.open |= {(op["op"], group) for group in conflicts}
        return Answer(status, record.step(values, is_voided=False), took, kept, conflicts)

    def base_of(self, op: Mapping[str, Any]) -> int | None:
        """Return the revision the author of an operation saw."""
        base = op["base"] or {}
        if "op" not in base:
            return base.get("v")
        earlier = self.answers[base["op"]]
        return (earlier.v or 1) - 1 if earlier.status == "conflict" else earlier.v

    def _delete(self, op: Mapping[str, Any], record: Record, *, is_current: bool) -> Answer:
        if record.is_voided:
            return Answer("noop", record.revision)
        if is_current:
            return Answer("applied", record.step({}, is_voided=True))
        sides = {DELETED_VS_EDITED: {"server": record.values, "device": {}}}
        record.open.add((op["op"], DELETED_VS_EDITED))
        v = record.step({}, is_voided=False)
        return Answer("conflict", v, (), (DELETED_VS_EDITED,), sides)

    def _resolve(self, op: Mapping[str, Any], record: Record) -> Answer:
        """Take a decision; `settles` names the conflicts as (operation, group)."""
        record.open -= set(op.get("settles", ()))
        values = {name: asked(change, None) for name, change in op["chg"].items()}
        return Answer("applied", record.step(values, is_voided=record.is_voided))


Merged = tuple[str, dict[str, Any], tuple[str, ...], tuple[str, ...], dict[str, dict[str, Any]]]


def merge(
    current: Mapping[str, Any],
    chg: Mapping[str, Any],
    groups: Sequence[Sequence[str]],
    *,
    is_current: bool,
) -> Merged:
    """Return status, values to write, groups taken and kept, and both sides of each conflict."""
    values: dict[str, Any] = {}
    took: list[str] = []
    kept: list[str] = []
    conflicts: dict[str, dict[str, Any]] = {}
    in_groups = {name for group in groups for name in group}
    for group in (*groups, *((name,) for name in chg if name not in in_groups)):
        named = [name for name in group if name in chg]
        if not named:
            continue
        wanted = {name: asked(chg[name], current.get(name)) for name in named}
        new = {
            name: v for name, v in wanted.items() if not same(v, stored(chg[name], current, name))
        }
        is_whole = is_current or all(name in chg for name in group if name in current)
        if new and is_whole and all(is_clean(chg[n], current.get(n), is_current) for n in named):
            values |= new
            took.append(group[0])
            continue
        kept.append(group[0])
        if new:
            both = {name: current.get(name) for name in group if name in chg or name in current}
            conflicts[group[0]] = {"server": both, "device": wanted}
    status = "applied" if is_current else "merged"
    status = "conflict" if conflicts else status if values else "noop"
    return status, values, tuple(took), tuple(kept), conflicts


def completed(
    chg: Mapping[str, Any], seen: Mapping[str, Any], groups: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """Return the changes with what their author saw filled in: `from`s, and the rest of groups."""
    whole = {
        name: {"from": seen[name], **change} if "to" in change and name in seen else change
        for name, change in chg.items()
    }
    for group in groups:
        if any(name in chg for name in group):
            for name in group:
                if name in seen:
                    whole.setdefault(name, {"from": seen[name], "to": seen[name]})
    return whole


def is_clean(change: Mapping[str, Any], now: Any, is_current: bool) -> bool:
    """Say whether a field is still what its author saw, or already what they want."""
    if "to" not in change:
        return now is None or is_set(now)
    if "from" not in change and is_current:
        return True
    return same(change.get("from"), now) or same(change["to"], now)


def asked(change: Mapping[str, Any], now: Any) -> Any:
    """Return the value a change asks for."""
    if "to" in change:
        return change["to"]
    members = set(now) if is_set(now) else set()
    return sorted((members - {*change.get("remove", ())}) | {*change.get("add", ())})


def stored(change: Mapping[str, Any], current: Mapping[str, Any], name: str) -> Any:
    """Return what is stored, a set in the order in which sets are written."""
    now = current.get(name)
    if "to" not in change and (now is None or is_set(now)):
        return sorted(now or ())
    return now


def is_set(value: Any) -> bool:
    """Say whether a stored value can be a set of texts."""
    return isinstance(value, list) and all(isinstance(member, str) for member in value)


def same(left: Any, right: Any) -> bool:
    """Say whether two JSON values are the same: 1 is 1.0, true is no number."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if left == right:
        return True
    try:
        first, second = datetime.fromisoformat(left), datetime.fromisoformat(right)
        return bool(first == second and first.tzinfo and second.tzinfo)
    except (TypeError, ValueError):
        return False
