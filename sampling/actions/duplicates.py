"""Two bags with one code: both specimens are kept, and a person is asked which code to change.

Codes of a device's blocks never collide; codes typed by hand may. The conflict lies with the
specimen that came second. A new code, or withdrawing the specimen, ends it.
"""

from __future__ import annotations

from uuid import UUID

from django.db.backends.utils import CursorWrapper

from sampling.actions.planning import Book, NewConflict, conflict_id
from sampling.actions.storage import State
from sampling.rules.merge import GroupConflict

KIND = "duplicate-key"
SPECIMEN, CODE = "specimen", "code"
_LOCK = 0x52464443  # the advisory locks of whoever compares codes, one a project: "RFDC"

LOCK_CODES = f"SELECT pg_advisory_xact_lock({_LOCK}, hashtext(%s))"
"""Lets one transaction at a time compare codes of a project; to be taken after its specimens."""

HAS_DUPLICATES = """
    SELECT EXISTS (
        SELECT FROM sampling_specimen
        WHERE project_id = %s AND code = ANY(%s::text[]) AND voided_at IS NULL
        GROUP BY code HAVING count(*) > 1
    )
"""
"""Tells whether two live specimens of the project bear one of some codes."""


def note_duplicates(cursor: CursorWrapper, book: Book, *, project: UUID) -> None:
    """Raise a conflict for each specimen just written whose code another one bears.

    Two that are written at the same time are compared one after the other: the second sees both.
    """
    written = {state.id: state for state in book.states.values() if state.type == SPECIMEN}
    moved = {record: state for record, state in written.items() if _is_coded_anew(book, state)}
    if not moved:
        return
    cursor.execute(LOCK_CODES, [str(project)])
    _close_settled(cursor, book, moved)
    coded = [record for record, state in moved.items() if state.voided_at is None]
    holders = _bearers(cursor, {moved[record].values[CODE] for record in coded}, project, coded)
    for record in coded:
        state = moved[record]
        code = state.values[CODE]
        holder = holders.setdefault(code, record)
        if holder != record:
            _raise_conflict(book, state, code, holder)


def _is_coded_anew(book: Book, state: State) -> bool:
    """Return whether a specimen got another code, or is withdrawn or back."""
    before = book.stored.get((state.type, state.id))
    if before is None:
        return True
    is_live, was_live = state.voided_at is None, before.voided_at is None
    return is_live != was_live or before.values[CODE] != state.values[CODE]


def _bearers(
    cursor: CursorWrapper, codes: set[str], project: UUID, new: list[UUID]
) -> dict[str, UUID]:
    """Return a live specimen that bears each code already, besides the new ones."""
    cursor.execute(
        "SELECT code, id FROM sampling_specimen WHERE project_id = %s AND code = ANY(%s)"
        " AND voided_at IS NULL AND id <> ALL(%s) ORDER BY received_at DESC, id DESC",
        [project, list(codes), new],
    )
    return dict(cursor.fetchall())


def _close_settled(cursor: CursorWrapper, book: Book, moved: dict[UUID, State]) -> None:
    """Close the conflicts of specimens that had one about the code they have no longer."""
    known = [record for record, state in moved.items() if state.is_stored]
    if not known:
        return
    cursor.execute(
        "SELECT id, record FROM sampling_syncconflict WHERE kind = %s AND record = ANY(%s)"
        " AND resolved_at IS NULL ORDER BY id FOR UPDATE",
        [KIND, known],
    )
    for conflict, record in cursor.fetchall():
        book.resolved.setdefault(conflict, book.writers[SPECIMEN, record][-1])


def _raise_conflict(book: Book, state: State, code: str, holder: UUID) -> None:
    op = book.writers[state.type, state.id][-1]
    noted = NewConflict(
        id=conflict_id(op, f"{KIND} {code}"),
        op=op,
        state=state,
        kind=KIND,
        conflict=GroupConflict(
            group=CODE,
            fields=(CODE,),
            base={},
            server={CODE: code, SPECIMEN: str(holder)},
            device={CODE: code},
        ),
    )
    book.conflicts.append(noted)
    told = {
        "id": str(noted.id),
        "kind": KIND,
        "group": CODE,
        "base": {},
        "server": noted.conflict.server,
        "device": {},
    }
    detail = book.outcomes[op].detail
    detail["conflicts"] = [*detail.get("conflicts", []), told]
