"""What isotopes tell of the plots of an order, and the other plots they are compared with."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from estimates.assembly.labelled import LabelledPlot
from estimates.assembly.laboratory import Bench
from estimates.assembly.lineage import Lineage
from estimates.assembly.natural import NaturalSoil
from estimates.assembly.neighbours import Neighbour, Neighbours, Subject, subject_of
from estimates.assembly.rows import CampaignRows, PlotRows, read_rows
from estimates.science.inputs import Options
from sampling.models import Plot


@dataclass(frozen=True, kw_only=True)
class TracedPlot:
    """A plot with the isotopes of its soil and roots, labelled and natural."""

    subject: Subject
    labelled: LabelledPlot
    natural: NaturalSoil

    def fields(self, references: dict[str, Any], neighbours: Neighbours) -> dict[str, Any]:
        """Return the fields of the plot of the science; `used` is complete only after it."""
        labelled = self.labelled.lacks_reference
        natural = neighbours.seeks_former_soil and self.natural.lacks_reference
        return {
            **self.labelled.fields(self.subject, neighbours),
            **self.natural.fields(references, self.subject, neighbours),
            "backgrounds_sought": neighbours.sought_for_label(self.subject) if labelled else "",
            "former_soil_sought": neighbours.sought_for_nature(self.subject) if natural else "",
        }

    def used(self) -> set[Lineage]:
        """Return what was read, on the plot and on those it is compared with."""
        return self.labelled.used() | self.natural.used()

    def neighbour(self) -> Neighbour:
        """Return the plot as one that others may be compared with."""
        return Neighbour(
            subject=self.subject,
            has_label=self.labelled.has_label,
            soil_background=self.labelled.soil_background,
            root_background=self.labelled.root_background,
            natural=self.natural.soil,
        )


def traced_plots(rows: CampaignRows, bench: Bench, options: Options) -> dict[uuid.UUID, TracedPlot]:
    """Return what isotopes tell of each plot by its id."""
    return {pk: _traced(plot_rows, rows, bench, options) for pk, plot_rows in rows.plots.items()}


def neighbours_for(
    traced: Mapping[uuid.UUID, TracedPlot], *, campaign_id: uuid.UUID, options: Options
) -> Neighbours:
    """Return the plots that may stand in for references these plots lack.

    Others of their sites are read only where something is lacking: by sets, whatever their number.
    Soil under the vegetation before is lacking only where the order says when that changed: else a
    plot would be compared with whatever was read for others.
    """
    nobody = Neighbours(
        background=options.background, seeks_former_soil=options.crop_years is not None
    )
    labelled = [one for one in traced.values() if one.labelled.lacks_reference]
    natural = [one for one in traced.values() if one.natural.lacks_reference]
    natural = natural if nobody.seeks_former_soil else []
    if not labelled and not natural:
        return nobody
    sought = Q(study__site__in=_sites(labelled))
    sought |= Q(study__site__in=_sites(natural), treatment__is_control=True)
    ids = (
        Plot.objects.filter(
            sought, sampling_points__scope=f"campaign:{campaign_id}", voided_at=None
        )
        .exclude(pk__in=traced)
        .distinct()
        .values_list("pk", flat=True)
    )
    rows = read_rows(campaign_id, list(ids))
    others = traced_plots(rows, Bench(material=rows.material), options)
    known = [one.neighbour() for one in (*traced.values(), *others.values())]
    return replace(nobody, plots=sorted(known, key=_code))


def _sites(traced: Iterable[TracedPlot]) -> set[uuid.UUID]:
    return {one.subject.rows.plot.study.site_id for one in traced}


def _code(neighbour: Neighbour) -> tuple[str, str, str]:
    row = neighbour.subject.rows.plot
    return row.study.code, row.code, str(row.pk)


def _traced(plot_rows: PlotRows, rows: CampaignRows, bench: Bench, options: Options) -> TracedPlot:
    labelled = LabelledPlot(rows=rows, bench=bench, options=options)
    labelled.collect(plot_rows.cores)
    natural = NaturalSoil(rows=rows, bench=bench)
    natural.collect(plot_rows.cores)
    return TracedPlot(subject=subject_of(plot_rows), labelled=labelled, natural=natural)
