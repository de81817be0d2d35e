"""From a model, streams and a start to SOC over the years, by stream when asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from estimates.science.errors import ImpossibleForcing, NotEnoughData
from estimates.science.soc.engine import CHUNK_COLUMNS, Compartments, FloatArray, Job, run

INITIAL = "initial"


@dataclass(frozen=True, kw_only=True)
class Start:
    """The pools at the start (pools, plots or 1, draws or 1) and C that never turns over."""

    pools: FloatArray
    inert_t_ha: FloatArray = field(default_factory=lambda: np.zeros((1, 1)))

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (plots or 1, draws or 1)."""
        return np.broadcast_shapes(self.pools.shape[1:], self.inert_t_ha.shape)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What to keep: the steps, the pools, SOC by stream; columns worked at once."""

    record: Sequence[int]
    keeps_pools: bool = True
    keeps_respired: bool = True
    by_stream: bool = False
    chunk_columns: int = CHUNK_COLUMNS


@dataclass(frozen=True, kw_only=True)
class SocSeries:
    """SOC over time in t C per ha, with what it was made by.

    years is time since the start, one for each record. soc holds inert C. by_stream tells what
    of it each stream brought; INITIAL is what is left of the start, inert C included. respired
    is C given to the air since the start. Arrays are (records, plots, draws), pools (records,
    plots, draws) each.
    """

    model: str
    years: FloatArray
    soc_t_ha: FloatArray
    respired_t_ha: FloatArray
    pools: Mapping[str, FloatArray]
    by_stream: Mapping[str, FloatArray]


@dataclass(frozen=True, kw_only=True)
class Feed:
    """The amounts of the streams by name, (steps, plots or 1, draws or 1)."""

    names: tuple[str, ...]
    amounts: tuple[FloatArray, ...]


def every(steps: int, total: int) -> tuple[int, ...]:
    """Return the start and every so many steps after it."""
    return tuple(range(0, total + 1, steps))


def simulate(
    model: Compartments, feed: Feed, start: Start, *, name: str, steps_a_year: int, wish: Wish
) -> SocSeries:
    """Run a model; every array may have 1 where its columns do not differ."""
    steps = steps_wished(feed.amounts, wish)
    plots, draws = np.broadcast_shapes(
        model.shape, start.shape, *(amount.shape[1:] for amount in feed.amounts)
    )
    lanes = len(feed.names) + 1 if wish.by_stream else 1
    first = np.zeros((start.pools.shape[0], lanes, *start.pools.shape[1:]))
    first[:, 0] = start.pools
    job = Job(
        start=first,
        amounts=tuple(amount[:steps] for amount in feed.amounts),
        lane_of=tuple(range(1, lanes)) if wish.by_stream else (0,) * len(feed.names),
        record=wish.record,
        plots=plots,
        draws=draws,
        keeps_pools=wish.keeps_pools,
        keeps_respired=wish.keeps_respired,
    )
    trace = run(model, job, chunk_columns=wish.chunk_columns)
    states = trace.states.sum(axis=2)
    brought = zip((INITIAL, *feed.names), range(lanes), strict=False)
    return SocSeries(
        model=name,
        years=np.asarray(wish.record, dtype=np.float64) / steps_a_year,
        soc_t_ha=trace.total.sum(axis=1) + start.inert_t_ha,
        respired_t_ha=trace.respired.sum(axis=1),
        pools={pool: states[:, row] for row, pool in enumerate(model.pools)} if len(states) else {},
        by_stream={
            name: trace.total[:, lane] + (start.inert_t_ha if lane == 0 else 0.0)
            for name, lane in brought
        }
        if wish.by_stream
        else {},
    )


def is_single(model_shape: tuple[int, ...], start_shape: tuple[int, ...], feed: Feed) -> bool:
    """Return whether nothing varies: one plot, one draw."""
    shapes = (model_shape, start_shape, *(amount.shape[1:] for amount in feed.amounts))
    return np.broadcast_shapes(*shapes) == (1, 1)


def steps_wished(amounts: Iterable[FloatArray], wish: Wish) -> int:
    """Return how many steps to run; raises when the series end before."""
    steps = max(wish.record)
    lengths = [len(amount) for amount in amounts]
    if min(wish.record) < 0 or steps == 0:
        raise NotEnoughData("Ask for the state after at least one step.")
    if lengths and min(lengths) < steps:
        raise ImpossibleForcing(
            f"An input series has {min(lengths)} steps, but the state after {steps} is asked for."
        )
    return steps
