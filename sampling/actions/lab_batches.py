"""What happens to a batch of results after its entry: taking it back, linking rows that waited."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from sampling.actions.access import require
from sampling.actions.lab_plan import plan_rows
from sampling.actions.lab_store import answer_row, queue_up, store_rows, told
from sampling.errors import NotFound, StateConflict
from sampling.models import Determination, ImportBatch, Transition, User
from sampling.rules.lab_rows import read_row

UNDOABLE = frozenset({"draft", "submitted", "discarded", "rejected"})


def can_undo(batch: ImportBatch, *, at: datetime) -> bool:
    """Return whether a batch can be taken back now: in time, and nothing of it is settled."""
    is_open = batch.undone_at is None and batch.undo_until is not None and at <= batch.undo_until
    return is_open and not batch.determinations.exclude(state__in=UNDOABLE).exists()


def undo_batch(
    batch_id: uuid.UUID, *, user: User, at: datetime, client: str = "api"
) -> ImportBatch:
    """Take a batch back: discard its results, put back what they superseded or cleared.

    Allowed while nothing of it is verified or superseded; afterwards raises StateConflict, as
    when its time is over. Raises NotFound and Forbidden. Repeating is harmless.
    """
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound
    require(user, batch.project_id, "lab.enter")
    try:
        with transaction.atomic():
            queue_up(batch.project_id)
            batch.refresh_from_db()
            if batch.undone_at is None:
                _undo(batch, user=user, at=at, client=client)
    except IntegrityError as error:
        raise StateConflict(
            "Something else was entered where this batch would put a result back."
        ) from error
    return batch


def _undo(batch: ImportBatch, *, user: User, at: datetime, client: str) -> None:
    if batch.undo_until is None or at > batch.undo_until:
        raise StateConflict("The time to take this batch back is over; invalidate its results.")
    made = list(batch.determinations.select_for_update().order_by("pk"))
    settled = [result for result in made if result.state not in UNDOABLE]
    if settled:
        raise StateConflict(
            "Somebody verified or superseded results of this batch; invalidate them instead.",
            results=[{"id": str(result.pk), "state": result.state} for result in settled[:20]],
        )
    steps = _moved([result for result in made if result.state in ("draft", "submitted")])
    steps += _put_back([result.supersedes_id for result in made if result.supersedes_id])
    steps += _put_back(_cleared(batch.answer["rows"]))
    for step in steps:
        step.by, step.at, step.client, step.text = user, at, client, "batch taken back"
    Transition.objects.bulk_create(steps)
    batch.undone_at = at
    batch.answer = {**batch.answer, "undo": {**batch.answer["undo"], "allowed": False}}
    batch.save(update_fields=["undone_at", "answer"])


def _moved(drafts: Sequence[Determination]) -> list[Transition]:
    """Discard drafts, and return the steps that took."""
    Determination.objects.filter(pk__in=[draft.pk for draft in drafts]).update(
        state="discarded", version=F("version") + 1
    )
    return [
        Transition(determination=draft, from_state=draft.state, to_state="discarded")
        for draft in drafts
    ]


def _cleared(entries: Iterable[dict[str, Any]]) -> list[uuid.UUID]:
    return [
        uuid.UUID(entry["result"])
        for entry in entries
        if entry["status"] == "superseded" and entry["state"] == "discarded"
    ]


def _put_back(gone: Sequence[uuid.UUID]) -> list[Transition]:
    """Give results the state they had before they were superseded or cleared."""
    there = dict(
        Determination.objects.select_for_update()
        .filter(pk__in=gone, state__in=("superseded", "discarded"))
        .order_by("pk")
        .values_list("pk", "state")
    )
    last = (
        Transition.objects.filter(determination__in=there)
        .order_by("determination", "-pk")
        .distinct("determination")
    )
    by_state: dict[str, list[uuid.UUID]] = defaultdict(list)
    for step in last:
        by_state[step.from_state].append(step.determination_id)
    for state, ids in by_state.items():
        Determination.objects.filter(pk__in=ids).update(state=state, version=F("version") + 1)
    return [
        Transition(determination_id=pk, from_state=there[pk], to_state=state)
        for state, ids in by_state.items()
        for pk in ids
    ]


def link_all_held_results() -> int:
    """Do so in every project that has waiting rows."""
    projects = ImportBatch.objects.filter(undone_at=None, answer__counts__held__gt=0)
    return sum(
        link_held_results(project=project)
        for project in projects.order_by("project").values_list("project", flat=True).distinct()
    )


def link_held_results(*, project: uuid.UUID) -> int:
    """Enter the rows whose specimen has come from the field since; return how many.

    They are entered as their batch was: by the same person, at the same time. Where another
    result was entered meanwhile the row is refused and stays readable in its batch. Safe to
    repeat.
    """
    waiting = ImportBatch.objects.filter(
        project=project, undone_at=None, answer__counts__held__gt=0
    )
    if not waiting.exists():
        return 0
    with transaction.atomic():
        queue_up(project)
        return sum(_link(batch) for batch in waiting.order_by("created_at", "pk"))


def _link(batch: ImportBatch) -> int:
    entries = {entry["row"]: entry for entry in batch.answer["rows"]}
    held = [entry for entry in entries.values() if entry["status"] == "held"]
    rows = [read_row(entry["sent"], number=entry["row"]) for entry in held]
    planned = plan_rows(rows, project=batch.project_id, if_exists="fail", lock=True)
    settled = [plan for plan in planned if plan.status != "held"]
    if not settled:
        return 0
    ids = store_rows(settled, batch=batch, client="link")
    for plan in settled:
        number = plan.row.number
        entries[number] = {**answer_row(plan, ids), "sent": entries[number]["sent"]}
    answer = told(
        list(entries.values()), mode="commit", batch=batch.pk, undo_until=batch.undo_until
    )
    batch.status_code, batch.answer = answer.status, answer.body
    batch.save(update_fields=["status_code", "answer"])
    return len(ids)
