"""From root C stock to C input per year: annual crops, perennials and trees.

Root C comes in g C per m2, C input goes out in g C per m2 and year; all take numbers or arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

Growth = Literal["annual", "perennial", "tree"]
Values = TypeVar("Values", float, NDArray[np.float64])


@dataclass(frozen=True, kw_only=True)
class InputParts(Generic[Values]):
    """C input by its ways: roots that die standing, roots replaced before, and rhizodeposits."""

    standing: Values
    turnover: Values
    rhizodeposits: Values

    @property
    def total(self) -> Values:
        """Return the C input."""
        return self.standing + self.turnover + self.rhizodeposits


def annual_input(
    root_c: Values, *, peak_to_harvest: Values, rhizodeposition: Values
) -> InputParts[Values]:
    """Return the C input of an annual crop: root C at harvest x peak / harvest x (1 + r).

    What stood at harvest dies with the crop; what peaked above it was lost before. r is net
    rhizodeposit C per root C (Bolinder et al. 2007, doi:10.1016/j.agee.2006.05.013).
    """
    grown = root_c * peak_to_harvest
    return InputParts(
        standing=root_c, turnover=grown - root_c, rhizodeposits=grown * rhizodeposition
    )


def perennial_input(
    root_c: Values, *, turnover: Values, rhizodeposition: Values, is_terminated: bool = False
) -> InputParts[Values]:
    """Return the C input of a perennial: root C x (turnover per year + r).

    In the year of termination the part that did not turn over follows: root C x (1 + r).
    """
    replaced = root_c * turnover
    left = root_c - replaced if is_terminated else root_c * 0.0
    return InputParts(standing=left, turnover=replaced, rhizodeposits=root_c * rhizodeposition)


def tree_input(
    fine_root_c: Values,
    coarse_root_c: Values,
    *,
    fine_turnover: Values,
    coarse_turnover: Values,
    rhizodeposition: Values,
) -> InputParts[Values]:
    """Return the C input of trees by class; only roots below 2 mm leak rhizodeposits."""
    return InputParts(
        standing=fine_root_c * 0.0,
        turnover=fine_root_c * fine_turnover + coarse_root_c * coarse_turnover,
        rhizodeposits=fine_root_c * rhizodeposition,
    )
