"""What the laboratory released about a specimen, as shares of mass in g per g."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from estimates.assembly.lineage import Lineage, lineage_of
from estimates.assembly.rows import Material
from estimates.assembly.units import MASS_SHARE, converted
from estimates.science.results import Note
from sampling.models import Determination

CARBON = frozenset({"carbon", "c", "total_carbon", "total carbon", "total c"})
CLEAN_CARBON = frozenset({"carbon_ash_free", "ash_free_carbon", "carbon ash-free"})
SOIL_CARBON = frozenset({"organic_carbon", "organic carbon", "organic c", "soc"}) | CARBON
ASH = frozenset({"ash"})


class Found(NamedTuple):
    """The mean of the replicates, or None where there is no number."""

    value: float | None
    lineage: tuple[Lineage, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(kw_only=True)
class Bench:
    """Looks determinations up; one that was censored or has no number is told, not guessed."""

    material: Material
    _shares: dict[tuple[uuid.UUID, frozenset[str]], Found] = field(default_factory=dict)

    def share(self, specimen: uuid.UUID, analytes: frozenset[str]) -> Found:
        """Return the mass share of an analyte in a specimen or in what was made from it."""
        key = (specimen, analytes)
        if key not in self._shares:
            self._shares[key] = self._looked_up(specimen, analytes)
        return self._shares[key]

    def soil_carbon(self, segment: uuid.UUID) -> Found:
        """Return the C of the soil of a segment."""
        for specimen in self.material.soil_of_segment.get(segment, ()):
            found = self.share(specimen.pk, SOIL_CARBON)
            if found.value is not None:
                return found
        return Found(None)

    def _looked_up(self, specimen: uuid.UUID, analytes: frozenset[str]) -> Found:
        specimens, links = self.material.below(specimen)
        released = [
            determination
            for one in specimens
            for determination in self.material.determinations.get(one, ())
            if determination.variable.analyte.casefold() in analytes
        ]
        if not released:
            return Found(None)
        used = [self.material.specimens[one] for one in {item.specimen_id for item in released}]
        lineage = {lineage_of(item) for item in released}
        lineage |= {lineage_of(item.variable) for item in released}
        lineage |= {lineage_of(row) for row in used} | {lineage_of(row) for row in links}
        value, notes = _mean(released)
        return Found(value, tuple(sorted(lineage)), tuple(notes))


def _mean(released: Sequence[Determination]) -> tuple[float | None, list[Note]]:
    values: list[float] = []
    notes: list[Note] = []
    for item in sorted(released, key=lambda one: (one.replicate_no, str(one.pk))):
        if item.value is None:
            if item.censoring != "none":
                notes.append(_note("censored_result", item, "lies beyond a limit: not used"))
            continue
        share = converted(float(item.value), item.unit, MASS_SHARE)
        if share is None:
            text = f"has the unit {item.unit!r}, which is no share of mass: not used"
            notes.append(_note("unit_not_known", item, text))
        elif not 0 <= share <= 1:
            notes.append(_note("share_impossible", item, f"is {share:g} g per g: not used"))
        else:
            values.append(share)
    return (sum(values) / len(values) if values else None), notes


def _note(code: str, item: Determination, text: str) -> Note:
    return Note(
        code=code, message=f"{item.variable.analyte} of {item.as_entered or 'a bag'} {text}."
    )
