"""What is wrong with a table, as many things as there are, each with its place and a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from estimates.science.errors import ScienceError


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong: in which table, on which line of its file, in which column."""

    table: str
    code: str
    message: str
    line: int | None = None
    column: str | None = None


class ProblemsFound(Exception):
    """A calculation was not carried out; `problems` names every reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problems")


class BadCell(ScienceError):
    """One cell of a row cannot be used; `column` says which."""

    code = "bad_cell"

    def __init__(self, message: str, *, column: str, code: str) -> None:
        self.column = column
        self.code = code
        super().__init__(message)
