"""From core segments and root fractions to the root masses of the science."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimates.assembly.chains import Weighed, weighed
from estimates.assembly.laboratory import (
    ASH,
    CARBON,
    CLEAN_CARBON,
    CLEAN_ROOT_CARBON,
    CLEAN_ROOT_DELTA13C,
    DELTA13C,
    EXTRANEOUS_CARBON,
    EXTRANEOUS_DELTA13C,
    Bench,
    Found,
)
from estimates.assembly.lineage import Lineage, lineage_of
from estimates.assembly.references import References
from estimates.assembly.rows import CampaignRows
from estimates.assembly.units import DENSITY, MASS_SHARE, VOLUME, converted
from estimates.science.cleaning import CarbonBasis
from estimates.science.geometry import core_area_cm2
from estimates.science.inputs import RootKind, RootMass
from estimates.science.measured_cores import washed_mass_g_m2
from estimates.science.results import Note
from estimates.science.species_shares import RootSample
from sampling.models import CoreSegment, Measurement, RootFraction, SoilCore

FINE_BELOW_MM = 2.0
"""Roots below 2 mm are fine roots, the border of the size classes in use since NEON's pits."""

KINDS: Mapping[str, RootKind] = {
    "rhizome": "rhizome",
    "crown": "crown",
    "taproot": "coarse_root",
    "nodule": "root",
}
IS_LIVING: Mapping[str, bool] = {"living": True, "dead": False}


