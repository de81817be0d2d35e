"""What a device, or a person, is told of operations the ledger knows: answers and stored bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.db.models import Q, QuerySet

from sampling.errors import NotFound
from sampling.models import Device, SyncOperation
from sampling.rules.operations import Outcome, Status
from sampling.rules.sent import as_sent

PAGE = 500


@dataclass(frozen=True, kw_only=True)
class Sent:
    """An operation with the bytes it came in; `text` is None where no push brought it.

    `text` is the operation's own JSON, letter for letter.
    """

    operation: SyncOperation
    text: bytes | None

    @property
    def outcome(self) -> Outcome:
        """The answer that stands."""
        return outcome_of(self.operation)


def outcome_of(operation: SyncOperation) -> Outcome:
    """Return the answer an operation got."""
    detail: dict[str, Any] = operation.detail or {}
    return Outcome(
        op=operation.op,
        status=cast(Status, operation.status),
        revision=operation.revision,
        seq=operation.seq,
        detail=detail,
    )


def operations_from(device: Device, number: int) -> tuple[list[SyncOperation], int | None]:
    """Return the device's operations from a number on, and the number to go on from, if any."""
    rows = list(
        SyncOperation.objects.filter(device=device, n__gte=number)
        .defer("body")
        .order_by("n")[: PAGE + 1]
    )
    return rows[:PAGE], rows[PAGE].n if len(rows) > PAGE else None


def operation_of(device: Device, op: UUID) -> Sent:
    """Return one operation of the device, or of a former self of it; raises NotFound."""
    former = Q(
        device__project=device.project_id, device__user=device.user_id, device__state="closed"
    )
    return with_bytes(SyncOperation.objects.filter(Q(device=device) | former), op)


def with_bytes(operations: QuerySet[SyncOperation], op: UUID) -> Sent:
    """Return one of some operations with the bytes it came in; raises NotFound."""
    operation = operations.filter(op=op).select_related("batch", "device").first()
    if operation is None:
        raise NotFound("No operation has this id.")
    batch = operation.batch
    text = as_sent(bytes(batch.body), batch.encoding, op) if batch else None
    return Sent(operation=operation, text=text)
