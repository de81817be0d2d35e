"""D50, D95 and beta of root profiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from estimates.calculations.declaration import (
    Calculation,
    Cells,
    Column,
    Given,
    Row,
    Source,
    Table,
)
from estimates.calculations.shapes import each_group
from estimates.science.traits.rooting_depth import rooting_depth


def _traits(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    layers = sorted((row.number("lower_depth_cm"), row.number("root_mass")) for row in rows)
    found = rooting_depth([depth for depth, _ in layers], [mass for _, mass in layers])
    return [
        {
            "beta": found.beta,
            "d50_cm": found.d50_cm,
            "d95_cm": found.d95_cm,
            "measured_to_cm": found.measured_to_cm,
            "layers": len(rows),
        }
    ]


CALCULATION = Calculation(
    name="rooting-depth",
    summary="D50, D95 and beta of the roots of a variety, plot or core.",
    formula=(
        "beta: least squares of (1 - beta^z) / (1 - beta^D) on cumulative shares; D50, D95: depth "
        "above which half and 95 % of the measured roots lie, straight within layers"
    ),
    sources=(
        Source(text="Gale & Grigal 1987, Can. J. For. Res. 17:829", doi="10.1139/x87-131"),
        Source(text="Jackson et al. 1996, Oecologia 108:389", doi="10.1007/BF00333714"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a layer, from the surface down, at least three to a profile",
            columns=(
                *(
                    Column(
                        name=name,
                        meaning=f"{name} the layer belongs to; blank: all are one",
                        kind="text",
                        is_required=False,
                    )
                    for name in ("variety", "plot", "core")
                ),
                Column(
                    name="lower_depth_cm",
                    meaning="lower depth of the layer",
                    unit="cm",
                    lower=0.1,
                    aliases=("lower_cm", "bottom_cm"),
                ),
                Column(
                    name="root_mass",
                    meaning="roots of the layer: mass, length or C per area",
                    lower=0,
                    aliases=("root_mass_g_m2", "root_mass_t_ha", "root_c_g_m2", "mass"),
                ),
            ),
        ),
    ),
    outputs=(
        Column(name="variety", meaning="the variety", kind="text"),
        Column(name="plot", meaning="the plot", kind="text"),
        Column(name="core", meaning="the core", kind="text"),
        Column(name="beta", meaning="beta of Gale & Grigal, truncated at the last layer"),
        Column(name="d50_cm", meaning="half of the measured roots lie above", unit="cm"),
        Column(name="d95_cm", meaning="95 % of the measured roots lie above", unit="cm"),
        Column(name="measured_to_cm", meaning="depth of the last layer", unit="cm"),
        Column(name="layers", meaning="layers it rests on", kind="whole"),
    ),
    function=each_group(("variety", "plot", "core"), _traits),
)
