"""How deep a variety roots: D50, D95 and beta of a measured profile.

D50 and D95 are those of the roots above the deepest layer measured, so that profiles of one depth
compare; beta is fitted to the same layers and says how it goes on below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from estimates.science.depth import fit_beta
from estimates.science.errors import NotEnoughData


@dataclass(frozen=True, kw_only=True)
class RootingDepth:
    """The depth traits of one profile; d50 and d95 in cm, by interpolation between layers."""

    beta: float
    d50_cm: float
    d95_cm: float
    measured_to_cm: float


def rooting_depth(lower_depths_cm: Sequence[float], root_mass: Sequence[float]) -> RootingDepth:
    """Return the depth traits of layers from the surface down, in any unit of mass or length.

    Raises NotEnoughData with fewer than three layers, or without roots.
    """
    if len(lower_depths_cm) != len(root_mass) or list(lower_depths_cm) != sorted(
        set(lower_depths_cm)
    ):
        raise NotEnoughData("Depth traits need the mass of each layer, from the surface down.")
    cumulative = list(accumulate(root_mass))
    beta = fit_beta(lower_depths_cm, cumulative).beta
    shares = [0.0, *(mass / cumulative[-1] for mass in cumulative)]
    depths = [0.0, *lower_depths_cm]
    d50_cm, d95_cm = np.interp((0.50, 0.95), shares, depths)
    return RootingDepth(
        beta=beta, d50_cm=float(d50_cm), d95_cm=float(d95_cm), measured_to_cm=lower_depths_cm[-1]
    )
