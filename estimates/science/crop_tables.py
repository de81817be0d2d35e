"""Tables of numbers by crop inside a parameter set, and the rules their rows must obey.

Published tables have carried shifted columns and copied cells that a rule would have caught.
A row that breaks a rule is refused with a sentence that says what looks wrong; one that is
strange but published so carries `accepted`, the reason it stays, and every estimate made with
it says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from estimates.science.errors import ImpossibleParameter

SHARES = ("RP", "RS", "RR", "RE")
"""C of product, straw, roots and rhizodeposits over that of the whole plant."""

SUM_TOLERANCE = 0.005
DEPOSITION_RATIO = (0.3, 1.8)
HARVEST_INDEX_TOLERANCE = 0.01
HUMIFIED = (0.1, 0.6)
CARBON = (0.35, 0.50)
SHALLOWEST_BETA = 0.85
"""Below this, half the roots of a crop would stand in its first 4 cm: a placeholder, no profile."""


class Row(NamedTuple):
    """One crop of one table: its numbers by column, in the order they were written."""

    table: str
    crop: str
    values: Mapping[str, float]
    accepted: str
    origin: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return table and crop, which the keys of its numbers begin with."""
        return f"{self.table}.{self.crop}"


def rows_of(content: Mapping[str, Any]) -> list[Row]:
    """Return every row of every table of a parameter set; raises ImpossibleParameter."""
    return [
        row_of(table, item, content)
        for table in content.get("tables", ())
        for item in table["rows"]
    ]


