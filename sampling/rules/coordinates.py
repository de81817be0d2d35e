"""Places as the public may see them."""

from __future__ import annotations

import math

METRES_PER_DEGREE = 111_320.0  # one degree of latitude, mean of the WGS 84 ellipsoid


def snap_to_grid(latitude: float, longitude: float, *, precision_m: int) -> tuple[float, float]:
    """Return the centre of the grid cell a point lies in, degrees.

    The same point always gives the same cell, so that repeated reading reveals no more. The
    width of a cell in longitude follows the snapped latitude.
    """
    step = max(precision_m, 1) / METRES_PER_DEGREE
    snapped = max(-90.0, min(90.0, (math.floor(latitude / step) + 0.5) * step))
    width = step / max(math.cos(math.radians(snapped)), 0.01)
    across = (math.floor(longitude / width) + 0.5) * width
    return round(snapped, 6), round(max(-180.0, min(180.0, across)), 6)
