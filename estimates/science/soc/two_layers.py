"""RothC in two layers, for roots that reach below the plough: Rootfield's own, and uncertain.

Topsoil and subsoil each hold the four pools. Of what a topsoil pool loses in a month a share
moves down into the same pool of the subsoil, where decay is slower by a factor; the rest is
dealt out as in RothC. Both numbers play the parts of p and s in RothPC-1 (Jenkinson & Coleman
2008, doi:10.1111/j.1365-2389.2008.01026.x), but this is not that model and no parameter is
theirs: the defaults are assumptions to be drawn from, and results name the model as ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from estimates.science.distributions import Uniform
from estimates.science.errors import ImpossibleForcing
from estimates.science.soc.engine import Entry, FloatArray, Route, Step, Window
from estimates.science.soc.rothc import (
    POOLS,
    RothC,
    RothcSite,
    rothc_model,
    standard_splits,
    transformed_shares,
)
from estimates.science.soc.series import Feed, SocSeries, Start, Wish, every, simulate
from estimates.science.soc.streams import MONTHS, Stream

NAME = "RothC in two layers (Rootfield)"
SIZE = len(POOLS)
TRANSPORT_SHARE = Uniform(lower=0.0, upper=0.05)  # assumption
SUBSOIL_FACTOR = Uniform(lower=0.2, upper=0.8)  # assumption


@dataclass(frozen=True, kw_only=True)
class TwoLayers:
    """A site and its subsoil: clay in %, and the two numbers that are ours, (plots, draws)."""

    site: RothcSite
    subsoil_clay_pct: FloatArray
    transport_share: FloatArray
    subsoil_factor: FloatArray

    def __post_init__(self) -> None:
        for share in (self.transport_share, self.subsoil_factor):
            if not ((share >= 0) & (share <= 1)).all():
                raise ImpossibleForcing(
                    "The share that moves down and the factor of subsoil decay lie in 0 to 1."
                )


@dataclass(frozen=True, kw_only=True)
class TwoLayerRothC:
    """Eight pools; the streams of the topsoil come first, the same ones in the subsoil follow."""

    topsoil: RothC
    layers: TwoLayers
    pools: tuple[str, ...] = (
        *(f"{pool}_topsoil" for pool in POOLS),
        *(f"{pool}_subsoil" for pool in POOLS),
    )

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (plots or 1, draws or 1)."""
        return np.broadcast_shapes(
            self.topsoil.shape,
            self.layers.subsoil_clay_pct.shape,
            self.layers.transport_share.shape,
            self.layers.subsoil_factor.shape,
        )

    def steps(self, window: Window) -> Iterator[Step]:
        """Yield the months of these columns."""
        down = window.of(self.layers.transport_share)[None, None]
        factor = window.of(self.layers.subsoil_factor)
        below = transformed_shares(window.of(self.layers.subsoil_clay_pct))[:, None]
        fixed = (
            *(_one_down(pool, down) for pool in range(SIZE)),
            Route(sources=slice(SIZE, 2 * SIZE), targets=slice(SIZE + 2, 2 * SIZE), share=below),
        )
        for month in self.topsoil.steps(window):
            top, slow = np.broadcast_arrays(month.kept, month.kept**factor)
            stays = tuple(
                Route(sources=route.sources, targets=route.targets, share=route.share * (1 - down))
                for route in month.routes
            )
            yield Step(
                kept=np.concatenate([top, slow]),
                routes=(*stays, *fixed),
                entries=(*month.entries, *(_shifted(entry) for entry in month.entries)),
            )


def _one_down(pool: int, share: FloatArray) -> Route:
    return Route(
        sources=slice(pool, pool + 1), targets=slice(SIZE + pool, SIZE + pool + 1), share=share
    )


def _shifted(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return tuple(
        Entry(pools=slice(entry.pools.start + SIZE, entry.pools.stop + SIZE), share=entry.share)
        for entry in entries
    )


def two_layer_model(
    layers: TwoLayers, streams: Sequence[Stream], *, splits: Mapping[str, FloatArray]
) -> tuple[TwoLayerRothC, Feed]:
    """Return the compartments and what feeds them; a stream's layer_shares say how deep."""
    topsoil, feed = rothc_model(layers.site, streams, splits=splits)
    model = TwoLayerRothC(topsoil=topsoil, layers=layers)
    deeper = Feed(
        names=(*feed.names, *(f"{name}_subsoil" for name in feed.names)),
        amounts=(*feed.amounts, *(stream.amount_in(1) for stream in streams)),
    )
    return model, deeper


def run_two_layers(
    layers: TwoLayers,
    streams: Sequence[Stream],
    start: Start,
    *,
    splits: Mapping[str, FloatArray] | None = None,
    wish: Wish | None = None,
) -> SocSeries:
    """Return SOC of both layers together; the start holds the four pools of each."""
    if len(start.pools) != 2 * SIZE:
        raise ImpossibleForcing("Two layers start from the four pools of the topsoil and then 4.")
    model, feed = two_layer_model(layers, streams, splits=splits or standard_splits())
    wish = wish or Wish(record=every(MONTHS, layers.site.climate.months))
    return simulate(model, feed, start, name=NAME, steps_a_year=MONTHS, wish=wish)
