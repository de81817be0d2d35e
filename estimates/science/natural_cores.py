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

from estimates.science.errors import NotEnoughData, UnderDetermined
from estimates.science.extraneous import DELTA_SD_PERMIL
from estimates.science.geometry import CM2_PER_M2
from estimates.science.inputs import Measured, NaturalLayer, Options, Plot
from estimates.science.isotopes.mixing import Signature, two_sources
from estimates.science.isotopes.scales import VPDB, check_one_scale, check_scale
from estimates.science.measured_cores import estimate_plot
from estimates.science.monte_carlo import Summary
from estimates.science.parameters import ParameterSet
from estimates.science.results import ComponentEstimate, Note, PlotEstimate

METHOD = "natural_abundance"
FIRST_SEASON_YEARS = 1.0
NORMAL_95 = 1.959964


@dataclass(frozen=True, kw_only=True)
class NewCarbon:
    """Soil C of the crop in g per m2, the least that could be told, and what was decided."""

    carbon: Measured
    limit_g_m2: float
    notes: tuple[Note, ...]


def estimate_natural(plot: Plot, *, parameters: ParameterSet, options: Options) -> PlotEstimate:
    """Return root C and C input by cores, and the new C in the soil as a line of its own.

    Raises a ScienceError that says what is missing or what delta values cannot tell.
    """
    if options.crop_years is None:
        raise NotEnoughData(
            "New soil C builds up from year to year: order with crop_years, the years since the "
            "vegetation changed."
        )
    new = new_carbon(plot, options)
    notes = list(new.notes)
    if options.crop_years <= FIRST_SEASON_YEARS:
        none = Measured(value=0.0, uncertainty=0.0, from_labelling=True)
        plot = replace(plot, deposited=new.carbon)
        options = replace(options, rhizodeposition=none)
    else:
        text = (
            f"After {options.crop_years:g} years new soil C holds residues too: it is no part of "
            "the C input."
        )
        notes.append(Note(code="new_carbon_no_input", message=text))
    estimate = estimate_plot(plot, parameters=parameters, options=options)
    line = ComponentEstimate(component="new_soil_c", c=_summary(new.carbon))
    return replace(
        estimate,
        components=(*estimate.components, line),
        notes=tuple(sorted({*estimate.notes, *notes})),
    )


def new_carbon(plot: Plot, options: Options) -> NewCarbon:
    """Return the C of the crop in all layers together.

    Errors of soils are independent between layers, that of the roots is shared. A layer below its
    limit holds anything from none to the limit.
    """
    root = _root(plot, options)
    amounts: list[float] = []
    variance, shared_sd, limit_squares = 0.0, 0.0, 0.0
    notes: set[Note] = set()
    for layer in _whole_layers(plot):
        found = two_sources(
            _signature(layer.soil),
            source_a=_signature(layer.reference or layer.soil),
            source_b=_signature(root),
            standard=VPDB,
        )
        span = f"{layer.upper_depth_cm:g}-{layer.lower_depth_cm:g} cm"
        limit = found.detectable_share or 0.0
        if limit >= 1.0:
            raise UnderDetermined(
                f"Roots ({root.value:g} permil) and the reference soil at {span} are too alike to "
                "be told apart."
            )
        notes |= {
            Note(code=f"natural_{doubt.code}", message=f"At {span}: {doubt.message}")
            for doubt in found.findings
        }
        stock = _stock_g_m2(layer)
        limit_squares += (limit * stock) ** 2
        if found.share_b <= limit:
            amounts.append(limit / 2.0 * stock)
            variance += (limit * stock) ** 2 / 12.0
        else:
            of_root = _of_root(found.share_b, layer, root)
            amounts.append(found.share_b * stock)
            variance += max((found.uncertainty or 0.0) ** 2 - of_root**2, 0.0) * stock**2
            shared_sd += of_root * stock
    total, limit_g_m2 = math.fsum(amounts), math.sqrt(limit_squares)
    text = f"New soil C by delta 13C: {total:.3g} g per m2; the limit is {limit_g_m2:.3g}."
    notes.add(Note(code="new_carbon", message=text))
    return NewCarbon(
        carbon=Measured(
            value=total,
            uncertainty=math.hypot(math.sqrt(variance), shared_sd),
            from_labelling=True,
        ),
        limit_g_m2=limit_g_m2,
        notes=tuple(sorted(notes)),
    )


def _of_root(share: float, layer: NaturalLayer, root: Measured) -> float:
    """Return the part of the error of a share that the roots bring: f u_B / (d_B - d_A)."""
    reference = (layer.reference or layer.soil).value
    return share * max(root.uncertainty, DELTA_SD_PERMIL) / abs(root.value - reference)


def _root(plot: Plot, options: Options) -> Measured:
    """Return the delta 13C of the crop: of clean roots, else the mean of washed roots."""
    species = {stand.species for stand in plot.stands}
    if len(species) > 1:
        raise UnderDetermined(
            f"Delta 13C does not tell what {len(species)} species left in one soil that grew "
            "other plants before: that needs a plot for each."
        )
    check_one_scale(check_scale("13C", scale) for scale in plot.delta13c_scales)
    if plot.crop_root is not None:
        return plot.crop_root.delta13c
    washed = [
        root.delta13c_permil
        for core in plot.cores
        for root in core.layers
        if root.delta13c_permil is not None and root.kind in options.kinds
    ]
    if not washed:
        raise NotEnoughData(
            f"Natural abundance lacks the delta13c of the roots of plot {plot.key}: determine it "
            "on clean roots (delta13c_clean_root) or on the washed sample."
        )
    error = statistics.stdev(washed) / math.sqrt(len(washed)) if len(washed) > 1 else 0.0
    return Measured(value=statistics.fmean(washed), uncertainty=error)


def _whole_layers(plot: Plot) -> Sequence[NaturalLayer]:
    """Return the layers; raises NotEnoughData that names what they lack."""
    if not plot.natural:
        raise NotEnoughData(f"Plot {plot.key} has no soil with a determination of delta13c.")
    missing = [
        f"{name} at {layer.upper_depth_cm:g}-{layer.lower_depth_cm:g} cm"
        for layer in plot.natural
        for name, value in (
            ("delta13c_reference", layer.reference),
            ("C of the soil", layer.carbon_g_per_g),
            ("bulk density", layer.bulk_density_g_cm3),
        )
        if value is None
    ]
    if missing:
        raise NotEnoughData(f"Natural abundance lacks on plot {plot.key}: {'; '.join(missing)}.")
    return plot.natural


def _stock_g_m2(layer: NaturalLayer) -> float:
    thickness_cm = layer.lower_depth_cm - layer.upper_depth_cm
    density = layer.bulk_density_g_cm3 or 0.0
    return (layer.carbon_g_per_g or 0.0) * density * thickness_cm * CM2_PER_M2


def _signature(value: Measured) -> Signature:
    spread = max(value.uncertainty, DELTA_SD_PERMIL)
    return Signature(delta_permil=value.value, uncertainty_permil=spread)


def _summary(value: Measured) -> Summary:
    half = NORMAL_95 * value.uncertainty
    return Summary(
        mean=value.value,
        sd=value.uncertainty,
        median=value.value,
        lower=max(value.value - half, 0.0),
        upper=value.value + half,
    )
