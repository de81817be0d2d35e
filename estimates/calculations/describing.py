"""A calculation described: for people as lines, for programs as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from estimates.calculations.declaration import Calculation, Column


def description(calculation: Calculation) -> dict[str, Any]:
    """Return everything declared about a calculation as JSON-ready data."""
    described = asdict(calculation)
    del described["function"], described["remarks"]
    return described


def description_lines(calculation: Calculation) -> list[str]:
    """Return the description of a calculation as lines of text."""
    lines = [f"{calculation.name}: {calculation.summary}", "", f"formula: {calculation.formula}"]
    for table in calculation.tables:
        needed = "" if table.is_required else " (optional)"
        lines += ["", f"--{table.name}{needed}: {table.meaning}", *_column_lines(table.columns)]
    if calculation.options:
        lines += ["", "--set option=value", *_column_lines(calculation.options)]
    lines += ["", "--out", *_column_lines(calculation.outputs, is_output=True), "", "sources:"]
    lines += [f"  {f'{source.text} {source.doi}'.strip()}" for source in calculation.sources]
    return lines


def _column_lines(columns: Sequence[Column], *, is_output: bool = False) -> list[str]:
    width = max(len(column.name) for column in columns)
    return [_column_line(column, width, is_output) for column in columns]


def _column_line(column: Column, width: int, is_output: bool) -> str:
    notes = [column.unit or ("" if column.kind == "number" else column.kind)]
    notes += [_range(column)]
    if not is_output and not column.is_required:
        notes.append("optional" if column.default is None else f"default {column.default}")
    notes += [f"one of {', '.join(column.choices)}" if column.choices else ""]
    if column.aliases:
        notes.append(f"also {', '.join(column.aliases)}")
    notes += [f"or {name} x {factor:g}" for name, factor in column.converted]
    told = "; ".join(note for note in notes if note)
    return f"  {column.name:<{width}}  {column.meaning}" + (f" [{told}]" if told else "")


def _range(column: Column) -> str:
    low, high = column.lower, column.upper
    if low is None and high is None:
        return ""
    return f"{'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'}"
