"""Output rows as CSV: numbers in full precision, blanks for what is missing, never NaN."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

from estimates.calculations.declaration import Calculation, Cells, Value
from estimates.calculations.problems import Problem, ProblemsFound
from estimates.calculations.shapes import NOT_FINITE


def csv_text(
    calculation: Calculation,
    *,
    columns: Sequence[str],
    rows: Sequence[Cells],
    with_sources: bool = False,
) -> str:
    """Return the rows as CSV; with_sources puts formula, units and sources above as remarks.

    Raises ProblemsFound when a number is not finite: a missing number is a blank.
    """
    text = io.StringIO(newline="")
    if with_sources:
        text.writelines(f"# {line}\n" for line in head_lines(calculation))
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    problems = []
    for number, row in enumerate(rows, start=1):
        wrong = [name for name, value in row.items() if not _is_finite(value)]
        problems += [
            Problem(
                table="out",
                line=number,
                column=name,
                code="not_finite",
                message=NOT_FINITE,
            )
            for name in wrong
        ]
        if not wrong:
            writer.writerow([cell_text(row.get(name)) for name in columns])
    if problems:
        raise ProblemsFound(problems)
    return text.getvalue()


def head_lines(calculation: Calculation) -> list[str]:
    """Return name, formula, units and sources of a calculation, one a line."""
    units = [f"{column.name}: {column.unit or '-'}" for column in calculation.outputs]
    sources = [f"{source.text} {source.doi}".strip() for source in calculation.sources]
    return [
        f"{calculation.name}: {calculation.summary}",
        f"formula: {calculation.formula}",
        f"units: {'; '.join(units)}",
        *(f"source: {source}" for source in sources),
    ]


def cell_text(value: Value) -> str:
    """Return a cell: repr of a float, so that reading it back gives the same number."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, int) else repr(float(value))


def _is_finite(value: Value) -> bool:
    return value is None or isinstance(value, str) or math.isfinite(value)
