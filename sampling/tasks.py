"""Tasks of sampling: ids in, one call, safe to run twice."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from sampling.actions import findings, pushes


@shared_task(acks_late=True)
def sweep_batches() -> None:
    """Judge pushes that were stored a minute ago or longer and never judged."""
    pushes.sweep_batches(older_than=timedelta(minutes=1))


@shared_task(acks_late=True)
def review_changes() -> None:
    """Look for doubts in what changed since the last look."""
    findings.review_changes()
