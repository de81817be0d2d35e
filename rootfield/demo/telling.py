"""How the demo speaks: one line at a time, steps with a number, tables with aligned columns."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """A row that did not become a record, and why; `was_provoked` by the demo itself."""

    type: str
    key: str
    status: str
    reason: str
    was_provoked: bool = False


def say_list(say: Say, rows: Sequence[str]) -> None:
    """Say rows one below the other, indented; each of them, however many there are."""
    for row in rows:
        say(textwrap.indent(row, "    "))


def say_set_aside(say: Say, rows: Sequence[SetAside]) -> None:
    """Say each row that was set aside, with its reason."""
    say_list(say, [f"{row.status}: {row.type} {row.key}: {row.reason}" for row in rows])


def counted(counts: Mapping[str, int]) -> str:
    """Return counts as words, such as `3 applied, 1 conflict`."""
    return ", ".join(f"{number:,} {word}" for word, number in counts.items()) or "none"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: str = "") -> list[str]:
    """Return the lines of a table; `right` holds an `r` for each column aligned to the right."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    marks = right.ljust(len(headings))

    def line(cells: Sequence[str]) -> str:
        aligned = (
            cell.rjust(width) if mark == "r" else cell.ljust(width)
            for cell, width, mark in zip(cells, widths, marks, strict=True)
        )
        return "  ".join(aligned).rstrip()

    return [line(headings), line(["-" * width for width in widths]), *map(line, rows)]
