"""A plot with its harvests under one method, ready to draw: what varies, and what it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimates.science.allometry.bound import CARBON, YIELD, BoundStand
from estimates.science.allometry.methods import METHODS, bind
from estimates.science.allometry.root_depth import DEPTH, depth_of_method
from estimates.science.allometry.stands import YieldStand
from estimates.science.distributions import Array, Distribution, Fixed
from estimates.science.errors import ImpossibleShares, NotEnoughData
from estimates.science.inputs import Options, Plot
from estimates.science.parameters import SUM_TOLERANCE, ParameterSet
from estimates.science.results import Component, Note
from estimates.science.shared_inputs import UNCONFIRMED

Values = Mapping[str, Array]


@dataclass(frozen=True, kw_only=True)
class DrawnStand:
    """One stand of a plot ready to draw; names say under which name each input is drawn."""

    stand: YieldStand
    bound: BoundStand
    names: Mapping[str, str]
    depth_share: Distribution

    def distributions(self) -> dict[str, Distribution]:
        """Return the distributions of all inputs by the names they are drawn under."""
        own = {self.names[name]: item for name, item in self.bound.inputs.items()}
        return own | {self.names[DEPTH]: self.depth_share}

    def parts(self, values: Values) -> dict[Component, Array | None]:
        """Return C of roots, rhizodeposits and straw on this stand's part of the plot."""
        mine = {name: values[self.names[name]] for name in self.bound.inputs}
        found = self.bound.allocate(mine)
        below = values[self.names[DEPTH]] * self.stand.share
        deposit, straw = found.rhizodeposit_c, found.straw_c
        return {
            "root_c_input": found.root_c * below,
            "rhizodeposit_c_input": None if deposit is None else deposit * below,
            "straw_c": None if straw is None else straw * self.stand.share,
        }


@dataclass(frozen=True, kw_only=True)
class HarvestModel:
    """A plot under one method: its stands, what they share with other plots, and notes."""

    stands: tuple[DrawnStand, ...]
    shared: Mapping[str, Distribution]
    own: Mapping[str, Distribution]
    components: tuple[Component, ...]
    notes: tuple[Note, ...]

    def outputs(self, values: Values) -> Array:
        """Return rows of draws: root C, C input, then each component; g C per m2 (and year)."""
        totals = dict.fromkeys(self.components, np.zeros(1))
        for stand in self.stands:
            for name, part in stand.parts(values).items():
                if part is not None and name in totals:
                    totals[name] = totals[name] + part
        stock = totals["root_c_input"]
        total = stock + totals.get("rhizodeposit_c_input", np.zeros(1))
        return np.stack(np.broadcast_arrays(stock, total, *totals.values()))

    def means(self) -> dict[str, Array]:
        """Return every input at its mean, as arrays of one."""
        return {name: np.array([item.mean]) for name, item in {**self.shared, **self.own}.items()}


def harvest_model(
    plot: Plot, *, method: str, parameters: ParameterSet, options: Options
) -> HarvestModel:
    """Return the plot ready to draw; raises NotEnoughData with what is missing."""
    if not plot.harvests:
        raise NotEnoughData(
            f"No crop is recorded on plot {plot.key}: methods by yield need the stand it grew."
        )
    _check_shares(plot)
    stands, notes = [], set()
    shared: dict[str, Distribution] = {}
    own: dict[str, Distribution] = {}
    for number, stand in enumerate(plot.harvests):
        bound = bind(method, stand, parameters)
        depth_share, depth_notes = _depth_share(plot, stand, bound, parameters, options)
        names = _names(method, bound, number)
        drawn = DrawnStand(stand=stand, bound=bound, names=names, depth_share=depth_share)
        stands.append(drawn)
        notes |= {*bound.notes, *depth_notes, *_unconfirmed(bound, parameters)}
        for name, item in drawn.distributions().items():
            (own if name == drawn.names.get(YIELD) else shared)[name] = item
    if not METHODS[method].has_rhizodeposition:
        text = f"{method} gives roots only: rhizodeposits are not in this C input."
        notes.add(Note(code="roots_only", message=text))
    return HarvestModel(
        stands=tuple(stands),
        shared=shared,
        own=own,
        components=_components(stands),
        notes=tuple(sorted(notes)),
    )


def _check_shares(plot: Plot) -> None:
    """Refuse mixtures whose species do not make a whole; several stands are several wholes."""
    total = sum(stand.share for stand in plot.harvests)
    if abs(total - max(round(total), 1)) > SUM_TOLERANCE:
        raise ImpossibleShares(
            f"Shares of the species grown on plot {plot.key} sum to {total:g}, not to a whole."
        )


def _names(method: str, bound: BoundStand, number: int) -> dict[str, str]:
    """Return the names inputs are drawn under: yields by stand, C by method, others by crop."""
    crop = bound.rows[0].partition(".")[2] if bound.rows else "as given"
    names = {name: f"{method}.{crop}.{name}" for name in (*bound.inputs, DEPTH)}
    if CARBON in names:
        names[CARBON] = f"{method}.{CARBON}"
    if YIELD in names:
        names[YIELD] = YIELD if number == 0 else f"{YIELD} of stand {number + 1}"
    return names


def _components(stands: list[DrawnStand]) -> tuple[Component, ...]:
    """Return the parts that every stand of the plot can give: no sum lacks one in silence."""
    given = [stand.parts(_means_of(stand)) for stand in stands]
    return tuple(name for name in given[0] if all(parts[name] is not None for parts in given))


def _means_of(stand: DrawnStand) -> Values:
    return {name: np.array([item.mean]) for name, item in stand.distributions().items()}


def _depth_share(
    plot: Plot,
    stand: YieldStand,
    bound: BoundStand,
    parameters: ParameterSet,
    options: Options,
) -> tuple[Distribution, tuple[Note, ...]]:
    """Return the share of the roots above the depth wanted: all of it above a limiting layer."""
    target_cm, limit_cm = options.target_depth_cm, plot.limiting_depth_cm
    if target_cm is None or (limit_cm is not None and limit_cm <= target_cm):
        return Fixed(value=1.0), ()
    depth = depth_of_method(stand, bound, parameters)
    return depth.share_above(target_cm, limiting_depth_cm=limit_cm), depth.notes


def _unconfirmed(bound: BoundStand, parameters: ParameterSet) -> tuple[Note, ...]:
    """Return a note that names the rows whose numbers nobody read in their source."""
    weak = sorted(
        {
            row
            for row in bound.rows
            for number in parameters.numbers
            if number.key.startswith(f"{row}.") and number.status in UNCONFIRMED
        }
    )
    if not weak:
        return ()
    return (Note(code="unconfirmed_numbers", message=f"Without a source read: {', '.join(weak)}."),)
