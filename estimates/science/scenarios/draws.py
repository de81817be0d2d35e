"""Random inputs by name: whoever asks for a name gets the same draws.

That is how an intervention and its baseline, every method and every model share what they have in
common, so that a difference holds only what differs.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from estimates.science.distributions import Array, Distribution, lognormal_sigma
from estimates.science.monte_carlo import random_stream

FIRST, SECOND = "first", "second"


class Draws:
    """Draws of uncertain inputs, from a seed and their names alone.

    Inputs named in `kept` come from the first sample and all others from a second, independent
    one; None takes the first sample throughout. Comparing the two shows what one input explains.
    """

    def __init__(self, *, seed: int, size: int, kept: Collection[str] | None = None) -> None:
        """Prepare draws of this size."""
        self.seed = seed
        self.size = size
        self.kept = None if kept is None else frozenset(kept)
        self.uncertain: set[str] = set()

    def of(self, name: str, distribution: Distribution) -> Array:
        """Return draws of a distribution."""
        if distribution.sd > 0:
            self.uncertain.add(name)
        return distribution.draw(self._generator(name), self.size)

    def factor(self, name: str, coefficient_of_variation: float) -> Array:
        """Return draws of a positive factor of mean 1, lognormal.

        Two factors of one name and different variation move together.
        """
        if not coefficient_of_variation > 0:
            return np.ones(self.size)
        self.uncertain.add(name)
        sigma = lognormal_sigma(coefficient_of_variation)
        draws: Array = np.exp(
            sigma * self._generator(name).standard_normal(self.size) - sigma**2 / 2.0
        )
        return draws

    def picked(self, name: str, *, of: int, number: int) -> NDArray[np.intp]:
        """Return for every draw so many picks from this many things, as (number, draws)."""
        self.uncertain.add(name)
        return self._generator(name).integers(0, of, size=(number, self.size), dtype=np.intp)

    def _generator(self, name: str) -> np.random.Generator:
        is_first = self.kept is None or name in self.kept
        return random_stream(self.seed, FIRST if is_first else SECOND, name)
