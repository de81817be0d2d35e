"""From roots measured to a depth to those of a deeper profile, by every depth model given."""

from __future__ import annotations

from estimates.calculations.catalogue.depth_fraction import (
    MODEL_COLUMNS,
    MODEL_FORMULAS,
    MODEL_SOURCES,
    models_in,
)
from estimates.calculations.declaration import Calculation, Cells, Column, Row, Table
from estimates.calculations.shapes import EachRow
from estimates.science.depth import BetaDepth, missing_depth

LOCAL = "local"


def _depth_extrapolate(row: Row, options: Row) -> Cells:
    measured, reached_cm = row.number("measured"), row.number("measured_to_cm")
    wanted = [row.optional_number(name) for name in ("target_depth_cm", "limiting_depth_cm")]
    target_cm = min((depth for depth in wanted if depth is not None), default=None)
    models = models_in(row)
    if row.has("local_beta"):
        models[LOCAL] = BetaDepth(beta=row.number("local_beta"))
    if target_cm is not None and reached_cm >= target_cm:
        return {"total": measured, "total_sd": 0.0, "below": 0.0, "models_used": ""}
    missing = missing_depth(
        list(models.items()), measured_to_cm=reached_cm, lower_depth_cm=target_cm
    )
    by_model = {f"total_{name}": measured * (1.0 + factor) for name, factor in missing.factors}
    return {
        **by_model,
        "total": measured * (1.0 + missing.middle),
        "total_sd": measured * missing.half_range if len(missing.factors) > 1 else None,
        "below": measured * missing.middle,
        "fraction_measured_least": 1.0 / (1.0 + max(factor for _, factor in missing.factors)),
        "models_used": " ".join(name for name, _ in missing.factors),
    }


CALCULATION = Calculation(
    name="depth-extrapolate",
    summary="Roots of a profile from those measured to a depth, with the spread of the models.",
    formula=(
        f"total = measured / F(z), refused where a model has F(z) < 0.6; {MODEL_FORMULAS}; total "
        "is the middle of the models, total_sd half their range"
    ),
    sources=MODEL_SOURCES,
    tables=(
        Table(
            name="in",
            meaning="one row a profile; the numbers of each depth model given make a total",
            columns=(
                Column(
                    name="measured",
                    meaning="roots measured, in any unit; totals are in the same",
                    lower=0,
                    aliases=(
                        "measured_g_m2",
                        "root_mass_g_m2",
                        "measured_mass_g_m2",
                        "mass_g_m2",
                        "root_c_g_m2",
                        "mass",
                    ),
                ),
                Column(
                    name="measured_to_cm",
                    meaning="depth to which they were measured",
                    unit="cm",
                    lower=0.01,
                    aliases=("depth_cm", "z", "z_cm", "lower_depth_cm", "measured_depth_cm"),
                ),
                Column(
                    name="target_depth_cm",
                    meaning="depth wanted; blank: down to the deepest root",
                    unit="cm",
                    is_required=False,
                    lower=0.01,
                    aliases=("to_cm", "target_cm"),
                ),
                Column(
                    name="limiting_depth_cm",
                    meaning="depth of a pan or water table no root passes",
                    unit="cm",
                    is_required=False,
                    lower=0.01,
                    aliases=("limiting_layer_cm", "truncation_cm"),
                ),
                *MODEL_COLUMNS,
                Column(
                    name="local_beta",
                    meaning="beta fitted to the profile itself, as by rooting-depth",
                    is_required=False,
                    lower=0.01,
                    upper=0.99999,
                ),
            ),
        ),
    ),
    outputs=(
        Column(name="total_beta", meaning="total by the model beta"),
        Column(name="total_logistic", meaning="total by the logistic"),
        Column(name="total_michaelis_menten", meaning="total by Michaelis-Menten"),
        Column(name="total_local", meaning="total by the local fit"),
        Column(name="total", meaning="middle of the models"),
        Column(
            name="total_sd", meaning="half the range of the models, as one sd; blank of one model"
        ),
        Column(name="below", meaning="roots below the depth measured"),
        Column(name="fraction_measured_least", meaning="least F(z) of the models"),
        Column(name="models_used", meaning="the depth models", kind="text"),
    ),
    function=EachRow(
        _depth_extrapolate,
        columns={"placeholder_depth": "beta", "shallow_profile": "measured_to_cm"},
    ),
)
