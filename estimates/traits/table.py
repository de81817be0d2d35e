"""Root traits of each variety: the mean of its plots, under the names of GRooT."""

from __future__ import annotations

import csv
import io
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from estimates.science.errors import ScienceError
from estimates.science.traits.diameters import DiameterClasses
from estimates.science.traits.morphology import (
    branching_density,
    dry_matter_content,
    identity_findings,
    specific_root_area,
    specific_root_length,
    tissue_density,
)
from estimates.science.traits.rooting_depth import rooting_depth
from estimates.science.traits.vocabulary import term
from estimates.traits.samples import Layer, PlotSamples, Sample, read_samples
from sampling.models import Campaign

Depths = tuple[float, float] | None
Values = dict[tuple[str, Depths], float]
FINE_MM = 2.0
OWN_UNITS = {"root_angle": "deg", "branching_score": "-", "fine_length_share": "-"}
DOI = "10.1111/nph.17572"
COLUMNS = (
    "species",
    "variety",
    "trait",
    "groot",
    "unit",
    "upper_depth_cm",
    "lower_depth_cm",
    "mean",
    "sd",
    "plots",
    "method_doi",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True)
class TraitRow:
    """One trait of one variety; sd is that between plots, None for a single one."""

    species: str
    variety: str
    trait: str
    groot: str
    unit: str
    upper_depth_cm: float | None
    lower_depth_cm: float | None
    mean: float
    sd: float | None
    plots: int
    method_doi: str = DOI


@dataclass(frozen=True, kw_only=True)
class TraitTable:
    """The traits of a campaign, and what is doubtful or could not be read."""

    rows: Sequence[TraitRow]
    notes: Sequence[str]


def traits_of(campaign: Campaign) -> TraitTable:
    """Return the traits of every variety of a campaign."""
    found: dict[tuple[str, str, str, Depths], list[float]] = defaultdict(list)
    notes: list[str] = []
    for plot in read_samples(campaign):
        values, plot_notes = traits_of_plot(plot)
        notes += [f"Plot {plot.plot}: {text}" for text in plot_notes]
        for (trait, depths), value in values.items():
            found[plot.species, plot.variety, trait, depths].append(value)
    rows = [
        _row(species, variety, trait, depths, values)
        for (species, variety, trait, depths), values in found.items()
    ]
    rows.sort(key=lambda row: (row.species, row.variety, row.trait, row.upper_depth_cm or 0.0))
    return TraitTable(rows=rows, notes=notes)


def traits_of_plot(plot: PlotSamples) -> tuple[Values, list[str]]:
    """Return the traits of one plot, and what is doubtful about them."""
    samples = [sample for layer in plot.layers for sample in layer.samples]
    notes = [f"{text} is not read: the unit is not known." for text in sorted(plot.unknown_units)]
    found: Values = {}
    for name, value in (*_of_samples(samples), *_of_crowns(plot)):
        found[name, None] = value
    found |= _densities(plot.layers)
    for name, value in _of_depth(plot.layers):
        found[name, None] = value
    notes += _identity(found)
    return found, notes


