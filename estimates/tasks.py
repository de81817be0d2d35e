"""What workers do: ids in, one call, safe to run twice."""

from __future__ import annotations

import socket
import uuid
from typing import TYPE_CHECKING

from celery import shared_task
from django.utils import timezone

from estimates.runs.chunks import complete_chunk
from estimates.runs.contrasts import complete_contrast as complete
from estimates.runs.contrasts import refresh_contrasts, sweep_contrasts
from estimates.runs.publish import (
    COMPLETE_CONTRAST,
    COMPLETE_RUNS,
    publish,
    publish_contrasts,
)
from estimates.runs.stale import refresh_stale as refresh
from estimates.runs.sweep import sweep_runs

if TYPE_CHECKING:
    from celery import Task


@shared_task(name=COMPLETE_RUNS, bind=True, acks_late=True)
def complete_runs(self: Task[..., None], *, run_ids: list[str]) -> None:
    """Compute a chunk of estimates. Safe to run twice."""
    worker = self.request.hostname or socket.gethostname()
    complete_chunk([uuid.UUID(run_id) for run_id in run_ids], worker=worker)


@shared_task(name=COMPLETE_CONTRAST, bind=True, acks_late=True)
def complete_contrast(self: Task[..., None], *, run_id: str) -> None:
    """Compute one contrast. Safe to run twice."""
    worker = self.request.hostname or socket.gethostname()
    complete(uuid.UUID(run_id), worker=worker)


@shared_task(name="estimates.tasks.sweep")
def sweep() -> int:
    """Publish lost runs again and return how many. Safe to run twice."""
    now = timezone.now()
    again = publish(sweep_runs(now=now))
    return again + publish_contrasts(sweep_contrasts(now=now))


@shared_task(name="estimates.tasks.refresh_stale")
def refresh_stale() -> int:
    """Order what changed once more and return how many runs. Safe to run twice."""
    now = timezone.now()
    again = publish(refresh(now=now))
    return again + publish_contrasts(refresh_contrasts(now=now))
