"""Finding runs that got lost: never picked up, or in the hands of a worker that fell silent.

The run row is the truth and messages may vanish, so what is not finished is published again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Least, Power

from estimates.models import HELD_STATES, MAX_ATTEMPTS, ClaimedRun, EstimateRun

PUBLISH_AGAIN_AFTER = dt.timedelta(seconds=20)
MOST_DOUBLINGS = 5
"""20 s, then 40 s and so on to about 10 minutes: a long queue is not flooded."""


def sweep_runs(*, now: dt.datetime) -> list[uuid.UUID]:
    """Return the estimates to publish again, after giving up those tried too often.

    Safe to repeat and to run twice at once: a run published twice is computed once.
    """
    together = ("order", "plot", "method")
    runs, ready = EstimateRun.objects.all(), EstimateRun.objects.ready()
    return sweep_of(runs, ready, now=now, together=together)


def sweep_of(
    runs: QuerySet[Any], ready: QuerySet[Any], *, now: dt.datetime, together: Sequence[str] = ()
) -> list[uuid.UUID]:
    """Return which of these runs to publish again; ready are those that wait for no other.

    The oldest come first, and of one moment those next to each other that are alike in `together`.
    """
    _release_silent(runs, now)
    _give_up(runs, now)
    return _lost(runs, ready.order_by("created_at", *together, "pk"), now)


def _release_silent(runs: QuerySet[Any], now: dt.datetime) -> None:
    runs.filter(state__in=HELD_STATES, lease_until__lt=now, attempt__lt=MAX_ATTEMPTS).update(
        state="queued",
        claim=None,
        lease_until=None,
        publications=0,
        last_error="The worker fell silent.",
    )


def _give_up(runs: QuerySet[Any], now: dt.datetime) -> None:
    tried = Q(state="queued") | Q(state__in=HELD_STATES, lease_until__lt=now)
    for run in runs.filter(tried, attempt__gte=MAX_ATTEMPTS):
        runs.filter(pk=run.pk, state=run.state, claim=run.claim).update(
            state="failed",
            claim=None,
            lease_until=None,
            finished_at=now,
            failure_code="given_up",
            failure_reason=reason_given_up(run),
        )


def reason_given_up(run: ClaimedRun) -> str:
    """Return why a run is not tried again, and what to do."""
    error = run.last_error if run.state == "queued" else "The worker fell silent."
    seen = f"{run.heartbeat_at:%Y-%m-%d %H:%M} UTC" if run.heartbeat_at else "never"
    return (
        f"No worker finished this estimate in {run.attempt} attempts; {run.worker} was last heard "
        f"of {seen}. What it said: {error} Ask whoever runs the workers, then order it again."
    )


def _lost(runs: QuerySet[Any], ready: QuerySet[Any], now: dt.datetime) -> list[uuid.UUID]:
    doublings = Least(F("publications"), Value(MOST_DOUBLINGS))
    patience = ExpressionWrapper(
        Value(PUBLISH_AGAIN_AFTER) * Power(Value(2), doublings) / Value(2),
        output_field=DurationField(),
    )
    lost = ready.filter(state="queued", published_at__lt=Value(now) - patience)
    ids = list(lost.values_list("pk", flat=True))
    runs.filter(pk__in=ids).update(published_at=now, publications=F("publications") + 1)
    return ids