def numbers_of(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the numbers of all tables as a parameter set writes single ones."""
    columns = {
        table["name"]: {item["name"]: item for item in table["columns"]}
        for table in content.get("tables", ())
    }
    for row in rows_of(content):
        for name, value in row.values.items():
            column = columns[row.table][name]
            yield {
                "key": f"{row.name}.{name}",
                "value": value,
                "unit": column["unit"],
                "distribution": {"kind": "fixed", "value": value},
                "range": column["range"],
                **row.origin,
            }


def check_row(row: Row) -> None:
    """Raise ImpossibleParameter with what looks wrong, unless the row is accepted as it is."""
    problem = next(problems_of(row), "")
    if problem and not row.accepted:
        raise ImpossibleParameter(f"{row.name}: {problem}")


def problems_of(row: Row) -> Iterator[str]:
    """Yield what looks wrong with a row, each as a sentence."""
    values = row.values
    if all(name in values for name in SHARES):
        yield from _share_problems(row)
        yield from _deposition_problems(values)
    yield from _harvest_index_problems(values)
    yield from _depth_problems(values)
    for name, value in values.items():
        if name.startswith("h_") and not HUMIFIED[0] <= value <= HUMIFIED[1]:
            limits = f"{HUMIFIED[0]} to {HUMIFIED[1]}"
            yield f"{name} is {value:g}, outside {limits}.{_copied(row, name)}"
        if name.startswith("C_") and not CARBON[0] <= value <= CARBON[1]:
            yield f"{name} is {value:g} g C per g, outside {CARBON[0]} to {CARBON[1]}."


def _share_problems(row: Row) -> Iterator[str]:
    shares = [row.values[name] for name in SHARES]
    total = math.fsum(shares)
    if abs(total - 1.0) <= SUM_TOLERANCE:
        return
    listed = ", ".join(f"{name} {value:g}" for name, value in zip(SHARES, shares, strict=True))
    yield f"{listed} sum to {total:.3f}, not to 1 within {SUM_TOLERANCE}.{_shifted(row)}"


def _shifted(row: Row) -> str:
    """Return a sentence when the four numbers one cell to the right do make a whole."""
    names = list(row.values)
    numbers = list(row.values.values())
    start = names.index(SHARES[0]) + 1
    moved = numbers[start : start + len(SHARES)]
    if len(moved) < len(SHARES) or abs(math.fsum(moved) - 1.0) > SUM_TOLERANCE:
        return ""
    listed = ", ".join(f"{value:g}" for value in moved)
    return f" The row is shifted by one cell: read one to the right, {listed} sum to 1."


def _deposition_problems(values: Mapping[str, float]) -> Iterator[str]:
    root, deposit = values["RR"], values["RE"]
    if deposit == 0:
        return  # root crops, whose harvest is the root
    ratio = deposit / root if root > 0 else math.inf
    if not DEPOSITION_RATIO[0] <= ratio <= DEPOSITION_RATIO[1]:
        yield (
            f"RE/RR is {ratio:.2g}: rhizodeposits are {DEPOSITION_RATIO[0]} to "
            f"{DEPOSITION_RATIO[1]} of the roots in every study. Are RR and RE exchanged?"
        )


def _harvest_index_problems(values: Mapping[str, float]) -> Iterator[str]:
    """Compare the harvest index by mass with the shares of C; above ground has one C content."""
    if not all(name in values for name in ("HI", "RP", "RS")) or values["HI"] == 0:
        return
    expected = values["RP"] / (values["RP"] + values["RS"])
    if abs(values["HI"] - expected) > HARVEST_INDEX_TOLERANCE:
        yield (
            f"HI is {values['HI']:g}, but RP/(RP+RS) is {expected:.3f}: "
            "one of the three is from another row."
        )


def _depth_problems(values: Mapping[str, float]) -> Iterator[str]:
    """Look for depth models that do not rise with depth, and for the placeholder of one."""
    if "beta" in values and not SHALLOWEST_BETA <= values["beta"] < 1:
        beta = values["beta"]
        half_cm = math.log(0.5) / math.log(beta) if 0 < beta < 1 else 0.0
        yield (
            f"beta {beta:g} puts half the roots above {half_cm:.1f} cm: it looks like the "
            "placeholder 0.75 for crops whose depth nobody measured. Leave it blank."
        )
    if all(name in values for name in ("middle", "steepness", "deepest")):
        middle, steepness, deepest = (values[name] for name in ("middle", "steepness", "deepest"))
        if not (0 < middle < deepest and steepness < 0):
            yield (
                f"middle {middle:g}, steepness {steepness:g} and deepest {deepest:g} are no depth "
                "model: 0 < middle < deepest, and the steepness is negative."
            )
    shares = sorted((int(name[1:]), value) for name, value in values.items() if _is_share(name))
    for (_, above), (depth_cm, value) in pairwise(shares):
        if not above <= value <= 1:
            yield f"The share above {depth_cm} cm is {value:g}, after {above:g} above less."


def _is_share(name: str) -> bool:
    """Return whether a column is a cumulative share of roots, F and a depth in cm."""
    return name.startswith("F") and name[1:].isdigit()


def _copied(row: Row, name: str) -> str:
    """Return a sentence when another cell of the row holds the same number."""
    same = [other for other, value in row.values.items() if other != name]
    same = [other for other in same if row.values[other] == row.values[name]]
    return f" It equals {same[0]} of the same row: a cell copied by mistake?" if same else ""


def row_of(table: Mapping[str, Any], item: Mapping[str, Any], content: Mapping[str, Any]) -> Row:
    """Return one row as a table writes it; raises ImpossibleParameter when cells are missing."""
    names = [column["name"] for column in table["columns"]]
    origin = content["sources"].get(item["source"])
    if origin is None or len(item["values"]) != len(names):
        raise ImpossibleParameter(
            f"{table['name']}.{item['crop']} needs {len(names)} values and a known source, "
            f"not {len(item['values'])} from {item['source']!r}."
        )
    note = " ".join(text for text in (origin.get("note", ""), item.get("note", "")) if text)
    return Row(
        table=table["name"],
        crop=item["crop"],
        values=_present(names, item["values"]),
        accepted=item.get("accepted", ""),
        origin={**origin, "note": note},
    )


def _present(names: Sequence[str], values: Sequence[float | None]) -> dict[str, float]:
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}
