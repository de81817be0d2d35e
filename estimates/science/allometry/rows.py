"""Finding the row of a table that stands for a crop, and its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from estimates.science.allometry.crops import crop_rows, is_itself
from estimates.science.allometry.stands import YieldStand
from estimates.science.errors import UnknownCrop
from estimates.science.parameters import ParameterSet
from estimates.science.results import Note


@dataclass(frozen=True, kw_only=True)
class CropRow:
    """One row of one table, found for a stand, and what a reader should know of the choice."""

    parameters: ParameterSet
    table: str
    crop: str
    notes: tuple[Note, ...]

    @property
    def name(self) -> str:
        """Return table and crop, as keys of the parameter set begin."""
        return f"{self.table}.{self.crop}"

    def value(self, column: str) -> float:
        """Return the number of a column."""
        return self.parameters.value(self.key(column))

    def has(self, column: str) -> bool:
        """Return whether the row has a number in this column."""
        return self.parameters.has(self.key(column))

    def key(self, column: str) -> str:
        """Return the key of a number in the parameter set."""
        return f"{self.table}.{self.crop}.{column}"


def crop_row(
    stand: YieldStand,
    table: str,
    column: str,
    parameters: ParameterSet,
    *,
    suffixes: Sequence[str] = ("",),
) -> CropRow:
    """Return the row of the crop, or of its nearest relative, that has a number in this column.

    suffixes are tried after the name of each row. Raises UnknownCrop.
    """
    tried = crop_rows(stand.crop, is_cover=stand.kind == "cover")
    for name in tried:
        for suffix in suffixes:
            row = name + suffix
            if parameters.has(f"{table}.{row}.{column}"):
                notes = _notes(stand.crop, name, table, row, parameters)
                return CropRow(parameters=parameters, table=table, crop=row, notes=notes)
    kind = "cover crop" if stand.kind == "cover" else "crop"
    known = ", ".join(_crops_of(parameters, table))
    raise UnknownCrop(
        f"{table.replace('_', ' ')} has no row for the {kind} {stand.crop!r} or a relative of it. "
        f"It has: {known}."
    )


def _notes(
    crop: str, name: str, table: str, row: str, parameters: ParameterSet
) -> tuple[Note, ...]:
    notes = []
    method = table.replace("_", " ")
    if not is_itself(name, crop):
        text = f"{method} has no row for {crop!r}: that of {name.replace('_', ' ')} is taken."
        notes.append(Note(code="crop_of_relative", message=text))
    doubt = dict(parameters.doubts).get(f"{table}.{row}")
    if doubt:
        notes.append(
            Note(code="doubtful_row", message=f"{method}, {row.replace('_', ' ')}: {doubt}")
        )
    return tuple(notes)


def _crops_of(parameters: ParameterSet, table: str) -> list[str]:
    keys = (number.key.split(".") for number in parameters.numbers)
    return sorted({parts[1].replace("_", " ") for parts in keys if parts[0] == table})
