"""Pushes whose bytes are kept and that were not applied: a steward lets one in, or refuses it.

Most come from devices that were withdrawn; others were refused by the database, or not readable.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from sampling.actions import pushes
from sampling.actions.devices import scopes_before_withdrawal
from sampling.errors import MalformedRequest, StateConflict
from sampling.models import AuditEvent, SyncBatch, User

KEPT = ("quarantined", "undecodable", "refused")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What became of a kept push: its operations, counted by how each ended."""

    batch: SyncBatch
    outcomes: Counter[str]


def kept_pushes() -> QuerySet[SyncBatch]:
    """Return the pushes that were not applied, with their devices and without their bytes."""
    return (
        SyncBatch.objects.filter(state__in=KEPT)
        .select_related("device__user", "decided_by")
        .defer("body")
    )


def let_in(batch: SyncBatch, *, by: User, at: dt.datetime, why: str = "") -> Decision:
    """Judge a kept push as if it came from its device before that was withdrawn.

    What is doubtful about single operations is held like everywhere. Raises StateConflict for a
    push that was applied, DeviceForked for one whose numbers another tablet used, and what the
    bytes were refused for when they cannot be read.
    """
    with transaction.atomic():
        locked = _locked(batch)
        accepted = pushes.judge_kept(locked, scopes=scopes_before_withdrawal(locked.device))
        outcomes = Counter(str(outcome.status) for outcome in accepted.outcomes)
        locked.state, locked.error = "applied", ""
        _decide(locked, "push.let_in", by=by, at=at, why=why, outcomes=dict(outcomes))
    return Decision(batch=locked, outcomes=outcomes)


def refuse(batch: SyncBatch, *, by: User, at: dt.datetime, why: str) -> Decision:
    """Leave a kept push out, and say why; its bytes stay, and it can still be let in later."""
    if not why.strip():
        raise MalformedRequest("Say why the push is refused.")
    with transaction.atomic():
        locked = _locked(batch)
        locked.state, locked.error = "refused", why.strip()
        _decide(locked, "push.refused", by=by, at=at, why=why.strip())
    return Decision(batch=locked, outcomes=Counter())


def _locked(batch: SyncBatch) -> SyncBatch:
    locked = (
        SyncBatch.objects.select_for_update(of=("self",))
        .select_related("device__user")
        .get(pk=batch.pk)
    )
    if locked.state not in KEPT:
        raise StateConflict("This push does not wait for a decision.")
    return locked


def _decide(
    batch: SyncBatch, action: str, *, by: User, at: dt.datetime, why: str, **detail: object
) -> None:
    batch.decided_by, batch.decided_at = by, at
    batch.save(update_fields=["state", "error", "decided_by", "decided_at"])
    AuditEvent.objects.create(
        at=at,
        project_id=batch.device.project_id,
        user=by,
        device=batch.device,
        action=action,
        subject_type="sync_batch",
        subject=str(batch.pk),
        detail={"why": why, **detail},
    )
