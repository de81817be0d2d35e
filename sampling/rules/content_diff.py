"""What differs between two JSON documents, pointer by pointer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sampling.rules.json_values import same_value
from sampling.rules.shapes import escaped

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where two documents differ. What was added has no before, and so on."""

    pointer: str
    kind: Kind
    before: Any = None
    after: Any = None

    def as_wire(self) -> dict[str, Any]:
        """Return the difference as it travels."""
        return {
            "pointer": self.pointer,
            "kind": self.kind,
            "before": self.before,
            "after": self.after,
        }


def differences(before: Any, after: Any) -> list[Difference]:
    """Return what was added, removed or changed, in the order of the pointers.

    Items of a list that carry an `id` are compared by it, and their pointer names the id instead
    of the place: moving a question is no change. Other items are compared by place.
    """
    return sorted(_walk(before, after, ""), key=lambda difference: difference.pointer)


def _walk(before: Any, after: Any, pointer: str) -> Iterator[Difference]:
    left, right = _members(before), _members(after)
    if left is None or right is None or type(before) is not type(after):
        if not same_value(before, after):
            yield Difference(pointer=pointer, kind="changed", before=before, after=after)
        return
    for name in left.keys() | right.keys():
        at = f"{pointer}/{escaped(name)}"
        if name not in right:
            yield Difference(pointer=at, kind="removed", before=left[name])
        elif name not in left:
            yield Difference(pointer=at, kind="added", after=right[name])
        else:
            yield from _walk(left[name], right[name], at)


def _members(value: Any) -> Mapping[str, Any] | None:
    """Return the parts of an object or a list by name; None for a plain value."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, list):
        return None
    by_id = {item["id"]: item for item in value if isinstance(item, dict) and _has_id(item)}
    if len(by_id) == len(value):
        return by_id
    return {str(place): item for place, item in enumerate(value)}


def _has_id(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("id"), str)
