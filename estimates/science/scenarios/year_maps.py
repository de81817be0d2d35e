"""From the steps of a compartment model to yearly maps, exact to rounding."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

import numpy as np

from estimates.science.distributions import Array
from estimates.science.scenarios.stock import Pattern, YearMap
from estimates.science.scenarios.streams import Kind
from estimates.science.soc.engine import Compartments, Entry, Step, Window


def year_maps(
    model: Compartments,
    kinds: Sequence[Kind],
    *,
    years: int,
    steps_a_year: int,
    patterns: Collection[Pattern] = (),
) -> list[YearMap]:
    """Return the maps of these years; the model has a stream for each kind in each layer.

    Streams of the first layer come first, then those of the next. With patterns, streams of
    others cannot enter, and the maps are small.
    """
    window = Window(plots=slice(0, 1), draws=slice(0, model.shape[-1]))
    steps = model.steps(window)
    maps = (_year(steps, kinds, len(model.pools), steps_a_year) for _ in range(years))
    return [year.only(patterns) if patterns else year for year in maps]


def delayed(year: YearMap, kinds: Sequence[Kind]) -> YearMap:
    """Return a map of yearly steps whose inputs act one year after they fell.

    Each kind of stream waits a year in a pool of its own, after those of the model.
    """
    draws, pools = year.step.shape[0], year.step.shape[-1]
    tables = [year.entries[kind][0] for kind in kinds]
    draws = max([draws, *(table.shape[1] for table in tables)])
    size = pools + len(kinds)
    step: Array = np.zeros((draws, size, size))
    step[:, :pools, :pools] = year.step
    entries: dict[Kind, Sequence[Array]] = {}
    for place, (kind, table) in enumerate(zip(kinds, tables, strict=True), start=pools):
        step[:, :pools, place] = table[0]
        waits: Array = np.zeros((1, 1, size))
        waits[0, 0, place] = 1.0
        entries[kind] = [waits]
    return YearMap(step=step, entries=entries)


def _year(steps: Iterator[Step], kinds: Sequence[Kind], pools: int, number: int) -> YearMap:
    through: list[Array] = []
    entering: list[list[Array]] = []
    for step in islice(steps, number):  # a step is valid until the next one is asked for
        through.append(_transition(step, pools))
        entering.append([_entry(entries, pools) for entries in step.entries])
    after: Array = np.eye(pools)[None].astype(np.float64)
    tables: list[list[Array]] = [[] for _ in entering[0]]
    for transition, entries in zip(reversed(through), reversed(entering), strict=True):
        for table, entry in zip(tables, entries, strict=True):
            table.append((after @ entry[..., None])[..., 0])
        after = np.asarray(after @ transition, dtype=np.float64)
    whole = [_stacked(table[::-1]) for table in tables]
    layers = len(whole) // len(kinds)
    return YearMap(
        step=after,
        entries={
            kind: [whole[layer * len(kinds) + place] for layer in range(layers)]
            for place, kind in enumerate(kinds)
        },
    )


def _transition(step: Step, pools: int) -> Array:
    """Return the matrix of one step before inputs, as (draws, pools, pools)."""
    kept = _by_draw(step.kept, pools)
    shares = [_by_draw(route.share, _length(route.targets)) for route in step.routes]
    weights = [
        np.ones((1, 1)) if route.weight is None else _by_draw(route.weight, _length(route.sources))
        for route in step.routes
    ]
    draws = max([len(kept), *map(len, shares), *map(len, weights)])
    matrix: Array = np.zeros((draws, pools, pools))
    diagonal = np.arange(pools)
    matrix[:, diagonal, diagonal] = kept
    for route, share, weight in zip(step.routes, shares, weights, strict=True):
        lost = (1.0 - kept[:, route.sources]) * weight
        matrix[:, route.targets, route.sources] += share[:, :, None] * lost[:, None, :]
    return matrix


def _entry(entries: Sequence[Entry], pools: int) -> Array:
    """Return where a tonne of a stream stands at the end of its step, as (draws, pools)."""
    shares = [_by_draw(entry.share, _length(entry.pools)) for entry in entries]
    stands: Array = np.zeros((max(map(len, shares), default=1), pools))
    for entry, share in zip(entries, shares, strict=True):
        stands[:, entry.pools] += share
    return stands


def _by_draw(values: Array, rows: int) -> Array:
    """Return (rows or 1, 1, 1, draws or 1) as (draws or 1, rows)."""
    table = values.reshape(values.shape[0], -1).T
    return np.array(np.broadcast_to(table, (len(table), rows)), dtype=np.float64)


def _length(part: slice) -> int:
    return int(part.stop - part.start)


def _stacked(tables: Sequence[Array]) -> Array:
    return np.stack(np.broadcast_arrays(*tables))
