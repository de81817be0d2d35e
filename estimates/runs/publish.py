"""Telling workers which runs wait. A message carries an id and may be lost or doubled."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

COMPLETE_RUN = "estimates.tasks.complete_run"
COMPLETE_CONTRAST = "estimates.tasks.complete_contrast"

RETRY = {"max_retries": 2, "interval_start": 0.0, "interval_step": 0.2}

logger = structlog.get_logger("estimates.publish")


def publish(run_ids: Sequence[uuid.UUID], *, task: str = COMPLETE_RUN) -> int:
    """Send one message a run and return how many were sent.

    When the broker does not answer the rest stays unsent: the sweeper publishes it again.
    """
    for number, run_id in enumerate(run_ids):
        try:
            current_app.send_task(
                task,
                kwargs={"run_id": str(run_id)},
                retry_policy=RETRY,
            )
        except OperationalError as error:
            logger.warning("broker silent", unsent=len(run_ids) - number, error=str(error))
            return number
    return len(run_ids)
