"""Which other plots a plot without references of its own is compared with.

Nearest first: plots of its block, then plots of its site, in the same campaign and at the same
depth. For a label they are plots on which nothing was labelled, grown as the order says; for
natural abundance controls (`is_control` of their treatment) with another crop.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from estimates.assembly.depth_values import (
    Depths,
    DepthValues,
    lineage_of_found,
    numbers,
    spread_of,
)
from estimates.assembly.laboratory import Found
from estimates.assembly.lineage import Lineage, lineage_of
from estimates.assembly.plants import kinship_of
from estimates.assembly.rows import PlotRows
from estimates.assembly.stands import GROWTH_OF_KIND, grown_stands, species_shares
from estimates.science.isotopes.labelling import BackgroundKind
from estimates.science.tracer_layers import Nearness, Reference, span_of
from sampling.models import CropStand

LEGUMES = "Fabaceae"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A plot with what grew on it when it was sampled."""

    rows: PlotRows
    stands: tuple[CropStand, ...]

    @property
    def species(self) -> frozenset[str]:
        """Return the names of what grew there."""
        names = (name for stand in self.stands for name in species_shares(stand))
        return frozenset(name.strip().casefold() for name in names)

    @property
    def has_legume(self) -> bool:
        """Return whether a plant that may nodulate grew there."""
        return any(
            kinship_of(name, growth=GROWTH_OF_KIND[stand.kind])[0].plant_group == LEGUMES
            for stand in self.stands
            for name in species_shares(stand)
        )


def subject_of(rows: PlotRows) -> Subject:
    """Return a plot with what grew on it when its cores were taken."""
    sampled_on = max((core.collected_on for core in rows.cores if core.collected_on), default=None)
    return Subject(rows=rows, stands=tuple(grown_stands(rows.stands, sampled_on)))


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A plot that others may be compared with, and what is known of its soil and roots."""

    subject: Subject
    has_label: bool
    soil_background: DepthValues
    root_background: DepthValues
    natural: DepthValues

    @property
    def lineage(self) -> set[Lineage]:
        """Return the records that made it one."""
        row = self.subject.rows.plot
        groups = (row, row.study.site, row.block, row.treatment)
        return {lineage_of(one) for one in (*groups, *self.subject.stands) if one is not None}


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What was found at other plots, or nothing, with the records and scales it came from."""

    reference: Reference | None = None
    lineage: frozenset[Lineage] = frozenset()
    scales: frozenset[str | None] = frozenset()


Fits = Callable[[Subject, Neighbour], bool]
Values = Callable[[Neighbour], Sequence[Found]]


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The plots that may stand in, in the order of their codes."""

    background: BackgroundKind
    seeks_former_soil: bool
    plots: Sequence[Neighbour] = field(default=())

    def unlabelled_soil(self, subject: Subject, depths: Depths) -> Sought:
        """Return the soil of a depth on plots without label that grew what the order says."""
        return self._nearest(
            subject, self._grew_as_ordered, lambda one: one.soil_background.at(depths)
        )

    def unlabelled_roots(self, subject: Subject, depths: Depths) -> Sought:
        """Return the roots of the same species on plots without label."""
        return self._nearest(subject, _grew_the_same, lambda one: one.root_background.near(depths))

    def former_soil(self, subject: Subject, depths: Depths) -> Sought:
        """Return the soil of a depth on controls that grew another crop, where it is asked for."""
        if not self.seeks_former_soil:
            return Sought()
        return self._nearest(subject, _kept_its_plants, lambda one: one.natural.at(depths))

    def sought_for_label(self, subject: Subject) -> str:
        """Return in a sentence where unlabelled soil and roots were looked for."""
        known = [one for one in self._others(subject) if self._grew_as_ordered(subject, one)]
        kind = self.background.replace("_", " ")
        return _told(known, f"plots without label ({kind})", lambda one: one.soil_background)

    def sought_for_nature(self, subject: Subject) -> str:
        """Return in a sentence where reference soil was looked for."""
        known = [one for one in self._others(subject) if _kept_its_plants(subject, one)]
        return _told(known, "controls with another crop", lambda one: one.natural)

    def _others(self, subject: Subject) -> list[Neighbour]:
        row = subject.rows.plot
        return [
            one
            for one in self.plots
            if one.subject.rows.plot.pk != row.pk
            and one.subject.rows.plot.study.site_id == row.study.site_id
        ]

    def _nearest(self, subject: Subject, fits: Fits, values: Values) -> Sought:
        row = subject.rows.plot
        known = [one for one in self._others(subject) if fits(subject, one) and values(one)]
        in_block = [
            one
            for one in known
            if row.block_id is not None and one.subject.rows.plot.block_id == row.block_id
        ]
        if in_block:
            return _mean(in_block, values, "block")
        return _mean(known, values, "site") if known else Sought()

    def _grew_as_ordered(self, subject: Subject, other: Neighbour) -> bool:
        if other.has_label:
            return False
        if self.background == "unplanted":
            return not other.subject.stands
        if self.background == "unlabelled_same_species":
            return _grew_the_same(subject, other)
        if self.background == "non_nodulating":
            return bool(other.subject.stands) and not other.subject.has_legume
        return bool(other.subject.species) and other.subject.species != subject.species


def _grew_the_same(subject: Subject, other: Neighbour) -> bool:
    return not other.has_label and other.subject.species == subject.species


def _kept_its_plants(subject: Subject, other: Neighbour) -> bool:
    treatment = other.subject.rows.plot.treatment
    is_control = treatment is not None and treatment.is_control
    return is_control and not other.subject.species & subject.species


def _mean(nearest: Sequence[Neighbour], values: Values, nearness: Nearness) -> Sought:
    """Return the mean of plots with their spread; of a plot alone, that of its samples."""
    found = [values(one) for one in nearest]
    means = [statistics.fmean(numbers(of_plot)) for of_plot in found]
    spread = spread_of(means) if len(means) > 1 else spread_of(numbers(found[0]))
    lineage = {item for of_plot in found for item in lineage_of_found(of_plot)}
    for one in nearest:
        lineage |= one.lineage
    return Sought(
        reference=Reference(
            value=statistics.fmean(means),
            spread=spread,
            number=len(means),
            nearness=nearness,
            plots=tuple(one.subject.rows.plot.code for one in nearest),
        ),
        lineage=frozenset(lineage),
        scales=frozenset(scale for of_plot in found for one in of_plot for scale in one.scales),
    )


def _told(known: Sequence[Neighbour], what: str, values: Callable[[Neighbour], DepthValues]) -> str:
    if not known:
        return f"It was sought on the plot and among {what} of its site: there are none."
    depths = {each for one in known for each in values(one).depths()}
    codes = ", ".join(one.subject.rows.plot.code for one in known)
    told = ", ".join(span_of(*each) for each in sorted(depths)) or "no depth at all"
    return f"It was sought on the plot and among {what} of its site ({codes}): they have {told}."
