"""How a calculation says what it reads, what it answers and where its formula comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from estimates.calculations.problems import BadCell

Value = float | str | None  # a whole number and a flag are numbers too
Kind = Literal["number", "whole", "text", "flag"]
Cells = Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table, or one option: its unit, what it means and what may stand in it.

    A required column must be there and filled in every row; another takes `default` where it
    is blank or absent. `aliases` are other headers for the same number in the same unit,
    `converted` headers in another unit with the factor that brings them to this one. Headers
    are compared without regard to case, spaces and punctuation.
    """

    name: str
    meaning: str
    unit: str = ""
    kind: Kind = "number"
    is_required: bool = True
    lower: float | None = None
    upper: float | None = None
    choices: tuple[str, ...] = ()
    default: Value = None
    aliases: tuple[str, ...] = ()
    converted: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """One CSV file that a calculation reads. Columns it does not name are carried along."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    is_required: bool = True


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a formula or a number comes from."""

    text: str
    doi: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a table, read: `values` by declared column, `cells` as typed, by header."""

    table: str
    line: int
    values: Cells
    cells: Mapping[str, str]

    def number(self, name: str) -> float:
        """Return a number that must be there; raises BadCell where it is blank."""
        value = self.values[name]
        if value is None:
            raise BadCell(f"{name} is needed here.", column=name, code="missing_value")
        return float(value)

    def optional_number(self, name: str) -> float | None:
        """Return a number, or None where the cell is blank."""
        return None if self.values[name] is None else self.number(name)

    def whole(self, name: str) -> int:
        """Return a whole number that must be there; raises BadCell where it is blank."""
        return int(self.number(name))

    def flag(self, name: str) -> bool:
        """Return a yes or no that must be there; raises BadCell where it is blank."""
        return bool(self.number(name))

    def text(self, name: str) -> str:
        """Return a text that must be there; raises BadCell where it is blank."""
        value = self.values[name]
        if value is None:
            raise BadCell(f"{name} is needed here.", column=name, code="missing_value")
        return str(value)

    def optional_text(self, name: str) -> str | None:
        """Return a text, or None where the cell is blank."""
        return None if self.values[name] is None else self.text(name)

    def has(self, *names: str) -> bool:
        """Return whether all of these are filled."""
        return all(self.values[name] is not None for name in names)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a calculation was given: the rows of each table and one row of options.

    file_names is what each table's file is called, where it came from a file.
    """

    tables: Mapping[str, tuple[Row, ...]]
    options: Row
    file_names: Mapping[str, str] = field(default_factory=dict)

    def rows(self, table: str = "in") -> tuple[Row, ...]:
        """Return the rows of a table; none when it was not given."""
        return self.tables.get(table, ())


Function = Callable[[Given], Iterable[Cells]]
Remarks = Callable[[Given], Iterable[str]]


def no_remarks(_given: Given) -> Iterable[str]:
    """Return nothing to remark."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Calculation:
    """One calculation on plain tables: what it reads, what it answers, its formula and sources.

    `function` turns what was given into output rows. A row holds declared outputs and, where
    wanted, cells carried from the input; an output that could not be said is None. `remarks`
    says what is doubtful about what was given and stops nothing.
    """

    name: str
    summary: str
    formula: str
    sources: tuple[Source, ...]
    tables: tuple[Table, ...]
    outputs: tuple[Column, ...]
    function: Function
    options: tuple[Column, ...] = ()
    remarks: Remarks = no_remarks
