"""Soil of a plot and of its reference: delta 13C of natural abundance, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from estimates.assembly.depth_values import (
    Depths,
    DepthValues,
    SoilOfPlot,
    concentration_of,
    density_of,
    numbers,
    own_reference,
)
from estimates.assembly.laboratory import DELTA13C, REFERENCE_DELTA13C, SOIL_CARBON
from estimates.assembly.neighbours import Neighbours, Subject
from estimates.assembly.references import mean_of
from estimates.assembly.soil_density import bulk_densities
from estimates.science.measured import Measured
from estimates.science.tracer_layers import NaturalLayer
from sampling.models import CoreSegment


@dataclass(kw_only=True)
class NaturalSoil(SoilOfPlot):
    """Collects delta values of soil, and of shoots, without a label on one plot."""

    reference: DepthValues = field(default_factory=DepthValues)
    shoot: DepthValues = field(default_factory=DepthValues)

    @property
    def lacks_reference(self) -> bool:
        """Return whether a depth of its soil has no reference of its own."""
        return not set(self.soil.depths()) <= set(self.reference.depths())

    def fields(
        self, references: dict[str, Any], subject: Subject, neighbours: Neighbours
    ) -> dict[str, Any]:
        """Return the fields of the plot of the science, with all scales together.

        What was compared with joins the lineage.
        """
        layers = tuple(self._layer(depths, subject, neighbours) for depths in self.soil.depths())
        scales = {*references["delta13c_scales"], *self.scales}
        return {
            **references,
            "natural": layers,
            "crop_shoot": mean_of(numbers(self.shoot.everywhere())),
            "delta13c_scales": tuple(sorted(scales, key=str)),
        }

    def _take(self, segment: CoreSegment, depths: Depths) -> None:
        material = self.bench.material
        for specimen in material.plants_of_segment.get(segment.pk, ()):
            if not specimen.is_labelled:
                self._add(self.bench.delta(specimen.pk, DELTA13C), self.shoot, depths)
        for specimen in material.soil_of_segment.get(segment.pk, ()):
            if specimen.is_labelled:
                continue
            self._add(self.bench.delta(specimen.pk, DELTA13C), self.soil, depths)
            self._add(self.bench.delta(specimen.pk, REFERENCE_DELTA13C), self.reference, depths)
            self._add(self.bench.share(specimen.pk, SOIL_CARBON), self.element, depths)
        for found in bulk_densities(segment, rows=self.rows, bench=self.bench):
            self._add(found, self.density, depths)

    def _layer(self, depths: Depths, subject: Subject, neighbours: Neighbours) -> NaturalLayer:
        reference = own_reference(self.reference.at(depths))
        if reference is None:
            sought = neighbours.former_soil(subject, depths)
            self.lineage |= sought.lineage
            self.scales |= sought.scales
            reference = sought.reference
        return NaturalLayer(
            upper_depth_cm=depths[0],
            lower_depth_cm=depths[1],
            soil=mean_of(numbers(self.soil.at(depths))) or Measured(value=0.0, uncertainty=0.0),
            reference=reference,
            element_g_per_g=concentration_of(self.element.at(depths)),
            bulk_density_g_cm3=density_of(self.density.at(depths)),
        )
