"""What the runs of a chunk are made from, read once for all its plots of an order."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from estimates.assembly import Mark, PlotInputs, assemble, ledger_mark, science_options
from estimates.models import EstimateOrder, EstimateRun
from estimates.science.inputs import Options


@dataclass(frozen=True, kw_only=True)
class OrderInputs:
    """The plots of an order that a chunk needs, and where the ledger stood before that."""

    options: Options
    mark: Mark
    plots: Mapping[uuid.UUID, PlotInputs]


class Reading:
    """Reads when the first run of an order asks, and keeps only what these runs need.

    A change that comes after the reading is newer than its mark, so it is seen as one.
    """

    def __init__(self, run_ids: Collection[uuid.UUID]) -> None:
        self._run_ids = run_ids
        self._orders: dict[uuid.UUID, OrderInputs] = {}

    def of(self, order: EstimateOrder) -> OrderInputs:
        """Return what the runs of this order are made from."""
        if order.pk not in self._orders:
            self._orders[order.pk] = self._read(order)
        return self._orders[order.pk]

    def _read(self, order: EstimateOrder) -> OrderInputs:
        options = science_options(order.options, seed=order.seed)
        mark = ledger_mark(order)
        runs = EstimateRun.objects.of_plots().filter(pk__in=self._run_ids, order=order)
        plots = set(runs.values_list("plot", flat=True))
        return OrderInputs(
            options=options,
            mark=mark,
            plots=assemble(order.campaign_id, plots, options=options),
        )
