"""Who may compute a run: a claim by compare-and-set, held under a lease, given back or lost."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import F, Q, QuerySet

from estimates.models import HELD_STATES, MAX_ATTEMPTS, ClaimedRun, EstimateRun

Run = TypeVar("Run", bound=ClaimedRun)
Clock = Callable[[], dt.datetime]

LEASE = dt.timedelta(seconds=60)
BEAT = dt.timedelta(seconds=15)
"""Four beats a lease: a worker may miss three and keep its run."""


@dataclass(frozen=True, kw_only=True)
class Claim(Generic[Run]):
    """A run in the hands of one worker."""

    run: Run
    token: uuid.UUID


def take(run_id: uuid.UUID, *, worker: str, now: dt.datetime) -> Claim[EstimateRun] | None:
    """Claim an estimate that waits, or whose worker let its lease run out; None without one.

    A summary waits for the runs of its plots.
    """
    ready = EstimateRun.objects.ready()
    return take_from(
        ready, run_id, worker=worker, now=now, related=("order", "plot", "parameter_set")
    )


def take_from(
    ready: QuerySet[Run],
    run_id: uuid.UUID,
    *,
    worker: str,
    now: dt.datetime,
    related: tuple[str, ...],
) -> Claim[Run] | None:
    """Claim one of these runs, with what is read along; None when it is not free."""
    token = uuid.uuid4()
    free = Q(state="queued") | Q(state__in=HELD_STATES, lease_until__lt=now)
    taken = ready.filter(free, pk=run_id, attempt__lt=MAX_ATTEMPTS).update(
        state="claimed",
        attempt=F("attempt") + 1,
        claim=token,
        worker=worker[:120],
        lease_until=now + LEASE,
        heartbeat_at=now,
        started_at=now,
        steps_done=0,
    )
    if not taken:
        return None
    run = ready.model._default_manager.select_related(*related).get(pk=run_id)
    return Claim(run=run, token=token)


def step(claim: Claim[Any], *, done: int, now: dt.datetime) -> bool:
    """Note a step of the run and renew its lease; False when the claim was lost."""
    return bool(
        _held(claim).update(
            state="running", steps_done=done, heartbeat_at=now, lease_until=now + LEASE
        )
    )


def beat(claim: Claim[Any], *, now: dt.datetime) -> bool:
    """Renew the lease; False when the claim was lost."""
    return bool(_held(claim).update(heartbeat_at=now, lease_until=now + LEASE))


def give_back(claim: Claim[Any], *, error: Exception) -> bool:
    """Let others try the run again, and keep what went wrong; False when the claim was lost."""
    return bool(
        _held(claim).update(
            state="queued",
            claim=None,
            lease_until=None,
            last_error=f"{type(error).__name__}: {error}",
        )
    )


@contextmanager
def kept_alive(claim: Claim[Any], *, clock: Clock, every: dt.timedelta = BEAT) -> Iterator[None]:
    """Renew the lease from a thread while the work goes on."""
    is_done = threading.Event()
    thread = threading.Thread(target=_beat_until, args=(claim, clock, every, is_done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_done.set()
        thread.join()


def _beat_until(
    claim: Claim[Any], clock: Clock, every: dt.timedelta, is_done: threading.Event
) -> None:
    try:
        while not is_done.wait(every.total_seconds()) and beat(claim, now=clock()):
            pass
    finally:
        connection.close()


def _held(claim: Claim[Any]) -> QuerySet[Any]:
    runs: QuerySet[Any] = type(claim.run)._default_manager.all()
    return runs.filter(pk=claim.run.pk, claim=claim.token, state__in=HELD_STATES)
