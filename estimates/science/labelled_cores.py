"""The method labelled cores: rhizodeposits by a tracer in the soil, roots by cores.

Each depth layer gives the share of soil C (or N) that came from labelled roots (Janzen & Bruinsma
1989, doi:10.1016/0038-0717(89)90094-1); with the stock of the layer that is an amount. A layer
below its detection limit holds anything from none to the limit. 15N tells N, which becomes C by the
ratio of the roots. Roots lost in washing are in the amount already, so no washing loss is added.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from estimates.science.errors import NotEnoughData, UnderDetermined
from estimates.science.geometry import CM2_PER_M2
from estimates.science.inputs import LabelledLayer, Measured, Options, Plot
from estimates.science.isotopes.labelling import (
    Background,
    LabelledPlot,
    Rhizodeposition,
    rhizodeposition,
)
from estimates.science.isotopes.radiocarbon import atom_fraction_of_activity
from estimates.science.isotopes.scales import (
    DEFAULT_STANDARD,
    AtomFraction,
    atom_fraction,
    check_one_scale,
    check_scale,
)
from estimates.science.measured_cores import estimate_plot
from estimates.science.monte_carlo import Summary
from estimates.science.parameters import ParameterSet
from estimates.science.results import ComponentEstimate, Note, PlotEstimate

METHOD = "labelled_cores"
LEAST_SD = {"13C": 0.1, "15N": 0.2, "14C": 0.01}
"""Assumption: repeatability in permil and Bq per g C, where replicates do not show more."""

LEGUMES = "Fabaceae"


@dataclass(frozen=True, kw_only=True)
class Deposited:
    """Rhizodeposit C (g per m2), what of it could be seen, and what was decided."""

    carbon: Measured
    limit_g_m2: float
    notes: tuple[Note, ...]


def estimate_labelled(plot: Plot, *, parameters: ParameterSet, options: Options) -> PlotEstimate:
    """Return root C stock and C input of one plot whose soil and roots were labelled.

    Raises a ScienceError that says what is missing or what the tracer cannot tell.
    """
    deposited = deposited_carbon(plot, options)
    none = Measured(value=0.0, uncertainty=0.0, from_labelling=True)
    estimate = estimate_plot(
        replace(plot, deposited=deposited.carbon),
        parameters=parameters,
        options=replace(options, rhizodeposition=none),
    )
    limit = deposited.limit_g_m2
    detection = ComponentEstimate(
        component="rhizodeposit_limit",
        c=Summary(mean=limit, sd=0.0, median=limit, lower=limit, upper=limit),
    )
    return replace(
        estimate,
        components=(*estimate.components, detection),
        notes=tuple(sorted({*estimate.notes, *deposited.notes})),
    )


def deposited_carbon(plot: Plot, options: Options) -> Deposited:
    """Return the C that labelled roots left in the soil of all layers together.

    Errors of soil are independent between layers, those of the roots are shared.
    """
    species = {stand.species for stand in plot.stands}
    if len(species) > 1:
        raise UnderDetermined(
            f"One tracer does not tell what {len(species)} species left in one soil: label them "
            "on plots of their own."
        )
    layers = _whole_layers(plot, options)
    found = [_of_layer(layer, plot, options) for layer in layers]
    to_carbon = 1.0 if options.tracer != "15N" else _carbon_per_nitrogen(plot)
    amounts: list[float] = []
    soil_variance = 0.0
    shared_sd = 0.0
    notes: set[Note] = set()
    for layer, (share, result) in zip(layers, found, strict=True):
        stock = result.amount_stock
        span = f"{layer.upper_depth_cm:g}-{layer.lower_depth_cm:g} cm"
        notes |= {
            Note(code=f"label_{doubt.code}", message=f"At {span}: {doubt.message}")
            for doubt in share.findings
        }
        if share.share <= result.limit:
            amounts.append(result.limit / 2.0 * stock)
            soil_variance += (result.limit * stock) ** 2 / 12.0
        else:
            amounts.append(share.share * stock)
            soil_variance += (result.soil_sd * stock) ** 2
            shared_sd += share.share * stock * result.root_sd
    total = math.fsum(amounts) * to_carbon
    limit = math.hypot(*(result.limit * result.amount_stock for _, result in found)) * to_carbon
    text = f"Rhizodeposits by {options.tracer}: {total:.3g} g C per m2; the limit is {limit:.3g}."
    notes.add(Note(code="rhizodeposits_by_label", message=text))
    if options.tracer == "15N":
        text = f"15N tells N: its C is reckoned with {to_carbon:.3g} g C per g N of the roots."
        notes.add(Note(code="carbon_of_nitrogen", message=text))
    spread = math.hypot(math.sqrt(soil_variance), shared_sd) * to_carbon
    return Deposited(
        carbon=Measured(value=total, uncertainty=spread, from_labelling=True),
        limit_g_m2=limit,
        notes=tuple(sorted(notes)),
    )


@dataclass(frozen=True, kw_only=True)
class LayerErrors:
    """Stock of a layer in g per m2, and errors and limit of the share found in it."""

    amount_stock: float
    soil_sd: float
    root_sd: float
    limit: float


def _of_layer(
    layer: LabelledLayer, plot: Plot, options: Options
) -> tuple[Rhizodeposition, LayerErrors]:
    soil, background, root, root_background = (
        _fraction(value, options)
        for value in (layer.soil, layer.soil_background, layer.root, layer.root_background)
    )
    labelled = LabelledPlot(
        soil=soil, soil_background=background, root=root, root_background=root_background
    )
    thickness_cm = layer.lower_depth_cm - layer.upper_depth_cm
    density = layer.bulk_density_g_cm3 or 0.0
    stock = (layer.element_g_per_g or 0.0) * density * thickness_cm * CM2_PER_M2
    result = rhizodeposition(
        labelled,
        soil_stock=stock,
        label=options.label,
        background=Background(kind=options.background),
        is_legume=any(stand.plant_group == LEGUMES for stand in plot.stands),
    )
    excess = labelled.root_excess
    return result, LayerErrors(
        amount_stock=stock,
        soil_sd=math.hypot(soil.uncertainty or 0.0, background.uncertainty or 0.0) / excess,
        root_sd=math.hypot(root.uncertainty or 0.0, root_background.uncertainty or 0.0) / excess,
        limit=result.detection_share or 0.0,
    )


def _fraction(value: Measured | None, options: Options) -> AtomFraction:
    given = value or Measured(value=0.0, uncertainty=0.0)
    spread = max(given.uncertainty, LEAST_SD[options.tracer])
    if options.tracer == "14C":
        return atom_fraction_of_activity(given.value, uncertainty_bq_per_g=spread)
    return atom_fraction(
        given.value, standard=DEFAULT_STANDARD[options.tracer], uncertainty_permil=spread
    )


def _carbon_per_nitrogen(plot: Plot) -> float:
    if plot.root_carbon_per_nitrogen is None:
        raise NotEnoughData(
            f"15N needs the C and the N of the roots of plot {plot.key}: determine both."
        )
    return plot.root_carbon_per_nitrogen


def _whole_layers(plot: Plot, options: Options) -> Sequence[LabelledLayer]:
    """Return the layers; raises NotEnoughData that names what they lack."""
    if not plot.labelled:
        raise NotEnoughData(
            f"Plot {plot.key} has no labelled soil with a determination of {options.tracer}: mark "
            "the specimens as labelled and enter their values."
        )
    missing = []
    for layer in plot.labelled:
        span = f"{layer.upper_depth_cm:g}-{layer.lower_depth_cm:g} cm"
        missing += [
            f"{name} at {span}"
            for name, value in (
                ("unlabelled soil", layer.soil_background),
                ("labelled roots", layer.root),
                ("unlabelled roots", layer.root_background),
                ("C or N of the soil", layer.element_g_per_g),
                ("bulk density", layer.bulk_density_g_cm3),
            )
            if value is None
        ]
    if missing:
        raise NotEnoughData(
            f"The tracer {options.tracer} lacks on plot {plot.key}: {'; '.join(missing)}."
        )
    if options.tracer != "14C":
        isotope = options.tracer
        check_one_scale(check_scale(isotope, scale) for scale in plot.tracer_scales)
    return plot.labelled
