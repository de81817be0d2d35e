"""From root C stock to C input per year: annual crops, perennials and trees.

Root C comes in g C per m2, C input goes out in g C per m2 and year; all take numbers or arrays.
"""

from __future__ import annotations

from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

Growth = Literal["annual", "perennial", "tree"]
Values = TypeVar("Values", float, NDArray[np.float64])


def annual_input(root_c: Values, *, peak_to_harvest: Values, rhizodeposition: Values) -> Values:
    """Return the C input of an annual crop: root C at harvest x peak / harvest x (1 + r).

    r is net rhizodeposit C per root C (Bolinder et al. 2007, doi:10.1016/j.agee.2006.05.013).
    """
    return root_c * peak_to_harvest * (rhizodeposition + 1.0)


def perennial_input(
    root_c: Values, *, turnover: Values, rhizodeposition: Values, is_terminated: bool = False
) -> Values:
    """Return the C input of a perennial: root C x (turnover per year + r).

    In the year of termination the part that did not turn over follows: root C x (1 + r).
    """
    if is_terminated:
        return root_c * (rhizodeposition + 1.0)
    return root_c * (turnover + rhizodeposition)


def tree_input(
    fine_root_c: Values,
    coarse_root_c: Values,
    *,
    fine_turnover: Values,
    coarse_turnover: Values,
    rhizodeposition: Values,
) -> Values:
    """Return the C input of trees by class; only roots below 2 mm leak rhizodeposits."""
    fine = fine_root_c * (fine_turnover + rhizodeposition)
    return fine + coarse_root_c * coarse_turnover
