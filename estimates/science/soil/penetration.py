"""Penetration resistance down a profile, and the layers that slow or stop roots.

Roots slow down above some 2 MPa (Bengough et al. 2011, doi:10.1093/jxb/erq350); that 2.5 to 3 MPa
stop them is an assumption. Resistance rises as soil dries: a profile is only comparable with others
taken with the same cone at the same water content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from estimates.science.errors import ImpossibleLayer, MixedMethods, NotEnoughData

SLOWS_ROOTS_MPA = 2.0
STOPS_ROOTS_MPA = 2.5
LEAST_THICKNESS_CM = 3.0  # assumption: roots pass a thinner pan by its cracks, or it is one stone


@dataclass(frozen=True, kw_only=True)
class Cone:
    """The cone of a penetrometer: its base area and the angle of its tip."""

    area_cm2: float
    angle_deg: float


@dataclass(frozen=True, kw_only=True)
class PenetrationProfile:
    """Resistance in MPa at depths in cm, one reading an interval, shallowest first."""

    depths_cm: tuple[float, ...]
    resistances_mpa: tuple[float, ...]
    cone: Cone

    def __post_init__(self) -> None:
        """Refuse profiles that go up, or below zero."""
        if len(self.depths_cm) != len(self.resistances_mpa) or len(self.depths_cm) < 2:
            raise NotEnoughData("A penetration profile needs a resistance at two depths or more.")
        if sorted(set(self.depths_cm)) != list(self.depths_cm) or self.depths_cm[0] < 0:
            raise ImpossibleLayer("The depths of a penetration profile must rise from 0 cm.")
        if min(self.resistances_mpa) < 0:
            raise ImpossibleLayer("A penetration resistance below 0 MPa is none.")


@dataclass(frozen=True, kw_only=True)
class LimitingLayer:
    """A layer whose resistance is above a limit all through."""

    upper_depth_cm: float
    lower_depth_cm: float
    highest_mpa: float
    stops_roots: bool


def limiting_layers(
    profile: PenetrationProfile,
    *,
    limit_mpa: float = SLOWS_ROOTS_MPA,
    least_thickness_cm: float = LEAST_THICKNESS_CM,
) -> tuple[LimitingLayer, ...]:
    """Return the layers above the limit, shallowest first; none when roots pass everywhere.

    A reading stands for the soil up to half way to its neighbours.
    """
    depths = profile.depths_cm
    edges = [depths[0]]
    edges += [(above + below) / 2.0 for above, below in pairwise(depths)]
    edges.append(depths[-1])
    layers = []
    readings = enumerate(profile.resistances_mpa)
    for is_above, run in groupby(readings, key=lambda reading: reading[1] > limit_mpa):
        places = list(run)
        upper, lower = edges[places[0][0]], edges[places[-1][0] + 1]
        if is_above and lower - upper >= least_thickness_cm:
            highest = max(resistance for _, resistance in places)
            layers.append(
                LimitingLayer(
                    upper_depth_cm=upper,
                    lower_depth_cm=lower,
                    highest_mpa=highest,
                    stops_roots=highest > STOPS_ROOTS_MPA,
                )
            )
    return tuple(layers)


def mean_profile(profiles: Sequence[PenetrationProfile]) -> PenetrationProfile:
    """Return the mean resistance of profiles at the depths all of them have.

    Raises MixedMethods when their cones differ, NotEnoughData when they share too few depths.
    """
    if not profiles:
        raise NotEnoughData("There is no penetration profile to average.")
    cones = {profile.cone for profile in profiles}
    if len(cones) > 1:
        told = ", ".join(f"{cone.area_cm2:g} cm2 at {cone.angle_deg:g} deg" for cone in cones)
        raise MixedMethods(f"Profiles of different cones cannot be averaged: {told}.")
    tables = [
        dict(zip(profile.depths_cm, profile.resistances_mpa, strict=True)) for profile in profiles
    ]
    shared = sorted(set.intersection(*(set(table) for table in tables)))
    return PenetrationProfile(
        depths_cm=tuple(shared),
        resistances_mpa=tuple(
            sum(table[depth] for table in tables) / len(tables) for depth in shared
        ),
        cone=profiles[0].cone,
    )
