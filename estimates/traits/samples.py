"""Reading what was measured on roots: lengths, areas, diameters, angles, with their soil."""

from __future__ import annotations

import math
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sampling.models import Campaign, CoreSegment, CropStand, Measurement, RootFraction, SoilCore

LENGTH_CM: Mapping[str, float] = {"cm": 1.0, "mm": 0.1, "m": 100.0}
AREA_CM2: Mapping[str, float] = {"cm2": 1.0, "mm2": 0.01, "m2": 10_000.0}
VOLUME_CM3: Mapping[str, float] = {"cm3": 1.0, "mm3": 0.001, "mL": 1.0, "ml": 1.0}
DIAMETER_MM: Mapping[str, float] = {"mm": 1.0, "cm": 10.0, "um": 0.001}
COUNT: Mapping[str, float] = {"": 1.0, "1": 1.0, "-": 1.0, "count": 1.0}
DENSITY_CM_CM3: Mapping[str, float] = {"cm/cm3": 1.0, "km/m3": 0.1, "m/m3": 1e-4}
UNITS: Mapping[str, Mapping[str, float]] = {
    "root_length": LENGTH_CM,
    "root_surface_area": AREA_CM2,
    "root_volume": VOLUME_CM3,
    "mean_diameter": DIAMETER_MM,
    "root_tips": COUNT,
    "fresh_mass": {"g": 1.0, "mg": 0.001},
    "root_length_density": DENSITY_CM_CM3,
    "root_angle": {"deg": 1.0, "°": 1.0},
    "branching_score": COUNT,
}
"""Analytes read here, and what brings their units to cm, cm2, cm3, mm, g, cm per cm3 and degrees.

Angles are from the horizontal. `root_length_<from>_<to>_mm` is the length of a diameter class, with
`up` for the last one.
"""
CLASS = re.compile(r"root_length_(\d+(?:\.\d+)?)_(\d+(?:\.\d+)?|up)_mm")


@dataclass(kw_only=True)
class Sample:
    """A root fraction, or the roots of a whole segment: mass in g and measured values."""

    dry_mass_g: float | None
    values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    classes: dict[tuple[float, float | None], float] = field(default_factory=dict)


@dataclass(kw_only=True)
class Layer:
    """One segment of one core: its soil volume, the mass of its roots and what was scanned."""

    core: uuid.UUID
    upper_depth_cm: float
    lower_depth_cm: float
    soil_volume_cm3: float | None
    dry_mass_g: float | None
    samples: list[Sample]


@dataclass(kw_only=True)
class PlotSamples:
    """All of one plot, what grew there, and units nobody knew."""

    plot: str
    species: str
    variety: str
    layers: list[Layer] = field(default_factory=list)
    crowns: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    unknown_units: set[str] = field(default_factory=set)


def read_samples(campaign: Campaign) -> list[PlotSamples]:
    """Return the plots of a campaign, in a number of queries that does not grow."""
    cores = list(
        SoilCore.objects.filter(
            scope=campaign.capture_scope, voided_at=None, sampling_point__voided_at=None
        )
        .select_related("sampling_point__plot")
        .order_by("pk")
    )
    segments = list(CoreSegment.objects.filter(soil_core__in=cores, voided_at=None).order_by("pk"))
    fractions = list(
        RootFraction.objects.filter(core_segment__in=segments, voided_at=None).order_by("pk")
    )
    plot_of = {core.pk: core.sampling_point.plot for core in cores}
    plots = {plot.pk: plot for plot in plot_of.values()}
    values = _measured(campaign)
    stands: dict[uuid.UUID, list[CropStand]] = defaultdict(list)
    for stand in CropStand.objects.filter(plot__in=plots, voided_at=None).order_by("pk"):
        stands[stand.plot_id].append(stand)
    found = {}
    for plot in plots.values():
        species, variety = grown(stands[plot.pk])
        found[plot.pk] = PlotSamples(plot=plot.code, species=species, variety=variety)
        _take(found[plot.pk].crowns, {}, values[plot.pk], found[plot.pk])
    by_segment: dict[uuid.UUID, list[RootFraction]] = defaultdict(list)
    for fraction in fractions:
        by_segment[fraction.core_segment_id].append(fraction)
    known = {core.pk: core for core in cores}
    for core in cores:
        owner = found[plot_of[core.pk].pk]
        _take(owner.crowns, {}, values[core.pk], owner)
    for segment in segments:
        owner = found[plot_of[segment.soil_core_id].pk]
        core = known[segment.soil_core_id]
        layer = _layer(core, segment, by_segment[segment.pk], values, owner)
        if layer is not None:
            owner.layers.append(layer)
    return sorted(found.values(), key=lambda plot: plot.plot)


