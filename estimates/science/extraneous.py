"""How much of the washed mass is no root of the crop: by hand, by isotopes, or a prior.

With crop roots of another delta 13C than the matter washed out with them (maize on soil that grew
C3 plants), the share f of C that is not of the crop follows from the mixture (Balesdent et al.
1987, doi:10.1016/0038-0717(87)90120-9). Adhering soil is part of f where its share g of the C is
known, and is taken off elsewhere: e = (f - g) / (1 - g).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from estimates.science.cleaning import soil_share, soil_share_from_carbon
from estimates.science.errors import NotEnoughData, UnderDetermined
from estimates.science.inputs import Endmember, Measured, Options, Plot, RootMass
from estimates.science.isotopes.mixing import COVERAGE_FACTOR, Signature, mass_share, two_sources
from estimates.science.isotopes.scales import VPDB, check_one_scale, check_scale
from estimates.science.parameters import ParameterSet
from estimates.science.results import Note
from estimates.science.soil_by_carbon import clean_root_carbon

MEASURED_WAYS = ("hand_check", "isotope")
DELTA_SD_PERMIL = 0.1  # assumption: repeatability of an elemental analyser, for every delta 13C
MOST_EXTRANEOUS = 0.99  # all matter extraneous would leave no root to speak of


@dataclass(frozen=True, kw_only=True)
class SoilCarbon:
    """What tells the share of soil in the C of a washed sample, each at its mean."""

    options: Options
    ash_of_root: float
    ash_of_soil: float
    clean_root: float | None

    def share_of(self, root: RootMass) -> float | None:
        """Return the share of the sample's C that is C of adhering soil; None when unknown."""
        carbon, soil = root.carbon_g_per_g, root.soil_carbon_g_per_g
        if not carbon or soil is None:
            return None
        if self.clean_root is not None:
            by_mass = soil_share_from_carbon(
                carbon, carbon_of_root=self.clean_root, carbon_of_soil=soil
            )
        elif root.ash_g_per_g is not None:
            by_mass = soil_share(
                root.ash_g_per_g, ash_of_root=self.ash_of_root, ash_of_soil=self.ash_of_soil
            )
        else:
            return None
        return min(float(by_mass) * soil / carbon, 1.0)


def with_extraneous(
    plot: Plot, *, parameters: ParameterSet, options: Options
) -> tuple[Plot, list[Note]]:
    """Return the plot with the extraneous share the order asks for, and what was decided.

    Raises NotEnoughData that names the determinations which are missing, UnderDetermined where
    the two sources cannot be told apart.
    """
    if options.extraneous == "hand_check" and plot.extraneous is None:
        raise NotEnoughData(
            f"No extraneous share was checked by hand on plot {plot.key}: record it with the root "
            "fractions, or order with a prior."
        )
    if options.extraneous != "isotope":
        return plot, []
    roots = [
        root
        for core in plot.cores
        for root in core.layers
        if root.delta13c_permil is not None and root.kind in options.kinds
    ]
    crop, matter = plot.crop_root, plot.extraneous_matter
    if not roots or crop is None or matter is None:
        raise NotEnoughData(_what_is_missing(plot, has_roots=bool(roots)))
    check_one_scale(check_scale("13C", scale) for scale in plot.delta13c_scales)
    clean = clean_root_carbon(plot, options=options, parameters=parameters)
    soil = SoilCarbon(
        options=options,
        ash_of_root=parameters.value("ash.clean_root"),
        ash_of_soil=parameters.value("ash.soil"),
        clean_root=None if clean is None else clean.mean,
    )
    found, notes = extraneous_by_isotope(roots, crop=crop, matter=matter, soil=soil)
    return replace(plot, extraneous=found), notes


