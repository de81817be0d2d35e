"""From the roots of one depth layer of one core to mass and C per area."""

from __future__ import annotations

from estimates.calculations.catalogue.clean_root import (
    CLEANING_COLUMNS,
    CLEANING_FORMULA,
    CLEANING_OPTION,
    clean_mass,
    soil_share_in,
)
from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import EachRow
from estimates.calculations.uncertainty import propagated, uncertainty_columns
from estimates.science.cleaning import carbon_by_route_a, carbon_by_route_b
from estimates.science.geometry import (
    MG_PER_G,
    core_area_cm2,
    recovery_ratio,
    root_mass_density_g_cm3,
    root_mass_per_area,
    sampled_length_cm,
)

KG_HA_PER_G_M2 = 10.0

GEOMETRY_COLUMNS = (
    Column(
        name="inner_diameter_cm",
        meaning="inner cutting diameter of the corer; or give area_cm2",
        unit="cm",
        is_required=False,
        lower=0.1,
        upper=200,
        aliases=("diameter_cm", "d", "d_cm", "core_diameter_cm", "corer_diameter_cm"),
        converted=(("inner_diameter_mm", 0.1), ("diameter_mm", 0.1), ("core_diameter_mm", 0.1)),
    ),
    Column(
        name="area_cm2",
        meaning="ground area of one core or monolith",
        unit="cm2",
        is_required=False,
        lower=0.01,
        aliases=("core_area_cm2", "a_cm2"),
        converted=(("area_m2", 10_000.0),),
    ),
    Column(
        name="upper_depth_cm",
        meaning="upper depth of the layer; or give thickness_cm",
        unit="cm",
        is_required=False,
        lower=0,
        aliases=("upper_cm", "top_cm", "from_cm"),
    ),
    Column(
        name="lower_depth_cm",
        meaning="lower depth of the layer",
        unit="cm",
        is_required=False,
        lower=0,
        aliases=("lower_cm", "bottom_cm", "to_cm"),
    ),
    Column(
        name="thickness_cm",
        meaning="thickness of the layer",
        unit="cm",
        is_required=False,
        lower=0.01,
        aliases=("length_cm", "layer_cm", "l", "l_cm", "layer_length_cm", "layer_thickness_cm"),
    ),
    Column(
        name="composited_cores",
        meaning="number of cores pooled in the sample",
        kind="whole",
        is_required=False,
        lower=1,
        default=1,
        aliases=("n", "n_cores", "cores", "pooled_cores"),
    ),
    Column(
        name="recovered_length_cm",
        meaning="soil length really recovered, of all pooled cores together; blank: all of it",
        unit="cm",
        is_required=False,
        lower=0.01,
    ),
)
ROUTE = Column(
    name="route",
    meaning="A: clean mass x C of clean root; B: C of the washed sample less that of its soil",
    kind="text",
    is_required=False,
    choices=("A", "B"),
    default="A",
)


def thickness_of(row: Row) -> float:
    """Return the thickness in cm of the layer of a row, from it or from its two depths."""
    if row.has("thickness_cm"):
        return row.number("thickness_cm")
    thickness_cm = row.number("lower_depth_cm") - row.number("upper_depth_cm")
    if not thickness_cm > 0:
        raise BadCell(
            "The lower depth must be below the upper depth.",
            column="lower_depth_cm",
            code="depths_out_of_order",
        )
    return thickness_cm


def _carbon_share(row: Row, options: Row, clean_g: float) -> float | None:
    """Return g C per g of clean root, or None where the C this route needs was not given."""
    if options.text("route") == "A":
        if not row.has("carbon_root"):
            return None
        return carbon_by_route_a(1.0, carbon_of_clean_root=row.number("carbon_root"))
    if not row.has("carbon_sample"):
        return None
    share, _ = soil_share_in(row, options.text("soil_by"))
    if share >= 1.0 or not clean_g > 0:
        return 0.0
    carbon_g = carbon_by_route_b(
        1.0,
        carbon_of_sample=row.number("carbon_sample"),
        soil_share=share,
        carbon_of_soil=row.number("carbon_soil") if share > 0 else 0.0,
    )
    return carbon_g / (1.0 - share)


def _area_cm2(row: Row) -> float:
    if row.has("area_cm2"):
        return row.number("area_cm2")
    return core_area_cm2(row.number("inner_diameter_cm"))


def _length_cm(row: Row) -> float:
    return sampled_length_cm(
        thickness_cm=thickness_of(row),
        composited_cores=row.whole("composited_cores"),
        recovered_length_cm=row.optional_number("recovered_length_cm"),
    )


