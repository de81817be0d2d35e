"""Inputs that all plots of a batch share: drawn once, the same for every core.

Drawing the C concentration or the washing loss anew for each core would shrink their part of
the uncertainty by the square root of the number of cores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from estimates.science.distributions import (
    Array,
    Distribution,
    Fixed,
    StandardNormal,
    beta_by_moments,
    lognormal_by_moments,
)
from estimates.science.inflows import PEAK_TO_HARVEST, RHIZODEPOSITION
from estimates.science.inputs import Measured, Options, Plot, Stand
from estimates.science.monte_carlo import BLOCK_DRAWS, random_stream
from estimates.science.parameters import ParameterSet
from estimates.science.results import Note
from estimates.science.root_rows import RootRows
from estimates.science.soil_by_carbon import CLEAN_ROOT_CARBON, clean_root_carbon

ASH_OF_ROOT = "ash.clean_root"
ASH_OF_SOIL = "ash.soil"
EXTRANEOUS = "extraneous"
WASHING_LOSS = "washing_loss"
DEPTH_MODEL = "depth_model"

LABELLED = "labelled"
UNCONFIRMED = ("memory", "assumption")
BLOCKS_KEPT = 256  # about 20 MB of draws, so that the plots of a batch share the work too


@dataclass(frozen=True, kw_only=True)
class SharedInputs:
    """The shared inputs one plot needs, by name."""

    seed: int
    distributions: Mapping[str, Distribution]

    def means(self) -> dict[str, Array]:
        """Return every input at its mean, as arrays of one."""
        return {name: np.array([item.mean]) for name, item in self.distributions.items()}

    def block(self, number: int) -> dict[str, Array]:
        """Return the draws of one block, the same for every plot of the batch."""
        return {
            name: shared_block(self.seed, name, item, number)
            for name, item in self.distributions.items()
        }

    def with_more(self, distributions: Mapping[str, Distribution]) -> SharedInputs:
        """Return these inputs and others."""
        return SharedInputs(seed=self.seed, distributions={**self.distributions, **distributions})

    def with_depth_model(self) -> SharedInputs:
        """Return these inputs and the depth model, which plots of a crop get wrong together."""
        return self.with_more({DEPTH_MODEL: StandardNormal()})

    def uncertain(self) -> tuple[str, ...]:
        """Return the names of the inputs that vary."""
        return tuple(name for name, item in self.distributions.items() if item.sd > 0)


@lru_cache(maxsize=BLOCKS_KEPT)
def shared_block(seed: int, name: str, distribution: Distribution, number: int) -> Array:
    """Return block `number` of the draws of one shared input; it may not be written to."""
    draws = distribution.draw(random_stream(seed, "shared", name, str(number)), BLOCK_DRAWS)
    draws.setflags(write=False)
    return draws


def shared_inputs(
    plot: Plot, *, parameters: ParameterSet, options: Options, roots: RootRows
) -> tuple[SharedInputs, list[Note]]:
    """Return the shared inputs this plot needs, and what a reader should know of them."""
    inputs, notes = _loss_and_deposition(parameters, options)
    inputs |= _growth_inputs(parameters, plot.stands)
    keys = [key for key, _ in roots.prior_shares]
    if len(roots.ash):
        keys += [ASH_OF_ROOT, ASH_OF_SOIL]
    if plot.extraneous is None and options.extraneous != "none":
        prior = parameters.number(f"{EXTRANEOUS}.{options.extraneous}")
        inputs[EXTRANEOUS] = prior.distribution
    elif plot.extraneous is None:
        text = "All washed mass counts as roots of the crop: extraneous matter is not taken off."
        notes.append(Note(code="extraneous_matter_kept", message=text))
    inputs |= {key: parameters.number(key).distribution for key in keys}
    of_clean = clean_root_carbon(plot, options=options, parameters=parameters)
    if of_clean is not None:
        inputs[CLEAN_ROOT_CARBON] = of_clean
    elif not len(roots.ash):
        text = "No ash and soil C together: adhering soil is not taken off."
        notes.append(Note(code="soil_kept", message=text))
    notes += _unconfirmed_note(parameters, [name for name, item in inputs.items() if item.sd > 0])
    if plot.deposited is not None:
        inputs |= plot.deposited.shared()
    return SharedInputs(seed=options.seed, distributions=inputs), notes


def _loss_and_deposition(
    parameters: ParameterSet, options: Options
) -> tuple[dict[str, Distribution], list[Note]]:
    """Return washing loss and rhizodeposition, guarded against counting fine roots twice.

    A ratio from labelling already holds the fine roots lost in washing, so with one the washing
    loss is zero.
    """
    given = options.rhizodeposition
    notes = []
    if isinstance(given, Measured):
        deposition: Distribution = lognormal_by_moments(mean=given.value, sd=given.uncertainty)
        is_labelled = given.from_labelling
    else:
        deposition = parameters.number(f"{RHIZODEPOSITION}.{given}").distribution
        is_labelled = given == LABELLED
    loss = _washing_loss(parameters, options)
    if is_labelled and loss.mean > 0:
        loss = Fixed(value=0.0)
        text = "Rhizodeposition from labelling holds the roots lost in washing: washing loss is 0."
        notes.append(Note(code="washing_loss_dropped", message=text))
    return {WASHING_LOSS: loss, RHIZODEPOSITION: deposition}, notes


def _growth_inputs(parameters: ParameterSet, stands: Sequence[Stand]) -> dict[str, Distribution]:
    """Return peak to harvest and turnover as far as these stands need them."""
    inputs: dict[str, Distribution] = {}
    for stand in stands:
        if stand.growth != "annual":
            key = f"turnover.{stand.turnover}"
            inputs[key] = parameters.number(key).distribution
        elif stand.sampled_at == "harvest":
            inputs[PEAK_TO_HARVEST] = parameters.number(PEAK_TO_HARVEST).distribution
    return inputs


def _unconfirmed_note(parameters: ParameterSet, names: Sequence[str]) -> list[Note]:
    """Return a note that names the numbers of these which rest on memory or assumption."""
    weak = sorted(
        name
        for name in names
        if parameters.has(name) and parameters.number(name).status in UNCONFIRMED
    )
    if not weak:
        return []
    return [Note(code="unconfirmed_numbers", message=f"Without a source read: {', '.join(weak)}.")]


def _washing_loss(parameters: ParameterSet, options: Options) -> Distribution:
    if options.washing_loss is None:
        return Fixed(value=0.0)
    if isinstance(options.washing_loss, Measured):
        measured = options.washing_loss
        return beta_by_moments(mean=measured.value, sd=measured.uncertainty)
    return parameters.number(WASHING_LOSS).distribution
