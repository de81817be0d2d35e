"""What workers do: ids in, one call, safe to run twice."""

from __future__ import annotations

import socket
import uuid
from typing import TYPE_CHECKING

from celery import shared_task
from django.utils import timezone

from estimates.runs import carry_out
from estimates.runs.contrasts import complete_contrast as complete
from estimates.runs.contrasts import refresh_contrasts, sweep_contrasts
from estimates.runs.publish import COMPLETE_CONTRAST, COMPLETE_RUN, publish
from estimates.runs.stale import refresh_stale as refresh
from estimates.runs.sweep import sweep_runs

if TYPE_CHECKING:
    from celery import Task


@shared_task(name=COMPLETE_RUN, bind=True, acks_late=True)
def complete_run(self: Task[..., None], *, run_id: str) -> None:
    """Compute one estimate. Safe to run twice."""
    worker = self.request.hostname or socket.gethostname()
    carry_out.complete_run(uuid.UUID(run_id), worker=worker)


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
    return again + publish(sweep_contrasts(now=now), task=COMPLETE_CONTRAST)


@shared_task(name="estimates.tasks.refresh_stale")
def refresh_stale() -> int:
    """Order what changed once more and return how many runs. Safe to run twice."""
    now = timezone.now()
    again = publish(refresh(now=now))
    return again + publish(refresh_contrasts(now=now), task=COMPLETE_CONTRAST)
