"""Noticing that what an estimate was made from has changed, and asking for it once more.

What the assembly would read now is compared with the lineage of the newest runs: a record with a
newer revision, one withdrawn, one that is new, a determination superseded. Old results stay
readable. A record that changes ten times before a worker comes causes one recomputation.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import Q

from estimates.assembly import Lineage, assemble, science_options
from estimates.assembly.ledger import ledger_marks
from estimates.models import ENSEMBLE, EstimateInput, EstimateOrder, EstimateRun
from sampling.models import RECORD_MODELS

CHECKED_STATES = ("succeeded", "failed")
MOST_NAMED = 5
RECORD_KINDS = list(RECORD_MODELS)


def refresh_stale(*, now: dt.datetime) -> list[uuid.UUID]:
    """Mark stale runs with their cause and return the recomputations to publish.

    Orders whose ledger did not move are passed over, and so are those still being worked on: what
    changed meanwhile is answered once, when they are done. Safe to repeat and to run twice at once.
    """
    orders = list(EstimateOrder.objects.filter(cancelled_at=None))
    marks = ledger_marks(orders)
    moved = [order for order in orders if order.checked_mark != marks[order.pk]]
    if not moved:
        return []
    working = set(EstimateRun.objects.active().values_list("order", flat=True).distinct())
    created: list[uuid.UUID] = []
    for order in moved:
        if order.pk in working:
            continue
        ordered = recompute(order, find_stale(order), now=now)
        created += ordered
        if not ordered:
            order.checked_mark = marks[order.pk]
            order.save(update_fields=["checked_mark"])
    return created


def find_stale(order: EstimateOrder) -> dict[EstimateRun, str]:
    """Return the newest finished runs of plots whose inputs changed, with what changed.

    The number of queries does not grow with the number of plots.
    """
    runs = list(
        EstimateRun.objects.newest()
        .of_plots()
        .filter(order=order, state__in=CHECKED_STATES)
        .exclude(input_sha256="")
        .exclude(method=ENSEMBLE)
        .order_by("pk")
    )
    if not runs:
        return {}
    options = science_options(order.options, seed=order.seed)
    present = assemble(
        order.campaign_id, {run.plot_id for run in runs if run.plot_id}, options=options
    )
    known = _lineage_of(runs)
    causes = {}
    for run in runs:
        inputs = present.get(run.plot_id) if run.plot_id else None
        cause = what_changed(known[run.pk], inputs.lineage if inputs else ())
        if cause:
            causes[run] = cause
    return causes


def what_changed(before: Iterable[Lineage], after: Iterable[Lineage]) -> str:
    """Return in a sentence what differs between two lineages; blank when nothing does."""
    old = {(item.kind, item.record): item.revision for item in before}
    new = {(item.kind, item.record): item.revision for item in after}
    changes = []
    for key in sorted(old.keys() | new.keys(), key=_coarsest_first):
        if key not in new:
            changes.append(f"{_named(key)} is no longer used")
        elif key not in old:
            changes.append(f"{_named(key)} is new")
        elif old[key] != new[key]:
            changes.append(f"{_named(key)} changed from revision {old[key]} to {new[key]}")
    if not changes:
        return ""
    more = len(changes) - MOST_NAMED
    tail = f"; and {more} more changes" if more > 0 else ""
    return "; ".join(changes[:MOST_NAMED]) + tail + "."


def recompute(
    order: EstimateOrder, causes: Mapping[EstimateRun, str], *, now: dt.datetime
) -> list[uuid.UUID]:
    """Mark runs stale and make the run that replaces each; return those to publish.

    A run that is replaced already is left alone, so that each change is answered once.
    """
    if not causes:
        return []
    with transaction.atomic():
        locked = EstimateRun.objects.select_for_update(of=("self",)).newest()
        stale = list(
            locked.filter(
                pk__in=[run.pk for run in causes], state__in=CHECKED_STATES, is_stale=False
            ).order_by("pk")
        )
        dependents = _dependents_of(order, stale)
        text = {run.pk: cause for run, cause in causes.items()}
        text |= {run.pk: "Estimates it sums up are computed again." for run in dependents}
        for run in (*stale, *dependents):
            run.is_stale, run.stale_cause, run.stale_at = True, text[run.pk], now
        EstimateRun.objects.bulk_update(
            [*stale, *dependents], ["is_stale", "stale_cause", "stale_at"]
        )
        EstimateRun.objects.bulk_create(_next(run, now) for run in (*stale, *dependents))
    return list(
        EstimateRun.objects.active()
        .of_plots()
        .filter(supersedes__in=stale)
        .order_by("plot", "method")
        .values_list("pk", flat=True)
    )


def _dependents_of(order: EstimateOrder, stale: Sequence[EstimateRun]) -> list[EstimateRun]:
    """Return the finished runs that sum up stale ones; one that still waits sees the new runs.

    These are summaries of their methods, ensembles of their plots, and that of the order.
    """
    methods = {run.method for run in stale}
    sums_up = Q(is_summary=True, method__in=[*methods, ENSEMBLE])
    sums_up |= Q(method=ENSEMBLE, plot__in=[run.plot_id for run in stale])
    return list(
        EstimateRun.objects.select_for_update(of=("self",))
        .newest()
        .filter(sums_up, order=order, state__in=CHECKED_STATES, is_stale=False)
    )


def _next(run: EstimateRun, now: dt.datetime) -> EstimateRun:
    return EstimateRun(
        order_id=run.order_id,
        plot_id=run.plot_id,
        is_summary=run.is_summary,
        method=run.method,
        parameter_set_id=run.parameter_set_id,
        generation=run.generation + 1,
        supersedes=run,
        cause="recomputed",
        cause_text=run.stale_cause,
        created_at=now,
        published_at=now,
    )


def _lineage_of(runs: Sequence[EstimateRun]) -> Mapping[uuid.UUID, list[Lineage]]:
    lineages: dict[uuid.UUID, list[Lineage]] = defaultdict(list)
    rows = EstimateInput.objects.filter(run__in=runs)
    for run, kind, record, revision in rows.values_list("run", "kind", "record", "revision"):
        lineages[run].append(Lineage(kind, record, revision))
    return lineages


def _coarsest_first(key: tuple[str, uuid.UUID]) -> tuple[int, str, uuid.UUID]:
    """Put a core before what was cut from it, so that the cause comes before its effects."""
    kind, record = key
    rank = RECORD_KINDS.index(kind) if kind in RECORD_KINDS else len(RECORD_KINDS)
    return rank, kind, record


def _named(key: tuple[str, uuid.UUID]) -> str:
    kind, record = key
    return f"{kind.replace('_', ' ')} {record}"
