"""Texture classes, USDA and German."""

from __future__ import annotations

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.shapes import EachRow
from estimates.science.soil.texture import SILT_UPPER_UM, System, texture_class, texture_of

SYSTEMS: tuple[tuple[str, System], ...] = (("usda", "USDA"), ("german", "German"))


def _share(name: str, meaning: str, aliases: tuple[str, ...]) -> Column:
    return Column(
        name=f"{name}_pct",
        meaning=meaning,
        unit="%",
        is_required=False,
        lower=0,
        upper=100,
        aliases=(name, *aliases),
        converted=((f"{name}_g_kg", 0.1), (f"{name}_fraction", 100.0)),
    )


def _classes(row: Row, options: Row) -> Cells:
    limit_um = row.optional_number("silt_upper_um") or options.optional_number("silt_upper_um")
    answer: dict[str, float | str | None] = {}
    for prefix, system in SYSTEMS:
        texture = texture_of(
            clay_pct=row.optional_number("clay_pct"),
            silt_pct=row.optional_number("silt_pct"),
            sand_pct=row.optional_number("sand_pct"),
            silt_upper_um=limit_um or SILT_UPPER_UM[system],
        )
        found = texture_class(texture, system)
        answer |= {
            f"{prefix}_class": found.name,
            f"{prefix}_borders": "; ".join(found.borders) or None,
            f"{prefix}_silt_pct": found.texture.silt_pct,
            f"{prefix}_is_converted": found.is_converted,
        }
    return answer | {"silt_upper_used_um": limit_um}


LIMIT = Column(
    name="silt_upper_um",
    meaning="particle size that ends the silt in these data: 50, 63, 20; blank: each system "
    "takes the shares as if measured by its own limit",
    unit="um",
    is_required=False,
    lower=2.1,
    upper=1999,
    aliases=("silt_limit_um",),
)

CALCULATION = Calculation(
    name="texture-class",
    summary="USDA and German (KA4, KA5) texture class from clay, silt and sand.",
    formula=(
        "polygons (USDA) and rectangles of clay x silt (German), lower limits inclusive; silt "
        "brought to 50 or 63 um by linear interpolation over the logarithm of size"
    ),
    sources=(
        Source(text="USDA triangle, corners as in the R package soiltexture (Moeys 2018)"),
        Source(text="Bodenkundliche Kartieranleitung KA4 (1994), limits kept by KA5 (2005)"),
        Source(
            text="Nemes et al. 1999, Geoderma 90:187: log-linear interpolation",
            doi="10.1016/S0016-7061(99)00014-2",
        ),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a sample; two of clay, silt and sand, or all three",
            columns=(
                _share("clay", "clay, below 2 um", ()),
                _share("silt", "silt, from 2 um to its limit", ()),
                _share("sand", "sand, from the limit of silt to 2000 um", ()),
                LIMIT,
            ),
        ),
    ),
    options=(LIMIT,),
    outputs=(
        Column(name="usda_class", meaning="class in the USDA triangle", kind="text"),
        Column(name="usda_borders", meaning="classes whose border it touches", kind="text"),
        Column(name="usda_silt_pct", meaning="silt of 2-50 um it was named from", unit="%"),
        Column(name="usda_is_converted", meaning="silt was converted", kind="flag"),
        Column(name="german_class", meaning="class of KA4 and KA5", kind="text"),
        Column(name="german_borders", meaning="classes whose border it touches", kind="text"),
        Column(name="german_silt_pct", meaning="silt of 2-63 um it was named from", unit="%"),
        Column(name="german_is_converted", meaning="silt was converted", kind="flag"),
        Column(
            name="silt_upper_used_um",
            meaning="limit of the data; blank: not told, nothing converted",
            unit="um",
        ),
    ),
    function=EachRow(_classes),
)
