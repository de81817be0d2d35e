"""The share of roots above a depth and in a layer, by one depth model."""

from __future__ import annotations

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.parameter_files import shipped_parameters
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import EachRow
from estimates.science.allometry.methods import FAMILY
from estimates.science.allometry.root_depth import depth_of_crop
from estimates.science.allometry.stands import YieldStand
from estimates.science.depth import (
    BetaDepth,
    DepthModel,
    LogisticDepth,
    MichaelisMentenDepth,
    share_above_truncated,
)

MODELS = ("beta", "logistic", "michaelis_menten")
MODEL_COLUMNS = (
    Column(
        name="beta",
        meaning="beta of the model beta",
        is_required=False,
        lower=0.01,
        upper=0.99999,
        aliases=("b",),
    ),
    Column(
        name="middle_cm",
        meaning="d_a of the logistic",
        unit="cm",
        is_required=False,
        lower=0.01,
        aliases=("da", "d_a", "da_cm", "middle"),
    ),
    Column(
        name="steepness",
        meaning="c of the logistic, negative",
        is_required=False,
        upper=-0.001,
        aliases=("c",),
    ),
    Column(
        name="deepest_cm",
        meaning="depth of the deepest root: d_max of the logistic, D of Michaelis-Menten",
        unit="cm",
        is_required=False,
        lower=0.01,
        aliases=("dmax", "d_max", "dmax_cm", "deepest", "max_depth_cm"),
    ),
    Column(
        name="half_depth_cm",
        meaning="K of Michaelis-Menten",
        unit="cm",
        is_required=False,
        lower=0.01,
        aliases=("k", "k_cm", "half_depth"),
    ),
    Column(
        name="crop",
        meaning="a crop whose models the project has, where none is given",
        kind="text",
        is_required=False,
    ),
)
MODEL_SOURCES = (
    Source(text="beta: Gale & Grigal 1987", doi="10.1139/x87-131"),
    Source(text="beta: Jackson et al. 1996", doi="10.1007/BF00333714"),
    Source(text="logistic: Fan et al. 2016, equation 2", doi="10.1016/j.fcr.2016.02.013"),
    Source(text="Michaelis-Menten: Katterer et al. 2011", doi="10.1016/j.agee.2011.02.029"),
)
MODEL_FORMULAS = (
    "beta: F = 1 - beta^z; logistic: F = 1/(1+(z/da)^c) + (1 - 1/(1+(dmax/da)^c)) z/dmax; "
    "michaelis_menten: F = z (D + K) / ((z + K) D)"
)


def models_in(row: Row) -> dict[str, DepthModel]:
    """Return the depth models a row gives numbers for, or those of its crop."""
    models: dict[str, DepthModel] = {}
    if row.has("beta"):
        models["beta"] = BetaDepth(beta=row.number("beta"))
    if row.has("middle_cm") or row.has("steepness"):
        models["logistic"] = LogisticDepth(
            middle_cm=row.number("middle_cm"),
            steepness=row.number("steepness"),
            deepest_cm=row.number("deepest_cm"),
        )
    if row.has("half_depth_cm"):
        models["michaelis_menten"] = MichaelisMentenDepth(
            half_depth_cm=row.number("half_depth_cm"), deepest_cm=row.number("deepest_cm")
        )
    if not models and row.has("crop"):
        stand = YieldStand(crop=row.text("crop"))
        models = dict(depth_of_crop(stand, shipped_parameters(FAMILY)).models)
    return models


def _chosen(row: Row) -> tuple[str, DepthModel]:
    models = models_in(row)
    wanted = row.optional_text("model")
    if wanted is None and len(models) == 1:
        return next(iter(models.items()))
    if wanted in models:
        return str(wanted), models[str(wanted)]
    found = f"the row gives {', '.join(models)}" if models else "the row gives none"
    text = f"Name one depth model and its numbers; {found}."
    raise BadCell(text, column="model", code="no_depth_model")


def _depth_fraction(row: Row, options: Row) -> Cells:
    name, model = _chosen(row)
    upper_cm, lower_cm = row.number("upper_depth_cm"), row.number("depth_cm")
    if upper_cm > lower_cm:
        text = "The upper depth must not be below the depth."
        raise BadCell(text, column="upper_depth_cm", code="depths_out_of_order")
    limit_cm = row.optional_number("limiting_depth_cm")

    def share(depth_cm: float) -> float:
        if limit_cm is None:
            return model.share_above(depth_cm)
        return share_above_truncated(model, depth_cm, lower_depth_cm=limit_cm)

    def depth_of(part: float) -> float:
        return model.depth_of(part if limit_cm is None else part * model.share_above(limit_cm))

    return {
        "model_used": name,
        "fraction_above": share(lower_cm),
        "fraction_in_layer": share(lower_cm) - share(upper_cm),
        "d50_cm": depth_of(0.5),
        "d95_cm": depth_of(0.95),
    }


CALCULATION = Calculation(
    name="depth-fraction",
    summary="The share of roots above a depth and in a layer, by one depth model; D50 and D95.",
    formula=f"{MODEL_FORMULAS}; above a limiting layer at D: F(z) / F(D)",
    sources=MODEL_SOURCES,
    tables=(
        Table(
            name="in",
            meaning="one row a depth",
            columns=(
                Column(
                    name="depth_cm",
                    meaning="depth above which the share is wanted",
                    unit="cm",
                    lower=0,
                    aliases=("z", "z_cm", "lower_depth_cm", "lower_cm", "d"),
                ),
                Column(
                    name="upper_depth_cm",
                    meaning="upper depth of the layer",
                    unit="cm",
                    is_required=False,
                    lower=0,
                    default=0.0,
                    aliases=("upper_cm",),
                ),
                Column(
                    name="model",
                    meaning="the depth model, where the row has numbers for several",
                    kind="text",
                    is_required=False,
                    choices=MODELS,
                ),
                *MODEL_COLUMNS,
                Column(
                    name="limiting_depth_cm",
                    meaning="depth of a layer no root passes: all roots lie above",
                    unit="cm",
                    is_required=False,
                    lower=0.01,
                    aliases=("truncation_cm", "truncated_at_cm", "limiting_layer_cm"),
                ),
            ),
        ),
    ),
    outputs=(
        Column(name="model_used", meaning="the depth model", kind="text"),
        Column(name="fraction_above", meaning="share of all roots above the depth"),
        Column(name="fraction_in_layer", meaning="share of all roots in the layer"),
        Column(name="d50_cm", meaning="depth above which half the roots lie", unit="cm"),
        Column(name="d95_cm", meaning="depth above which 95 % of the roots lie", unit="cm"),
    ),
    function=EachRow(_depth_fraction),
)
