"""One linear compartment engine under every SOC model.

In a step each pool keeps a share of its C, what is lost goes by routes to other pools or into
the air, and then the inputs enter. A model is whatever says those shares, step by step. State is
an array (pools, lanes, plots, draws); what differs only in its inputs lies in lanes beside each
other: the C of one stream, one year's radiocarbon, a unit of one pool. Every array of a model may
have 1 where nothing varies. Columns are worked in chunks that stay in the cache of a core, and no
step allocates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from estimates.science.errors import ImpossibleForcing

FloatArray = NDArray[np.float64]
Scalar = TypeVar("Scalar", np.float64, np.bool_)

CHUNK_COLUMNS = 8_192  # a column is one lane of one draw of one plot


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where lost C goes within the step: weighed over its sources, dealt out to its targets.

    weight (sources, 1, plots, draws), None for 1; share (targets, 1, plots, draws).
    """

    sources: slice
    targets: slice
    share: FloatArray
    weight: FloatArray | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The part of a stream's C that stands in these pools at the end of the step."""

    pools: slice
    share: FloatArray  # (pools, 1, plots, draws)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a model: what is kept, where losses go, how each stream enters.

    Valid until the next step is asked for: a model may use its arrays again.
    """

    kept: FloatArray  # (pools, 1, plots, draws)
    routes: tuple[Route, ...]
    entries: tuple[tuple[Entry, ...], ...]  # one tuple a stream


@dataclass(frozen=True, kw_only=True)
class Window:
    """The plots and draws of one chunk."""

    plots: slice
    draws: slice

    def of(self, values: NDArray[Scalar]) -> NDArray[Scalar]:
        """Return this part of an array (..., plots or 1, draws or 1)."""
        plots = self.plots if values.shape[-2] > 1 else slice(None)
        draws = self.draws if values.shape[-1] > 1 else slice(None)
        return values[..., plots, draws]


class Compartments(Protocol):
    """A model the engine can run."""

    @property
    def pools(self) -> tuple[str, ...]:
        """Return the names of the pools, in the order of the state."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (plots or 1, draws or 1): how many columns differ."""

    def steps(self, window: Window) -> Iterator[Step]:
        """Yield the steps of these columns in order."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to run: start (pools, lanes, plots, draws) and amounts (steps, plots, draws) a stream.

    lane_of says which lane each stream enters. record names the steps (1 is after the first)
    whose state is kept; 0 is the start.
    """

    start: FloatArray
    amounts: tuple[FloatArray, ...]
    lane_of: tuple[int, ...]
    record: Sequence[int]
    plots: int
    draws: int
    keeps_pools: bool = True
    keeps_respired: bool = True


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What was recorded: C of all pools, of each pool when asked, and C lost to the air so far.

    total and respired (records, lanes, plots, draws), states (records, pools, lanes, plots,
    draws), in the unit of the amounts. What was not asked for is empty.
    """

    total: FloatArray
    respired: FloatArray
    states: FloatArray


def run(model: Compartments, job: Job, *, chunk_columns: int = CHUNK_COLUMNS) -> Trace:
    """Carry every column through all recorded steps.

    Raises ImpossibleForcing when an input is negative or not a number.
    """
    lanes, records = job.start.shape[1], len(job.record)
    shape = (lanes, job.plots, job.draws)
    trace = Trace(
        total=np.empty((records, *shape)),
        respired=np.empty((records if job.keeps_respired else 0, *shape)),
        states=np.empty((records if job.keeps_pools else 0, len(model.pools), *shape)),
    )
    for window in windows(job.plots, job.draws, columns=max(1, chunk_columns // lanes)):
        _Columns(window.of(job.start), window, job).carry(model, trace)
    return trace


def windows(plots: int, draws: int, *, columns: int) -> Iterator[Window]:
    """Yield chunks of at most this many columns: whole plots as long as one fits."""
    if draws >= columns:
        for plot in range(plots):
            for first in range(0, draws, columns):
                last = min(first + columns, draws)
                yield Window(plots=slice(plot, plot + 1), draws=slice(first, last))
        return
    rows = columns // draws
    for first in range(0, plots, rows):
        yield Window(plots=slice(first, min(first + rows, plots)), draws=slice(0, draws))


class _Columns:
    """The state of one chunk and the arrays its steps are worked out in."""

    def __init__(self, start: FloatArray, window: Window, job: Job) -> None:
        pools, lanes = start.shape[:2]
        plots = window.plots.stop - window.plots.start
        draws = window.draws.stop - window.draws.start
        shape = (pools, lanes, plots, draws)
        self.window = window
        self.job = job
        self.rows = {number: row for row, number in enumerate(job.record)}
        self.state = np.array(np.broadcast_to(start, shape))
        self.after, self.lost, self.moved = np.empty(shape), np.empty(shape), np.empty(shape)
        self.pooled = np.empty(shape[1:])
        self.gone = np.zeros(shape[1:])

    def carry(self, model: Compartments, trace: Trace) -> None:
        """Run the steps and write down what is recorded."""
        amounts = [self.window.of(amount) for amount in self.job.amounts]
        is_used = [steps_with_input(amount) for amount in amounts]
        last = max(self.rows)
        self._write(trace, 0)
        done = 0
        for step in model.steps(self.window):
            if done == last:
                break
            self._decay(step)
            for stream, amount in enumerate(amounts):
                if is_used[stream][done]:
                    self._enter(step.entries[stream], amount[done], self.job.lane_of[stream])
            done += 1
            self._write(trace, done)
        if done < last:
            raise ImpossibleForcing(
                f"Climate is given for {done} steps, but the state after {last} is asked for."
            )

    def _decay(self, step: Step) -> None:
        np.multiply(self.state, step.kept, out=self.after)
        np.subtract(self.state, self.after, out=self.lost)
        self.state, self.after = self.after, self.state
        if self.job.keeps_respired:
            np.add.reduce(self.lost, axis=0, out=self.pooled)
            np.add(self.gone, self.pooled, out=self.gone)
        for route in step.routes:
            self._move(route)

    def _move(self, route: Route) -> None:
        if route.weight is None:
            np.add.reduce(self.lost[route.sources], axis=0, out=self.pooled)
        else:
            weighed = self.moved[route.sources]
            np.multiply(self.lost[route.sources], route.weight, out=weighed)
            np.add.reduce(weighed, axis=0, out=self.pooled)
        moved, target = self.moved[route.targets], self.state[route.targets]
        np.multiply(self.pooled, route.share, out=moved)
        np.add(target, moved, out=target)
        if self.job.keeps_respired:
            for part in moved:
                np.subtract(self.gone, part, out=self.gone)

    def _enter(self, entries: tuple[Entry, ...], amount: FloatArray, lane: int) -> None:
        gone = self.gone[lane]
        if self.job.keeps_respired:
            np.add(gone, amount, out=gone)
        for entry in entries:
            arrived, target = self.moved[entry.pools, lane], self.state[entry.pools, lane]
            np.multiply(entry.share[:, 0], amount, out=arrived)
            np.add(target, arrived, out=target)
            if self.job.keeps_respired:
                for part in arrived:
                    np.subtract(gone, part, out=gone)

    def _write(self, trace: Trace, number: int) -> None:
        row = self.rows.get(number)
        if row is None:
            return
        place = (slice(None), self.window.plots, self.window.draws)
        np.add.reduce(self.state, axis=0, out=self.pooled)
        if not np.isfinite(self.pooled).all():
            raise ImpossibleForcing(
                f"The pools are no numbers after step {number}: look for gaps in the weather, "
                "the soil or the start."
            )
        trace.total[(row, *place)] = self.pooled
        if self.job.keeps_respired:
            trace.respired[(row, *place)] = self.gone
        if self.job.keeps_pools:
            trace.states[(row, slice(None), *place)] = self.state


def mean_exp(exponent: FloatArray) -> FloatArray:
    """Return the mean of exp(exponent x t) over t from 0 to 1: 1 at 0."""
    safe = np.where(exponent == 0.0, 1.0, exponent)
    return np.where(exponent == 0.0, 1.0, np.expm1(safe) / safe)


def steps_with_input(amount: FloatArray) -> list[bool]:
    """Return which steps bring anything; raises ImpossibleForcing on what is no amount."""
    most = np.max(amount, axis=(1, 2))
    if not (np.min(amount) >= 0 and np.isfinite(most).all()):
        raise ImpossibleForcing("A C input is negative or not a number; give 0 for none.")
    return [bool(value) for value in most > 0]
