"""Layers that slow or stop roots, from penetration resistance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from estimates.calculations.declaration import (
    Calculation,
    Cells,
    Column,
    Given,
    Row,
    Source,
    Table,
)
from estimates.calculations.shapes import each_group
from estimates.science.soil.penetration import (
    LEAST_THICKNESS_CM,
    SLOWS_ROOTS_MPA,
    Cone,
    PenetrationProfile,
    limiting_layers,
)


def _layers(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    readings = sorted((row.number("depth_cm"), row.number("resistance_mpa")) for row in rows)
    profile = PenetrationProfile(
        depths_cm=tuple(depth for depth, _ in readings),
        resistances_mpa=tuple(resistance for _, resistance in readings),
        cone=Cone(
            area_cm2=given.options.number("cone_area_cm2"),
            angle_deg=given.options.number("cone_angle_deg"),
        ),
    )
    found = limiting_layers(
        profile,
        limit_mpa=given.options.number("limit_mpa"),
        least_thickness_cm=given.options.number("least_thickness_cm"),
    )
    layers: list[Cells] = [
        {
            "upper_depth_cm": layer.upper_depth_cm,
            "lower_depth_cm": layer.lower_depth_cm,
            "highest_mpa": layer.highest_mpa,
            "stops_roots": layer.stops_roots,
            "limiting_layers": len(found),
        }
        for layer in found
    ]
    return layers or [{"limiting_layers": 0}]


def _option(name: str, meaning: str, unit: str, default: float) -> Column:
    return Column(
        name=name, meaning=meaning, unit=unit, is_required=False, lower=0.01, default=default
    )


CALCULATION = Calculation(
    name="limiting-layers",
    summary="Layers whose penetration resistance slows or stops roots.",
    formula="resistance above the limit all through a layer of the least thickness or more",
    sources=(Source(text="Bengough et al. 2011, J. Exp. Bot. 62:59", doi="10.1093/jxb/erq350"),),
    tables=(
        Table(
            name="in",
            meaning="one row a reading",
            columns=(
                Column(
                    name="profile",
                    meaning="readings of one profile share it; blank: all do",
                    kind="text",
                    is_required=False,
                    aliases=("plot", "core", "id"),
                ),
                Column(
                    name="depth_cm",
                    meaning="depth of the reading",
                    unit="cm",
                    lower=0,
                    aliases=("depth",),
                    converted=(("depth_mm", 0.1),),
                ),
                Column(
                    name="resistance_mpa",
                    meaning="penetration resistance",
                    unit="MPa",
                    lower=0,
                    upper=50,
                    aliases=("mpa",),
                    converted=(("resistance_kpa", 0.001), ("kpa", 0.001)),
                ),
            ),
        ),
    ),
    options=(
        _option("limit_mpa", "resistance that limits", "MPa", SLOWS_ROOTS_MPA),
        _option("least_thickness_cm", "thinner layers limit nothing", "cm", LEAST_THICKNESS_CM),
        _option("cone_area_cm2", "base area of the cone", "cm2", 1.0),
        _option("cone_angle_deg", "angle of its tip", "deg", 60.0),
    ),
    outputs=(
        Column(name="profile", meaning="the profile", kind="text"),
        Column(name="upper_depth_cm", meaning="where it begins", unit="cm"),
        Column(name="lower_depth_cm", meaning="where it ends", unit="cm"),
        Column(name="highest_mpa", meaning="highest resistance in it", unit="MPa"),
        Column(name="stops_roots", meaning="above 2.5 MPa", kind="flag"),
        Column(name="limiting_layers", meaning="how many the profile has", kind="whole"),
    ),
    function=each_group(("profile",), _layers),
)