def extraneous_by_isotope(
    roots: Sequence[RootMass], *, crop: Endmember, matter: Endmember, soil: SoilCarbon
) -> tuple[Measured, list[Note]]:
    """Return the mean share of extraneous matter, weighted by the mass of each fraction.

    It is a share of C on route B, where the C of the sample is what is reduced, and of mass on
    route A. The sources are the same for all fractions, so their errors do not average out.
    """
    weights = [root.washed_mass_g or root.mass_density_mg_cm3 or 0.0 for root in roots]
    if not sum(weights) > 0:
        weights = [1.0] * len(roots)
    pairs: list[tuple[float, float]] = []
    notes: list[Note] = []
    for root in roots:
        share, uncertainty, doubts = _share_of(root, crop=crop, matter=matter, soil=soil)
        pairs.append((share, uncertainty))
        notes += doubts
    total = sum(weights)
    value = sum(w * share for w, (share, _) in zip(weights, pairs, strict=True)) / total
    spread = sum(w * u for w, (_, u) in zip(weights, pairs, strict=True)) / total
    text = (
        f"Extraneous matter by delta 13C: {value:.0%} +- {spread:.0%}, from {len(roots)} samples."
    )
    notes.append(Note(code="extraneous_by_isotope", message=text))
    return Measured(value=value, uncertainty=spread), sorted(set(notes))


def _share_of(
    root: RootMass, *, crop: Endmember, matter: Endmember, soil: SoilCarbon
) -> tuple[float, float, list[Note]]:
    mixed = two_sources(
        Signature(delta_permil=root.delta13c_permil or 0.0, uncertainty_permil=DELTA_SD_PERMIL),
        source_a=_signature(crop),
        source_b=_signature(matter),
        standard=VPDB,
    )
    uncertainty = mixed.uncertainty or 0.0
    if COVERAGE_FACTOR * uncertainty >= 1.0:
        raise UnderDetermined(
            f"Crop roots ({crop.delta13c.value:g} permil) and extraneous matter "
            f"({matter.delta13c.value:g} permil) are too alike to be told apart."
        )
    span = f"{root.upper_depth_cm:g}-{root.lower_depth_cm:g} cm"
    notes = [
        Note(code=f"extraneous_{doubt.code}", message=f"At {span}: {doubt.message}")
        for doubt in mixed.findings
    ]
    of_soil = soil.share_of(root)
    if of_soil is None:
        text = "The C of adhering soil is unknown: it counts as extraneous matter."
        notes.append(Note(code="soil_in_extraneous", message=text))
        of_soil = 0.0
    share = _within((mixed.share_b - of_soil) / max(1.0 - of_soil, 1.0 - MOST_EXTRANEOUS))
    uncertainty /= max(1.0 - of_soil, 1.0 - MOST_EXTRANEOUS)
    if soil.options.route == "A":
        return (*_by_mass(share, uncertainty, crop, matter), notes)
    return share, uncertainty, notes


def _by_mass(
    share: float, uncertainty: float, crop: Endmember, matter: Endmember
) -> tuple[float, float]:
    """Return share of mass and its uncertainty, by central differences.

    Raises NotEnoughData without the C concentrations of both sources.
    """
    if crop.carbon_g_per_g is None or matter.carbon_g_per_g is None:
        raise NotEnoughData(
            "A share of mass by isotopes needs the C of clean roots (carbon_clean_root) and of the "
            "extraneous matter (carbon_extraneous): determine them, or order route B."
        )
    low, middle, high = (
        mass_share(
            _within(share + step),
            carbon_a=crop.carbon_g_per_g,
            carbon_b=matter.carbon_g_per_g,
        )
        for step in (-uncertainty, 0.0, uncertainty)
    )
    return _within(middle), (high - low) / 2.0


def _within(share: float) -> float:
    return min(max(share, 0.0), MOST_EXTRANEOUS)


def _signature(source: Endmember) -> Signature:
    spread = max(source.delta13c.uncertainty, DELTA_SD_PERMIL)
    return Signature(delta_permil=source.delta13c.value, uncertainty_permil=spread)


def _what_is_missing(plot: Plot, *, has_roots: bool) -> str:
    names = [
        name
        for name, is_there in (
            ("delta13c of the washed roots", has_roots),
            ("delta13c_clean_root of roots of the crop picked clean", plot.crop_root is not None),
            (
                "delta13c_extraneous of the matter picked out",
                plot.extraneous_matter is not None,
            ),
        )
        if not is_there
    ]
    return f"Extraneous matter by isotopes lacks on plot {plot.key}: {'; '.join(names)}."
