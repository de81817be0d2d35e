"""Soil and roots of a plot that carry a label, beside those that do not, layer by layer."""

from __future__ import annotations

import statistics
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimates.assembly.laboratory import (
    ACTIVITY14C,
    CARBON,
    DELTA13C,
    DELTA15N,
    NITROGEN,
    SOIL_CARBON,
    Bench,
    Found,
)
from estimates.assembly.lineage import Lineage, lineage_of
from estimates.assembly.references import mean_of
from estimates.assembly.rows import CampaignRows
from estimates.assembly.soil_density import bulk_densities
from estimates.science.inputs import LabelledLayer, Measured, Options
from sampling.models import CoreSegment, SoilCore, Specimen

ANALYTES: Mapping[str, frozenset[str]] = {"13C": DELTA13C, "15N": DELTA15N, "14C": ACTIVITY14C}

Depths = tuple[float, float]
Values = dict[Depths, list[float]]


def _values() -> Values:
    return defaultdict(list)


@dataclass(kw_only=True)
class LabelledPlot:
    """Collects the values of one tracer on one plot; `fields` are those of the science's plot."""

    rows: CampaignRows
    bench: Bench
    options: Options
    soil: Values = field(default_factory=_values)
    soil_background: Values = field(default_factory=_values)
    root: Values = field(default_factory=_values)
    root_background: Values = field(default_factory=_values)
    element: Values = field(default_factory=_values)
    density: Values = field(default_factory=_values)
    ratios: list[float] = field(default_factory=list)
    scales: set[str | None] = field(default_factory=set)
    lineage: set[Lineage] = field(default_factory=set)

    def collect(self, cores: Sequence[SoilCore]) -> None:
        """Take up all segments of these cores, those for chemistry too."""
        for core in cores:
            for segment in self.rows.segments.get(core.pk, ()):
                if segment.lower_depth_cm is not None:
                    self._take(segment, (segment.upper_depth_cm, segment.lower_depth_cm))

    def fields(self) -> dict[str, Any]:
        """Return the fields of the plot; without labelled soil nothing was labelled."""
        return {
            "labelled": tuple(
                self._layer(depths) for depths, values in sorted(self.soil.items()) if values
            ),
            "tracer_scales": tuple(sorted(self.scales, key=str)),
            "root_carbon_per_nitrogen": statistics.fmean(self.ratios) if self.ratios else None,
        }

    def used(self) -> set[Lineage]:
        """Return what was read; without labelled soil nothing of it counts."""
        return self.lineage if any(self.soil.values()) else set()

    def _take(self, segment: CoreSegment, depths: Depths) -> None:
        material = self.bench.material
        for specimen in material.soil_of_segment.get(segment.pk, ()):
            into = self.soil if specimen.is_labelled else self.soil_background
            if self._tracer(specimen, into[depths]):
                self.lineage |= {lineage_of(specimen), lineage_of(segment)}
            element = NITROGEN if self.options.tracer == "15N" else SOIL_CARBON
            self._add(self.bench.share(specimen.pk, element), self.element[depths])
        densities, lineage = bulk_densities(segment, rows=self.rows, bench=self.bench)
        self.density[depths] += densities
        self.lineage |= lineage
        for fraction in self.rows.fractions.get(segment.pk, ()):
            bag = material.specimens.get(fraction.specimen_id) if fraction.specimen_id else None
            if bag is not None:
                into = self.root if bag.is_labelled else self.root_background
                self._tracer(bag, into[depths])
                self._ratio(bag.pk)

    def _tracer(self, specimen: Specimen, into: list[float]) -> bool:
        read: Callable[[uuid.UUID, frozenset[str]], Found] = self.bench.delta
        if self.options.tracer == "14C":
            read = self.bench.activity
        found = read(specimen.pk, ANALYTES[self.options.tracer])
        self.scales |= set(found.scales)
        return self._add(found, into)

    def _add(self, found: Found, into: list[float]) -> bool:
        if found.value is None:
            return False
        into.append(found.value)
        self.lineage |= set(found.lineage)
        return True

    def _ratio(self, bag: uuid.UUID) -> None:
        if self.options.tracer != "15N":
            return
        carbon, nitrogen = (self.bench.share(bag, of) for of in (CARBON, NITROGEN))
        if carbon.value and nitrogen.value:
            self.ratios.append(carbon.value / nitrogen.value)
            self.lineage |= {*carbon.lineage, *nitrogen.lineage}

    def _layer(self, depths: Depths) -> LabelledLayer:
        upper_cm, lower_cm = depths
        return LabelledLayer(
            upper_depth_cm=upper_cm,
            lower_depth_cm=lower_cm,
            soil=mean_of(self.soil[depths]) or Measured(value=0.0, uncertainty=0.0),
            soil_background=_replicates(self.soil_background.get(depths, ())),
            root=_of_layer_or_plot(self.root, depths),
            root_background=_of_layer_or_plot(self.root_background, depths),
            element_g_per_g=_mean(self.element.get(depths, ())),
            bulk_density_g_cm3=_mean(self.density.get(depths, ())),
        )


def _of_layer_or_plot(values: Values, depths: Depths) -> Measured | None:
    """Return the roots of the layer, or where it has none those of all layers."""
    return mean_of(values.get(depths, ())) or mean_of(
        [value for layer in values.values() for value in layer]
    )


def _replicates(values: Sequence[float]) -> Measured | None:
    """Return the mean with the standard deviation of single values: what a blank may show."""
    if not values:
        return None
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return Measured(value=statistics.fmean(values), uncertainty=spread)


def _mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None
