"""Columns that several calculations on soil layers share, and how a row becomes a layer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from estimates.calculations.declaration import Column, Row
from estimates.calculations.problems import BadCell, ProblemsFound
from estimates.calculations.shapes import answers_to, problem_of
from estimates.science.errors import ScienceError
from estimates.science.soil.stocks import SoilLayer, check_contiguous

LAYER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:-|\u2013|to)\s*(\d+(?:\.\d+)?)\s*(?:cm)?\s*")

CORE = Column(
    name="core",
    meaning="core (or profile, plot, year) that the layer belongs to; blank: all are one",
    kind="text",
    is_required=False,
    aliases=("id", "core_id", "profile", "profile_id", "sample_id"),
)
DEPTH_COLUMNS = (
    Column(
        name="upper_depth_cm",
        meaning="upper depth of the layer",
        unit="cm",
        is_required=False,
        lower=0,
        upper=5000,
        aliases=("upper_cm", "upper", "top_cm", "top", "from_cm"),
    ),
    Column(
        name="lower_depth_cm",
        meaning="lower depth of the layer",
        unit="cm",
        is_required=False,
        lower=0,
        upper=5000,
        aliases=("lower_cm", "lower", "bottom_cm", "bottom", "to_cm"),
    ),
    Column(
        name="layer",
        meaning="both depths as 10-30, instead of the two columns",
        unit="cm",
        kind="text",
        is_required=False,
        aliases=("depth", "depth_interval", "layer_cm"),
    ),
    Column(
        name="thickness_cm",
        meaning="thickness of the layer, where its depth does not matter",
        unit="cm",
        is_required=False,
        lower=0.01,
        upper=5000,
        aliases=("di_cm", "layer_thickness_cm"),
    ),
)
SOC = Column(
    name="soc_g_kg",
    meaning="organic C of the fine earth",
    unit="g kg-1",
    is_required=False,
    lower=0,
    upper=580,
    aliases=("soc_mg_g", "corg_g_kg", "toc_g_kg", "oc_g_kg"),
    converted=(("soc_pct", 10.0), ("corg_pct", 10.0), ("toc_pct", 10.0)),
)
DENSITY = Column(
    name="bulk_density_g_cm3",
    meaning="dry mass per volume: of the whole sample with stones_mass_share, of the fine earth "
    "with stones_volume_share",
    unit="g cm-3",
    is_required=False,
    lower=0.02,
    upper=2.65,
    aliases=("bd", "bd_g_cm3", "bulk_density", "density_g_cm3", "bd_mg_m3"),
    converted=(("bd_kg_m3", 0.001), ("bulk_density_kg_m3", 0.001)),
)
STONES_COLUMNS = (
    Column(
        name="stones_mass_share",
        meaning="mass share of coarse fragments (> 2 mm) in the sample (M4)",
        unit="g g-1",
        is_required=False,
        lower=0,
        upper=0.99,
        aliases=("rock_mass_fraction", "rock_mass_share", "coarse_mass_share"),
        converted=(("stones_mass_pct", 0.01), ("rock_mass_pct", 0.01)),
    ),
    Column(
        name="stones_volume_share",
        meaning="volume share of coarse fragments (> 2 mm)",
        unit="cm3 cm-3",
        is_required=False,
        lower=0,
        upper=0.99,
        aliases=("stones", "stone_fraction", "rock_fraction", "rock_volume_fraction"),
        converted=(("stones_volume_pct", 0.01), ("stones_pct", 0.01), ("rock_volume_pct", 0.01)),
    ),
)
MATTER = Column(
    name="som_g_kg",
    meaning="organic matter of the fine earth; blank: 1.724 x SOC",
    unit="g kg-1",
    is_required=False,
    lower=0,
    upper=1000,
    converted=(("som_pct", 10.0),),
)


def depths_of(row: Row) -> tuple[float, float]:
    """Return upper and lower depth in cm, from their columns or from text such as 10-30."""
    if row.has("upper_depth_cm", "lower_depth_cm"):
        return row.number("upper_depth_cm"), row.number("lower_depth_cm")
    if row.has("layer"):
        found = LAYER.fullmatch(row.text("layer"))
        if found is None:
            text = f"{row.text('layer')!r} is no layer such as 10-30."
            raise BadCell(text, column="layer", code="not_a_layer")
        return float(found[1]), float(found[2])
    return row.number("upper_depth_cm"), row.number("lower_depth_cm")


def contiguous_layers(rows: Sequence[Row]) -> list[SoilLayer]:
    """Return the layers of a core from the surface down.

    Raises ProblemsFound with each row that is no layer, or with the row that leaves a gap.
    """
    layers = answers_to(rows, soil_layer)
    order = sorted(range(len(rows)), key=lambda place: layers[place].upper_depth_cm)
    found: list[SoilLayer] = []
    for place in order:
        found.append(layers[place])
        try:
            check_contiguous(found)
        except ScienceError as error:
            raise ProblemsFound([problem_of(error, rows[place])]) from None
    return found


def stones_share_of(row: Row) -> float:
    """Return the share of stones, by mass or by volume; none where neither is given."""
    if row.has("stones_mass_share", "stones_volume_share"):
        raise BadCell(
            "Give the stones by mass with the density of the whole sample, or by volume with "
            "that of the fine earth, not both.",
            column="stones_mass_share",
            code="stones_twice",
        )
    if row.has("stones_mass_share"):
        return row.number("stones_mass_share")
    return row.optional_number("stones_volume_share") or 0.0


def soil_layer(row: Row) -> SoilLayer:
    """Return the layer of a row that has depths, SOC and bulk density."""
    upper_cm, lower_cm = depths_of(row)
    return SoilLayer(
        upper_depth_cm=upper_cm,
        lower_depth_cm=lower_cm,
        soc_g_kg=row.number("soc_g_kg"),
        bulk_density_g_cm3=row.number("bulk_density_g_cm3"),
        coarse_share=stones_share_of(row),
        organic_matter_g_kg=row.optional_number("som_g_kg"),
    )
