"""What isotopes found in the soil of a plot, with intervals, beside its roots or alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimates.science.budget import VarianceShare, kind_of, variance_shares
from estimates.science.distributions import Array
from estimates.science.errors import (
    NotEnoughData,
    ReferenceMissing,
    UnderDetermined,
    UnfitBackground,
)
from estimates.science.inputs import Options, Plot
from estimates.science.isotopes.labelling import DETECTION_SDS
from estimates.science.measured_cores import estimate_plot
from estimates.science.monte_carlo import (
    BLOCK_DRAWS,
    Outcome,
    Summary,
    draw_until_stable,
    random_stream,
)
from estimates.science.parameters import ParameterSet
from estimates.science.results import (
    Component,
    ComponentEstimate,
    Note,
    PlotEstimate,
    Quantity,
    Refusal,
)
from estimates.science.shared_inputs import SharedInputs
from estimates.science.soil_amounts import SoilAmounts, SoilShare
from estimates.science.tracer_layers import Reference, TracerLayer, gaps_of

UNLABELLED_SOIL, UNLABELLED_ROOTS = "unlabelled soil", "unlabelled roots"
REFERENCE_SOIL = "delta13c_reference"
REFERENCES = (UNLABELLED_SOIL, UNLABELLED_ROOTS, REFERENCE_SOIL)

NEARNESS = {
    "plot": "the plot itself",
    "block": "plots of its block",
    "site": "plots of its site",
}


@dataclass(frozen=True, kw_only=True)
class FoundInSoil:
    """The layers a tracer told of, and what was decided on the way."""

    amounts: SoilAmounts
    notes: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True)
class SoilLines:
    """The amount of all layers, of each and the limit, and how long they were drawn."""

    lines: tuple[ComponentEstimate, ...]
    draws: int
    is_converged: bool


def lines_of(
    found: FoundInSoil,
    plot: Plot,
    options: Options,
    *,
    component: Component,
    limit: Component,
    per_g_m2: float = 1.0,
) -> SoilLines:
    """Return the amount of all layers, of each, and the limit, each in g per m2 x per_g_m2."""
    amounts = found.amounts
    shared = SharedInputs(seed=options.seed, distributions=amounts.shared())
    generator = random_stream(options.seed, "soil", plot.key, component)

    def own() -> dict[str, Array]:
        return {
            name: generator.standard_normal((height, BLOCK_DRAWS))
            for name, height in amounts.heights.items()
        }

    def draw_block(number: int) -> Array:
        return per_g_m2 * _rows(amounts, own(), shared.block(number))

    outcome = draw_until_stable(
        draw_block, watched=1, digits=options.digits, maximum_draws=options.maximum_draws
    )
    known = per_g_m2 * amounts.limit_g_m2
    total = ComponentEstimate(
        component=component,
        amount=outcome.summaries[0],
        budget=_budget(amounts, own(), shared.block(0)),
    )
    least = ComponentEstimate(
        component=limit,
        amount=Summary(mean=known, sd=0.0, median=known, lower=known, upper=known),
    )
    return SoilLines(
        lines=(total, *_layers(amounts, outcome, component), least),
        draws=outcome.draws,
        is_converged=outcome.is_converged,
    )


def with_roots(
    plot: Plot,
    soil: SoilLines,
    notes: Sequence[Note],
    *,
    parameters: ParameterSet,
    options: Options,
) -> PlotEstimate:
    """Return the estimate of the roots of the plot with these lines; without roots the lines alone.

    A part both have is that drawn with the roots, so that parts add up. Roots that cannot be
    estimated refuse only root C and C input, and say why.
    """
    try:
        estimate = estimate_plot(plot, parameters=parameters, options=options)
    except NotEnoughData as error:
        estimate = _without_roots(plot, soil, error)
    return replace(
        estimate,
        components=_each_once((*estimate.components, *soil.lines)),
        notes=tuple(sorted({*estimate.notes, *notes})),
    )


def check_complete(
    plot: Plot, what: str, found: Sequence[tuple[str, TracerLayer, object | None]]
) -> None:
    """Raise ReferenceMissing or NotEnoughData that names what layers lack."""
    missing = [(name, layer.span) for name, layer, value in found if value is None]
    if not missing:
        return
    told = "; ".join(f"{name} at {span}" for name, span in missing)
    text = f"{what} lacks on plot {plot.key}: {told}."
    if any(name in REFERENCES for name, _ in missing):
        raise ReferenceMissing(f"{text} {plot.references_sought}".rstrip())
    raise NotEnoughData(text)


def check_share(share: SoilShare, span: str) -> None:
    """Raise for a share that no soil can hold: far below none, far above all, or beyond telling."""
    if share.limit >= 1.0:
        raise UnderDetermined(
            f"At {span} the roots are too alike what they are compared with: not even all of the "
            "soil could be told from none of it."
        )
    noise = DETECTION_SDS * math.hypot(share.own_sd, share.reference[1] if share.reference else 0.0)
    if share.value < -noise:
        raise UnfitBackground(
            f"The soil at {span} lies on the other side of its reference than the roots do, by "
            "more than both vary: look whether they were swapped, or take another reference."
        )
    if share.value > 1.0 + noise:
        raise UnfitBackground(
            f"The soil at {span} lies beyond the roots that are to have changed it: look whether "
            "soil and roots were swapped, or label was spilled."
        )


def reference_notes(what: str, found: Mapping[str, Reference]) -> list[Note]:
    """Return where references were taken, by the depths they stand for, and which stand alone."""
    by_place: dict[tuple[str, tuple[str, ...], int], list[str]] = {}
    for span, reference in found.items():
        place = (reference.nearness, reference.plots, reference.number)
        by_place.setdefault(place, []).append(
            f"{span} {reference.value:.4g} +- {reference.spread:.2g}"
        )
    notes = []
    for (nearness, plots, number), spans in by_place.items():
        where = NEARNESS[nearness] + (f" ({', '.join(plots)})" if plots else "")
        text = f"{what}: from {where}, {number} of them, at {'; '.join(spans)}."
        notes.append(Note(code=f"reference_of_{nearness}", message=text))
        if number == 1 and nearness != "plot":
            text = f"{what}: one plot alone; how far plots differ is not in the interval."
            notes.append(Note(code="reference_alone", message=text))
    return notes


def gap_notes(layers: Sequence[TracerLayer]) -> list[Note]:
    """Return a note on depths nobody determined, which are in no sum."""
    gaps = gaps_of(layers)
    if not gaps:
        return []
    text = f"Nothing was determined at {', '.join(gaps)}: what is there is not in the sum."
    return [Note(code="soil_gap", message=text)]


def _rows(amounts: SoilAmounts, normals: dict[str, Array], shared: Mapping[str, Array]) -> Array:
    layers = amounts.draws(normals, shared)
    return np.vstack((layers.sum(axis=0), layers))


def _layers(
    amounts: SoilAmounts, outcome: Outcome, component: Component
) -> list[ComponentEstimate]:
    return [
        ComponentEstimate(
            component=component,
            amount=summary,
            upper_depth_cm=layer.upper_depth_cm,
            lower_depth_cm=layer.lower_depth_cm,
        )
        for layer, summary in zip(amounts.layers, outcome.summaries[1:], strict=True)
    ]


def _budget(
    amounts: SoilAmounts, own: Mapping[str, Array], block: Mapping[str, Array]
) -> tuple[VarianceShare, ...]:
    """Return the shares of the variance of the total that each kind of error explains alone."""
    still = {name: np.zeros(1) for name in block}
    calm = {name: np.repeat(rows, BLOCK_DRAWS, axis=1) for name, rows in amounts.nominal().items()}

    def variance(moving: Mapping[str, Array], shared: Mapping[str, Array]) -> float:
        normals = {name: rows.copy() for name, rows in {**calm, **moving}.items()}
        return float(amounts.draws(normals, shared).sum(axis=0).var())

    single = {name: variance({name: rows}, still) for name, rows in own.items()}
    for name, draws in block.items():
        kind = kind_of(name)
        single[kind] = single.get(kind, 0.0) + variance({}, {**still, name: draws})
    known = {name: value for name, value in single.items() if value > 0}
    return variance_shares(variance(own, block), known)


def _each_once(components: Sequence[ComponentEstimate]) -> tuple[ComponentEstimate, ...]:
    """Return the first of each component, with the shares of variance that another of it has."""
    known: dict[tuple[str, str, float | None], ComponentEstimate] = {}
    for line in components:
        first = known.setdefault((line.component, line.species, line.upper_depth_cm), line)
        if line.budget and not first.budget:
            known[line.component, line.species, line.upper_depth_cm] = replace(
                first, budget=line.budget
            )
    return tuple(known.values())


def _without_roots(plot: Plot, soil: SoilLines, error: NotEnoughData) -> PlotEstimate:
    quantities: tuple[Quantity, ...] = ("root_c_stock", "c_input")
    text = f"Root C and C input are not estimated; the soil is. {error}"
    return PlotEstimate(
        plot_key=plot.key,
        block=plot.block,
        treatment=plot.treatment,
        lower_depth_cm=max(line.lower_depth_cm or 0.0 for line in soil.lines),
        root_mass_g_m2=None,
        root_c_nominal_g_m2=None,
        c_input_nominal_g_m2=None,
        root_c_stock=None,
        c_input=None,
        layers=(),
        cores=(),
        cores_are_exchangeable=False,
        stock_budget=(),
        input_budget=(),
        shared_effects=(),
        notes=(Note(code="roots_not_estimated", message=text),),
        draws=soil.draws,
        is_converged=soil.is_converged,
        refused=tuple(
            Refusal(plot_key=plot.key, code=error.code, message=str(error), quantity=quantity)
            for quantity in quantities
        ),
    )
