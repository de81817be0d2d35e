"""What the adhering soil of washed roots is told from when C tells it, row by row.

Needed are the C of the washed sample, of clean root and of the soil; what is missing is named.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import numpy as np

from estimates.science.distributions import Array, Distribution, lognormal_by_moments
from estimates.science.errors import NotEnoughData
from estimates.science.inputs import Measured, Options, Plot, RootMass
from estimates.science.parameters import ParameterSet

CLEAN_ROOT_CARBON = "carbon_of_clean_root"
MOST_NAMED = 4


def clean_root_carbon(
    plot: Plot, *, options: Options, parameters: ParameterSet
) -> Distribution | None:
    """Return g C per g of clean root, the same for all rows, or None where ash tells soil.

    The plot's own determinations go before the number of the order. Raises NotEnoughData when
    there is neither.
    """
    if options.soil_by != "carbon":
        return None
    known: Measured | None = plot.clean_root_carbon or options.clean_root_carbon
    if known is None:
        raise NotEnoughData(
            f"Adhering soil by C needs the C of clean roots of plot {plot.key}: determine "
            "carbon_clean_root on roots picked clean, or order with clean_root_carbon."
        )
    of_bench = known.value * parameters.value("carbon.determination_cv")
    return lognormal_by_moments(mean=known.value, sd=math.hypot(known.uncertainty, of_bench))


def soil_carbon_of(roots: Sequence[RootMass], *, has_plot_mean: bool) -> Array:
    """Return g C per g of the soil on each row; of a core without it, the mean of its depths.

    has_plot_mean says that rows without C of their own take the mean of their plot. Raises
    NotEnoughData that names the determinations to make.
    """
    by_depth: dict[tuple[float, float], list[float]] = {}
    for root in roots:
        if root.soil_carbon_g_per_g is not None:
            depths = (root.upper_depth_cm, root.lower_depth_cm)
            by_depth.setdefault(depths, []).append(root.soil_carbon_g_per_g)
    missing: dict[str, None] = {}
    found = []
    for root in roots:
        span = f"{root.upper_depth_cm:g}-{root.lower_depth_cm:g} cm"
        if root.carbon_g_per_g is None and not has_plot_mean:
            missing[f"C of the washed roots at {span}"] = None
        known = by_depth.get((root.upper_depth_cm, root.lower_depth_cm))
        if root.soil_carbon_g_per_g is not None:
            found.append(root.soil_carbon_g_per_g)
        elif known:
            found.append(statistics.fmean(known))
        else:
            missing[f"C of the soil at {span}"] = None
    if missing:
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        raise NotEnoughData(
            f"Adhering soil by C lacks: {'; '.join(list(missing)[:MOST_NAMED])}{more}."
        )
    return np.array(found, dtype=float)[:, None]
