"""Texture classes of fine earth, USDA and German, and silt brought to another upper limit.

Silt ends at 50 um in the USDA system and at 63 um in the German one: it is not the same
quantity. A sample measured by one limit is converted before it is named in the other system,
and the result says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from estimates.science.errors import ImpossibleShares

CLAY_UPPER_UM = 2.0
SAND_UPPER_UM = 2000.0
SUM_TOLERANCE_PCT = 1.0  # three rounded shares may add up to 99 or 101
NUDGE_PCT = 1e-7
BORDER = 1e-9

System = Literal["USDA", "German"]
SILT_UPPER_UM: dict[System, float] = {"USDA": 50.0, "German": 63.0}

Point = tuple[float, float]  # clay, silt in %

# Corners (clay, silt) of the USDA triangle as drawn by the R package soiltexture (Moeys 2018).
USDA: dict[str, tuple[Point, ...]] = {
    "clay": ((100, 0), (55, 0), (40, 15), (40, 40), (60, 40)),
    "silty clay": ((60, 40), (40, 40), (40, 60)),
    "sandy clay": ((55, 0), (35, 0), (35, 20), (40, 15)),
    "clay loam": ((40, 15), (35, 20), (27.5, 27.5), (27.5, 52.5), (40, 40)),
    "silty clay loam": ((40, 40), (27.5, 52.5), (27.5, 72.5), (40, 60)),
    "sandy clay loam": ((35, 0), (20, 0), (20, 27.5), (27.5, 27.5), (35, 20)),
    "loam": ((27.5, 27.5), (20, 27.5), (7.5, 40), (7.5, 50), (27.5, 50)),
    "silt loam": (
        (27.5, 50),
        (7.5, 50),
        (0, 50),
        (0, 80),
        (12.5, 80),
        (12.5, 87.5),
        (27.5, 72.5),
        (27.5, 52.5),
    ),
    "sandy loam": ((20, 0), (15, 0), (0, 30), (0, 50), (7.5, 50), (7.5, 40), (20, 27.5)),
    "silt": ((12.5, 80), (0, 80), (0, 100), (12.5, 87.5)),
    "loamy sand": ((15, 0), (10, 0), (0, 15), (0, 30)),
    "sand": ((10, 0), (0, 0), (0, 15)),
}

# Clay and silt in %, lower limit inclusive: Bodenkundliche Kartieranleitung (KA4; KA5 keeps them).
GERMAN: dict[str, tuple[float, float, float, float]] = {
    "Ss": (0, 5, 0, 10),
    "Su2": (0, 5, 10, 25),
    "Sl2": (5, 8, 10, 25),
    "Sl3": (8, 12, 10, 40),
    "St2": (5, 17, 0, 10),
    "Su3": (0, 8, 25, 40),
    "Su4": (0, 8, 40, 50),
    "Slu": (8, 17, 40, 50),
    "Sl4": (12, 17, 10, 40),
    "St3": (17, 25, 0, 15),
    "Ls2": (17, 25, 40, 50),
    "Ls3": (17, 25, 30, 40),
    "Ls4": (17, 25, 15, 30),
    "Lt2": (25, 35, 30, 50),
    "Lts": (25, 45, 15, 30),
    "Ts4": (25, 35, 0, 15),
    "Ts3": (35, 45, 0, 15),
    "Uu": (0, 8, 80, 100),
    "Us": (0, 8, 50, 80),
    "Ut2": (8, 12, 65, 92),
    "Ut3": (12, 17, 65, 88),
    "Uls": (8, 17, 50, 65),
    "Ut4": (17, 25, 65, 83),
    "Lu": (17, 30, 50, 65),
    "Lt3": (35, 45, 30, 50),
    "Tu3": (30, 45, 50, 65),
    "Tu4": (25, 35, 65, 75),
    "Ts2": (45, 65, 0, 15),
    "Tl": (45, 65, 15, 30),
    "Tu2": (45, 65, 30, 55),
    "Tt": (65, 100, 0, 35),
}


@dataclass(frozen=True, kw_only=True)
class Texture:
    """Clay and silt of the fine earth in %, with the particle size in um that ends the silt."""

    clay_pct: float
    silt_pct: float
    silt_upper_um: float

    def __post_init__(self) -> None:
        """Refuse shares outside the triangle and limits outside clay and sand."""
        if min(self.clay_pct, self.silt_pct) < 0 or self.clay_pct + self.silt_pct > 100 + BORDER:
            raise ImpossibleShares(
                f"Clay {self.clay_pct:g} % and silt {self.silt_pct:g} % are no parts of one whole."
            )
        if not CLAY_UPPER_UM < self.silt_upper_um < SAND_UPPER_UM:
            raise ImpossibleShares(f"Silt cannot end at {self.silt_upper_um:g} um.")


@dataclass(frozen=True, kw_only=True)
class TextureClass:
    """The class of a texture in one system, and what it was named from.

    borders has the other classes the point touches; a point on a border belongs to the class
    above it in clay, then in silt.
    """

    system: System
    name: str
    borders: tuple[str, ...]
    texture: Texture
    is_converted: bool


def texture_of(
    *,
    clay_pct: float | None,
    silt_pct: float | None,
    sand_pct: float | None,
    silt_upper_um: float,
) -> Texture:
    """Return the texture from two or three of its shares in %.

    Raises ImpossibleShares when three do not add up to 100 within 1, or fewer than two are given.
    """
    known = [share for share in (clay_pct, silt_pct, sand_pct) if share is not None]
    if len(known) < 2:
        raise ImpossibleShares("A texture needs two of clay, silt and sand.")
    if len(known) == 3 and abs(sum(known) - 100) > SUM_TOLERANCE_PCT:
        raise ImpossibleShares(f"Clay, silt and sand add up to {sum(known):g} %, not to 100.")
    if clay_pct is None:
        clay_pct = 100 - (silt_pct or 0.0) - (sand_pct or 0.0)
    if silt_pct is None:
        silt_pct = 100 - clay_pct - (sand_pct or 0.0)
    return Texture(clay_pct=clay_pct, silt_pct=silt_pct, silt_upper_um=silt_upper_um)


def with_silt_limit(texture: Texture, silt_upper_um: float) -> Texture:
    """Return the texture with its silt ending at another size.

    The cumulative share is taken as linear in the logarithm of particle size between the limits
    known: 2 um, the end of the silt, 2000 um (one of the procedures of Nemes et al. 1999,
    doi:10.1016/S0016-7061(99)00014-2).
    """
    known = (
        (CLAY_UPPER_UM, texture.clay_pct),
        (texture.silt_upper_um, texture.clay_pct + texture.silt_pct),
        (SAND_UPPER_UM, 100.0),
    )
    for (small, below), (large, above) in pairwise(known):
        if small <= silt_upper_um <= large:
            part = math.log(silt_upper_um / small) / math.log(large / small)
            return Texture(
                clay_pct=texture.clay_pct,
                silt_pct=min(below + part * (above - below), 100.0) - texture.clay_pct,
                silt_upper_um=silt_upper_um,
            )
    raise ImpossibleShares(f"Silt cannot end at {silt_upper_um:g} um.")


def texture_class(texture: Texture, system: System) -> TextureClass:
    """Return the class in a system, after bringing the silt to the limit of that system."""
    limit_um = SILT_UPPER_UM[system]
    is_converted = texture.silt_upper_um != limit_um
    own = with_silt_limit(texture, limit_um) if is_converted else texture
    point = (own.clay_pct, own.silt_pct)
    names = _usda_names(point) if system == "USDA" else _german_names(point)
    return TextureClass(
        system=system,
        name=names[0],
        borders=names[1:],
        texture=own,
        is_converted=is_converted,
    )


def _usda_names(point: Point) -> tuple[str, ...]:
    """Return the class of a point, then those whose border it touches."""
    touched = [name for name, corners in USDA.items() if _touches(point, corners)]
    clay, silt = point
    steps = ((2, 1), (2, -3), (-3, 2))  # the first that stays in the triangle decides
    nudged = [(clay + up * NUDGE_PCT, silt + right * NUDGE_PCT) for up, right in steps]
    name = next(name for at in nudged for name in touched if _holds(at, USDA[name]))
    return (name, *(other for other in touched if other != name))


def _german_names(point: Point) -> tuple[str, ...]:
    clay, silt = point
    touched = [
        name
        for name, (low, high, least, most) in GERMAN.items()
        if low <= clay <= high and least <= silt <= most
    ]
    # where clay and silt make up 100 %, a point may lie on the upper limit of its class
    best = max(
        touched,
        key=lambda name: (clay < GERMAN[name][1], silt < GERMAN[name][3], GERMAN[name][0]),
    )
    return (best, *(name for name in touched if name != best))


def _holds(point: Point, corners: Sequence[Point]) -> bool:
    """Return whether a point lies inside a polygon (ray casting along silt)."""
    clay, silt = point
    inside = False
    for (clay_1, silt_1), (clay_2, silt_2) in pairwise((*corners, corners[0])):
        if (clay_1 > clay) != (clay_2 > clay):
            crossing = silt_1 + (clay - clay_1) / (clay_2 - clay_1) * (silt_2 - silt_1)
            inside ^= crossing > silt
    return inside


def _touches(point: Point, corners: Sequence[Point]) -> bool:
    return _holds(point, corners) or any(
        _is_between(point, start, end) for start, end in pairwise((*corners, corners[0]))
    )


def _is_between(point: Point, start: Point, end: Point) -> bool:
    """Return whether a point lies on the line from start to end."""
    return math.isclose(
        math.dist(start, point) + math.dist(point, end), math.dist(start, end), abs_tol=BORDER
    )
