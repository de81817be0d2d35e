"""Bulk density of the soil of a segment, by the bench or as a measurement of the field."""

from __future__ import annotations

from estimates.assembly.laboratory import BULK_DENSITY, Bench, Found
from estimates.assembly.lineage import lineage_of
from estimates.assembly.rows import CampaignRows
from estimates.assembly.units import DENSITY, converted
from sampling.models import CoreSegment

MG_PER_G = 1000.0


def bulk_densities(segment: CoreSegment, *, rows: CampaignRows, bench: Bench) -> list[Found]:
    """Return every bulk density of a segment in g per cm3, each with what it was read from."""
    known = []
    for specimen in bench.material.soil_of_segment.get(segment.pk, ()):
        of_bench = bench.density(specimen.pk, BULK_DENSITY)
        if of_bench.value is not None:
            known.append(of_bench._replace(value=of_bench.value / MG_PER_G))
    for measurement in rows.measurements.get(segment.pk, ()):
        if measurement.variable.analyte in BULK_DENSITY and measurement.value is not None:
            mg_cm3 = converted(measurement.value, measurement.variable.unit, DENSITY)
            if mg_cm3 is not None:
                lineage = (lineage_of(measurement), lineage_of(measurement.variable))
                known.append(Found(mg_cm3 / MG_PER_G, lineage))
    return known
