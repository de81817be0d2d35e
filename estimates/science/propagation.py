"""First-order propagation of independent uncertainties (JCGM 100:2008, 5.1.2).

u_y^2 = sum (df/dx_i u_i)^2, with slopes by central differences. Honest where the relative
uncertainties stay below some 10 % and the function is nearly straight within them; beyond that
`monte_carlo` draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

STEP = 1e-4  # of an uncertainty: small enough for a slope, large enough for the digits of a float


def first_order_uncertainty(
    function: Callable[[Mapping[str, float]], float],
    values: Mapping[str, float],
    *,
    uncertainties: Mapping[str, float],
) -> float:
    """Return the standard uncertainty of function(values) from those of some of its values."""
    contributions = []
    for name, uncertainty in uncertainties.items():
        step = STEP * uncertainty
        if step > 0:
            above = function({**values, name: values[name] + step})
            below = function({**values, name: values[name] - step})
            contributions.append((above - below) / (2.0 * STEP))
    return math.hypot(*contributions)
