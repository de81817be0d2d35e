"""A chunk of runs: what one message names, and one worker carries out one claim after another.

A run is claimed only when its turn comes, so a worker that dies takes one run with it, and what
another worker finished meanwhile is passed over.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from estimates.runs.carry_out import complete_run
from estimates.runs.claims import Clock
from estimates.runs.reading import Reading


def complete_chunk(
    run_ids: Sequence[uuid.UUID], *, worker: str, clock: Clock = timezone.now
) -> int:
    """Compute the runs of a chunk and return how many this call stored. Safe to run twice.

    A run that breaks is given back and keeps none of the others waiting; what broke is raised
    together at the end. What all of them are made from is read once for the chunk.
    """
    reading = Reading(run_ids)
    stored = 0
    broken: list[Exception] = []
    for run_id in run_ids:
        try:
            stored += complete_run(run_id, worker=worker, clock=clock, reading=reading)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # noqa: BLE001 - raised below, with the others
            broken.append(error)
    if broken:
        raise ExceptionGroup(f"{len(broken)} of {len(run_ids)} runs broke.", broken)
    return stored
