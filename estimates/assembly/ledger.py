"""Where the ledger of a campaign stands: a mark that grows with every committed change."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TypedDict

from django.db.models import Count, Sum

from estimates.models import EstimateOrder
from sampling.models import Determination, SyncScope, WeatherMonth


class Mark(TypedDict):
    """The counters of both scopes, the sum of all versions of the project's determinations.

    And the months of weather of its sites with all their rain, which is in no ledger.
    """

    campaign: int
    project: int
    lab: int
    weather: list[float]


def ledger_mark(order: EstimateOrder) -> Mark:
    """Return where the ledger of the campaign of an order stands.

    Read it before the rows it stands for: then a change that slips in between is seen again
    rather than missed.
    """
    return ledger_marks([order])[order.pk]


def ledger_marks(orders: Collection[EstimateOrder]) -> dict[uuid.UUID, Mark]:
    """Return the marks of several orders in three queries.

    A determination moves by raising its version and is never deleted, so the sum of versions
    never stands still while one moves, whatever order the moves are committed in.
    """
    scopes = {f"campaign:{order.campaign_id}" for order in orders}
    scopes |= {f"project:{order.project_id}" for order in orders}
    seqs = dict(SyncScope.objects.filter(key__in=scopes).values_list("key", "seq"))
    versions = dict(
        Determination.objects.filter(project__in={order.project_id for order in orders})
        .values_list("project")
        .annotate(total=Sum("version"))
        .order_by()
    )
    weather = {
        row["site__project"]: [float(row["months"]), float(row["rain"])]
        for row in WeatherMonth.objects.filter(
            site__project__in={order.project_id for order in orders}
        )
        .values("site__project")
        .annotate(months=Count("pk"), rain=Sum("rain_mm"))
        .order_by()
    }
    return {
        order.pk: Mark(
            campaign=seqs.get(f"campaign:{order.campaign_id}", 0),
            project=seqs.get(f"project:{order.project_id}", 0),
            lab=versions.get(order.project_id, 0),
            weather=weather.get(order.project_id, []),
        )
        for order in orders
    }
