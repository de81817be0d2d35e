"""What a data steward decides about held operations: try again, give back, refuse.

An operation that is given back or refused gets the final status `rejected`, with the code
`returned` or `refused` and a sentence; the tablet shows both after its next pull. What was sent
stays in the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Case, QuerySet, When

from sampling.actions.devices import scopes_of
from sampling.actions.intake import rerun
from sampling.actions.journal import scope_heads
from sampling.actions.ledger import take_steps
from sampling.actions.overview import HELD_REASON, held_operations
from sampling.errors import MalformedRequest, RootfieldError, StateConflict
from sampling.models import (
    AuditEvent,
    Device,
    Project,
    SyncOperation,
    SyncWaiting,
    User,
)
from sampling.rules.operations import Outcome

MOST_AT_ONCE = 500  # operations one decision is about; what is left stays held
LONGEST_SENTENCE = 500  # characters a tablet can show

Verdict = Literal["returned", "refused"]
ACTIONS: Mapping[str, str] = {"returned": "operation.returned", "refused": "operation.refused"}


def alike(operation: SyncOperation, *, project: Project) -> QuerySet[SyncOperation]:
    """Return the held operations like this one: itself, then in the order they were made.

    Alike are those of the same campaign, on the same type of record, held for the same reason.
    """
    reason = (
        SyncOperation.objects.filter(pk=operation.pk)
        .annotate(reason=HELD_REASON)
        .values_list("reason", flat=True)
        .get()
    )
    return (
        held_operations(project)
        .annotate(reason=HELD_REASON)
        .filter(status=operation.status, scope=operation.scope, type=operation.type, reason=reason)
        .order_by(
            Case(When(pk=operation.pk, then=0), default=1), "received_at", "device_id", "n", "op"
        )
    )


def retry(op: UUID, *, project: Project, by: User, at: datetime) -> Outcome:
    """Try a held operation again; one that is still refused stays held. Raises NotFound."""
    outcome = rerun(op, by=by.pk, project=project.pk, at=at)
    AuditEvent.objects.create(
        at=at,
        project=project,
        user=by,
        device_id=SyncOperation.objects.values_list("device_id", flat=True).get(op=op),
        action="operation.rerun",
        subject_type="operation",
        subject=str(op),
        detail={"outcome": outcome.status},
    )
    return outcome


def try_again(
    operations: Iterable[UUID], *, project: Project, by: User, at: datetime
) -> Counter[str]:
    """Try held operations again, each by itself: what is wrong with one stops no other.

    Returns how many ended in each status, or error code.
    """
    outcomes: Counter[str] = Counter()
    for op in operations:
        try:
            outcomes[retry(op, project=project, by=by, at=at).status] += 1
        except RootfieldError as error:
            outcomes[error.code] += 1
    return outcomes


def settle_held(
    operations: Iterable[UUID],
    verdict: Verdict,
    *,
    sentence: str,
    project: Project,
    by: User,
    at: datetime,
) -> int:
    """Give held operations back to who sent them, or refuse them; return how many there were.

    Raises MalformedRequest without a sentence, StateConflict when none of them is held any more.
    """
    said = sentence.strip()
    if not said or len(said) > LONGEST_SENTENCE:
        raise MalformedRequest(
            f"Say in 1 to {LONGEST_SENTENCE} characters what the technician should know."
        )
    with transaction.atomic():
        held = list(
            held_operations(project)
            .filter(op__in=list(operations))
            .select_for_update(of=("self",))
            .order_by("device_id", "n", "op")  # as the intake locks them
        )
        if not held:
            raise StateConflict("This operation is no longer held: somebody settled it before you.")
        AuditEvent.objects.bulk_create(
            AuditEvent(
                at=at,
                project=project,
                user=by,
                device_id=operation.device_id,
                action=ACTIONS[verdict],
                subject_type="operation",
                subject=str(operation.op),
                detail={"sentence": said, "status": operation.status, "was": operation.detail},
            )
            for operation in held
        )
        _reject(held, verdict, said=said, by=by, home=project.scope)
    return len(held)


def _reject(
    held: Sequence[SyncOperation], verdict: Verdict, *, said: str, by: User, home: str
) -> None:
    """Write the final answer; it travels in the next pull of a scope the device reads."""
    readable = _readable_scopes(held)
    for operation in held:
        tells = operation.scope in readable.get(operation.device_id, ())
        operation.detail = {
            **_problems(operation),
            "code": verdict,
            "detail": said,
            "by": by.get_full_name() or by.username,
        }
        operation.status = "rejected"
        operation.told_in = "" if tells else home
    SyncWaiting.objects.filter(operation__in=[operation.op for operation in held]).delete()
    told = [operation.told_in or operation.scope for operation in held]
    with connection.cursor() as cursor:
        take_steps(cursor, [], silent=told)
        heads = scope_heads(cursor, set(told))
    for operation in held:
        operation.settled_seq = heads[operation.told_in or operation.scope]
    SyncOperation.objects.bulk_update(held, ["status", "detail", "told_in", "settled_seq"])


def _problems(operation: SyncOperation) -> dict[str, Any]:
    problems = (operation.detail or {}).get("problems")
    return {"problems": problems} if problems else {}


def _readable_scopes(held: Sequence[SyncOperation]) -> dict[UUID | None, frozenset[str]]:
    devices = Device.objects.filter(pk__in={one.device_id for one in held if one.device_id})
    return {device.pk: frozenset(scopes_of(device)) for device in devices}
