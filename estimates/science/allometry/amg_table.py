"""Reading the whole crop table of AMG v2 from where it lies.

The project ships only part of that table. Somebody who has it loads it here, row by row under
the same rules: what breaks them is left out and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from estimates.science.allometry.crops import COVER, row_name
from estimates.science.crop_tables import SHALLOWEST_BETA, problems_of, row_of

TABLE = "amg_v2"
SOURCE = "amg"
COVER_TYPE = "CC"
TYPE, NAME = "Crop_type", "Crop_name"


def with_amg_rows(
    content: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]
) -> tuple[dict[str, Any], list[str]]:
    """Return the content of a parameter set with these rows of AMG v2, and what was left out.

    Rows have the columns of the published table: Crop_type, Crop_name, RP, RS, RR, RE, Beta, HI,
    SR, PSS, h_AG. They replace rows of the same name; other rows of the set stay. The placeholder
    for an unmeasured depth becomes a blank.
    """
    tables = {table["name"]: table for table in content["tables"]}
    table = tables[TABLE]
    names = [column["name"] for column in table["columns"]]
    known = {row["crop"]: row for row in table["rows"]}
    refused = []
    for row in rows:
        given = {name.casefold(): value for name, value in row.items()}
        crop = row_name(str(row[NAME]))
        crop = COVER + crop if row[TYPE] == COVER_TYPE else crop
        item = {"crop": crop, "values": _values(given, names), "source": SOURCE}
        problem = next(problems_of(row_of(table, item, content)), "")
        if problem:
            refused.append(f"{row[TYPE]} {row[NAME]}: {problem}")
        else:
            known[crop] = item
    tables[TABLE] = {**table, "rows": list(known.values())}
    return {**content, "tables": list(tables.values())}, refused


def _values(given: Mapping[str, Any], names: Iterable[str]) -> list[float | None]:
    values = {name: given[name.casefold()] for name in names}
    numbers = {
        name: None if value in ("", None) else float(value) for name, value in values.items()
    }
    beta = numbers["beta"]
    if beta is not None and beta < SHALLOWEST_BETA:
        numbers["beta"] = None
    return list(numbers.values())
