"""Following an estimate back to the tablet record, and a record forward to its estimates."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from estimates.models import EstimateInput, EstimateRun, EstimateRunQuerySet
from sampling.models import Determination, SyncOperation

WRITTEN = ("applied", "merged", "conflict")
"""Operations that changed the record; of a conflict, what was not in doubt."""

SUMMARY_INPUT = "estimate_run"
UNSYNCED = ("determination", "weather")
"""Inputs no operation of a tablet wrote."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """One input of a run, with the operations that brought the record to its revision.

    A determination carries itself instead: who entered, verified and approved it.
    """

    input: EstimateInput
    operations: Sequence[SyncOperation] = field(default_factory=list)
    determination: Determination | None = None


def origins_of(run: EstimateRun) -> list[Origin]:
    """Return where the inputs of a run came from, in three queries."""
    inputs = list(run.inputs.order_by("kind", "record"))
    operations = _operations(item.record for item in inputs if item.kind not in UNSYNCED)
    determinations = Determination.objects.select_related(
        "variable", "specimen", "entered_by", "verified_by", "approved_by", "batch"
    ).in_bulk([item.record for item in inputs if item.kind == "determination"])
    return [
        Origin(
            input=item,
            operations=[
                operation
                for operation in operations.get(item.record, ())
                if (operation.revision or 0) <= item.revision
            ],
            determination=determinations.get(item.record),
        )
        for item in inputs
    ]


def runs_made_from(kind: str, record: uuid.UUID) -> EstimateRunQuerySet:
    """Return the runs a record or determination went into, with the summaries made from those."""
    direct = EstimateInput.objects.filter(kind=kind, record=record).values("run")
    summaries = EstimateInput.objects.filter(kind=SUMMARY_INPUT, record__in=direct).values("run")
    return EstimateRun.objects.filter(Q(pk__in=direct) | Q(pk__in=summaries))


def _operations(records: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[SyncOperation]]:
    found: dict[uuid.UUID, list[SyncOperation]] = defaultdict(list)
    rows = (
        SyncOperation.objects.filter(record__in=list(records), status__in=WRITTEN)
        .select_related("batch", "device", "by")
        .defer("batch__body", "body", "detail")
        .order_by("record", "revision", "received_at")
    )
    for row in rows:
        found[row.record].append(row)
    return found
