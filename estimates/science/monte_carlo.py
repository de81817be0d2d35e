"""Monte Carlo in blocks until the answer stands still (JCGM 101:2008, 7.9.4).

The norm allows stopping after two blocks; in 300 repeats of a sum of four normals that left an
end of the interval outside its tolerance 14 times in 100, ten blocks 0.3 times. Hence ten.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from estimates.science.distributions import Array

BLOCK_DRAWS = 10_000
MINIMUM_BLOCKS = 10
QUANTILES = (0.025, 0.5, 0.975)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Mean, standard deviation, median and 95 % interval of one quantity."""

    mean: float
    sd: float
    median: float
    lower: float
    upper: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The summaries of all rows, the draws they took and whether the tolerance was met."""

    summaries: tuple[Summary, ...]
    draws: int
    is_converged: bool


def random_stream(seed: int, *words: str) -> np.random.Generator:
    """Return the stream of random numbers that belongs to a seed and these words.

    The words, not the order of the work, choose the branch of the seed sequence, so that any
    split of a batch over workers draws the same numbers.
    """
    digest = hashlib.sha256("\x1f".join(words).encode()).digest()
    branch = tuple(int(word) for word in np.frombuffer(digest[:16], dtype="<u4"))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=branch)))


def numerical_tolerance(uncertainty: float, *, digits: int) -> float:
    """Return half a unit in the last of the significant digits (JCGM 101:2008, 7.9.2)."""
    if uncertainty <= 0:
        return 0.0
    # rounding as a text decides what 0.0995 with two digits is
    exponent = int(f"{uncertainty:.{digits - 1}e}".split("e")[1]) - (digits - 1)
    return 10.0**exponent / 2.0


def draw_until_stable(
    draw_block: Callable[[int], Array], *, watched: int, digits: int, maximum_draws: int
) -> Outcome:
    """Return the summaries of the rows that draw_block(number) gives, block by block.

    Each block is an array of rows x BLOCK_DRAWS. The first `watched` rows decide when to stop
    and get their quantiles from all draws; the other rows from the mean of their blocks, so
    that memory does not grow with the draws.
    """
    tallies: list[Array] = []
    kept: list[Array] = []
    is_stable = False
    while not is_stable and (len(tallies) + 1) * BLOCK_DRAWS <= maximum_draws:
        rows = draw_block(len(tallies))
        kept.append(rows[:watched].copy())
        tallies.append(_tally(rows))
        is_stable = len(tallies) >= MINIMUM_BLOCKS and _is_stable(
            np.stack(tallies)[:, :, :watched], digits
        )
    blocks = np.stack(tallies)
    pooled = _pooled(blocks)
    pooled[2:, :watched] = _quantiles(np.concatenate(kept, axis=1))
    summaries = tuple(
        Summary(mean=mean, sd=sd, lower=lower, median=median, upper=upper)
        for mean, sd, lower, median, upper in pooled.T.tolist()
    )
    return Outcome(
        summaries=summaries, draws=len(tallies) * BLOCK_DRAWS, is_converged=bool(is_stable)
    )


def _tally(rows: Array) -> Array:
    """Return mean, sd and quantiles of each row; orders the rows in place."""
    tally = np.empty((2 + len(QUANTILES), len(rows)))
    tally[0] = rows.mean(axis=1)
    tally[1] = rows.std(axis=1, ddof=1)
    tally[2:] = _quantiles(rows)
    return tally


def _quantiles(rows: Array) -> Array:
    """Return the quantiles of each row; orders the rows in place, as far as needed."""
    places: Array = np.array(QUANTILES) * (rows.shape[1] - 1)
    below = np.floor(places).astype(int)
    rows.partition(np.concatenate((below, below + 1)), axis=1)
    part = (places - below)[:, None]
    low: Array = rows[:, below].T
    high: Array = rows[:, below + 1].T
    quantiles: Array = low + part * (high - low)
    return quantiles


def _pooled(blocks: Array) -> Array:
    """Return the tally of all draws from the tallies of equal blocks."""
    pooled: Array = blocks.mean(axis=0)
    number = len(blocks)
    within = (blocks[:, 1] ** 2).mean(axis=0) * (BLOCK_DRAWS - 1)
    between = blocks[:, 0].var(axis=0) * BLOCK_DRAWS
    pooled[1] = np.sqrt((within + between) * number / (number * BLOCK_DRAWS - 1))
    return pooled


def _is_stable(blocks: Array, digits: int) -> bool:
    """Return whether mean, sd and both ends of every row vary less than the tolerance."""
    checked = blocks[:, (0, 1, 2, 4)]
    spread = 2.0 * checked.std(axis=0, ddof=1) / math.sqrt(len(blocks))
    sds = _pooled(blocks)[1]
    tolerance = [numerical_tolerance(float(sd), digits=digits) for sd in sds]
    return bool(np.all((spread < tolerance) | (spread == 0)))