def _mass_g_m2(row: Row, options: Row) -> float:
    return root_mass_per_area(
        clean_mass(row, options)[0],
        area_cm2=_area_cm2(row),
        thickness_cm=thickness_of(row),
        composited_cores=row.whole("composited_cores"),
        recovered_length_cm=row.optional_number("recovered_length_cm"),
    )


def _carbon_g_m2(row: Row, options: Row) -> float | None:
    clean_g, _, _ = clean_mass(row, options)
    share = _carbon_share(row, options, clean_g)
    return None if share is None else _mass_g_m2(row, options) * share


def _core_mass(row: Row, options: Row) -> Cells:
    clean_g, share, way = clean_mass(row, options)
    area_cm2, length_cm = _area_cm2(row), _length_cm(row)
    density = root_mass_density_g_cm3(clean_g, area_cm2=area_cm2, sampled_length_cm=length_cm)
    mass, carbon = _mass_g_m2(row, options), _carbon_g_m2(row, options)
    u_carbon = propagated(lambda at: _carbon_g_m2(at, options) or 0.0, row)
    return {
        "soil_share_used": share,
        "soil_share_by": way,
        "clean_root_mass_g": clean_g,
        "core_area_cm2": area_cm2,
        "soil_volume_cm3": area_cm2 * length_cm,
        "recovery": recovery_ratio(
            thickness_cm=thickness_of(row),
            composited_cores=row.whole("composited_cores"),
            recovered_length_cm=length_cm,
        )
        if row.has("recovered_length_cm")
        else None,
        "root_mass_density_mg_cm3": density * MG_PER_G,
        "root_mass_g_m2": mass,
        "u_root_mass_g_m2": propagated(lambda at: _mass_g_m2(at, options), row),
        "root_mass_kg_ha": mass * KG_HA_PER_G_M2,
        "root_c_g_m2": carbon,
        "u_root_c_g_m2": None if carbon is None else u_carbon,
        "root_c_kg_ha": None if carbon is None else carbon * KG_HA_PER_G_M2,
    }


ALL_COLUMNS = (*CLEANING_COLUMNS, *GEOMETRY_COLUMNS)

CALCULATION = Calculation(
    name="core-mass",
    summary="Root mass and C per area from the roots of one depth layer of a core.",
    formula=(
        f"{CLEANING_FORMULA}; A = pi d2 / 4; B = 10 000 m / (n A) g m-2; RMD = 1000 m / (n A L) "
        "mg cm-3; C by route A: m C_r, by route B: m_w (C_s - s C_soil)"
    ),
    sources=(
        Source(
            text="Black et al. 2017, Plant Soil: a layer recovered in part holds its density",
            doi="10.1007/s11104-017-3333-7",
        ),
        Source(
            text="Hirte et al. 2017, Front. Plant Sci. 8:284: extraneous organic matter",
            doi="10.3389/fpls.2017.00284",
        ),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a depth layer; without soil_share, ash or C, no soil is taken off",
            columns=(*ALL_COLUMNS, *uncertainty_columns(ALL_COLUMNS)),
        ),
    ),
    options=(CLEANING_OPTION, ROUTE),
    outputs=(
        Column(name="soil_share_used", meaning="mass share of adhering soil", unit="g g-1"),
        Column(name="soil_share_by", meaning="what told it", kind="text"),
        Column(name="clean_root_mass_g", meaning="clean root of all pooled cores", unit="g"),
        Column(name="core_area_cm2", meaning="area of one core", unit="cm2"),
        Column(name="soil_volume_cm3", meaning="soil volume of all pooled cores", unit="cm3"),
        Column(name="recovery", meaning="recovered over driven length; doubtful < 0.9, > 1.05"),
        Column(name="root_mass_density_mg_cm3", meaning="root per soil volume", unit="mg cm-3"),
        Column(name="root_mass_g_m2", meaning="root mass of the layer", unit="g m-2"),
        Column(
            name="u_root_mass_g_m2",
            meaning="its standard uncertainty, first order, from those given",
            unit="g m-2",
        ),
        Column(name="root_mass_kg_ha", meaning="the same", unit="kg ha-1"),
        Column(name="root_c_g_m2", meaning="root C of the layer", unit="g m-2"),
        Column(name="u_root_c_g_m2", meaning="its standard uncertainty", unit="g m-2"),
        Column(name="root_c_kg_ha", meaning="the same", unit="kg ha-1"),
    ),
    function=EachRow(_core_mass),
)
