"""What is doubtful about a core and what was taken from it. Doubtful is flagged, never refused.

A rule looks at plain values and names its doubts; the same rules run again whenever a record
changes, so that a doubt disappears when its reason does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from sampling.errors import RuleError
from sampling.rules.codes import read_code
from sampling.rules.depths import (
    DepthInterval,
    Gap,
    Overlap,
    find_compaction,
    find_gaps,
    find_overlaps,
)

Severity = Literal["note", "warning", "serious"]

MASS_TOLERANCE = 0.02  # balance and rounding, share of the parent's mass


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """One doubtful thing about one record. `key` tells two doubts of one rule apart."""

    rule: str
    severity: Severity
    record_type: str
    record: UUID
    message: str
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class SegmentFacts:
    """What the rules know of a core segment; depths in cm."""

    id: UUID
    upper_depth_cm: float
    lower_depth_cm: float | None
    purpose: str
    has_area: bool


@dataclass(frozen=True, kw_only=True)
class ValueFacts:
    """What the rules know of a value: where it stands, and why it may not be a number."""

    record_type: str
    id: UUID
    name: str
    censoring: str
    reason: str
    as_entered: str


@dataclass(frozen=True, kw_only=True)
class CoreFacts:
    """What the rules know of a soil core and all that was taken from it; lengths in cm."""

    id: UUID
    date_precision: str
    has_diameter: bool
    driven_length_cm: float | None
    recovered_length_cm: float | None
    segments: Sequence[SegmentFacts] = ()
    values: Sequence[ValueFacts] = ()


@dataclass(frozen=True, kw_only=True)
class SpecimenFacts:
    """What the rules know of a specimen; masses in g, the rest None where nobody weighed it."""

    id: UUID
    code: str
    namesakes: int = 0
    mass_g: float | None = None
    taken_g: Sequence[float] = field(default=())
    rest_g: float | None = None


def doubts_about_core(core: CoreFacts) -> list[Doubt]:
    """Return every doubt about a core, its segments and their values."""
    return [doubt for rule in CORE_RULES for doubt in rule(core)]


def doubts_about_specimen(specimen: SpecimenFacts) -> list[Doubt]:
    """Return every doubt about a specimen: its code, and whether its masses close."""
    return [doubt for rule in SPECIMEN_RULES for doubt in rule(specimen)]


def _date_is_imprecise(core: CoreFacts) -> Iterator[Doubt]:
    if core.date_precision != "day":
        yield Doubt(
            rule="date-imprecise",
            severity="note",
            record_type="soil_core",
            record=core.id,
            message=f"The sampling date is known to: {core.date_precision}.",
        )


def _area_is_unknown(core: CoreFacts) -> Iterator[Doubt]:
    if not core.has_diameter and not all(segment.has_area for segment in core.segments):
        yield Doubt(
            rule="area-unknown",
            severity="warning",
            record_type="soil_core",
            record=core.id,
            message="There is neither an inner diameter nor a sampled area for every segment.",
        )


def _compaction(core: CoreFacts) -> Iterator[Doubt]:
    if core.recovered_length_cm is None:
        return
    if core.recovered_length_cm < 0:
        yield Doubt(
            rule="length-negative",
            severity="serious",
            record_type="soil_core",
            record=core.id,
            message=f"The recovered length is {core.recovered_length_cm:g} cm.",
        )
        return
    if not core.driven_length_cm:
        return
    found = find_compaction(
        recovered_length_cm=core.recovered_length_cm, driven_length_cm=core.driven_length_cm
    )
    if found is not None:
        yield Doubt(
            rule="compaction",
            severity="warning",
            record_type="soil_core",
            record=core.id,
            message=f"Recovered {found.ratio:.0%} of the driven length.",
        )


def _layers(core: CoreFacts) -> Iterator[Doubt]:
    """Yield overlaps and gaps among the segments of one purpose."""
    for purpose in sorted({segment.purpose for segment in core.segments}):
        intervals = [
            DepthInterval(
                key=str(segment.id),
                upper_depth_cm=segment.upper_depth_cm,
                lower_depth_cm=segment.lower_depth_cm,
            )
            for segment in core.segments
            if segment.purpose == purpose and segment.lower_depth_cm is not None
        ]
        for overlap in find_overlaps(intervals):
            yield _layer_doubt("layers-overlap", overlap.second, overlap.first, overlap)
        for gap in find_gaps(intervals):  # between segments: both sides have one
            yield _layer_doubt("layers-gap", str(gap.below), str(gap.above), gap)


def _layer_doubt(rule: str, record: str, other: str, span: Overlap | Gap) -> Doubt:
    what = "is in two segments" if isinstance(span, Overlap) else "is in no segment"
    return Doubt(
        rule=rule,
        severity="warning",
        record_type="core_segment",
        record=UUID(record),
        key=other,
        message=f"{span.upper_depth_cm:g} to {span.lower_depth_cm:g} cm {what}.",
    )


def _refusal(core: CoreFacts) -> Iterator[Doubt]:
    for segment in core.segments:
        if segment.lower_depth_cm is None:
            yield Doubt(
                rule="to-refusal",
                severity="note",
                record_type="core_segment",
                record=segment.id,
                message=f"The segment from {segment.upper_depth_cm:g} cm has no lower depth.",
            )


def _values(core: CoreFacts) -> Iterator[Doubt]:
    for value in core.values:
        if value.reason:
            words = value.reason.replace("_", " ")
            typed = f" (typed: {value.as_entered})" if value.as_entered else ""
            yield _value_doubt(value, "value-missing", f"{value.name} is missing: {words}{typed}.")
        elif value.censoring != "none":
            yield _value_doubt(
                value, "value-censored", f"{value.name} is a limit: {value.as_entered}."
            )


def _value_doubt(value: ValueFacts, rule: str, message: str) -> Doubt:
    return Doubt(
        rule=rule,
        severity="note",
        record_type=value.record_type,
        record=value.id,
        key=value.name,
        message=message,
    )


def _code(specimen: SpecimenFacts) -> Iterator[Doubt]:
    if specimen.namesakes:
        yield Doubt(
            rule="code-twice",
            severity="serious",
            record_type="specimen",
            record=specimen.id,
            message=f"{specimen.code} is written on {specimen.namesakes + 1} specimens.",
        )
    try:
        read_code(specimen.code)
    except RuleError as error:
        yield Doubt(
            rule="code-unreadable",
            severity="warning",
            record_type="specimen",
            record=specimen.id,
            message=error.detail,
        )


def _mass_closes(specimen: SpecimenFacts) -> Iterator[Doubt]:
    """Yield a doubt where parts and rest are more than the whole, or less with the rest weighed.

    Without the rest, parts below the whole say only that something is left in the bag.
    """
    whole_g = specimen.mass_g
    if whole_g is None or (specimen.rest_g is None and not specimen.taken_g):
        return
    found_g = math.fsum((*specimen.taken_g, specimen.rest_g or 0.0))
    apart_g = found_g - whole_g
    is_more, is_less = apart_g > whole_g * MASS_TOLERANCE, -apart_g > whole_g * MASS_TOLERANCE
    if is_more or (is_less and specimen.rest_g is not None):
        rest = "" if specimen.rest_g is None else f", of which {specimen.rest_g:g} g weighed back"
        yield Doubt(
            rule="mass-not-closing",
            severity="serious" if is_more else "warning",
            record_type="specimen",
            record=specimen.id,
            message=f"{specimen.code} weighed {whole_g:g} g, its parts {found_g:g} g{rest}: "
            f"{abs(apart_g):.3g} g {'too much' if is_more else 'are missing'}. Weigh it again, or "
            "correct the mass of a part.",
        )


CORE_RULES: tuple[Callable[[CoreFacts], Iterator[Doubt]], ...] = (
    _date_is_imprecise,
    _area_is_unknown,
    _compaction,
    _layers,
    _refusal,
    _values,
)

SPECIMEN_RULES: tuple[Callable[[SpecimenFacts], Iterator[Doubt]], ...] = (_code, _mass_closes)
