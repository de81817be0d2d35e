"""What the database holds at the end of the demo day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Count, QuerySet

from estimates.models import EstimateResult, EstimateRun
from sampling.models import (
    RECORD_MODELS,
    Determination,
    Finding,
    Project,
    ReviewedScope,
    SyncOperation,
    SyncScope,
)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Records by type, outcomes of operations by status, results and runs by state, and more."""

    records: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    results: Mapping[str, int] = field(default_factory=dict)
    findings: int = 0
    runs: Mapping[str, int] = field(default_factory=dict)
    estimates: int = 0

    def as_json(self, *, seconds: float) -> dict[str, Any]:
        """Return the counts with the time the day took, in s."""
        return {**asdict(self), "seconds": round(seconds, 1)}


def count_everything() -> Counts:
    """Return what the database holds."""
    return Counts(
        records={
            name: model._default_manager.filter(voided_at=None).count()
            for name, model in RECORD_MODELS.items()
        },
        outcomes=_by(SyncOperation.objects.all(), "status"),
        results=_by(Determination.objects.all(), "state"),
        findings=Finding.objects.count(),
        runs=_by(EstimateRun.objects.all(), "state"),
        estimates=EstimateResult.objects.count(),
    )


def findings_by_rule() -> dict[str, int]:
    """Return how many doubts each rule raised."""
    return _by(Finding.objects.all(), "rule")


def everything_is_reviewed() -> bool:
    """Return whether the rules have looked at every record of every campaign."""
    reviewed = dict(ReviewedScope.objects.values_list("scope", "seq"))
    heads = SyncScope.objects.filter(key__startswith="campaign:").values_list("key", "seq")
    return all(reviewed.get(scope, 0) >= head for scope, head in heads)


def holds_a_project() -> bool:
    """Return whether somebody works with this database already."""
    return Project.objects.exists()


def _by(rows: QuerySet[Any], name: str) -> dict[str, int]:
    counted = rows.order_by().values_list(name).annotate(number=Count("pk"))
    return dict(counted.order_by(name).values_list(name, "number"))
