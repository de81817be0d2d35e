"""What was determined on parts picked from the washed roots of a plot: clean root, other matter."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimates.science.inputs import Endmember, Measured


@dataclass(kw_only=True)
class References:
    """The values found, one for each root fraction that has it; C in g per g, delta in permil."""

    clean_root_carbon: list[float] = field(default_factory=list)
    extraneous_carbon: list[float] = field(default_factory=list)
    clean_root_delta13c: list[float] = field(default_factory=list)
    extraneous_delta13c: list[float] = field(default_factory=list)
    scales: set[str | None] = field(default_factory=set)


def science_references(parts: Iterable[References]) -> dict[str, Any]:
    """Return the fields of the plot of the science that its references fill."""
    known = list(parts)
    clean_carbon = [value for part in known for value in part.clean_root_carbon]
    return {
        "clean_root_carbon": mean_of(clean_carbon),
        "crop_root": _endmember(
            [value for part in known for value in part.clean_root_delta13c], clean_carbon
        ),
        "extraneous_matter": _endmember(
            [value for part in known for value in part.extraneous_delta13c],
            [value for part in known for value in part.extraneous_carbon],
        ),
        "delta13c_scales": tuple(
            sorted({scale for part in known for scale in part.scales}, key=str)
        ),
    }


def _endmember(deltas: Sequence[float], carbons: Sequence[float]) -> Endmember | None:
    delta = mean_of(deltas)
    if delta is None:
        return None
    return Endmember(delta13c=delta, carbon_g_per_g=statistics.fmean(carbons) if carbons else None)


def mean_of(values: Sequence[float]) -> Measured | None:
    """Return the mean with its standard error; one value says nothing of an error."""
    if not values:
        return None
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return Measured(value=statistics.fmean(values), uncertainty=error)
