"""Entering results of the laboratory in bulk, and amending one.

Every row is answered. What is validated writes nothing; what is committed twice under one
idempotency key is stored once. Entries of one project follow one another, so that two people who
type the same result meet, and neither overwrites the other.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django.db import transaction
from uuid_utils.compat import uuid7

from sampling.actions.access import require
from sampling.actions.lab_plan import IfExists, Planned, plan_rows, refuse_all
from sampling.actions.lab_store import Answer, answer_row, queue_up, store_rows, told
from sampling.errors import (
    IdempotencyReused,
    MalformedRequest,
    NotFound,
    RecordRefused,
    StateConflict,
    TooLarge,
    VersionMoved,
)
from sampling.models import Determination, ImportBatch, User
from sampling.rules.lab_rows import AMENDABLE, read_row

MOST_ROWS: Final = 5000
UNDO_WITHIN: Final = timedelta(days=7)
NEEDED: Final = frozenset({"value", "version", "amend_reason"})

__all__ = ["MOST_ROWS", "UNDO_WITHIN", "Answer", "Entry", "amend_result", "enter_results"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """How a body of rows is to be taken.

    mode `validate` says what would become of each row and writes nothing. on_error `reject_all`
    takes all rows or none. if_exists says what happens where another result stands: `fail`
    refuses the row, `skip` leaves what is there, `supersede` replaces it. key is the person's own
    for this body; client names the door.
    """

    mode: Literal["validate", "commit"] = "validate"
    on_error: Literal["reject_all", "accept_valid"] = "reject_all"
    if_exists: IfExists = "fail"
    key: str = ""
    body_sha256: str = ""
    client: str = "api"

    def fingerprint(self, project: uuid.UUID) -> str:
        """Return the SHA-256 of everything the answer depends on."""
        parts = (str(project), self.on_error, self.if_exists, self.body_sha256)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def enter_results(
    rows: Sequence[object], entry: Entry, *, project: uuid.UUID, user: User, at: datetime
) -> Answer:
    """Enter results as drafts and answer for every row, in order.

    Raises TooLarge, MalformedRequest for no rows at all, IdempotencyReused, NotFound for who does
    not belong to the project and Forbidden for who may not enter results. Without a key every
    call is a batch of its own.
    """
    require(user, project, "lab.enter")
    if len(rows) > MOST_ROWS:
        raise TooLarge(f"At most {MOST_ROWS} rows are taken at once.", most_rows=MOST_ROWS)
    if not rows:
        raise MalformedRequest("Give at least one row.")
    if entry.mode == "validate":
        planned = _planned(rows, entry, project=project)
        entries = [answer_row(plan, {}) for plan in planned]
        return told(entries, mode="validate", batch=None, undo_until=None)
    with transaction.atomic():
        queue_up(project)
        stored = _stored_answer(entry, project=project, user=user)
        if stored is not None:
            return stored
        planned = _planned(rows, entry, project=project)
        return _commit(planned, entry, project=project, user=user, at=at)


def _planned(rows: Sequence[object], entry: Entry, *, project: uuid.UUID) -> list[Planned]:
    read = [read_row(raw, number=number) for number, raw in enumerate(rows, start=1)]
    lock = entry.mode == "commit"
    planned = plan_rows(read, project=project, if_exists=entry.if_exists, lock=lock)
    if entry.on_error == "reject_all" and any(plan.status == "rejected" for plan in planned):
        refuse_all(planned)
    return planned


def _stored_answer(entry: Entry, *, project: uuid.UUID, user: User) -> Answer | None:
    """Return the answer the key got before, or None for a new key; raises IdempotencyReused."""
    if not entry.key:
        return None
    batch = ImportBatch.objects.filter(created_by=user, idempotency_key=entry.key).first()
    if batch is None:
        return None
    if batch.body_sha256 != entry.fingerprint(project):
        raise IdempotencyReused(batch=str(batch.pk))
    return Answer(status=batch.status_code, body=batch.answer)


def _commit(
    planned: Sequence[Planned], entry: Entry, *, project: uuid.UUID, user: User, at: datetime
) -> Answer:
    """Store the batch with its answer, and what its rows make."""
    pk = uuid7()
    batch = ImportBatch(
        id=pk,
        project_id=project,
        created_by=user,
        created_at=at,
        idempotency_key=entry.key or str(pk),
        body_sha256=entry.fingerprint(project),
        status_code=0,
        answer={},
        undo_until=at + UNDO_WITHIN,
    )
    batch.save(force_insert=True)
    ids = store_rows(planned, batch=batch, client=entry.client)
    entries = [answer_row(plan, ids) for plan in planned]
    answer = told(entries, mode="commit", batch=pk, undo_until=batch.undo_until)
    batch.status_code, batch.answer = answer.status, answer.body
    batch.save(update_fields=["status_code", "answer"])
    return answer


def amend_result(
    result: uuid.UUID, row: object, entry: Entry, *, user: User, at: datetime
) -> Answer:
    """Replace a result by a corrected one: a draft that supersedes it.

    row holds the new value, the version that was seen, and the reason from the list. Raises
    NotFound, Forbidden, MalformedRequest for another shape, VersionMoved also for a result that
    was superseded meanwhile, StateConflict when nothing would change, or RecordRefused with
    every problem.
    """
    old = Determination.objects.for_user(user).filter(pk=result).first()
    if old is None:
        raise NotFound
    require(user, old.project_id, "lab.enter")
    if not isinstance(row, Mapping) or not NEEDED <= set(row) <= AMENDABLE:
        names = ", ".join(sorted(AMENDABLE))
        raise MalformedRequest(f"Give value, version and amend_reason; known are {names}.")
    amended = {
        **row,
        "specimen": str(old.specimen_id),
        "variable": str(old.variable_id),
        "purpose": old.purpose,
        "replicate_no": old.replicate_no,
        "result": str(old.pk),
    }
    whole = replace(entry, mode="commit", on_error="reject_all", if_exists="supersede")
    with transaction.atomic():
        answer = enter_results([amended], whole, project=old.project_id, user=user, at=at)
        _raise_refusal(answer.body["rows"][0])
    return answer


def _raise_refusal(entry: Mapping[str, Any]) -> None:
    """Raise what refused an amendment; the transaction then keeps nothing of it."""
    if entry["status"] == "superseded":
        return
    if entry["status"] == "unchanged":
        raise StateConflict("The result says this already.")
    if any(error["code"] == "result.version_moved" for error in entry["errors"]):
        raise VersionMoved
    raise RecordRefused(
        problems=[
            {"pointer": f"/{error['field']}", "code": error["code"], "detail": error["message"]}
            for error in entry["errors"]
        ]
    )