@dataclass(kw_only=True)
class CoreLayers:
    """Collects the root masses of one core, what they were made from, and notes."""

    core: SoilCore
    key: str
    rows: CampaignRows
    bench: Bench
    clean_carbon: bool
    layers: list[RootMass] = field(default_factory=list)
    lineage: set[Lineage] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)
    extraneous: list[float] = field(default_factory=list)
    references: References = field(default_factory=References)
    dug: Collection[str] = ()
    samples: list[RootSample] = field(default_factory=list)

    def collect(self) -> None:
        """Take up every segment of the core that holds roots, or should."""
        for segment in self.rows.segments.get(self.core.pk, ()):
            fractions = self.rows.fractions.get(segment.pk, [])
            if not fractions and segment.purpose != "roots":
                continue
            self.lineage.add(lineage_of(segment))
            if segment.lower_depth_cm is None:
                where = f"below {segment.upper_depth_cm:g} cm"
                self._note("to_refusal", f"has no lower depth {where}: that part is left out")
                self.lineage |= {lineage_of(fraction) for fraction in fractions}
                continue
            self._take(segment, fractions)
        if self.layers:
            self.lineage |= {lineage_of(self.core), lineage_of(self.core.sampling_point)}

    def _take(self, segment: CoreSegment, fractions: Sequence[RootFraction]) -> None:
        geometry = self._geometry(segment)
        before = len(self.layers)
        for fraction in fractions:
            self.lineage.add(lineage_of(fraction))
            if fraction.origin == "previous_crop":
                text = f"roots of the previous crop at {_span(segment)} are left out"
                self._note("previous_crop_left_out", text)
                continue
            if fraction.kind in self.dug:
                text = f"the {fraction.kind} at {_span(segment)} is counted by plant, not here"
                self._note("counted_by_plant", text)
                continue
            root = self._root_mass(segment, fraction, geometry)
            self.layers.append(root)
            self._tell_species(fraction, root)
        if len(self.layers) == before:
            self.layers.append(RootMass(**_depths(segment)))

    def _geometry(self, segment: CoreSegment) -> dict[str, Any]:
        composited = self.core.cores_composited or 1
        length = segment.recovered_length_cm or None
        if segment.sampled_area_cm2 is not None:
            # the area is that of all cores together, the length is summed over them
            one = None if length is None else length / composited
            return {"area_cm2": segment.sampled_area_cm2, "recovered_length_cm": one}
        geometry: dict[str, Any] = {"composited_cores": composited, "recovered_length_cm": length}
        if self.core.inner_diameter_cm is not None:
            return {**geometry, "area_cm2": core_area_cm2(self.core.inner_diameter_cm)}
        volume = self._measured(segment.pk, "soil_volume", VOLUME)
        thickness = (segment.lower_depth_cm or 0.0) - segment.upper_depth_cm
        if volume is not None and volume > 0:
            self._note("area_from_volume", f"area of {_span(segment)} reckoned from its volume")
            return {"area_cm2": volume / thickness}
        return geometry

    def _root_mass(
        self, segment: CoreSegment, fraction: RootFraction, geometry: Mapping[str, Any]
    ) -> RootMass:
        carbon, basis = self._carbon(fraction)
        ash = self._found(fraction, ASH)
        delta = self._delta(fraction, DELTA13C)
        self._refer(fraction)
        soil = self.bench.soil_carbon(segment.pk)
        for found in (carbon, ash, delta, soil):
            self._keep(found)
        scales = weighed(fraction, self.bench)
        self.lineage |= scales.lineage
        for code, text in scales.doubts:
            self._note(code, text)
        if fraction.extraneous_share is not None:
            self.extraneous.append(fraction.extraneous_share)
        given: dict[str, Any] = {
            **_depths(segment),
            **geometry,
            **self._mass(segment, fraction, scales, has_area="area_cm2" in geometry),
        }
        return RootMass(
            **given,
            processed_share=scales.processed_share,
            processed_share_sd=scales.processed_share_sd,
            kind=_kind(fraction),
            is_taproot=fraction.kind == "taproot",
            is_living=IS_LIVING.get(fraction.living),
            share_dead=self._share_dead(fraction),
            carbon_g_per_g=carbon.value,
            carbon_basis=basis,
            ash_g_per_g=ash.value,
            soil_carbon_g_per_g=soil.value,
            delta13c_permil=delta.value,
        )

    def _tell_species(self, fraction: RootFraction, root: RootMass) -> None:
        if fraction.species and (root.washed_mass_g or root.mass_density_mg_cm3):
            sample = RootSample(
                core=self.key,
                mass_g_m2=washed_mass_g_m2(root) / root.processed_share,
                species=fraction.species,
                share=fraction.species_share,
            )
            self.samples.append(sample)

    def _refer(self, fraction: RootFraction) -> None:
        """Take up what was determined on parts picked from the bag of a fraction."""
        picked = {
            "clean_root_carbon": self._found(fraction, CLEAN_ROOT_CARBON),
            "extraneous_carbon": self._found(fraction, EXTRANEOUS_CARBON),
            "clean_root_delta13c": self._delta(fraction, CLEAN_ROOT_DELTA13C),
            "extraneous_delta13c": self._delta(fraction, EXTRANEOUS_DELTA13C),
        }
        for name, found in picked.items():
            self._keep(found)
            if found.value is not None:
                getattr(self.references, name).append(found.value)

    def _keep(self, found: Found) -> None:
        self.lineage.update(found.lineage)
        self.references.scales.update(found.scales)
        self.notes += [
            Note(code=note.code, message=note.message, core_key=self.key) for note in found.notes
        ]

    def _carbon(self, fraction: RootFraction) -> tuple[Found, CarbonBasis]:
        if self.clean_carbon:
            clean = self._found(fraction, CLEAN_CARBON)
            if clean.value is None:
                clean = self._found(fraction, CLEAN_ROOT_CARBON)
            if clean.value is not None:
                return clean, "clean_root"
        return self._found(fraction, CARBON), "washed_sample"

    def _found(self, fraction: RootFraction, analytes: frozenset[str]) -> Found:
        bag = fraction.specimen_id
        if bag is None or bag not in self.bench.material.specimens:
            return Found(None)
        return self.bench.share(bag, analytes)

    def _delta(self, fraction: RootFraction, analytes: frozenset[str]) -> Found:
        """Return a delta value of natural abundance: one with a label tells no sources."""
        bag = fraction.specimen_id
        specimen = self.bench.material.specimens.get(bag) if bag else None
        if specimen is None or specimen.is_labelled:
            return Found(None)
        return self.bench.delta(specimen.pk, analytes)

    def _mass(
        self, segment: CoreSegment, fraction: RootFraction, scales: Weighed, *, has_area: bool
    ) -> dict[str, float]:
        """Return the mass in the one way it was given, or nothing: then the layer is a gap."""
        if scales.mass_g is None and fraction.dry_mass_limit_g is None:
            density = self._measured(fraction.pk, "root_mass_density", DENSITY)
            return {} if density is None else {"mass_density_mg_cm3": density}
        if not has_area:
            self._note("no_area", f"neither diameter nor area at {_span(segment)}: no mass counts")
            return {}
        if scales.mass_g is not None:
            return {"washed_mass_g": scales.mass_g, "mass_sd_g": scales.mass_sd_g}
        if fraction.dry_mass_censoring == "lt" and fraction.dry_mass_limit_g is not None:
            return {"washed_mass_below_g": fraction.dry_mass_limit_g}
        self._note("mass_above_limit", f"only a lower limit of mass at {_span(segment)}: a gap")
        return {}

    def _share_dead(self, fraction: RootFraction) -> float | None:
        measurement = self._measurement(fraction.pk, "root_dead")
        if measurement is None:
            return None
        value = measurement.value
        if value is None and measurement.limit is not None and measurement.censoring == "lt":
            value = measurement.limit / 2
            text = f"share dead given as {measurement.as_entered!r}: half the limit is taken"
            self._note("share_dead_below_limit", text)
        if value is None:
            text = f"share dead given as {measurement.as_entered!r}: not used"
            self._note("share_dead_not_a_number", text)
            return None
        share = converted(value, measurement.variable.unit, MASS_SHARE)
        return share if share is not None and 0 <= share <= 1 else None

    def _measured(self, subject: Any, analyte: str, units: Mapping[str, float]) -> float | None:
        measurement = self._measurement(subject, analyte)
        if measurement is None or measurement.value is None:
            return None
        return converted(measurement.value, measurement.variable.unit, units)

    def _measurement(self, subject: Any, analyte: str) -> Measurement | None:
        for measurement in self.rows.measurements.get(subject, ()):
            if measurement.variable.analyte == analyte:
                self.lineage |= {lineage_of(measurement), lineage_of(measurement.variable)}
                return measurement
        return None

    def _note(self, code: str, text: str) -> None:
        self.notes.append(Note(code=code, message=f"Core {self.key}: {text}.", core_key=self.key))


