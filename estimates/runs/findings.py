"""What a computation found, in the shape it is stored in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from estimates.assembly import Lineage
from estimates.models import UNITS, EstimateFigure, EstimateResult, TreatmentContrast
from estimates.science.budget import VarianceShare
from estimates.science.monte_carlo import Summary
from estimates.science.results import (
    ComponentEstimate,
    CoreValue,
    LayerEstimate,
    Note,
    PlotEstimate,
    Refusal,
    SharedEffect,
    TreatmentEstimate,
)

SAMPLED_ONLY = ("standing_c_input", "turnover_c_input")


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All that is to be stored of one run; with a failure code there are no results."""

    input_sha256: str
    lineage: Sequence[Lineage]
    results: Sequence[EstimateResult] = ()
    figures: Sequence[EstimateFigure] = ()
    contrasts: Sequence[TreatmentContrast] = ()
    details: dict[str, Any] = field(default_factory=dict)
    failure_code: str = ""
    failure_reason: str = ""


def plot_results(estimate: PlotEstimate, *, method: str) -> list[EstimateResult]:
    """Return the rows of a plot: stock, input, their components, the stock of each layer."""
    found = {"draws": estimate.draws, "is_converged": estimate.is_converged}
    notes = [note.code for note in estimate.notes]
    rows = [
        _result(
            quantity,
            "plot",
            summary,
            method=method,
            lower_depth_cm=estimate.lower_depth_cm,
            details={
                **found,
                "notes": notes,
                "variance_shares": [asdict(item) for item in shares],
            },
        )
        for quantity, summary, shares in (
            ("root_c_stock", estimate.root_c_stock, estimate.stock_budget),
            ("c_input", estimate.c_input, estimate.input_budget),
        )
        if summary is not None
    ]
    rows += [_component_result(part, estimate, method=method) for part in estimate.components]
    return rows + [
        _result(
            "root_c_stock",
            "layer",
            layer.root_c,
            method=method,
            upper_depth_cm=layer.upper_depth_cm,
            lower_depth_cm=layer.lower_depth_cm,
            details={**found, "is_extrapolated": layer.is_extrapolated},
        )
        for layer in estimate.layers
    ]


def _component_result(
    part: ComponentEstimate, estimate: PlotEstimate, *, method: str
) -> EstimateResult:
    """Return the row of a component, over the depth it was found in."""
    details: dict[str, Any] = {"draws": estimate.draws, "is_converged": estimate.is_converged}
    if part.budget:
        details["variance_shares"] = [asdict(item) for item in part.budget]
        details["notes"] = [note.code for note in estimate.notes]
    if part.upper_depth_cm is not None:
        return _result(
            part.component,
            "layer",
            part.amount,
            method=method,
            upper_depth_cm=part.upper_depth_cm,
            lower_depth_cm=part.lower_depth_cm,
            details=details,
        )
    upper_cm, lower_cm = 0.0, estimate.lower_depth_cm
    below = estimate.layers[-1] if estimate.layers else None
    if part.component == "straw_c":
        lower_cm = None
    elif below is not None and below.is_extrapolated:
        if part.component == "deep_root_c_input":
            upper_cm = below.upper_depth_cm
        elif part.component in SAMPLED_ONLY:
            lower_cm = below.upper_depth_cm
    return _result(
        part.component,
        "species" if part.species else "plot",
        part.amount,
        method=method,
        species=part.species,
        upper_depth_cm=upper_cm,
        lower_depth_cm=lower_cm,
        details=details,
    )


def treatment_results(
    estimates: Sequence[TreatmentEstimate], *, method: str
) -> list[EstimateResult]:
    """Return the rows of treatments, whose keys are their ids."""
    return [_treatment_result(estimate, method=method) for estimate in estimates]


def plot_estimate(document: dict[str, Any]) -> PlotEstimate:
    """Return the estimate of a plot from the JSON it was stored as."""
    return PlotEstimate(
        **{
            **document,
            "root_c_stock": _summary(document["root_c_stock"]),
            "c_input": _summary(document["c_input"]),
            "layers": tuple(
                LayerEstimate(**{**item, "root_c": Summary(**item["root_c"])})
                for item in document["layers"]
            ),
            "cores": tuple(CoreValue(**item) for item in document["cores"]),
            "stock_budget": tuple(VarianceShare(**item) for item in document["stock_budget"]),
            "input_budget": tuple(VarianceShare(**item) for item in document["input_budget"]),
            "shared_effects": tuple(SharedEffect(**item) for item in document["shared_effects"]),
            "notes": tuple(Note(**item) for item in document["notes"]),
            "components": tuple(_component(item) for item in document.get("components", ())),
            "refused": tuple(Refusal(**item) for item in document.get("refused", ())),
        }
    )


def _summary(document: dict[str, float] | None) -> Summary | None:
    return None if document is None else Summary(**document)


def _component(document: dict[str, Any]) -> ComponentEstimate:
    """Return a component from its JSON; older runs called its amount c."""
    given = {"amount" if name == "c" else name: value for name, value in document.items()}
    return ComponentEstimate(
        **{
            **given,
            "amount": Summary(**given["amount"]),
            "budget": tuple(VarianceShare(**item) for item in given.get("budget", ())),
        }
    )


def _result(
    quantity: str,
    level: str,
    summary: Summary,
    *,
    method: str,
    details: dict[str, Any],
    species: str = "",
    **depths: float | None,
) -> EstimateResult:
    return EstimateResult(
        quantity=quantity,
        level=level,
        method=method,
        unit=UNITS[quantity],
        mean=summary.mean,
        sd=summary.sd,
        median=summary.median,
        lower=summary.lower,
        upper=summary.upper,
        details=details,
        species=species,
        **depths,
    )


def _treatment_result(estimate: TreatmentEstimate, *, method: str) -> EstimateResult:
    freedom = estimate.degrees_of_freedom
    return EstimateResult(
        quantity=estimate.quantity,
        level="treatment",
        treatment_id=estimate.treatment,
        method=method,
        unit=UNITS[estimate.quantity],
        mean=estimate.mean,
        sd=estimate.sd,
        lower=estimate.lower,
        upper=estimate.upper,
        details={
            "standard_error": estimate.standard_error,
            "shared_sd": estimate.shared_sd,
            "degrees_of_freedom": freedom if math.isfinite(freedom) else None,
            "blocks": estimate.blocks,
            "plots": estimate.plots,
            "cores": estimate.cores,
            "variance_block": estimate.variance_block,
            "variance_plot": estimate.variance_plot,
            "variance_core": estimate.variance_core,
            "notes": [asdict(note) for note in estimate.notes],
        },
    )
