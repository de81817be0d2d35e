"""Traits of washed and scanned root samples."""

from __future__ import annotations

from typing import cast

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.isotope_columns import FINDING_COLUMNS, finding_cells
from estimates.calculations.shapes import EachRow
from estimates.science.findings import Finding
from estimates.science.stoichiometry.plausible import Trait, groups, range_findings
from estimates.science.traits.morphology import (
    branching_density,
    dry_matter_content,
    identity_findings,
    length_of_whole,
    root_length_density,
    root_mass_density,
    root_mass_fraction,
    specific_root_area,
    specific_root_length,
    tissue_density,
)
from estimates.science.traits.scans import winrhizo_findings

Values = dict[str, float | str | None]

PLAUSIBLE: dict[str, Trait] = {
    "specific_root_length_m_g": "Specific_root_length",
    "tissue_density_g_cm3": "tissue_density",
    "mean_diameter_mm": "Mean_diameter",
    "dry_matter_content": "dry_matter_content",
    "root_length_density_cm_cm3": "length_density_volume",
    "root_mass_fraction": "mass_fraction",
}


def _traits(row: Row, options: Row) -> Cells:
    answer = _of_length(row) | _of_mass(row)
    return answer | finding_cells([*_fits(row, answer), *_is_usual(row, answer)])


def _length_cm(row: Row) -> float:
    """Return the length of the whole sample: that of the scan over the share scanned."""
    return length_of_whole(
        row.number("length_cm"), part=row.number("scanned_share"), whole=1.0, by="mass"
    )


def _of_length(row: Row) -> Values:
    if not row.has("length_cm"):
        return {}
    length_cm = _length_cm(row)
    answer: Values = {"whole_length_cm": length_cm}
    if row.has("soil_volume_cm3"):
        answer["root_length_density_cm_cm3"] = root_length_density(
            length_cm, soil_volume_cm3=row.number("soil_volume_cm3")
        )
    if row.has("dry_mass_g"):
        answer["specific_root_length_m_g"] = specific_root_length(
            length_cm, dry_mass_g=row.number("dry_mass_g")
        )
    for count, name in (("tips", "tips_per_cm"), ("forks", "forks_per_cm")):
        if row.has(count):
            answer[name] = branching_density(row.number(count), length_cm=row.number("length_cm"))
    return answer


def _of_mass(row: Row) -> Values:
    if not row.has("dry_mass_g"):
        return {}
    dry_g, share = row.number("dry_mass_g"), row.number("scanned_share")
    answer: Values = {}
    if row.has("soil_volume_cm3"):
        answer["root_mass_density_mg_cm3"] = root_mass_density(
            dry_g, soil_volume_cm3=row.number("soil_volume_cm3")
        )
    if row.has("surface_area_cm2"):
        answer["specific_root_area_cm2_g"] = specific_root_area(
            row.number("surface_area_cm2") / share, dry_mass_g=dry_g
        )
    if row.has("root_volume_cm3"):
        answer["tissue_density_g_cm3"] = tissue_density(
            dry_g, root_volume_cm3=row.number("root_volume_cm3") / share
        )
    if row.has("fresh_mass_g"):
        answer["dry_matter_content"] = dry_matter_content(
            dry_g, fresh_mass_g=row.number("fresh_mass_g")
        )
    if row.has("shoot_mass_g"):
        answer["root_mass_fraction"] = root_mass_fraction(
            dry_g, shoot_mass=row.number("shoot_mass_g")
        )
    return answer


def _fits(row: Row, answer: Values) -> list[Finding]:
    found: list[Finding] = []
    length, density = answer.get("specific_root_length_m_g"), answer.get("tissue_density_g_cm3")
    if isinstance(length, float) and isinstance(density, float) and row.has("mean_diameter_mm"):
        found += identity_findings(
            specific_root_length_m_g=length,
            diameter_mm=row.number("mean_diameter_mm"),
            tissue_density_g_cm3=density,
        )
    if row.has("length_cm", "soil_volume_cm3", "length_per_volume_cm_m3"):
        found += winrhizo_findings(
            length_cm=row.number("length_cm"),
            soil_volume_cm3=row.number("soil_volume_cm3"),
            length_per_volume_cm_m3=row.number("length_per_volume_cm_m3"),
        )
    return found