def core_keys(cores: Iterable[SoilCore]) -> dict[Any, str]:
    """Return a key for each core that stays the same wherever its records are loaded.

    Codes of point and core, as random numbers follow the keys; the id is added only where two
    cores of a plot carry the same codes.
    """
    ordered = sorted(cores, key=lambda core: str(core.pk))
    codes = {core.pk: f"{core.sampling_point.code}/{core.code}" for core in ordered}
    taken = list(codes.values())
    return {pk: code if taken.count(code) == 1 else f"{code}#{pk}" for pk, code in codes.items()}


def _kind(fraction: RootFraction) -> RootKind:
    if fraction.kind != "root":
        return KINDS[fraction.kind]
    upper, lower = fraction.upper_diameter_mm, fraction.lower_diameter_mm
    if upper is not None and upper <= FINE_BELOW_MM:
        return "fine_root"
    return "coarse_root" if lower is not None and lower >= FINE_BELOW_MM else "root"


def _depths(segment: CoreSegment) -> dict[str, Any]:
    return {"upper_depth_cm": segment.upper_depth_cm, "lower_depth_cm": segment.lower_depth_cm}


def _span(segment: CoreSegment) -> str:
    return f"{segment.upper_depth_cm:g}-{segment.lower_depth_cm:g} cm"
