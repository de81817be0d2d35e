"""Calculations on tables written as text, answered as rows by column."""

from __future__ import annotations

from estimates.calculations.problems import ProblemsFound
from estimates.calculations.registry import calculation_named
from estimates.calculations.running import run_calculation


def answers(name, text, *, options=None, **tables):
    files = {table: content.encode() for table, content in (tables | {"in": text}).items()}
    answer = run_calculation(calculation_named(name), files=files, options=options or {})
    declared = {column.name for column in calculation_named(name).outputs}
    carried = set(text.lstrip().splitlines()[0].split(",")) | declared
    assert set(answer.columns) <= carried, "an output without declaration"
    return [dict(row) for row in answer.rows]


def refusals(name, text, *, options=None, **tables):
    """Return line, column and code of each problem; none when the calculation went through."""
    try:
        answers(name, text, options=options, **tables)
    except ProblemsFound as found:
        return [(problem.line, problem.column, problem.code) for problem in found.problems]
    return []


def column(rows, name):
    return [row.get(name) for row in rows]
