"""Records on their way into Rootfield: plain wire fields, a stable key, and what they hang on."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from rootfield.demo.rows import TableRow
from rootfield.demo.tables import TableProblem

Wire = str | int | float | bool | None
"""What one wire field holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRecord:
    """A record people set up before anyone samples: its id follows from namespace and key."""

    type: str
    id: uuid.UUID
    key: str
    fields: dict[str, Wire]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRecord:
    """A record a tablet captures. `parents` names the fields to fill with the ids of other keys."""

    type: str
    key: str
    fields: dict[str, Wire]
    parents: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabRow:
    """One result for the bench: the specimen and the root fraction or segment it came from."""

    key: str
    specimen: str
    variable: str
    variable_id: uuid.UUID
    subject_type: str
    subject: str
    analyte: str
    unit: str
    value: str
    reason: str
    qc_flag: str
    note: str
    replicate_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedCampaign:
    """A campaign as records, parents before children, and the rows that could not become any."""

    project: tuple[ProjectRecord, ...]
    captures: tuple[CaptureRecord, ...]
    lab: tuple[LabRow, ...]
    left_out: tuple[TableProblem, ...]

    def project_of(self, type_: str) -> tuple[ProjectRecord, ...]:
        """Return the project records of one type."""
        return tuple(record for record in self.project if record.type == type_)

    def captures_of(self, type_: str) -> tuple[CaptureRecord, ...]:
        """Return the captured records of one type."""
        return tuple(record for record in self.captures if record.type == type_)


def record_id(namespace: uuid.UUID, type_: str, key: str) -> uuid.UUID:
    """Return the id of a project record: always the same for one namespace, type and key."""
    return uuid.uuid5(namespace, f"{type_}:{key}")


def project_record(
    namespace: uuid.UUID, type_: str, key: str, fields: dict[str, Wire]
) -> ProjectRecord:
    """Return a project record with the id that follows from its key."""
    return ProjectRecord(type=type_, id=record_id(namespace, type_, key), key=key, fields=fields)


def slug(words: str) -> str:
    """Return words as a code: lower case, joined by underscores."""
    return re.sub(r"\W+", "_", words.strip().casefold()).strip("_")


def fitted(words: str, length: int) -> str:
    """Return words cut to a length, with a mark of the whole so that two stay two."""
    if len(words) <= length:
        return words
    mark = hashlib.sha256(words.encode()).hexdigest()[:8]
    return f"{words[: length - 9]}~{mark}"


def note_of(row: TableRow, *remarks: str, taken: Mapping[str, object] | None = None) -> str:
    """Return one note: the remarks, cells no field could take, and where the row came from.

    `taken` says what the fields made of the columns named: None for a cell that is not blank
    means that nothing could be made of it, and the cell is quoted.
    """
    parts = [remark.strip() for remark in remarks if remark.strip()]
    for name, value in (taken or {}).items():
        cell = getattr(row, name)
        if value is None and cell.strip():
            parts.append(f"{name} as typed: {cell!r}")
    parts += [f"{name}: {cell.strip()}" for name, cell in row.extra.items() if cell.strip()]
    if row.source_id.strip():
        line = f" line {row.source_row.strip()}" if row.source_row.strip() else ""
        parts.append(f"source: {row.source_id.strip()} {row.source_file.strip()}{line}".strip())
    return "; ".join(parts)
