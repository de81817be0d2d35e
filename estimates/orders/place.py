"""Making the rows of an order in one transaction, and taking it back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from estimates.errors import OrderFinished, OrderRefused
from estimates.models import ENSEMBLE, EstimateOrder, EstimateRun, ParameterSet
from estimates.orders.options import DEFAULT_METHODS, METHOD_NAMES, checked_options
from estimates.runs.parameters import parameters_for
from estimates.runs.publish import publish
from sampling.errors import IdempotencyReused
from sampling.models import Campaign, Plot, User

LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for; no plots means every plot of the campaign.

    With an id of the client's own, asking again gives the order that was made the first time.
    """

    plots: Sequence[uuid.UUID] = ()
    methods: Sequence[str] = DEFAULT_METHODS
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 1
    id: uuid.UUID | None = None


def order_estimates(
    campaign: Campaign, wish: Wish, *, ordered_by: User, now: dt.datetime
) -> EstimateOrder:
    """Store an order with a run for every plot and method, and start it on commit.

    Without an id the same order again is a new order, with the same numbers. Raises OrderRefused
    with every problem (unknown methods, options or plots, a campaign without plots) and
    IdempotencyReused for a known id with another wish.
    """
    known = _known(campaign, wish)
    if known is not None:
        return known
    try:
        return _placed(campaign, wish, ordered_by=ordered_by, now=now)
    except IntegrityError:
        known = _known(campaign, wish)
        if known is None:
            raise
        return known


def _known(campaign: Campaign, wish: Wish) -> EstimateOrder | None:
    order = EstimateOrder.objects.filter(pk=wish.id).first() if wish.id else None
    if order is None:
        return None
    plots = order.runs.of_plots().values_list("plot", flat=True)
    same = (
        order.campaign_id == campaign.pk
        and order.methods == list(dict.fromkeys(wish.methods))
        and order.options == wish.options
        and order.seed == wish.seed
        and (not wish.plots or set(wish.plots) == set(plots))
    )
    if not same:
        raise IdempotencyReused("An order with this id was placed with another content.")
    return order


def _placed(campaign: Campaign, wish: Wish, *, ordered_by: User, now: dt.datetime) -> EstimateOrder:
    options = checked_options(wish.options)
    parameters = _parameters(wish.methods, now)
    plots = _plots(campaign, wish.plots)
    if not 0 <= wish.seed <= LARGEST_SEED:
        raise _refused("/seed", f"A seed is a whole number from 0 to {LARGEST_SEED}.")
    with transaction.atomic():
        order = EstimateOrder.objects.create(
            id=wish.id or uuid.uuid4(),
            project_id=campaign.project_id,
            campaign=campaign,
            methods=list(parameters),
            options=options,
            seed=wish.seed,
            ordered_by=ordered_by,
            ordered_at=now,
        )
        runs = EstimateRun.objects.bulk_create(
            _run(order, method, parameter_set, plot=plot)
            for plot in (*plots, None)  # the methods of a plot stand together, and read it once
            for method, parameter_set in _with_ensemble(parameters, now).items()
        )
        started = [run.pk for run in runs if not run.is_summary and run.method != ENSEMBLE]
        transaction.on_commit(partial(publish, started))
    return order


def cancel_order(order: EstimateOrder, *, cancelled_by: User, now: dt.datetime) -> EstimateOrder:
    """Cancel what is not finished; what is finished stays. Raises OrderFinished when all is.

    A worker in the middle of a run finds its claim gone and stores nothing.
    """
    with transaction.atomic():
        order = EstimateOrder.objects.select_for_update().get(pk=order.pk)
        active = EstimateRun.objects.active().filter(order=order)
        ended = active.update(state="cancelled", claim=None, lease_until=None, finished_at=now)
        if not ended:
            raise OrderFinished
        order.cancelled_by, order.cancelled_at = cancelled_by, now
        order.save(update_fields=["cancelled_by", "cancelled_at"])
    return order


def _parameters(methods: Sequence[str], now: dt.datetime) -> dict[str, ParameterSet]:
    found: dict[str, ParameterSet] = {}
    for method in dict.fromkeys(methods):
        parameter_set = parameters_for(method, now=now) if method in METHOD_NAMES else None
        if parameter_set is None:
            known = ", ".join(METHOD_NAMES)
            raise _refused("/methods", f"{method!r} is no method; the methods are: {known}.")
        found[method] = parameter_set
    if not found:
        raise _refused("/methods", "Order one method or more.")
    return found


def _plots(campaign: Campaign, wanted: Sequence[uuid.UUID]) -> list[Plot]:
    """Return the plots wanted, or all that the campaign planned or sampled."""
    sampled = Q(sampling_points__scope=campaign.capture_scope, sampling_points__voided_at=None)
    planned = Q(pk__in=campaign.plan.filter(voided_at=None).values("plot"))
    of_campaign = Plot.objects.filter(sampled | planned, voided_at=None)
    known = of_campaign.filter(project=campaign.project_id).order_by("code", "pk").distinct()
    plots = list(known.filter(pk__in=wanted) if wanted else known)
    missing = set(wanted) - {plot.pk for plot in plots}
    if missing:
        ids = ", ".join(sorted(map(str, missing)))
        raise _refused("/plots", f"These are no plots of the campaign: {ids}.")
    if not plots:
        raise _refused("/plots", "The campaign has no plots yet, neither planned nor sampled.")
    return plots


def _with_ensemble(
    parameters: Mapping[str, ParameterSet], now: dt.datetime
) -> dict[str, ParameterSet]:
    """Return the methods with, where there are several, the ensemble that sums them up."""
    ensemble = parameters_for(ENSEMBLE, now=now) if len(parameters) > 1 else None
    return {**parameters, **({ENSEMBLE: ensemble} if ensemble else {})}


def _run(
    order: EstimateOrder, method: str, parameter_set: ParameterSet, *, plot: Plot | None
) -> EstimateRun:
    return EstimateRun(
        order=order,
        plot=plot,
        is_summary=plot is None,
        method=method,
        parameter_set=parameter_set,
        created_at=order.ordered_at,
        published_at=order.ordered_at,
    )


def _refused(pointer: str, detail: str) -> OrderRefused:
    problem = {"pointer": pointer, "code": "invalid", "detail": detail}
    return OrderRefused(detail, problems=[problem])