def traits_csv(table: TraitTable) -> str:
    """Return the rows as CSV, with units and sources."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in table.rows:
        cells = [getattr(row, name) for name in COLUMNS]
        writer.writerow(["" if cell is None else harmless(cell) for cell in cells])
    return text.getvalue()


def harmless(cell: object) -> object:
    """Return a word that no spreadsheet runs."""
    is_formula = isinstance(cell, str) and len(cell) > 1 and cell.startswith(FORMULA_STARTS)
    return f"'{cell}" if is_formula else cell


def _of_samples(samples: Sequence[Sample]) -> Iterator[tuple[str, float]]:
    """Yield traits of sums over samples, so that large samples count for what they are."""
    ratios: tuple[tuple[str, str, str, Callable[[float, float], float]], ...] = (
        ("specific_root_length", "root_length", "mass", _srl),
        ("specific_root_area", "root_surface_area", "mass", _sra),
        ("tissue_density", "root_volume", "mass", _rtd),
        ("dry_matter_content", "fresh_mass", "mass", _dmc),
        ("branching_density", "root_tips", "root_length", _branching),
    )
    for trait, above, below, ratio in ratios:
        pairs = [
            (_sum(sample, above), _sum(sample, below))
            for sample in samples
            if _sum(sample, above) is not None and _sum(sample, below) is not None
        ]
        first = sum(pair[0] or 0.0 for pair in pairs)
        second = sum(pair[1] or 0.0 for pair in pairs)
        if first > 0 and second > 0:
            yield trait, ratio(first, second)
    yield from _of_diameters(samples)


def _of_diameters(samples: Sequence[Sample]) -> Iterator[tuple[str, float]]:
    measured = [
        (statistics.fmean(sample.values["mean_diameter"]), _sum(sample, "root_length") or 0.0)
        for sample in samples
        if sample.values.get("mean_diameter")
    ]
    if measured:
        length = sum(weight for _, weight in measured)
        weights = [weight if length > 0 else 1.0 for _, weight in measured]
        total = sum(value * weight for (value, _), weight in zip(measured, weights, strict=True))
        yield "mean_diameter", total / sum(weights)
    shares = [share for sample in samples if (share := _fine_share(sample)) is not None]
    if shares:
        yield "fine_length_share", statistics.fmean(shares)


def _fine_share(sample: Sample) -> float | None:
    """Return the share of the length in roots of at most 2 mm; None unless classes join up."""
    classes = sorted(sample.classes.items(), key=lambda item: item[0][0])
    if not classes or classes[-1][0][1] is not None:
        return None
    limits = [upper for (_, upper), _ in classes if upper is not None]
    starts = [lower for (lower, _), _ in classes]
    if starts != [0.0, *limits]:
        return None
    try:
        lengths = tuple(length for _, length in classes)
        return DiameterClasses(upper_limits_mm=tuple(limits), lengths_cm=lengths).share_below(
            FINE_MM
        )
    except ScienceError:
        return None


def _of_crowns(plot: PlotSamples) -> Iterator[tuple[str, float]]:
    for name in ("root_angle", "branching_score"):
        if plot.crowns.get(name):
            yield name, statistics.fmean(plot.crowns[name])


def _densities(layers: Iterable[Layer]) -> Values:
    """Return cm of root per cm3 of soil by depth: as given, else length over volume."""
    found: dict[tuple[float, float], list[float]] = defaultdict(list)
    for layer in layers:
        given = [
            x for sample in layer.samples for x in sample.values.get("root_length_density", ())
        ]
        lengths = [_sum(sample, "root_length") for sample in layer.samples]
        depths = layer.upper_depth_cm, layer.lower_depth_cm
        if given:
            found[depths].append(sum(given))
        elif layer.soil_volume_cm3 and lengths and None not in lengths:
            found[depths].append(sum(x or 0.0 for x in lengths) / layer.soil_volume_cm3)
    return {("root_length_density", depths): statistics.fmean(x) for depths, x in found.items()}


def _of_depth(layers: Sequence[Layer]) -> Iterator[tuple[str, float]]:
    """Yield D50, D95 and beta of the mean profile, where cores reach down without a gap."""
    by_depth: dict[tuple[float, float], list[float]] = defaultdict(list)
    for layer in layers:
        if layer.dry_mass_g is not None and layer.soil_volume_cm3:
            thickness = layer.lower_depth_cm - layer.upper_depth_cm
            density = layer.dry_mass_g / layer.soil_volume_cm3
            by_depth[layer.upper_depth_cm, layer.lower_depth_cm].append(density * thickness)
    depths = sorted(by_depth)
    lowers = [lower for _, lower in depths]
    if [upper for upper, _ in depths] != [0.0, *lowers[:-1]]:
        return
    try:
        found = rooting_depth(lowers, [statistics.fmean(by_depth[each]) for each in depths])
    except ScienceError:
        return
    yield "beta", found.beta
    yield "d50", found.d50_cm
    yield "d95", found.d95_cm


def _identity(found: Values) -> list[str]:
    names = ("specific_root_length", "mean_diameter", "tissue_density")
    values = [found.get((name, None)) for name in names]
    if any(value is None for value in values):
        return []
    length, diameter, density = (value or 0.0 for value in values)
    doubts = identity_findings(
        specific_root_length_m_g=length, diameter_mm=diameter, tissue_density_g_cm3=density
    )
    return [doubt.message for doubt in doubts]


def _row(
    species: str, variety: str, trait: str, depths: Depths, values: Sequence[float]
) -> TraitRow:
    known = None if trait in OWN_UNITS else term(trait)
    return TraitRow(
        species=species,
        variety=variety,
        trait=trait,
        groot=(known.groot or "") if known else "",
        unit=known.unit if known else OWN_UNITS[trait],
        upper_depth_cm=depths[0] if depths else None,
        lower_depth_cm=depths[1] if depths else None,
        mean=statistics.fmean(values),
        sd=statistics.stdev(values) if len(values) > 1 else None,
        plots=len(values),
    )


def _sum(sample: Sample, name: str) -> float | None:
    if name == "mass":
        return sample.dry_mass_g
    given = sample.values.get(name)
    if given:
        return statistics.fmean(given)
    return sum(sample.classes.values()) if name == "root_length" and sample.classes else None


def _srl(length_cm: float, mass_g: float) -> float:
    return specific_root_length(length_cm, dry_mass_g=mass_g)


def _sra(area_cm2: float, mass_g: float) -> float:
    return specific_root_area(area_cm2, dry_mass_g=mass_g)


def _rtd(volume_cm3: float, mass_g: float) -> float:
    return tissue_density(mass_g, root_volume_cm3=volume_cm3)


def _dmc(fresh_g: float, mass_g: float) -> float:
    return dry_matter_content(mass_g, fresh_mass_g=fresh_g)


def _branching(tips: float, length_cm: float) -> float:
    return branching_density(tips, length_cm=length_cm)
