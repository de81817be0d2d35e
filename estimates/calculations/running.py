"""Carry out one calculation: read its tables, call its function, order its columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimates.calculations.declaration import Calculation, Cells, Given, Row, Value
from estimates.calculations.parsing import parse_cell
from estimates.calculations.problems import BadCell, Problem, ProblemsFound
from estimates.calculations.reading import Reading, read_table
from estimates.calculations.shapes import NOT_FINITE, EachRow
from estimates.science.errors import ScienceError

OPTIONS = "--set"
MISSING_VALUE = "missing_value"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The rows of a calculation, the order of their columns, and remarks that stopped nothing."""

    columns: tuple[str, ...]
    rows: tuple[Cells, ...]
    remarks: tuple[str, ...]


def run_calculation(
    calculation: Calculation,
    *,
    files: Mapping[str, bytes],
    options: Mapping[str, str],
    file_names: Mapping[str, str] | None = None,
    blanks: Collection[str] = (),
) -> Answer:
    """Return what a calculation answers to these CSV files and options.

    Cells that hold one of the words in `blanks`, such as NA, are read as blank.
    Raises ProblemsFound with every problem of every table and option; nothing is answered in part.
    """
    problems: list[Problem] = []
    readings = _readings(calculation, files, problems, blanks)
    values = _option_values(calculation, options, problems)
    if problems:
        raise ProblemsFound(problems)
    given = Given(
        tables={name: reading.rows for name, reading in readings.items()},
        options=Row(table=OPTIONS, line=0, values=values, cells=options),
        file_names=file_names or {},
    )
    problems = [problem for reading in readings.values() for problem in reading.problems]
    if problems and not isinstance(calculation.function, EachRow):
        raise ProblemsFound(problems)
    try:
        with np.errstate(all="ignore"):  # what is not finite is refused below, by its row
            rows = tuple(calculation.function(given))
    except ProblemsFound as found:
        problems += found.problems
    except ScienceError as error:
        column = error.column if isinstance(error, BadCell) else None
        problems.append(Problem(table="in", column=column, code=error.code, message=str(error)))
    except ArithmeticError:
        problems.append(Problem(table="in", code="not_finite", message=NOT_FINITE))
    if problems:
        told = _told_once(problems, readings)
        raise ProblemsFound(sorted(told, key=lambda each: (each.table, each.line or 0)))
    remarks = [
        f"{name}: {remark}" for name, reading in readings.items() for remark in reading.remarks
    ]
    remarks += calculation.remarks(given)
    return Answer(columns=_columns(calculation, rows), rows=rows, remarks=tuple(remarks))


def _told_once(problems: Sequence[Problem], readings: Mapping[str, Reading]) -> list[Problem]:
    """Return the problems, with a column the file does not have named once and not in each row."""
    lacking: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        column = problem.column or ""
        absent = problem.table in readings and column in readings[problem.table].absent
        if problem.code == MISSING_VALUE and absent:
            lacking.setdefault((problem.table, column), []).append(problem)
    many = {place: found for place, found in lacking.items() if len(found) > 1}
    gathered = {id(each) for found in many.values() for each in found}
    told = [each for each in problems if id(each) not in gathered]
    for (table, column), found in many.items():
        missing = readings[table].absent[column]
        text = f"{missing.message} Rows that need it: {len(found)}."
        told.append(replace(missing, message=text))
    return told


def _readings(
    calculation: Calculation,
    files: Mapping[str, bytes],
    problems: list[Problem],
    blanks: Collection[str],
) -> dict[str, Reading]:
    readings: dict[str, Reading] = {}
    known = {table.name for table in calculation.tables}
    for name in sorted(set(files) - known):
        text = f"{calculation.name} reads no table {name}; it reads {', '.join(sorted(known))}."
        problems.append(Problem(table=name, code="unknown_table", message=text))
    for table in calculation.tables:
        if table.name in files:
            try:
                readings[table.name] = read_table(files[table.name], table, blanks=blanks)
            except ProblemsFound as found:
                problems += found.problems
        elif table.is_required:
            text = f"The table {table.name} is needed: {table.meaning}."
            problems.append(Problem(table=table.name, code="missing_table", message=text))
    return readings


def _option_values(
    calculation: Calculation, options: Mapping[str, str], problems: list[Problem]
) -> dict[str, Value]:
    known = {option.name for option in calculation.options}
    for name in sorted(set(options) - known):
        choose = f"it has {', '.join(sorted(known))}" if known else "it has none"
        text = f"{calculation.name} has no option {name}; {choose}."
        problems.append(Problem(table=OPTIONS, column=name, code="unknown_option", message=text))
    values: dict[str, Value] = {}
    for option in calculation.options:
        try:
            values[option.name] = parse_cell(options.get(option.name, ""), option)
        except BadCell as error:
            problems.append(
                Problem(table=OPTIONS, column=option.name, code=error.code, message=str(error))
            )
    return values


def _columns(calculation: Calculation, rows: tuple[Cells, ...]) -> tuple[str, ...]:
    """Return carried columns as they came, then the outputs that were answered, in their order."""
    answered = dict.fromkeys(name for row in rows for name in row)
    outputs = [column.name for column in calculation.outputs if column.name in answered]
    return (*(name for name in answered if name not in outputs), *outputs)
