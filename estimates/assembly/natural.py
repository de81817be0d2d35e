"""Soil of a plot and of its reference: delta 13C of natural abundance, layer by layer."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from estimates.assembly.laboratory import (
    DELTA13C,
    REFERENCE_DELTA13C,
    SOIL_CARBON,
    Bench,
    Found,
)
from estimates.assembly.lineage import Lineage
from estimates.assembly.references import mean_of
from estimates.assembly.rows import CampaignRows
from estimates.assembly.soil_density import bulk_densities
from estimates.science.inputs import Measured, NaturalLayer
from sampling.models import CoreSegment, SoilCore

Depths = tuple[float, float]


@dataclass(kw_only=True)
class LayerValues:
    """The values of one layer, one a specimen."""

    soil: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)
    carbon: list[float] = field(default_factory=list)
    density: list[float] = field(default_factory=list)


@dataclass(kw_only=True)
class NaturalSoil:
    """Collects delta values of soil without a label on one plot."""

    rows: CampaignRows
    bench: Bench
    layers: dict[Depths, LayerValues] = field(default_factory=lambda: defaultdict(LayerValues))
    scales: set[str | None] = field(default_factory=set)
    lineage: set[Lineage] = field(default_factory=set)

    def collect(self, cores: Sequence[SoilCore]) -> None:
        """Take up all segments of these cores, those for chemistry too."""
        for core in cores:
            for segment in self.rows.segments.get(core.pk, ()):
                if segment.lower_depth_cm is not None:
                    depths = (segment.upper_depth_cm, segment.lower_depth_cm)
                    self._take(segment, self.layers[depths])

    def natural(self) -> tuple[NaturalLayer, ...]:
        """Return the layers whose soil has a delta value, the upper first."""
        return tuple(
            _layer(depths, values) for depths, values in sorted(self.layers.items()) if values.soil
        )

    def used(self) -> set[Lineage]:
        """Return what was read; without a delta value of soil nothing of it counts."""
        return self.lineage if self.natural() else set()

    def _take(self, segment: CoreSegment, values: LayerValues) -> None:
        for specimen in self.bench.material.soil_of_segment.get(segment.pk, ()):
            if specimen.is_labelled:
                continue
            self._add(self.bench.delta(specimen.pk, DELTA13C), values.soil)
            self._add(self.bench.delta(specimen.pk, REFERENCE_DELTA13C), values.reference)
            self._add(self.bench.share(specimen.pk, SOIL_CARBON), values.carbon)
        densities, lineage = bulk_densities(segment, rows=self.rows, bench=self.bench)
        values.density += densities
        self.lineage |= lineage

    def _add(self, found: Found, into: list[float]) -> None:
        self.scales |= set(found.scales)
        if found.value is not None:
            into.append(found.value)
            self.lineage |= set(found.lineage)


def _layer(depths: Depths, values: LayerValues) -> NaturalLayer:
    return NaturalLayer(
        upper_depth_cm=depths[0],
        lower_depth_cm=depths[1],
        soil=mean_of(values.soil) or Measured(value=0.0, uncertainty=0.0),
        reference=mean_of(values.reference),
        carbon_g_per_g=statistics.fmean(values.carbon) if values.carbon else None,
        bulk_density_g_cm3=statistics.fmean(values.density) if values.density else None,
    )


def natural_fields(soil: NaturalSoil, references: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the plot of the science, with the scales of soil and roots together."""
    scales = {*references["delta13c_scales"], *soil.scales}
    return {
        **references,
        "natural": soil.natural(),
        "delta13c_scales": tuple(sorted(scales, key=str)),
    }
