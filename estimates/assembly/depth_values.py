"""Values of the bench by depth, each with what it was read from, and what the science is told."""

from __future__ import annotations

import statistics
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from estimates.assembly.laboratory import Bench, Found
from estimates.assembly.lineage import Lineage
from estimates.assembly.references import mean_of
from estimates.assembly.rows import CampaignRows
from estimates.science.tracer_layers import Concentration, Density, Reference
from sampling.models import CoreSegment, SoilCore

Depths = tuple[float, float]


@dataclass(kw_only=True)
class DepthValues:
    """What was found at each depth, one a specimen."""

    found: dict[Depths, list[Found]] = field(default_factory=lambda: defaultdict(list))

    def add(self, depths: Depths, found: Found) -> bool:
        """Take up what was found; False where there is no number."""
        if found.value is not None:
            self.found[depths].append(found)
        return found.value is not None

    def depths(self) -> list[Depths]:
        """Return the depths that hold values, the upper first."""
        return sorted(depths for depths, found in self.found.items() if found)

    def at(self, depths: Depths) -> list[Found]:
        """Return what was found at a depth."""
        return self.found.get(depths, [])

    def everywhere(self) -> list[Found]:
        """Return what was found at all depths."""
        return [found for depths in self.depths() for found in self.found[depths]]

    def near(self, depths: Depths) -> list[Found]:
        """Return what was found at a depth, or where there is nothing, at all depths."""
        return self.at(depths) or self.everywhere()


@dataclass(kw_only=True)
class SoilOfPlot(ABC):
    """Collects what was determined on the soil of a plot: isotopes, C or N, bulk density."""

    rows: CampaignRows
    bench: Bench
    soil: DepthValues = field(default_factory=DepthValues)
    element: DepthValues = field(default_factory=DepthValues)
    density: DepthValues = field(default_factory=DepthValues)
    scales: set[str | None] = field(default_factory=set)
    lineage: set[Lineage] = field(default_factory=set)

    def collect(self, cores: Sequence[SoilCore]) -> None:
        """Take up all segments of these cores, those for chemistry too."""
        for core in cores:
            for segment in self.rows.segments.get(core.pk, ()):
                if segment.lower_depth_cm is not None:
                    self._take(segment, (segment.upper_depth_cm, segment.lower_depth_cm))

    def used(self) -> set[Lineage]:
        """Return what was read; without a value of the soil nothing of it counts."""
        return self.lineage if self.soil.depths() else set()

    @abstractmethod
    def _take(self, segment: CoreSegment, depths: Depths) -> None:
        """Take up one segment."""

    def _add(self, found: Found, into: DepthValues, depths: Depths) -> bool:
        self.scales |= set(found.scales)
        if into.add(depths, found):
            self.lineage |= set(found.lineage)
            return True
        return False


def numbers(found: Sequence[Found]) -> list[float]:
    """Return the numbers of what was found."""
    return [one.value for one in found if one.value is not None]


def lineage_of_found(found: Sequence[Found]) -> set[Lineage]:
    """Return what these were read from."""
    return {item for one in found for item in one.lineage}


def concentration_of(found: Sequence[Found]) -> Concentration | None:
    """Return the mean of specimens with its error and the laboratory batches it comes from."""
    mean = mean_of(numbers(found))
    if mean is None:
        return None
    shares: defaultdict[str, float] = defaultdict(float)
    for one in found:
        for batch in one.batches:
            shares[batch] += 1.0 / len(one.batches) / len(found)
    return Concentration(
        value=mean.value,
        standard_error=mean.uncertainty,
        number=len(found),
        batches=tuple(sorted(shares.items())),
    )


def density_of(found: Sequence[Found]) -> Density | None:
    """Return the mean of bulk densities with its error."""
    mean = mean_of(numbers(found))
    if mean is None:
        return None
    return Density(value=mean.value, standard_error=mean.uncertainty, number=len(found))


def own_reference(found: Sequence[Found]) -> Reference | None:
    """Return the mean of samples of the plot itself with their spread."""
    values = numbers(found)
    if not values:
        return None
    return Reference(value=statistics.fmean(values), spread=spread_of(values), number=len(values))


def spread_of(values: Sequence[float]) -> float:
    """Return the standard deviation of single values; one says nothing of a spread."""
    return statistics.stdev(values) if len(values) > 1 else 0.0
