"""Writing what was planned for a bulk entry, and telling what became of each row."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import F
from uuid_utils.compat import uuid7

from sampling.actions.lab_plan import Planned
from sampling.models import Determination, ImportBatch, Project, Transition
from sampling.rules.lab_rows import as_sent

STATUSES: Final = ("created", "unchanged", "superseded", "held", "rejected")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP status, and the body that tells what became of each row."""

    status: int
    body: dict[str, Any]


def queue_up(project: uuid.UUID) -> None:
    """Wait until nobody else enters results of the project, and keep others waiting.

    Held until the transaction ends.
    """
    Project.objects.select_for_update(no_key=True).get(pk=project)


def store_rows(
    planned: Sequence[Planned], *, batch: ImportBatch, client: str
) -> dict[int, uuid.UUID]:
    """Store what the rows make, and return the new ids by row number."""
    ids = {plan.row.number: uuid7() for plan in planned if plan.makes_result}
    steps = [*_take_away(planned)]
    makers = [plan for plan in planned if plan.makes_result]
    Determination.objects.bulk_create(
        [_determination(plan, ids[plan.row.number], batch=batch) for plan in makers]
    )
    steps += [
        Transition(determination_id=ids[plan.row.number], to_state="draft") for plan in makers
    ]
    for step in steps:
        step.by_id, step.at, step.client = batch.created_by_id, batch.created_at, client
    Transition.objects.bulk_create(steps)
    return ids


def _take_away(planned: Iterable[Planned]) -> list[Transition]:
    """Move what is replaced or cleared out of the way, and return the steps it took."""
    gone = [plan for plan in planned if plan.status == "superseded"]
    steps = []
    for state in ("superseded", "discarded"):
        there = {
            plan.old.pk: plan
            for plan in gone
            if plan.old is not None and plan.clears == (state == "discarded")
        }
        if not there:
            continue
        Determination.objects.filter(pk__in=there).update(state=state, version=F("version") + 1)
        steps += [
            Transition(
                determination_id=pk,
                from_state=plan.old.state if plan.old else "",
                to_state=state,
                reason=plan.row.amend_reason,
                text=plan.row.amend_text,
            )
            for pk, plan in there.items()
        ]
    return steps


def _determination(plan: Planned, pk: uuid.UUID, *, batch: ImportBatch) -> Determination:
    """Return the draft a row makes."""
    result, row = plan.result, plan.row
    if result is None or plan.specimen is None or plan.variable is None:
        raise AssertionError("only complete rows are stored")
    return Determination(
        id=pk,
        project_id=batch.project_id,
        specimen_id=plan.specimen,
        variable_id=plan.variable,
        purpose=row.purpose,
        replicate_no=row.replicate_no,
        value=result.value,
        censoring=result.censoring,
        limit=result.limit,
        unit=result.unit,
        as_entered=result.as_entered,
        reason=result.reason,
        flags=list(result.flags),
        note=row.note,
        entered_by_id=batch.created_by_id,
        entered_at=batch.created_at,
        supersedes=plan.old,
        batch=batch,
    )


def answer_row(plan: Planned, ids: Mapping[int, uuid.UUID]) -> dict[str, Any]:
    """Return the entry of one row; a held one keeps what was sent."""
    entry = {
        "row": plan.row.number,
        "ref": plan.row.ref,
        "status": plan.status,
        **_stored(plan, ids),
        "read_as": plan.result.read_as if plan.result else None,
        "errors": [remark.as_wire() for remark in plan.errors],
        "warnings": [remark.as_wire() for remark in plan.warnings],
    }
    return {**entry, "sent": as_sent(plan.row)} if plan.status == "held" else entry


def _stored(plan: Planned, ids: Mapping[int, uuid.UUID]) -> dict[str, Any]:
    """Return which determination a row made, met or cleared."""
    if plan.makes_result:
        made = ids.get(plan.row.number)
        return {"result": made and str(made), "state": "draft", "version": 1}
    if plan.old is None or plan.status == "rejected":
        return {"result": None, "state": None, "version": None}
    state = "discarded" if plan.clears else plan.old.state
    version = plan.old.version + int(plan.clears)
    return {"result": str(plan.old.pk), "state": state, "version": version}


def told(
    entries: Sequence[Mapping[str, Any]],
    *,
    mode: str,
    batch: uuid.UUID | None,
    undo_until: datetime | None,
) -> Answer:
    """Return the answer to a body, from the entries of its rows.

    200 nothing was to be written, 201 every row was taken, 207 some were refused or wait for
    their specimen, 422 none was taken.
    """
    statuses = Counter(entry["status"] for entry in entries)
    counts = {
        "rows": len(entries),
        **{status: statuses[status] for status in STATUSES},
        "warnings": sum(len(entry["warnings"]) for entry in entries),
    }
    word, code = _verdict(counts)
    body = {
        "batch": batch and str(batch),
        "mode": mode,
        "status": word,
        "counts": counts,
        "rows": list(entries),
        "undo": {
            "allowed": undo_until is not None,
            "until": undo_until and undo_until.isoformat(),
        },
    }
    return Answer(status=200 if mode == "validate" else code, body=body)


def _verdict(counts: Mapping[str, int]) -> tuple[str, int]:
    """Return the word and the HTTP status for what became of the rows."""
    if counts["rejected"] == counts["rows"]:
        return "rejected", 422
    if counts["rejected"] or counts["held"]:
        return "partial", 207
    return "complete", 201 if counts["created"] or counts["superseded"] else 200
