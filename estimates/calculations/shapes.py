"""The two usual shapes of a calculation: row by row, and group of rows by group of rows.

Both go on after a refusal, so that every bad row or group is named at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from estimates.calculations.declaration import Cells, Function, Given, Row
from estimates.calculations.problems import BadCell, Problem, ProblemsFound
from estimates.science.errors import ScienceError

Answer = TypeVar("Answer")

NOT_FINITE = "The numbers given lead to no finite result here."


@dataclass(frozen=True)
class EachRow:
    """A calculation that answers each row of `in` with one row: its cells and the outputs.

    The function takes a row and the options; no row depends on another. columns tells which
    column a refusal of science is about, by its code.
    """

    function: Callable[[Row, Row], Cells]
    columns: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, given: Given) -> Iterable[Cells]:
        """Return the answers; raises ProblemsFound with every row refused."""
        return answers_to(given.rows(), lambda row: self._answer(row, given.options))

    def _answer(self, row: Row, options: Row) -> Cells:
        try:
            return {**row.cells, **self.function(row, options)}
        except ScienceError as error:
            if isinstance(error, BadCell) or error.code not in self.columns:
                raise
            column = self.columns[error.code]
            raise BadCell(str(error), column=column, code=error.code) from None


def each_group(
    keys: Sequence[str], function: Callable[[Sequence[Row], Given], Iterable[Cells]]
) -> Function:
    """Return a calculation on groups: rows of `in` that agree in the key columns.

    The function takes the rows of one group, in the order of the file, and all that was given.
    Filled key columns are added to answers that carry no cells of a row. A refusal names the
    first line of the group.
    """

    def calculate(given: Given) -> Iterable[Cells]:
        groups: dict[tuple[object, ...], list[Row]] = {}
        for row in given.rows():
            groups.setdefault(tuple(row.values[key] for key in keys), []).append(row)
        answers: list[Cells] = []
        problems: list[Problem] = []
        for rows in groups.values():
            names = {key: rows[0].values[key] for key in keys if rows[0].has(key)}
            try:
                for answer in function(rows, given):
                    carries = rows[0].cells.keys() <= answer.keys()
                    answers.append(answer if carries else {**names, **answer})
            except ProblemsFound as found:
                problems += found.problems
            except (ScienceError, ArithmeticError) as error:
                problems.append(problem_of(error, rows[0]))
        if problems:
            raise ProblemsFound(problems)
        return answers

    return calculate


def answers_to(rows: Sequence[Row], function: Callable[[Row], Answer]) -> list[Answer]:
    """Return what the function answers to each row; raises ProblemsFound with all it refuses."""
    answers: list[Answer] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            answers.append(function(row))
        except (ScienceError, ArithmeticError) as error:
            problems.append(problem_of(error, row))
    if problems:
        raise ProblemsFound(problems)
    return answers


def problem_of(error: ScienceError | ArithmeticError, row: Row) -> Problem:
    """Return what went wrong as a problem of this row."""
    if isinstance(error, ArithmeticError):
        return Problem(table=row.table, line=row.line, code="not_finite", message=NOT_FINITE)
    column = error.column if isinstance(error, BadCell) else None
    return Problem(
        table=row.table, line=row.line, column=column, code=error.code, message=str(error)
    )
