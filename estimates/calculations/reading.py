"""A CSV file as rows of declared columns, or everything that is wrong with it.

UTF-8 with or without a byte order mark, comma between cells, a blank cell for a missing value.
Lines that start with # before the header are remarks.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from estimates.calculations.declaration import Column, Row, Table, Value
from estimates.calculations.parsing import parse_cell
from estimates.calculations.problems import BadCell, Problem, ProblemsFound

SIGNS = {"%": "pct", "‰": "permil", "δ": "delta", "Δ": "delta", "µ": "u", "μ": "u"}
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs"}
MEANT = 0.8  # how alike an unknown header must be to a known one to be mentioned


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The readable rows of a table, what is wrong in others, and remarks that stop nothing.

    absent are the columns the file does not have, each as the problem it is once a row needs it.
    """

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    remarks: tuple[str, ...]
    absent: Mapping[str, Problem] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a declared column stands in the file, and the factor to its unit."""

    column: Column
    index: int
    factor: float


def read_table(content: bytes, table: Table, *, blanks: Collection[str] = ()) -> Reading:
    """Return the rows of a CSV file and the problems of those that cannot be used.

    Cells that hold one of the words in `blanks` are read as blank. Raises ProblemsFound when the
    file as a whole cannot be read.
    """
    lines = _records(_decoded(content, table), table)
    header = next(lines, None)
    if header is None:
        raise _refused(table, "empty_file", "The file is empty: it needs a header and rows.")
    number, headers = header
    headers = [cell.strip() for cell in headers]
    _check_headers(headers, number, table)
    places, remarks = _places(headers, number, table)
    rows, problems = _rows(lines, headers, places, table, blanks)
    present = {place.column.name for place in places}
    absent = {
        column.name: _missing(column, headers, number, table)
        for column in table.columns
        if column.name not in present
    }
    if not (rows or problems):
        raise _refused(table, "no_rows", "The file has a header and no row below it.")
    return Reading(
        rows=tuple(rows), problems=tuple(problems), remarks=tuple(remarks), absent=absent
    )


def normalised(header: str) -> str:
    """Return a header without case, spaces and punctuation, for comparing."""
    for sign, word in SIGNS.items():
        header = header.replace(sign, f"_{word}_")
    return re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")


def _decoded(content: bytes, table: Table) -> str:
    try:
        text = content.decode("utf-8-sig")
        wrong_at = content.find(b"\0")
    except UnicodeDecodeError as error:
        wrong_at = error.start
    if wrong_at < 0:
        return text
    line = content.count(b"\n", 0, wrong_at) + 1
    sentence = "The file is not UTF-8 from here on; save it as CSV UTF-8."
    raise _refused(table, "not_utf8", sentence, line=line)


def _records(text: str, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each record starts, and its cells; blank records are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    is_head = True
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = f"The file is not readable as CSV here: {error}."
            raise ProblemsFound(
                [Problem(table=table.name, line=line, code="not_csv", message=message)]
            ) from None
        if not any(cell.strip() for cell in cells) or (is_head and cells[0].startswith("#")):
            continue
        is_head = False
        yield line, cells


def _check_headers(headers: Sequence[str], line: int, table: Table) -> None:
    for sign, word in OTHER_SEPARATORS.items():
        if len(headers) == 1 and sign in headers[0]:
            text = f"The cells are separated by {word}; save the file with commas."
            raise _refused(table, "wrong_separator", text, line=line)
    twice = sorted({name for name in headers if name and headers.count(name) > 1})
    if twice:
        text = f"Two columns have the same name: {', '.join(twice)}."
        raise _refused(table, "column_twice", text, line=line)


def _places(headers: Sequence[str], line: int, table: Table) -> tuple[list[_Place], list[str]]:
    places: list[_Place] = []
    problems: list[Problem] = []
    taken: set[int] = set()
    remarks: list[str] = []
    for column in table.columns:
        found = _standing_for(column, headers)
        exact = [place for place in found if headers[place.index] == column.name]
        if len(found) > 1 and not exact:
            names = " and ".join(headers[place.index] for place in found)
            text = f"{names} both stand for {column.name}: leave one out."
            problems.append(_problem(table, "column_twice", text, line, column.name))
        elif not found and column.is_required:
            problems.append(_missing(column, headers, line, table))
        for place in found:
            taken.add(place.index)
        if exact and len(found) > 1:
            others = [headers[place.index] for place in found if place not in exact]
            remarks.append(f"{column.name} is read; {', '.join(others)} is carried along.")
        places += (exact or found)[:1]
    if problems:
        raise ProblemsFound(problems)
    return places, remarks + _near_misses(headers, taken, table)


def _standing_for(column: Column, headers: Sequence[str]) -> list[_Place]:
    factors = {normalised(name): factor for name, factor in column.converted}
    factors |= {normalised(name): 1.0 for name in (*column.aliases, column.name)}
    return [
        _Place(column=column, index=index, factor=factors[normalised(header)])
        for index, header in enumerate(headers)
        if normalised(header) in factors
    ]


def _missing(column: Column, headers: Sequence[str], line: int, table: Table) -> Problem:
    near = difflib.get_close_matches(column.name, [h for h in headers if h], n=1, cutoff=0.7)
    hint = f" Did you mean it by {near[0]}?" if near else ""
    unit = f" in {column.unit}" if column.unit else ""
    text = f"The column {column.name}{unit} is missing: {column.meaning}.{hint}"
    return _problem(table, "missing_column", text, line, column.name)


def _near_misses(headers: Sequence[str], taken: set[int], table: Table) -> list[str]:
    """Return a remark for each carried column that looks like a declared one misspelt."""
    names = {normalised(column.name): column.name for column in table.columns}
    remarks = []
    for index, header in enumerate(headers):
        near = difflib.get_close_matches(normalised(header), names, n=1, cutoff=MEANT)
        if index not in taken and near:
            remarks.append(
                f"The column {header} is carried along unread; did you mean {names[near[0]]}?"
            )
    return remarks


def _rows(
    records: Iterator[tuple[int, list[str]]],
    headers: Sequence[str],
    places: Sequence[_Place],
    table: Table,
    blanks: Collection[str],
) -> tuple[list[Row], list[Problem]]:
    rows: list[Row] = []
    problems: list[Problem] = []
    absent = {
        column.name: column.default
        for column in table.columns
        if column.name not in {place.column.name for place in places}
    }
    for line, cells in records:
        if len(cells) > len(headers):
            text = (
                f"The row has {len(cells)} cells, the header {len(headers)}: "
                "is a number written with a decimal comma?"
            )
            problems.append(_problem(table, "cell_count", text, line, None))
            continue
        filled = [*cells, *[""] * (len(headers) - len(cells))]
        read = ["" if cell.strip() in blanks else cell for cell in filled]
        values, bad = _values(headers, read, places)
        problems += [_problem(table, error.code, str(error), line, header) for header, error in bad]
        if bad:
            continue
        typed = {name: cell for name, cell in zip(headers, filled, strict=True) if name}
        rows.append(Row(table=table.name, line=line, values=absent | values, cells=typed))
    return rows, problems


def _values(
    headers: Sequence[str], cells: Sequence[str], places: Sequence[_Place]
) -> tuple[dict[str, Value], list[tuple[str, BadCell]]]:
    values: dict[str, Value] = {}
    bad: list[tuple[str, BadCell]] = []
    for place in places:
        try:
            values[place.column.name] = parse_cell(
                cells[place.index], place.column, factor=place.factor
            )
        except BadCell as error:
            bad.append((headers[place.index], error))
    return values, bad


def _problem(table: Table, code: str, message: str, line: int, column: str | None) -> Problem:
    return Problem(table=table.name, line=line, column=column, code=code, message=message)


def _refused(table: Table, code: str, message: str, *, line: int | None = None) -> ProblemsFound:
    return ProblemsFound([Problem(table=table.name, line=line, code=code, message=message)])
