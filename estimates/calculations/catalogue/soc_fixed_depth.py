"""SOC stocks of layers, and to a fixed depth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import cast

from estimates.calculations.declaration import (
    Calculation,
    Cells,
    Column,
    Given,
    Row,
    Source,
    Table,
)
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import answers_to, each_group
from estimates.calculations.soil_columns import (
    CORE,
    DENSITY,
    DEPTH_COLUMNS,
    MATTER,
    SOC,
    STONES_COLUMNS,
    contiguous_layers,
    depths_of,
    soil_layer,
    stones_share_of,
)
from estimates.science.soil.stocks import (
    T_HA_PER_G_CM2,
    SoilLayer,
    soc_to_depth_t_ha,
    stock_of_density_t_ha,
    stock_of_mass_t_ha,
)


def _uncertainty(name: str, meaning: str, unit: str) -> Column:
    return Column(name=name, meaning=meaning, unit=unit, is_required=False, lower=0)


def _layer(row: Row) -> SoilLayer:
    """Return the layer of a row; one that has a thickness only is taken from the surface down."""
    if row.has("lower_depth_cm") or row.has("layer"):
        return soil_layer(row)
    return SoilLayer(
        upper_depth_cm=0.0,
        lower_depth_cm=row.number("thickness_cm"),
        soc_g_kg=row.number("soc_g_kg"),
        bulk_density_g_cm3=row.number("bulk_density_g_cm3"),
        coarse_share=stones_share_of(row),
        organic_matter_g_kg=row.optional_number("som_g_kg"),
    )


def _thickness_cm(row: Row) -> float:
    if row.has("thickness_cm"):
        return row.number("thickness_cm")
    upper_cm, lower_cm = depths_of(row)
    if not upper_cm < lower_cm:
        text = f"The upper depth {upper_cm:g} cm must be above the lower depth {lower_cm:g} cm."
        raise BadCell(text, column="upper_depth_cm", code="depths_out_of_order")
    return lower_cm - upper_cm


def _stock(row: Row) -> Cells:
    if row.has("soc_density_kg_m3"):
        thickness_cm = _thickness_cm(row)
        u = row.optional_number("u_soc_density_kg_m3")
        return {
            "soc_stock_t_ha": stock_of_density_t_ha(
                row.number("soc_density_kg_m3"), thickness_cm=thickness_cm
            ),
            "u_soc_stock_t_ha": None
            if u is None
            else stock_of_density_t_ha(u, thickness_cm=thickness_cm),
            "stones_method": "density",
        }
    layer = _layer(row)
    answer: dict[str, float | str | None] = {
        "soc_stock_t_ha": layer.soc_t_ha,
        "u_soc_stock_t_ha": _stock_uncertainty(row, layer),
        "fine_earth_t_ha": layer.fine_earth_t_ha,
        "mineral_mass_t_ha": layer.mineral_mass_t_ha,
        "stones_method": "M3" if row.has("stones_volume_share") else "M4",
    }
    if row.has("reference_density_g_cm3"):
        mass = row.number("reference_density_g_cm3") * layer.thickness_cm * T_HA_PER_G_CM2
        answer["soc_reference_mass_t_ha"] = stock_of_mass_t_ha(layer.soc_g_kg, soil_mass_t_ha=mass)
    return answer


def _stock_uncertainty(row: Row, layer: SoilLayer) -> float | None:
    """Return the standard uncertainty of the stock, first order, SOC and density independent."""
    u_soc, u_density = row.optional_number("u_soc_g_kg"), row.optional_number("u_bulk_density")
    if u_soc is None and u_density is None:
        return None
    per_soc = layer.fine_earth_t_ha / 1000.0
    per_density = layer.soc_t_ha / layer.bulk_density_g_cm3
    return math.hypot(per_soc * (u_soc or 0.0), per_density * (u_density or 0.0))


def _by_core(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    depth_cm = given.options.optional_number("depth_cm")
    if depth_cm is not None:
        stock = soc_to_depth_t_ha(contiguous_layers(rows), depth_cm=depth_cm)
        return [{"depth_cm": depth_cm, "soc_stock_t_ha": stock, "cumulative_soc_t_ha": stock}]
    stocks = answers_to(rows, _stock)
    totals = _cumulative(rows, stocks)
    return [
        {**row.cells, **stock, "cumulative_soc_t_ha": total}
        for row, stock, total in zip(rows, stocks, totals, strict=True)
    ]


def _cumulative(rows: Sequence[Row], stocks: Sequence[Cells]) -> list[float | None]:
    """Return the stock from the surface to each layer; None where layers leave gaps."""
    if not all(row.has("layer") or row.has("lower_depth_cm") for row in rows):
        return [None] * len(rows)
    intervals = [depths_of(row) for row in rows]
    starts = [0.0, *(lower for _, lower in intervals)]
    if any(upper != start for (upper, _), start in zip(intervals, starts, strict=False)):
        return [None] * len(rows)
    return list(accumulate(cast("float", stock["soc_stock_t_ha"]) for stock in stocks))


CALCULATION = Calculation(
    name="soc-fixed-depth",
    summary="SOC stock of depth layers and, added up, to a fixed depth.",
    formula=(
        "0.1 x SOC (g per kg) x bulk density (g cm-3) x thickness (cm) x (1 - stones); or SOC per "
        "volume (kg m-3) x thickness; organic matter 1.724 x SOC where not given"
    ),
    sources=(
        Source(
            text="Poeplau et al. 2017, SOIL 3:61: stones by mass with the density of the whole "
            "sample is M4, by volume with that of fine earth is the same stock",
            doi="10.5194/soil-3-61-2017",
        ),
        Source(text="Hobley et al. 2018, SOIL 4:169", doi="10.5194/soil-4-169-2018"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a layer, with SOC and bulk density or with SOC per volume",
            columns=(
                CORE,
                *DEPTH_COLUMNS,
                SOC,
                DENSITY,
                *STONES_COLUMNS,
                MATTER,
                Column(
                    name="soc_density_kg_m3",
                    meaning="organic C per volume of soil, instead of SOC and bulk density",
                    unit="kg m-3",
                    is_required=False,
                    lower=0,
                    upper=600,
                    aliases=("kg_m3",),
                ),
                _uncertainty("u_soc_g_kg", "standard uncertainty of SOC", "g kg-1"),
                _uncertainty("u_bulk_density", "standard uncertainty of bulk density", "g cm-3"),
                Column(
                    name="u_soc_density_kg_m3",
                    meaning="standard uncertainty of SOC per volume",
                    unit="kg m-3",
                    is_required=False,
                    lower=0,
                    aliases=("se", "se_kg_m3"),
                ),
                Column(
                    name="reference_density_g_cm3",
                    meaning="density agreed for all samples: gives the stock in that soil mass",
                    unit="g cm-3",
                    is_required=False,
                    lower=0.02,
                    upper=2.65,
                ),
            ),
        ),
    ),
    options=(
        Column(
            name="depth_cm",
            meaning="answer one row a core, the stock from the surface to this depth",
            unit="cm",
            is_required=False,
            lower=0.1,
        ),
    ),
    outputs=(
        Column(name="depth_cm", meaning="the depth asked for", unit="cm"),
        Column(name="soc_stock_t_ha", meaning="SOC of the layer", unit="t ha-1"),
        Column(name="u_soc_stock_t_ha", meaning="its standard uncertainty", unit="t ha-1"),
        Column(
            name="cumulative_soc_t_ha",
            meaning="SOC from the surface to the lower depth; blank where layers leave gaps",
            unit="t ha-1",
        ),
        Column(name="fine_earth_t_ha", meaning="fine earth of the layer", unit="t ha-1"),
        Column(name="mineral_mass_t_ha", meaning="the same less organic matter", unit="t ha-1"),
        Column(name="soc_reference_mass_t_ha", meaning="SOC in the mass agreed", unit="t ha-1"),
        Column(name="stones_method", meaning="M4, M3 or density, as computed", kind="text"),
    ),
    function=each_group(("core",), _by_core),
)