def _is_usual(row: Row, answer: Values) -> list[Finding]:
    group = row.optional_text("plant_group")
    if group is None:
        return []
    values = answer | {"mean_diameter_mm": row.optional_number("mean_diameter_mm")}
    return [
        finding
        for name, trait in PLAUSIBLE.items()
        if values.get(name) is not None
        for finding in range_findings(trait, cast("float", values[name]), group=group)
    ]


def _measure(
    name: str,
    meaning: str,
    unit: str,
    aliases: tuple[str, ...] = (),
    converted: tuple[tuple[str, float], ...] = (),
) -> Column:
    return Column(
        name=name,
        meaning=meaning,
        unit=unit,
        is_required=False,
        lower=0,
        aliases=aliases,
        converted=converted,
    )


COLUMNS = (
    _measure(
        "length_cm", "root length of the scan", "cm", ("length",), (("total_root_length_mm", 0.1),)
    ),
    Column(
        name="scanned_share",
        meaning="share of the sample, by mass or tray area, that was scanned",
        is_required=False,
        lower=1e-4,
        upper=1,
        default=1.0,
        converted=(("scanned_pct", 0.01),),
    ),
    _measure(
        "dry_mass_g", "dry mass of the whole sample", "g", ("mass_g",), (("dry_mass_mg", 0.001),)
    ),
    _measure("fresh_mass_g", "fresh mass of the whole sample", "g"),
    _measure("shoot_mass_g", "dry mass of the shoot", "g"),
    _measure(
        "soil_volume_cm3", "soil the sample was washed from", "cm3", ("core_volume_cm3", "v_soil")
    ),
    _measure(
        "surface_area_cm2",
        "surface of the scan",
        "cm2",
        ("surfarea_cm2",),
        (("surface_area_mm2", 0.01),),
    ),
    _measure(
        "root_volume_cm3",
        "volume of the scan",
        "cm3",
        ("rootvolume_cm3",),
        (("volume_mm3", 0.001),),
    ),
    _measure(
        "mean_diameter_mm",
        "mean diameter",
        "mm",
        ("avgdiam_mm", "average_diameter_mm", "diameter_mm"),
    ),
    _measure("tips", "tips of the scan", "", ("number_of_root_tips",)),
    _measure("forks", "forks of the scan", "", ("number_of_branch_points",)),
    _measure(
        "length_per_volume_cm_m3",
        "LenPerVol of WinRHIZO, only compared",
        "cm m-3",
        ("lenpervol_cm_m3",),
    ),
    Column(
        name="plant_group",
        meaning="group to compare with",
        kind="text",
        is_required=False,
        choices=tuple(sorted({group for _, group in groups()})),
        aliases=("group", "family"),
    ),
)

CALCULATION = Calculation(
    name="root-traits",
    summary="Length density, specific length and area, tissue density, branching of a sample.",
    formula=(
        "RLD = L / V_soil; SRL = L / m; SRA = A / m; RTD = m / V_root; of a cylinder "
        "SRL d2 RTD = 4 / pi"
    ),
    sources=(
        Source(text="Freschet et al. 2021, handbook of root traits", doi="10.1111/nph.17572"),
        Source(text="GRooT, Guerrero-Ramirez et al. 2021, ranges", doi="10.1111/geb.13179"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a sample; headers of WinRHIZO and RhizoVision Explorer are known",
            columns=COLUMNS,
        ),
    ),
    outputs=(
        Column(name="whole_length_cm", meaning="length of the whole sample", unit="cm"),
        Column(
            name="root_length_density_cm_cm3",
            meaning="GRooT Root_length_density_volume",
            unit="cm cm-3",
        ),
        Column(name="root_mass_density_mg_cm3", meaning="GRooT Root_mass_density", unit="mg cm-3"),
        Column(name="specific_root_length_m_g", meaning="GRooT Specific_root_length", unit="m g-1"),
        Column(name="specific_root_area_cm2_g", meaning="GRooT Specific_root_area", unit="cm2 g-1"),
        Column(name="tissue_density_g_cm3", meaning="GRooT Root_tissue_density", unit="g cm-3"),
        Column(name="dry_matter_content", meaning="GRooT Root_dry_matter_content", unit="g g-1"),
        Column(name="root_mass_fraction", meaning="GRooT Root_mass_fraction", unit="g g-1"),
        Column(name="tips_per_cm", meaning="GRooT Root_branching_density", unit="cm-1"),
        Column(name="forks_per_cm", meaning="forks per length", unit="cm-1"),
        *FINDING_COLUMNS,
    ),
    function=EachRow(_traits),
)
