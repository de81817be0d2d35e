"""The beta of a profile from its layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row, Source, Table
from estimates.calculations.shapes import each_group
from estimates.science.depth import fit_beta, share_above_truncated


def _depth_fit(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    layers = sorted(rows, key=lambda row: row.number("lower_depth_cm"))
    depths = [row.number("lower_depth_cm") for row in layers]
    masses = list(accumulate(row.number("mass") for row in layers))
    model = fit_beta(depths, masses)
    misfits = [
        mass / masses[-1] - share_above_truncated(model, depth, lower_depth_cm=depths[-1])
        for depth, mass in zip(depths, masses, strict=True)
    ]
    yield {
        "beta": model.beta,
        "truncated_at_cm": depths[-1],
        "rmse": (sum(misfit**2 for misfit in misfits) / len(misfits)) ** 0.5,
        "d50_cm": model.depth_of(0.5),
        "d95_cm": model.depth_of(0.95),
    }


CALCULATION = Calculation(
    name="depth-fit",
    summary="Beta of a root profile by least squares on its cumulative share.",
    formula="F = (1 - beta^z) / (1 - beta^D), D the lower depth of the last layer",
    sources=(Source(text="Gale & Grigal 1987", doi="10.1139/x87-131"),),
    tables=(
        Table(
            name="in",
            meaning="one row a layer, without gaps, from the surface down",
            columns=(
                Column(
                    name="profile",
                    meaning="name of the profile; rows with the same name belong together",
                    kind="text",
                    is_required=False,
                    default="",
                    aliases=("core", "plot"),
                ),
                Column(name="lower_depth_cm", meaning="lower depth", unit="cm", lower=0.01),
                Column(
                    name="mass",
                    meaning="roots of the layer per area, in any unit",
                    lower=0,
                    aliases=("root_mass_g_m2", "root_mass_t_ha", "mass_g_m2", "mass_t_ha"),
                ),
            ),
        ),
    ),
    outputs=(
        Column(name="beta", meaning="beta of the profile"),
        Column(name="truncated_at_cm", meaning="depth the shares are of", unit="cm"),
        Column(name="rmse", meaning="root mean square misfit of the cumulative share"),
        Column(name="d50_cm", meaning="depth above which half of all roots lie", unit="cm"),
        Column(name="d95_cm", meaning="depth above which 95 % of all roots lie", unit="cm"),
    ),
    function=each_group(("profile",), _depth_fit),
)
