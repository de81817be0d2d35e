"""What the laboratory released about a specimen: shares of mass in g per g, and delta values.

The analyte says of which part of the bag a result speaks: of the washed sample, of roots picked
clean from it (`..._clean_root`), or of the extraneous matter picked out of it (`..._extraneous`).
On soil `..._reference` speaks of the soil of that layer under the vegetation before.
"""

from __future__ import annotations

import statistics
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from estimates.assembly.lineage import Lineage, lineage_of
from estimates.assembly.rows import Material
from estimates.assembly.units import (
    ACTIVITY,
    DENSITY,
    MASS,
    MASS_SHARE,
    PERMIL,
    converted,
    scale_of,
)
from estimates.science.results import Note
from sampling.models import Determination

CARBON = frozenset({"carbon", "c", "total_carbon", "total carbon", "total c"})
CLEAN_CARBON = frozenset({"carbon_ash_free", "ash_free_carbon", "carbon ash-free"})
SOIL_CARBON = frozenset({"organic_carbon", "organic carbon", "organic c", "soc"}) | CARBON
ASH = frozenset({"ash"})
CLEAN_ROOT_CARBON = frozenset({"carbon_clean_root", "carbon clean root", "clean_root_carbon"})
EXTRANEOUS_CARBON = frozenset({"carbon_extraneous", "carbon extraneous"})
DELTA13C = frozenset({"delta13c", "delta_13c", "delta 13c", "d13c"})
REFERENCE_DELTA13C = frozenset({f"{name}_reference" for name in DELTA13C})
DELTA15N = frozenset({"delta15n", "delta_15n", "delta 15n", "d15n"})
ACTIVITY14C = frozenset({"c14_activity", "14c_activity", "activity_14c"})
NITROGEN = frozenset({"nitrogen", "n", "total_nitrogen", "total nitrogen", "total n"})
BULK_DENSITY = frozenset({"bulk_density", "bulk density"})
CLEAN_ROOT_DELTA13C = frozenset({f"{name}_clean_root" for name in DELTA13C})
EXTRANEOUS_DELTA13C = frozenset({f"{name}_extraneous" for name in DELTA13C})


class Found(NamedTuple):
    """The mean of the replicates, or None where there is no number.

    batches are those of the laboratory each came from; blank for what was entered by hand.
    """

    value: float | None
    lineage: tuple[Lineage, ...] = ()
    notes: tuple[Note, ...] = ()
    scales: tuple[str | None, ...] = ()
    batches: tuple[str, ...] = ()


Reading = Callable[[Determination], tuple[float | None, Note | None]]


@dataclass(kw_only=True)
class Bench:
    """Looks determinations up; one that was censored or has no number is told, not guessed."""

    material: Material
    _known: dict[tuple[uuid.UUID, frozenset[str]], Found] = field(default_factory=dict)

    def share(self, specimen: uuid.UUID, analytes: frozenset[str]) -> Found:
        """Return the mass share of an analyte in a specimen or in what was made from it."""
        return self._found(specimen, analytes, _share)

    def delta(self, specimen: uuid.UUID, analytes: frozenset[str]) -> Found:
        """Return the delta value of a specimen in permil, and the scales its unit names."""
        return self._found(specimen, analytes, _delta)

    def activity(self, specimen: uuid.UUID, analytes: frozenset[str]) -> Found:
        """Return the 14C activity of a specimen in Bq per g C."""
        return self._found(specimen, analytes, _activity)

    def density(self, specimen: uuid.UUID, analytes: frozenset[str]) -> Found:
        """Return the density of a specimen in mg per cm3."""
        return self._found(specimen, analytes, _density)

    def mass(self, specimen: uuid.UUID, analytes: frozenset[str]) -> Found:
        """Return a mass in g that was determined on the specimen itself, not on its parts."""
        released = self._released([specimen], analytes)
        if not released:
            return Found(None)
        value, notes = _mean(released, _mass)
        lineage = {lineage_of(item) for item in released}
        lineage |= {lineage_of(item.variable) for item in released}
        return Found(value, tuple(sorted(lineage)), tuple(notes))

    def _released(
        self, specimens: Sequence[uuid.UUID], analytes: frozenset[str]
    ) -> list[Determination]:
        return [
            determination
            for one in specimens
            for determination in self.material.determinations.get(one, ())
            if determination.variable.analyte.casefold() in analytes
        ]

    def _found(self, specimen: uuid.UUID, analytes: frozenset[str], read: Reading) -> Found:
        key = (specimen, analytes)
        if key not in self._known:
            self._known[key] = self._looked_up(specimen, analytes, read)
        return self._known[key]

    def soil_carbon(self, segment: uuid.UUID) -> Found:
        """Return the C of the soil of a segment."""
        for specimen in self.material.soil_of_segment.get(segment, ()):
            found = self.share(specimen.pk, SOIL_CARBON)
            if found.value is not None:
                return found
        return Found(None)

    def _looked_up(self, specimen: uuid.UUID, analytes: frozenset[str], read: Reading) -> Found:
        specimens, links = self.material.below(specimen)
        released = self._released(specimens, analytes)
        if not released:
            return Found(None)
        used = [self.material.specimens[one] for one in {item.specimen_id for item in released}]
        lineage = {lineage_of(item) for item in released}
        lineage |= {lineage_of(item.variable) for item in released}
        lineage |= {lineage_of(row) for row in used} | {lineage_of(row) for row in links}
        value, notes = _mean(released, read)
        scales = {scale_of(item.unit) for item in released} if read is _delta else ()
        ordered = tuple(sorted(scales, key=str))
        batches = tuple(sorted(str(item.batch_id or "") for item in released))
        return Found(value, tuple(sorted(lineage)), tuple(notes), ordered, batches)


def _mean(released: Sequence[Determination], read: Reading) -> tuple[float | None, list[Note]]:
    values: list[float] = []
    notes: list[Note] = []
    for item in sorted(released, key=lambda one: (one.replicate_no, str(one.pk))):
        if item.value is None:
            if item.censoring != "none":
                notes.append(_note("censored_result", item, "lies beyond a limit: not used"))
            continue
        value, doubt = read(item)
        if value is not None:
            values.append(value)
        if doubt is not None:
            notes.append(doubt)
    return (statistics.fmean(values) if values else None), notes


def _share(item: Determination) -> tuple[float | None, Note | None]:
    share = converted(float(item.value or 0), item.unit, MASS_SHARE)
    if share is None:
        text = f"has the unit {item.unit!r}, which is no share of mass: not used"
        return None, _note("unit_not_known", item, text)
    if not 0 <= share <= 1:
        return None, _note("share_impossible", item, f"is {share:g} g per g: not used")
    return share, None


def _reader(units: Mapping[str, float], what: str) -> Reading:
    """Return a reader of values in one of these units."""

    def read(item: Determination) -> tuple[float | None, Note | None]:
        value = converted(float(item.value or 0), item.unit, units)
        if value is None:
            text = f"has the unit {item.unit!r}, which is no {what}: not used"
            return None, _note("unit_not_known", item, text)
        return value, None

    return read


_mass = _reader(MASS, "mass")
_delta = _reader(PERMIL, "delta value")
_activity = _reader(ACTIVITY, "activity")
_density = _reader(DENSITY, "density")


def _note(code: str, item: Determination, text: str) -> Note:
    return Note(
        code=code, message=f"{item.variable.analyte} of {item.as_entered or 'a bag'} {text}."
    )