def grown(stands: Iterable[CropStand]) -> tuple[str, str]:
    """Return species and variety of the last season, blank where several stood together."""
    rows = list(stands)
    last = [row for row in rows if row.season == max(each.season for each in rows)]
    if len(last) != 1 or len(last[0].species_shares) > 1:
        return ("several", "") if rows else ("", "")
    return last[0].species, last[0].variety


def _measured(campaign: Campaign) -> dict[uuid.UUID, list[Measurement]]:
    rows = (
        Measurement.objects.filter(
            scope=campaign.capture_scope,
            voided_at=None,
            value__isnull=False,
            censoring="none",
        )
        .select_related("variable")
        .order_by("pk")
    )
    found: dict[uuid.UUID, list[Measurement]] = defaultdict(list)
    for row in rows:
        subject = row.root_fraction_id or row.core_segment_id or row.soil_core_id or row.plot_id
        if subject is not None:
            found[subject].append(row)
    return found


def _layer(
    core: SoilCore,
    segment: CoreSegment,
    fractions: list[RootFraction],
    values: Mapping[uuid.UUID, list[Measurement]],
    owner: PlotSamples,
) -> Layer | None:
    if segment.lower_depth_cm is None:
        return None
    masses = [item.dry_mass_g for item in fractions]
    whole = None if not masses or None in masses else sum(mass or 0.0 for mass in masses)
    samples = []
    for mass, subject in [(whole, segment.pk), *((f.dry_mass_g, f.pk) for f in fractions)]:
        sample = Sample(dry_mass_g=mass)
        _take(sample.values, sample.classes, values.get(subject, ()), owner)
        if sample.values or sample.classes:
            samples.append(sample)
    return Layer(
        core=core.pk,
        upper_depth_cm=segment.upper_depth_cm,
        lower_depth_cm=segment.lower_depth_cm,
        soil_volume_cm3=_volume_cm3(core, segment),
        dry_mass_g=whole,
        samples=samples,
    )


def _volume_cm3(core: SoilCore, segment: CoreSegment) -> float | None:
    """Return the soil the roots were washed from, of all composited cores together."""
    thickness = (segment.lower_depth_cm or 0.0) - segment.upper_depth_cm
    if segment.sampled_area_cm2 is not None:
        return segment.sampled_area_cm2 * thickness
    if core.inner_diameter_cm is None:
        return None
    cores = core.cores_composited or 1
    return math.pi * core.inner_diameter_cm**2 / 4.0 * thickness * cores


def _take(
    values: dict[str, list[float]],
    classes: dict[tuple[float, float | None], float],
    rows: Iterable[Measurement],
    owner: PlotSamples,
) -> None:
    for row in rows:
        analyte, unit = row.variable.analyte.strip().casefold(), row.variable.unit.strip()
        match = CLASS.fullmatch(analyte)
        table = LENGTH_CM if match else UNITS.get(analyte)
        if table is None or row.value is None:
            continue
        if unit not in table:
            owner.unknown_units.add(f"{analyte} in {unit or 'no unit'}")
        elif match:
            last = None if match[2] == "up" else float(match[2])
            classes[float(match[1]), last] = row.value * table[unit]
        else:
            values[analyte].append(row.value * table[unit])
