"""From the options of an order, as JSON, to the options of the science."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimates.science.inputs import Measured, Options

MEASURABLE = ("washing_loss", "rhizodeposition", "clean_root_carbon", "crop_delta13c")
"""Options that are the name of a number in the parameter set, or a number somebody measured."""


def science_options(options: Mapping[str, Any], *, seed: int) -> Options:
    """Return the options of the science; raises ImpossibleOption for what no estimate can follow.

    A measured option is an object {"value", "uncertainty", "from_labelling"}.
    """
    given: dict[str, Any] = {
        name: Measured(**value) if name in MEASURABLE and isinstance(value, Mapping) else value
        for name, value in options.items()
    }
    if "kinds" in given:
        given["kinds"] = tuple(given["kinds"])
    return Options(seed=seed, **given)
