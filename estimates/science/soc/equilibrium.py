"""The state a model comes back to when the same cycle of steps repeats for ever.

A cycle of linear steps is one affine map x -> M x + v, put together exactly by running unit
pools through it; the state that repeats solves (I - M) x = v. No spin-up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimates.science.errors import ImpossibleForcing
from estimates.science.soc.engine import CHUNK_COLUMNS, Compartments, FloatArray, Job, run
from estimates.science.soc.series import Feed


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """One turn of the steps as an affine map, plots and draws first.

    carried (plots, draws, pools, pools) is M; brought (plots, draws, pools, streams) what a turn
    of each stream leaves.
    """

    carried: FloatArray
    brought: FloatArray

    def state_held_by(self, brought: FloatArray) -> FloatArray:
        """Return the state (pools, ..., plots, draws) that these inputs a turn hold.

        brought has axes (plots, draws, pools, streams). Raises ImpossibleForcing when some pool
        never decays, so that no state repeats.
        """
        left = np.eye(self.carried.shape[-1]) - self.carried
        if (np.abs(np.linalg.det(left)) == 0.0).any():
            raise ImpossibleForcing(
                "A pool does not decay in this climate (frost all year?), so no stock is stable."
            )
        state = np.linalg.solve(left, brought)
        return np.asarray(np.moveaxis(state, (2, 3), (0, 1)))


def cycle_of(
    model: Compartments, feed: Feed, *, steps: int, chunk_columns: int = CHUNK_COLUMNS
) -> Cycle:
    """Return the affine map of the first steps of a model, exact to rounding."""
    pools = len(model.pools)
    plots, draws = np.broadcast_shapes(
        model.shape, *(amount.shape[1:] for amount in feed.amounts), (1, 1)
    )
    lanes = pools + len(feed.names)
    start = np.zeros((pools, lanes, 1, 1))
    start[:, :pools, 0, 0] = np.eye(pools)
    job = Job(
        start=start,
        amounts=tuple(amount[:steps] for amount in feed.amounts),
        lane_of=tuple(range(pools, lanes)),
        record=(steps,),
        plots=plots,
        draws=draws,
        keeps_respired=False,
    )
    ends = run(model, job, chunk_columns=chunk_columns).states[0]
    turned = np.moveaxis(ends, (2, 3), (0, 1))
    return Cycle(carried=turned[..., :pools], brought=turned[..., pools:])


def equilibrium(cycle: Cycle) -> FloatArray:
    """Return the pools (pools, plots, draws) at the end of a turn that repeats for ever."""
    return cycle.state_held_by(cycle.brought.sum(axis=-1, keepdims=True))[:, 0]


def equilibrium_by_stream(cycle: Cycle) -> FloatArray:
    """Return the pools (pools, streams, plots, draws) each stream holds; they add up."""
    return cycle.state_held_by(cycle.brought)


def input_factor_for(
    cycle: Cycle, *, soc_t_ha: FloatArray, inert_t_ha: FloatArray, scaled: tuple[bool, ...]
) -> FloatArray:
    """Return by what the scaled streams must be multiplied to hold a stock, (plots, draws).

    The inverse mode: active SOC at equilibrium is linear in every stream, so this is one
    division. Raises ImpossibleForcing when inert C and the other streams already exceed it.
    """
    held = equilibrium_by_stream(cycle).sum(axis=0)
    chosen = np.asarray(scaled)
    rest = soc_t_ha - inert_t_ha - held[~chosen].sum(axis=0)
    per_unit = held[chosen].sum(axis=0)
    if (rest < 0).any():
        raise ImpossibleForcing(
            "The stock to be held is smaller than inert C and the streams that stay as they are."
        )
    if not (per_unit > 0).all():
        raise ImpossibleForcing("The streams to be scaled bring no C; give them a pattern first.")
    return np.asarray(rest / per_unit)
