"""SOC stocks of soil with stones, in the four ways in use."""

from __future__ import annotations

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.shapes import EachRow
from estimates.calculations.soil_columns import SOC
from estimates.science.soil.coarse_fragments import (
    ROCK_DENSITY_G_CM3,
    SoilRing,
    stocks_four_ways,
)

G_KG_PER_PERCENT = 10.0


def _stocks(row: Row, options: Row) -> Cells:
    ring = SoilRing(
        volume_cm3=row.number("volume_cm3"),
        mass_g=row.number("mass_g"),
        rock_mass_g=row.number("rock_mass_g"),
        rock_density_g_cm3=row.number("rock_density_g_cm3"),
    )
    answer: dict[str, float | None] = {
        "sample_density_g_cm3": ring.sample_density_g_cm3,
        "fine_density_g_cm3": ring.fine_density_g_cm3,
        "fine_stock_g_cm3": ring.fine_stock_g_cm3,
        "rock_mass_share": ring.rock_mass_share,
        "rock_volume_share": ring.rock_volume_share,
    }
    if row.has("soc_g_kg", "thickness_cm"):
        four = stocks_four_ways(
            ring,
            soc_pct=row.number("soc_g_kg") / G_KG_PER_PERCENT,
            thickness_cm=row.number("thickness_cm"),
        )
        answer |= {
            "soc_stock_t_ha": four.m4,
            "soc_m1_t_ha": four.m1,
            "soc_m2_t_ha": four.m2,
            "soc_m3_t_ha": four.m3,
            "soc_m4_t_ha": four.m4,
        }
    return answer


def _mass(name: str, meaning: str, aliases: tuple[str, ...], default: float | None) -> Column:
    return Column(
        name=name,
        meaning=meaning,
        unit="g",
        is_required=default is None,
        lower=0,
        default=default,
        aliases=aliases,
    )


CALCULATION = Calculation(
    name="coarse-fragments",
    summary="Bulk density and SOC stock of soil with stones; M4 to use, M1 to M3 to compare.",
    formula=(
        "M1 SOC BD_sample t; M2 M1 (1 - rock volume share); M3 SOC BD_fine t; M4 SOC m_fine / V t"
    ),
    sources=(
        Source(text="Poeplau et al. 2017, SOIL 3:61", doi="10.5194/soil-3-61-2017"),
        Source(text="Hobley et al. 2018, SOIL 4:169", doi="10.5194/soil-4-169-2018"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a sample of known volume",
            columns=(
                Column(
                    name="volume_cm3",
                    meaning="volume of the sample, stones included",
                    unit="cm3",
                    lower=1e-3,
                    aliases=("v", "v_cm3"),
                ),
                _mass("mass_g", "dry mass of the sample, stones included", ("m", "m_g"), None),
                _mass("rock_mass_g", "dry mass of stones above 2 mm", ("rock_g", "stones_g"), 0.0),
                Column(
                    name="rock_density_g_cm3",
                    meaning="density of the stones",
                    unit="g cm-3",
                    is_required=False,
                    lower=0.1,
                    upper=8,
                    default=ROCK_DENSITY_G_CM3,
                    aliases=("rho",),
                ),
                SOC,
                Column(
                    name="thickness_cm",
                    meaning="thickness of the layer, for stocks",
                    unit="cm",
                    is_required=False,
                    lower=0.01,
                    aliases=("depth_cm", "layer_thickness_cm"),
                ),
            ),
        ),
    ),
    outputs=(
        Column(name="sample_density_g_cm3", meaning="of the whole sample", unit="g cm-3"),
        Column(name="fine_density_g_cm3", meaning="of fine earth", unit="g cm-3"),
        Column(name="fine_stock_g_cm3", meaning="fine earth per volume of soil", unit="g cm-3"),
        Column(name="rock_mass_share", meaning="stones by mass", unit="g g-1"),
        Column(name="rock_volume_share", meaning="stones by volume", unit="cm3 cm-3"),
        Column(name="soc_stock_t_ha", meaning="the stock to use, M4", unit="t ha-1"),
        Column(name="soc_m1_t_ha", meaning="stones ignored", unit="t ha-1"),
        Column(name="soc_m2_t_ha", meaning="volume of stones taken off", unit="t ha-1"),
        Column(name="soc_m3_t_ha", meaning="density of fine earth, stones ignored", unit="t ha-1"),
        Column(name="soc_m4_t_ha", meaning="stock of fine earth", unit="t ha-1"),
    ),
    function=EachRow(_stocks),
)
