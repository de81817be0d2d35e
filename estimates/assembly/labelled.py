"""Soil and roots of a plot that carry a label, beside those that do not, layer by layer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
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
from estimates.assembly.laboratory import (
    ACTIVITY14C,
    CARBON,
    DELTA13C,
    DELTA15N,
    NITROGEN,
    SOIL_CARBON,
    Found,
)
from estimates.assembly.lineage import lineage_of
from estimates.assembly.neighbours import Neighbours, Sought, Subject
from estimates.assembly.references import mean_of
from estimates.assembly.soil_density import bulk_densities
from estimates.science.inputs import Options
from estimates.science.measured import Measured
from estimates.science.tracer_layers import LabelledLayer
from sampling.models import CoreSegment, Specimen

ANALYTES: Mapping[str, frozenset[str]] = {"13C": DELTA13C, "15N": DELTA15N, "14C": ACTIVITY14C}


@dataclass(kw_only=True)
class LabelledPlot(SoilOfPlot):
    """Collects the values of one tracer on one plot; `soil` is what is labelled."""

    options: Options
    soil_background: DepthValues = field(default_factory=DepthValues)
    root: DepthValues = field(default_factory=DepthValues)
    root_background: DepthValues = field(default_factory=DepthValues)
    ratios: list[float] = field(default_factory=list)
    has_label: bool = False

    @property
    def lacks_reference(self) -> bool:
        """Return whether a labelled plot has nothing unlabelled of its own to compare with."""
        depths = self.soil.depths()
        return bool(depths) and not (
            set(depths) <= set(self.soil_background.depths()) and self.root_background.depths()
        )

    def fields(self, subject: Subject, neighbours: Neighbours) -> dict[str, Any]:
        """Return the fields of the plot of the science; what was compared with joins the lineage.

        Without labelled soil nothing was labelled.
        """
        layers = tuple(self._layer(depths, subject, neighbours) for depths in self.soil.depths())
        return {
            "labelled": layers,
            "tracer_scales": tuple(sorted(self.scales, key=str)),
            "root_carbon_per_nitrogen": mean_of(self.ratios),
        }

    def _take(self, segment: CoreSegment, depths: Depths) -> None:
        material = self.bench.material
        for specimen in material.soil_of_segment.get(segment.pk, ()):
            self.has_label |= specimen.is_labelled
            into = self.soil if specimen.is_labelled else self.soil_background
            if self._tracer(specimen, into, depths):
                self.lineage |= {lineage_of(specimen), lineage_of(segment)}
            element = NITROGEN if self.options.tracer == "15N" else SOIL_CARBON
            self._add(self.bench.share(specimen.pk, element), self.element, depths)
        for found in bulk_densities(segment, rows=self.rows, bench=self.bench):
            self._add(found, self.density, depths)
        for fraction in self.rows.fractions.get(segment.pk, ()):
            bag = material.specimens.get(fraction.specimen_id) if fraction.specimen_id else None
            if bag is not None:
                self.has_label |= bag.is_labelled
                into = self.root if bag.is_labelled else self.root_background
                self._tracer(bag, into, depths)
                self._ratio(bag.pk)

    def _tracer(self, specimen: Specimen, into: DepthValues, depths: Depths) -> bool:
        read: Callable[[uuid.UUID, frozenset[str]], Found] = self.bench.delta
        if self.options.tracer == "14C":
            read = self.bench.activity
        return self._add(read(specimen.pk, ANALYTES[self.options.tracer]), into, depths)

    def _ratio(self, bag: uuid.UUID) -> None:
        if self.options.tracer != "15N":
            return
        carbon, nitrogen = (self.bench.share(bag, of) for of in (CARBON, NITROGEN))
        if carbon.value and nitrogen.value:
            self.ratios.append(carbon.value / nitrogen.value)
            self.lineage |= {*carbon.lineage, *nitrogen.lineage}

    def _layer(self, depths: Depths, subject: Subject, neighbours: Neighbours) -> LabelledLayer:
        upper_cm, lower_cm = depths
        soil = own_reference(self.soil_background.at(depths)) or self._of_neighbours(
            neighbours.unlabelled_soil(subject, depths)
        )
        roots = own_reference(self.root_background.near(depths)) or self._of_neighbours(
            neighbours.unlabelled_roots(subject, depths)
        )
        return LabelledLayer(
            upper_depth_cm=upper_cm,
            lower_depth_cm=lower_cm,
            soil=mean_of(numbers(self.soil.at(depths))) or Measured(value=0.0, uncertainty=0.0),
            soil_background=soil,
            root=mean_of(numbers(self.root.near(depths))),
            root_background=roots,
            element_g_per_g=concentration_of(self.element.at(depths)),
            bulk_density_g_cm3=density_of(self.density.at(depths)),
        )

    def _of_neighbours(self, sought: Sought) -> Any:
        self.lineage |= sought.lineage
        self.scales |= sought.scales
        return sought.reference
