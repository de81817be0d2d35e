"""A new version of a parameter set from an old one and a few changed numbers."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from estimates.science.dispersion import printed_dispersion
from estimates.science.errors import ImpossibleParameter, ScienceError, UnknownParameter

CENTRES = ("value", "mean", "median")
"""What a distribution lies around, by its kind; a uniform one has only its limits."""


class Change(TypedDict, total=False):
    """One number to change: its key, its new value, and where that comes from.

    distribution may be left out where the spread stays as it is, or where dispersion says what
    the source prints beside the number: it is then drawn from a normal of that width.
    """

    key: str
    value: float
    source: str
    doi: str | None
    status: str
    note: str
    distribution: dict[str, Any]
    dispersion: dict[str, Any]


def revised_content(
    content: Mapping[str, Any], *, version: str, changes: Sequence[Change], note: str = ""
) -> dict[str, Any]:
    """Return the content of the next version of a set; nothing is checked but that keys exist.

    Raises UnknownParameter for a number the set does not hold and ImpossibleParameter for a
    change that does not say where the number comes from.
    """
    revised = copy.deepcopy(dict(content))
    if version == content["version"]:
        raise ImpossibleParameter(f"Version {version} exists: a new version needs a new name.")
    revised["version"] = version
    revised["note"] = note or revised.get("note", "")
    for change in changes:
        if not str(change.get("source", "")).strip():
            raise ImpossibleParameter(f"{change['key']}: say where the new number comes from.")
        if not (_changed_number(revised, change) or _changed_cell(revised, change)):
            raise UnknownParameter(f"{content['method']} has no number {change['key']!r}.")
    return revised


def _changed_number(content: dict[str, Any], change: Change) -> bool:
    for number in content["numbers"]:
        if number["key"] == change["key"]:
            number.update(_origin(change), value=change["value"])
            number["distribution"] = _moved(number["distribution"], change)
            number.pop("dispersion", None)  # it was that of the former number
            if "dispersion" in change:
                number["dispersion"] = change["dispersion"]
            return True
    return False


def _moved(distribution: Mapping[str, Any], change: Change) -> dict[str, Any]:
    if "distribution" in change:
        return dict(change["distribution"])
    if "dispersion" in change:
        return {"kind": "normal", "mean": change["value"], "sd": _printed_sd(change)}
    moved = dict(distribution)
    centre = next((name for name in CENTRES if name in moved), None)
    if centre is None:
        raise ImpossibleParameter(
            f"{change['key']} is drawn between two limits: give its distribution with the value."
        )
    moved[centre] = change["value"]
    return moved


def _printed_sd(change: Change) -> float:
    try:
        printed, stands_for = printed_dispersion(change["dispersion"])
        return printed.sd_of(stands_for)
    except (TypeError, ScienceError) as error:
        raise ImpossibleParameter(f"{change['key']}: {error}") from error


def _changed_cell(content: dict[str, Any], change: Change) -> bool:
    """Change one cell of a table; its row then stands under the source of the change."""
    name, _, rest = change["key"].partition(".")
    crop, _, column = rest.rpartition(".")
    for table in content.get("tables", ()):
        names = [item["name"] for item in table["columns"]]
        for row in table["rows"]:
            if (table["name"], row["crop"]) == (name, crop) and column in names:
                if "distribution" in change or "dispersion" in change:
                    raise ImpossibleParameter(
                        f"{change['key']} is a cell of a table: its column says how it is drawn."
                    )
                row["values"][names.index(column)] = change["value"]
                source = f"{name}.{crop} {content['version']}"
                content["sources"][source] = _origin(change)
                row["source"] = source
                return True
    return False


def _origin(change: Change) -> dict[str, Any]:
    return {
        "source": change["source"],
        "doi": change.get("doi"),
        "status": change.get("status", "read"),
        "note": change.get("note", ""),
    }
