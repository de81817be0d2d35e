"""The six tables of a campaign kept as tidy files, every cell as it was typed.

Reading refuses only what cannot be read at all. Blank ids, ids used twice and references that
lead nowhere are reported beside the rows, and the rows stay.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

from rootfield.demo.rows import (
    CoreRow,
    LabResultRow,
    LayerRow,
    PlotRow,
    RootSampleRow,
    SiteRow,
    TableRow,
)

RawRow = tuple[int, dict[str, str]]
"""The number of a row in its file, and its cells by column."""


class CampaignFileError(Exception):
    """The files of a campaign cannot be read: `code` says how, the message where."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class TableProblem:
    """What is wrong with one row of one table."""

    table: str
    row: int
    id: str
    code: str
    message: str


R = TypeVar("R", bound=TableRow)

ID_COLUMNS = {
    "sites": "site_id",
    "plots": "plot_id",
    "cores": "core_id",
    "layers": "layer_id",
    "root_samples": "root_sample_id",
    "lab_results": "lab_result_id",
}
PARENTS = {
    "plots": ("site_id", "sites"),
    "cores": ("plot_id", "plots"),
    "layers": ("core_id", "cores"),
    "root_samples": ("layer_id", "layers"),
}
SUBJECT_TABLES = {"layer": "layers", "root_sample": "root_samples"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignTables:
    """All rows of a campaign in the order they were read, and what is wrong with them."""

    source: str
    sites: tuple[SiteRow, ...]
    plots: tuple[PlotRow, ...]
    cores: tuple[CoreRow, ...]
    layers: tuple[LayerRow, ...]
    root_samples: tuple[RootSampleRow, ...]
    lab_results: tuple[LabResultRow, ...]
    problems: tuple[TableProblem, ...]

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table."""
        return {name: len(getattr(self, name)) for name in ID_COLUMNS}


def read_folder(directory: Path) -> CampaignTables:
    """Read the six CSV files of a folder.

    Raises CampaignFileError when a file or a key column is missing, or a file is not CSV in
    UTF-8. Columns the layout does not know are kept with their row.
    """
    problems: list[TableProblem] = []
    raw = {name: _read_file(directory, name, problems) for name in ID_COLUMNS}
    return build_tables(str(directory), raw, problems)


def build_tables(
    source: str,
    raw: Mapping[str, Sequence[RawRow]],
    problems: Sequence[TableProblem] = (),
) -> CampaignTables:
    """Return the typed tables of raw rows, with every id and every reference looked at."""
    found = list(problems)
    ids = {
        name: {cells[column].strip() for _, cells in raw[name]}
        for name, column in ID_COLUMNS.items()
    }
    for name, rows in raw.items():
        found.extend(problem for row in rows for problem in _reference_problems(name, row, ids))
    return CampaignTables(
        source=source,
        sites=_typed_rows("sites", SiteRow, raw, found),
        plots=_typed_rows("plots", PlotRow, raw, found),
        cores=_typed_rows("cores", CoreRow, raw, found),
        layers=_typed_rows("layers", LayerRow, raw, found),
        root_samples=_typed_rows("root_samples", RootSampleRow, raw, found),
        lab_results=_typed_rows("lab_results", LabResultRow, raw, found),
        problems=tuple(found),
    )


def _read_file(directory: Path, table: str, problems: list[TableProblem]) -> list[RawRow]:
    path = directory / f"{table}.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = _header(table, next(reader, []), problems)
            return list(_rows(table, header, reader, problems))
    except FileNotFoundError:
        raise CampaignFileError("file_missing", f"{path} does not exist.") from None
    except UnicodeDecodeError as error:
        raise CampaignFileError("not_utf8", f"{path} is not UTF-8: {error.reason}.") from error
    except (csv.Error, OSError) as error:
        raise CampaignFileError("not_csv", f"{path} cannot be read: {error}.") from error


def _header(table: str, typed: list[str], problems: list[TableProblem]) -> list[str]:
    names: list[str] = []
    for position, cell in enumerate(typed, start=1):
        name = cell.strip().lower() or f"column {position}"
        if name in names:
            message = f"Column {name} stands twice; the later one is kept as column {position}."
            problems.append(TableProblem(table, 1, "", "column_repeated", message))
            name = f"column {position}"
        names.append(name)
    keys = [ID_COLUMNS[table]]
    if table in PARENTS:
        keys.append(PARENTS[table][0])
    if table == "lab_results":
        keys += ["subject_type", "subject_id"]
    missing = [key for key in keys if key not in names]
    if missing:
        has = f"has {', '.join(names)}" if names else "begins with an empty row or none"
        message = f"{table}.csv has no column {', '.join(missing)}; it {has}."
        raise CampaignFileError("column_missing", message)
    return names


def _rows(
    table: str,
    header: list[str],
    reader: Iterator[list[str]],
    problems: list[TableProblem],
) -> Iterator[RawRow]:
    blank = dict.fromkeys(header, "")
    for number, cells in enumerate(reader, start=2):
        if not any(cell.strip() for cell in cells):
            if cells:
                message = "The row holds nothing but separators."
                problems.append(TableProblem(table, number, "", "row_empty", message))
            continue
        named = blank | dict(zip(header, cells, strict=False))
        surplus = cells[len(header) :]
        if surplus:
            named |= {f"column {n}": cell for n, cell in enumerate(surplus, start=len(header) + 1)}
            message = f"The row has {len(surplus)} cells more than the header."
            id_ = named[ID_COLUMNS[table]]
            problems.append(TableProblem(table, number, id_, "cells_surplus", message))
        yield number, named


def _reference_problems(
    table: str, raw: RawRow, ids: dict[str, set[str]]
) -> Iterator[TableProblem]:
    number, cells = raw
    own = cells[ID_COLUMNS[table]]
    if table in PARENTS:
        column, parent = PARENTS[table]
    elif table == "lab_results":
        column, kind = "subject_id", cells["subject_type"].strip().lower()
        parent = SUBJECT_TABLES.get(kind, "")
        if not parent:
            message = f"Results belong to a layer or a root_sample, not to {kind or 'nothing'!r}."
            yield TableProblem(table, number, own, "subject_type_unknown", message)
            return
    else:
        return
    reference = cells[column].strip()
    if not reference:
        yield TableProblem(table, number, own, "reference_blank", f"{column} is blank.")
    elif reference not in ids[parent]:
        message = f"{column} {reference!r} is not in {parent}."
        yield TableProblem(table, number, own, "reference_dangling", message)


def _typed_rows(
    table: str,
    row_type: type[R],
    raw: Mapping[str, Sequence[RawRow]],
    problems: list[TableProblem],
) -> tuple[R, ...]:
    known = {item.name for item in fields(row_type)} - {"row", "key", "extra"}
    first: dict[str, dict[str, str]] = {}
    typed = []
    for number, cells in raw[table]:
        id_ = cells[ID_COLUMNS[table]].strip()
        key = id_
        if not id_ or id_ in first:
            key = f"{id_}#{number}"
            problems.append(_id_problem(table, number, id_, same=first.get(id_) == cells))
        first.setdefault(key, cells)
        values = {name: cell for name, cell in cells.items() if name in known}
        extra = {name: cell for name, cell in cells.items() if name not in known}
        typed.append(row_type(row=number, key=key, extra=extra, **values))
    return tuple(typed)


def _id_problem(table: str, number: int, id_: str, *, same: bool) -> TableProblem:
    if not id_:
        return TableProblem(table, number, id_, "id_blank", f"{ID_COLUMNS[table]} is blank.")
    if same:
        message = f"The row repeats an earlier row of {id_!r} word for word."
        return TableProblem(table, number, id_, "row_repeated", message)
    message = f"{ID_COLUMNS[table]} {id_!r} was used before, with other content."
    return TableProblem(table, number, id_, "id_repeated", message)
