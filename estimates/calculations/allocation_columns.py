"""What the calculation `allocation` reads and answers."""

from __future__ import annotations

from estimates.calculations.declaration import Column, Table
from estimates.science.allometry.methods import METHODS

KG_HA = "kg ha-1"

STAND_COLUMNS = (
    Column(name="crop", meaning="the crop, in English or Latin words", kind="text"),
    Column(name="method", meaning="the method", kind="text", choices=tuple(METHODS)),
    Column(
        name="kind",
        meaning="main crop, or cover crop that stays on the field",
        kind="text",
        is_required=False,
        choices=("main", "cover"),
        default="main",
        aliases=("crop_kind",),
    ),
    Column(
        name="yield_t_ha",
        meaning="yield of the product as dry matter; of a cover crop its whole shoot",
        unit="t ha-1",
        is_required=False,
        lower=0,
        upper=100,
        aliases=(
            "yield",
            "yield_t_dm_ha",
            "yield_tdm_ha",
            "dry_yield_t_ha",
            "yield_dry_t_ha",
            "crop_product",
            "y",
        ),
        converted=(("yield_kg_ha", 0.001), ("yield_kg_dm_ha", 0.001), ("yield_g_m2", 0.01)),
    ),
    Column(
        name="yield_fresh_t_ha",
        meaning="yield as harvested, with moisture_percent",
        unit="t ha-1",
        is_required=False,
        lower=0,
        upper=500,
        aliases=("fresh_yield_t_ha",),
        converted=(("yield_fresh_kg_ha", 0.001), ("fresh_yield_kg_ha", 0.001)),
    ),
    Column(
        name="moisture_percent",
        meaning="water in the fresh yield",
        unit="%",
        is_required=False,
        lower=0,
        upper=99,
        aliases=("moisture_pct", "yield_moisture_percent", "moisture"),
    ),
    Column(
        name="harvest_index",
        meaning="product over product and straw, by mass; blank: of the method",
        is_required=False,
        lower=0.01,
        upper=1,
        aliases=("hi",),
    ),
    Column(
        name="shoot_root",
        meaning="shoot over root; blank: of the method",
        is_required=False,
        lower=0.05,
        upper=200,
        aliases=("srr", "shoot_root_ratio", "sr"),
    ),
    Column(
        name="deposition_ratio",
        meaning="net rhizodeposit C over root C; blank: of the method",
        is_required=False,
        lower=0,
        upper=5,
        aliases=("r", "root_exudation_factor", "rhizodeposit_ratio", "rer"),
    ),
    Column(
        name="duration_days",
        meaning="days a cover crop stood, where its shoot was not weighed",
        unit="d",
        is_required=False,
        lower=0,
        upper=1000,
        aliases=("days", "duration", "cover_days", "days_cover_crop"),
    ),
    Column(
        name="season_water_mm",
        meaning="rain and irrigation of the season, for water_class",
        unit="mm",
        is_required=False,
        lower=0,
        upper=9000,
        aliases=("water_mm",),
    ),
    Column(
        name="renewal_years",
        meaning="years to the renewal of a perennial, for ipcc_2019_tier1",
        unit="a",
        is_required=False,
        lower=1,
        upper=100,
    ),
    Column(
        name="straw_returned",
        meaning="share of the straw (or shoot) that stays on the field",
        is_required=False,
        lower=0,
        upper=1,
        default=1.0,
        aliases=("straw_share", "ss", "residues_returned"),
        converted=(("straw_returned_percent", 0.01),),
    ),
    Column(
        name="product_returned",
        meaning="share of the product that stays on the field",
        is_required=False,
        lower=0,
        upper=1,
        default=0.0,
        aliases=("product_share", "sp"),
    ),
    Column(
        name="depth_cm",
        meaning="depth down to which roots and rhizodeposits count; blank: all of them",
        unit="cm",
        is_required=False,
        lower=0.01,
        aliases=("z", "considered_depth", "depth", "considered_depth_cm"),
    ),
    Column(
        name="beta",
        meaning="depth model beta; blank: of the method or crop",
        is_required=False,
        lower=0.01,
        upper=0.99999,
    ),
)

AMG_TABLE = Table(
    name="amg",
    meaning="the whole crop table of AMG v2 (doi:10.57745/MEQQIX), of which a part is built in",
    is_required=False,
    columns=(
        Column(name="Crop_type", meaning="MC main crop, CC cover crop, CCH", kind="text"),
        Column(name="Crop_name", meaning="crop", kind="text"),
        *(
            Column(name=name, meaning=name, is_required=False)
            for name in ("RP", "RS", "RR", "RE", "Beta", "HI", "SR", "PSS", "h_AG")
        ),
    ),
)

OUTPUTS = (
    Column(name="row_used", meaning="table and row the coefficients are from", kind="text"),
    Column(name="product_c_kg_ha", meaning="C of the product", unit=KG_HA),
    Column(name="straw_c_kg_ha", meaning="C above ground without the product", unit=KG_HA),
    Column(name="root_c_kg_ha", meaning="C of roots, to depth_cm", unit=KG_HA),
    Column(name="rhizodeposit_c_kg_ha", meaning="net rhizodeposit C, to depth_cm", unit=KG_HA),
    Column(name="below_ground_c_kg_ha", meaning="roots and rhizodeposits", unit=KG_HA),
    Column(
        name="input_c_kg_ha",
        meaning="all that stays: roots, rhizodeposits, and straw and product as far as returned",
        unit=KG_HA,
    ),
    Column(name="notes", meaning="what a reader should know", kind="text"),
)
