"""Reading what was captured under one version of a protocol as if under another.

A mapping is data: for each block of the protocol it says what an id of the old version is called in
the new one, or null where nothing takes its place. Ids whose meaning is unchanged map to themselves
and need no word; all others have to be decided by a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sampling.rules.json_values import same_value
from sampling.rules.operations import Problem
from sampling.rules.shapes import escaped

# Per block, the members that carry the meaning of an id: labels and hints may be reworded.
BLOCKS: dict[str, tuple[str, ...]] = {
    "depth_layers": ("upper_depth_cm", "lower_depth_cm"),
    "positions": ("position", "distance_to_row_cm", "distance_to_tree_m"),
    "analytes": ("analyte", "method", "unit", "of"),
    "questions": ("type", "unit", "choices", "record_type", "field"),
}


def undecided(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return per block the old ids that are gone or mean something else in the new version."""
    found = {
        block: [
            name
            for name, item in _items(before, block).items()
            if not _same(item, _items(after, block).get(name), members)
        ]
        for block, members in BLOCKS.items()
    }
    return {block: names for block, names in found.items() if names}


def mapping_problems(
    before: Mapping[str, Any], after: Mapping[str, Any], mapping: Any
) -> list[Problem]:
    """Return every reason why a mapping does not lead from one version to the other."""
    if not isinstance(mapping, dict) or not all(isinstance(m, dict) for m in mapping.values()):
        detail = "A mapping is an object of blocks, each an object of old ids to new ones or null."
        return [Problem(pointer="/mapping", code="wrong-type", detail=detail)]
    problems = [
        Problem(
            pointer=f"/mapping/{escaped(block)}",
            code="unknown-block",
            detail=f"{block} has no ids to map; known are {', '.join(BLOCKS)}.",
        )
        for block in sorted(mapping.keys() - BLOCKS.keys())
    ]
    for block in BLOCKS:
        problems += _block_problems(
            block, _items(before, block), _items(after, block), mapping.get(block, {})
        )
    for block, names in undecided(before, after).items():
        problems += [
            Problem(
                pointer=f"/mapping/{block}/{escaped(name)}",
                code="missing",
                detail=f"Say what {name} of {block} is in the new version, or null.",
            )
            for name in names
            if name not in mapping.get(block, {})
        ]
    return problems


def _block_problems(
    block: str, old: Mapping[str, Any], new: Mapping[str, Any], named: Mapping[str, Any]
) -> Iterator[Problem]:
    for name, target in named.items():
        pointer = f"/mapping/{block}/{escaped(name)}"
        if name not in old:
            detail = f"The old version has no {name} in {block}."
            yield Problem(pointer=pointer, code="unknown", detail=detail)
        elif target is not None and (not isinstance(target, str) or target not in new):
            detail = f"The new version has no {target} in {block}."
            yield Problem(pointer=pointer, code="unknown", detail=detail)


def whole_mapping(
    before: Mapping[str, Any], mapping: Mapping[str, Any]
) -> dict[str, dict[str, str | None]]:
    """Return what every id of the old version is called in the new; the mapping has no problems."""
    return {
        block: {name: mapping.get(block, {}).get(name, name) for name in _items(before, block)}
        for block in BLOCKS
    }


def _items(content: Mapping[str, Any], block: str) -> dict[str, Mapping[str, Any]]:
    return {item["id"]: item for item in content.get(block) or ()}


def _same(item: Any, other: Any, members: tuple[str, ...]) -> bool:
    if other is None:
        return False
    return all(same_value(item.get(name), other.get(name)) for name in members)
