"""Every doubt about what was determined on one root sample: alone, together, twice."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from estimates.science.findings import Finding
from estimates.science.stoichiometry.consistency import (
    ash_findings,
    duplicate_findings,
    nitrogen_findings,
    ratio_findings,
)
from estimates.science.stoichiometry.plausible import Trait, crops, range_findings

Quantity = Literal["C", "N", "P", "lignin", "ash", "C_N_given"]
CONCENTRATIONS: tuple[Quantity, ...] = ("C", "N", "P", "lignin")
DUPLICATED = ("C", "N", "P")


@dataclass(frozen=True, kw_only=True)
class SampleValue:
    """One determination: its key, its replicate and its value in g per kg, or of a C:N by mass."""

    key: str
    value: float
    replicate: int = 1


@dataclass(frozen=True, kw_only=True)
class SampleDoubt:
    """A finding, and the key of the determination it is about."""

    key: str
    finding: Finding


def sample_doubts(
    values: Mapping[Quantity, Sequence[SampleValue]],
    *,
    group: str | None,
    crop: str | None = None,
) -> list[SampleDoubt]:
    """Return what is unusual for the plant group or crop, and what does not fit together.

    Without a plant group nothing is held against a range. Raises UnknownTerm for a group that is
    not listed.
    """
    found = [*_fits(values), *_duplicates(values)]
    if group is not None:
        found += _is_usual(values, group, crop)
    return [SampleDoubt(key=key, finding=finding) for key, finding in found]


def crop_named(species: str) -> str | None:
    """Return the crop with numbers of its own that a species names; the longest name counts."""
    words = species.casefold()
    named = {crop for _, crop in crops() if crop.casefold() in words}
    return max(named, key=len, default=None)


def _is_usual(
    values: Mapping[Quantity, Sequence[SampleValue]], group: str, crop: str | None
) -> Iterator[tuple[str, Finding]]:
    for quantity in CONCENTRATIONS:
        for item in values.get(quantity, ()):
            trait = cast("Trait", quantity)
            for finding in range_findings(trait, item.value, group=group, crop=crop):
                yield item.key, finding
            if quantity == "N":
                for finding in nitrogen_findings(item.value, group=group):
                    yield item.key, finding


def _fits(values: Mapping[Quantity, Sequence[SampleValue]]) -> Iterator[tuple[str, Finding]]:
    if not values.get("C"):
        return
    carbon = statistics.fmean(item.value for item in values["C"])
    for item in values.get("ash", ()):
        for finding in ash_findings(carbon_g_kg=carbon, ash_g_kg=item.value):
            yield item.key, finding
    nitrogen = [item.value for item in values.get("N", ()) if item.value > 0]
    for item in values.get("C_N_given", ()) if nitrogen else ():
        for finding in ratio_findings(
            carbon_g_kg=carbon,
            nitrogen_g_kg=statistics.fmean(nitrogen),
            given_ratio=item.value,
        ):
            yield item.key, finding


def _duplicates(
    values: Mapping[Quantity, Sequence[SampleValue]],
) -> Iterator[tuple[str, Finding]]:
    for element in DUPLICATED:
        items = sorted(values.get(cast("Quantity", element), ()), key=lambda item: item.replicate)
        for item in items[1:]:
            for finding in duplicate_findings(
                cast("Literal['C', 'N', 'P']", element), items[0].value, item.value
            ):
                yield item.key, finding
