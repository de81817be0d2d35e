"""The method natural abundance: C of a C4 crop in soil that grew C3 plants, or the reverse.

Each layer's share of new C is (d_soil - d_reference) / (d_root - d_reference) (Balesdent et al.
1987, doi:10.1016/0038-0717(87)90120-9); with the stock of the layer it is an amount. In the first
season, before residues are left, that is the net rhizodeposition. Later it holds what stayed of
roots and shoots of all years too, so it is a line of its own and no part of the year's C input.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from estimates.science.errors import NotEnoughData, UnderDetermined
from estimates.science.extraneous import DELTA_SD_PERMIL
from estimates.science.findings import Finding
from estimates.science.inputs import Measured, Options, Plot
from estimates.science.isotopes.mixing import Signature, two_sources
from estimates.science.isotopes.scales import VPDB, check_one_scale, check_scale
from estimates.science.parameters import ParameterSet
from estimates.science.results import Note, PlotEstimate
from estimates.science.soil_amounts import SoilShare
from estimates.science.soil_estimate import lines_of, with_roots
from estimates.science.soil_shares import (
    REFERENCE_SOIL,
    FoundInSoil,
    WholeLayer,
    gathered,
    reference_notes,
    whole_layers,
)
from estimates.science.tracer_layers import Reference

METHOD = "natural_abundance"
FIRST_SEASON_YEARS = 1.0
SHOOT_SD_PERMIL = 1.0
"""Assumption: how far roots may lie from shoots of the same crop, or from a crop in print."""


def estimate_natural(plot: Plot, *, parameters: ParameterSet, options: Options) -> PlotEstimate:
    """Return the new C in the soil, and root C and C input by cores where there are roots.

    Raises a ScienceError that says what is missing or what delta values cannot tell. Without roots
    to weigh only root C and C input are refused, with the reason.
    """
    if options.crop_years is None:
        raise NotEnoughData(
            "New soil C builds up from year to year: order with crop_years, the years since the "
            "vegetation changed."
        )
    found = new_carbon(plot, options)
    soil = lines_of(found, plot, options, component="new_soil_c", limit="new_soil_c_limit")
    notes = list(found.notes)
    if options.crop_years <= FIRST_SEASON_YEARS:
        none = Measured(value=0.0, uncertainty=0.0, from_labelling=True)
        plot = replace(plot, deposited=found.amounts)
        options = replace(options, rhizodeposition=none)
    else:
        text = (
            f"After {options.crop_years:g} years new soil C holds residues too: it is no part of "
            "the C input."
        )
        notes.append(Note(code="new_carbon_no_input", message=text))
    return with_roots(plot, soil, notes, parameters=parameters, options=options)


def new_carbon(plot: Plot, options: Options) -> FoundInSoil:
    """Return the C of the crop, layer by layer.

    Raises a ScienceError that says what is missing or what delta values cannot tell.
    """
    root, root_notes = _root(plot, options)
    layers = _whole_layers(plot)
    amounts, notes = gathered(layers, partial(_share_of, root=root), prefix="natural")
    notes |= {*root_notes}
    text = (
        f"New soil C by delta 13C: {amounts.total_g_m2:.3g} g per m2; the limit is "
        f"{amounts.limit_g_m2:.3g}."
    )
    notes.add(Note(code="new_carbon", message=text))
    notes |= {*reference_notes("Reference soil", {each.span: each.reference for each in layers})}
    return FoundInSoil(amounts=amounts, notes=tuple(sorted(notes)))


@dataclass(frozen=True, kw_only=True)
class WholeNaturalLayer(WholeLayer):
    """A layer that lacks nothing."""

    reference: Reference


def _share_of(layer: WholeNaturalLayer, *, root: Measured) -> tuple[SoilShare, Sequence[Finding]]:
    reference = layer.reference
    mean_sd = reference.mean_sd(DELTA_SD_PERMIL)
    of_reference = math.hypot(mean_sd, reference.plot_sd(DELTA_SD_PERMIL))
    soil_sd = max(layer.layer.soil.uncertainty, DELTA_SD_PERMIL)
    found = two_sources(
        Signature(delta_permil=layer.layer.soil.value, uncertainty_permil=soil_sd),
        source_a=Signature(delta_permil=reference.value, uncertainty_permil=of_reference),
        source_b=Signature(delta_permil=root.value, uncertainty_permil=root.uncertainty),
        standard=VPDB,
    )
    span_permil = abs(root.value - reference.value)
    other = 1.0 - found.share_b
    of_plot = mean_sd if reference.is_own else reference.plot_sd(DELTA_SD_PERMIL)
    share = SoilShare(
        value=found.share_b,
        own_sd=math.hypot(soil_sd, other * of_plot) / span_permil,
        of_root=root.uncertainty / span_permil,
        limit=found.detectable_share or 0.0,
        reference=None
        if reference.is_own
        else (reference.name, abs(other) * mean_sd / span_permil),
    )
    return share, found.findings


def _root(plot: Plot, options: Options) -> tuple[Measured, list[Note]]:
    """Return the delta 13C of the crop: of clean roots, else washed ones, else shoots or print."""
    species = {stand.species for stand in plot.stands}
    if len(species) > 1:
        raise UnderDetermined(
            f"Delta 13C does not tell what {len(species)} species left in one soil that grew "
            "other plants before: that needs a plot for each."
        )
    check_one_scale(check_scale("13C", scale) for scale in plot.delta13c_scales)
    washed = [
        root.delta13c_permil
        for core in plot.cores
        for root in core.layers
        if root.delta13c_permil is not None and root.kind in options.kinds
    ]
    if plot.crop_root is not None:
        return _at_least(plot.crop_root.delta13c, DELTA_SD_PERMIL), []
    if washed:
        error = statistics.stdev(washed) / math.sqrt(len(washed)) if len(washed) > 1 else 0.0
        found = Measured(value=statistics.fmean(washed), uncertainty=error)
        return _at_least(found, DELTA_SD_PERMIL), []
    if plot.crop_shoot is not None:
        return _stand_in(plot.crop_shoot, "crop_by_shoots", "shoots of the plot")
    if options.crop_delta13c is not None:
        return _stand_in(options.crop_delta13c, "crop_by_option", "a crop in print")
    raise NotEnoughData(
        f"Natural abundance lacks the delta13c of the roots of plot {plot.key}: determine it "
        "on clean roots (delta13c_clean_root), on the washed sample or on shoots, or order with "
        "crop_delta13c."
    )


def _at_least(value: Measured, sd: float) -> Measured:
    return replace(value, uncertainty=max(value.uncertainty, sd))


def _stand_in(value: Measured, code: str, what: str) -> tuple[Measured, list[Note]]:
    found = replace(value, uncertainty=math.hypot(value.uncertainty, SHOOT_SD_PERMIL))
    text = f"The roots have no delta 13C: {what} ({value.value:g} permil) stands in, +- 1 permil."
    return found, [Note(code=code, message=text)]


def _whole_layers(plot: Plot) -> list[WholeNaturalLayer]:
    """Return the layers; raises NotEnoughData that names what they lack."""
    if not plot.natural:
        raise NotEnoughData(f"Plot {plot.key} has no soil with a determination of delta13c.")
    return whole_layers(
        plot.natural,
        WholeNaturalLayer,
        named={"reference": REFERENCE_SOIL},
        element="C",
        lacking=f"Natural abundance lacks on plot {plot.key}",
        sought=plot.former_soil_sought,
    )
