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
from functools import partial

from estimates.science.errors import NotEnoughData, UnderDetermined
from estimates.science.findings import Finding
from estimates.science.inflows import KG_HA_PER_G_M2
from estimates.science.inputs import Measured, Options, Plot
from estimates.science.isotopes.labelling import (
    DETECTION_SDS,
    Background,
    LabelledPlot,
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
from estimates.science.parameters import ParameterSet
from estimates.science.results import Note, PlotEstimate
from estimates.science.soil_amounts import SoilShare
from estimates.science.soil_estimate import lines_of, with_roots
from estimates.science.soil_shares import (
    UNLABELLED_ROOTS,
    UNLABELLED_SOIL,
    FoundInSoil,
    WholeLayer,
    gathered,
    reference_notes,
    whole_layers,
)
from estimates.science.tracer_layers import Reference

METHOD = "labelled_cores"
LEAST_SD = {"13C": 0.1, "15N": 0.2, "14C": 0.01}
"""Assumption: repeatability in permil and Bq per g C, where replicates do not show more."""

LEGUMES = "Fabaceae"


def estimate_labelled(plot: Plot, *, parameters: ParameterSet, options: Options) -> PlotEstimate:
    """Return root C stock and C input of one plot whose soil and roots were labelled.

    Raises a ScienceError that says what is missing or what the tracer cannot tell; without roots
    to weigh it answers what the soil holds, and says why no more.
    """
    found = found_by_label(plot, options)
    is_nitrogen = options.tracer == "15N"
    if is_nitrogen and plot.root_carbon_per_nitrogen is None:
        raise NotEnoughData(
            f"15N needs the C and the N of the roots of plot {plot.key}: determine both."
        )
    soil = lines_of(
        found,
        plot,
        options,
        component="rhizodeposit_n_input" if is_nitrogen else "rhizodeposit_c_input",
        limit="rhizodeposit_n_limit" if is_nitrogen else "rhizodeposit_limit",
        per_g_m2=KG_HA_PER_G_M2 if is_nitrogen else 1.0,
    )
    none = Measured(value=0.0, uncertainty=0.0, from_labelling=True)
    return with_roots(
        replace(plot, deposited=found.amounts, deposited_is_nitrogen=is_nitrogen),
        soil,
        [*found.notes, *_nitrogen_notes(plot, options)],
        parameters=parameters,
        options=replace(options, rhizodeposition=none),
    )


def found_by_label(plot: Plot, options: Options) -> FoundInSoil:
    """Return the C (of 15N the N) that labelled roots left in the soil, layer by layer.

    Raises a ScienceError that says what is missing or what the tracer cannot tell.
    """
    species = {stand.species for stand in plot.stands}
    if len(species) > 1:
        raise UnderDetermined(
            f"One tracer does not tell what {len(species)} species left in one soil: label them "
            "on plots of their own."
        )
    layers = _whole_layers(plot, options)
    is_legume = any(stand.plant_group == LEGUMES for stand in plot.stands)
    amounts, notes = gathered(
        layers, partial(_share_of, options=options, is_legume=is_legume), prefix="label"
    )
    element = "N" if options.tracer == "15N" else "C"
    text = (
        f"Rhizodeposits by {options.tracer}: {amounts.total_g_m2:.3g} g {element} per m2; the "
        f"limit is {amounts.limit_g_m2:.3g}."
    )
    notes.add(Note(code="rhizodeposits_by_label", message=text))
    soils = {layer.span: layer.soil_background for layer in layers}
    roots = {layer.span: layer.root_background for layer in layers}
    notes |= {*reference_notes("Unlabelled soil", soils)}
    notes |= {*reference_notes("Unlabelled roots", roots)}
    return FoundInSoil(amounts=amounts, notes=tuple(sorted(notes)))


@dataclass(frozen=True, kw_only=True)
class WholeLabelledLayer(WholeLayer):
    """A labelled layer that lacks nothing."""

    soil_background: Reference
    root: Measured
    root_background: Reference

    def fractions(self, options: Options) -> LabelledPlot:
        """Return soil and roots as atom fractions, the background soil with its spread."""
        least = LEAST_SD[options.tracer]
        soil, root = self.layer.soil, self.root
        beside, below = self.soil_background, self.root_background
        return LabelledPlot(
            soil=_fraction(soil.value, max(soil.uncertainty, least), options),
            soil_background=_fraction(beside.value, beside.single_sd(least), options),
            root=_fraction(root.value, max(root.uncertainty, least), options),
            root_background=_fraction(
                below.value, math.hypot(below.mean_sd(least), below.plot_sd(least)), options
            ),
        )


def _share_of(
    layer: WholeLabelledLayer, *, options: Options, is_legume: bool
) -> tuple[SoilShare, Sequence[Finding]]:
    labelled = layer.fractions(options)
    result = rhizodeposition(
        labelled,
        soil_stock=0.0,
        label=options.label,
        background=Background(kind=options.background),
        is_legume=is_legume,
    )
    least, beside = LEAST_SD[options.tracer], layer.soil_background
    per_unit = (labelled.soil_background.uncertainty or 0.0) / beside.single_sd(least)
    of_plot = beside.mean_sd(least) if beside.is_own else beside.plot_sd(least)
    own = math.hypot(labelled.soil.uncertainty or 0.0, per_unit * of_plot)
    shared = per_unit * beside.mean_sd(least) / labelled.root_excess
    share = SoilShare(
        value=result.share,
        own_sd=own / labelled.root_excess,
        of_root=_error_of_roots(labelled, layer.span),
        limit=result.detection_share or 0.0,
        reference=None if beside.is_own else (beside.name, shared),
    )
    return share, result.findings


def _error_of_roots(labelled: LabelledPlot, span: str) -> float:
    """Return the error of the label in the roots over that label; refuse what is only noise."""
    spread = math.hypot(
        labelled.root.uncertainty or 0.0, labelled.root_background.uncertainty or 0.0
    )
    if labelled.root_excess <= DETECTION_SDS * spread:
        raise UnderDetermined(
            f"The label of the roots at {span} is {labelled.root_excess / spread:.2g} times its "
            f"error, and {DETECTION_SDS:g} times is the least that tells it from none: label more, "
            "or determine more replicates."
        )
    return spread / labelled.root_excess


def _fraction(value: float, spread: float, options: Options) -> AtomFraction:
    if options.tracer == "14C":
        return atom_fraction_of_activity(value, uncertainty_bq_per_g=spread)
    return atom_fraction(
        value, standard=DEFAULT_STANDARD[options.tracer], uncertainty_permil=spread
    )


def _nitrogen_notes(plot: Plot, options: Options) -> list[Note]:
    ratio = plot.root_carbon_per_nitrogen
    if options.tracer != "15N" or ratio is None:
        return []
    text = f"15N tells N: its C is reckoned with {ratio.value:.3g} g C per g N of the roots."
    return [Note(code="carbon_of_nitrogen", message=text)]


def _whole_layers(plot: Plot, options: Options) -> list[WholeLabelledLayer]:
    """Return the layers; raises NotEnoughData that names what they lack."""
    if not plot.labelled:
        raise NotEnoughData(
            f"Plot {plot.key} has no labelled soil with a determination of {options.tracer}: mark "
            "the specimens as labelled and enter their values."
        )
    layers = whole_layers(
        plot.labelled,
        WholeLabelledLayer,
        named={
            "soil_background": UNLABELLED_SOIL,
            "root": "labelled roots",
            "root_background": UNLABELLED_ROOTS,
        },
        element="N" if options.tracer == "15N" else "C",
        lacking=f"The tracer {options.tracer} lacks on plot {plot.key}",
        sought=plot.backgrounds_sought,
    )
    if options.tracer != "14C":
        isotope = options.tracer
        check_one_scale(check_scale(isotope, scale) for scale in plot.tracer_scales)
    return layers
