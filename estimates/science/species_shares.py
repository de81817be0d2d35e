"""Root mass of a mixture by species, from shares that are themselves uncertain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from estimates.science.crop_tables import SUM_TOLERANCE
from estimates.science.errors import ImpossibleShares
from estimates.science.inputs import Measured


@dataclass(frozen=True, kw_only=True)
class SpeciesMass:
    """The part of one species, in the unit of the total, with one standard deviation."""

    species: str
    share: float
    mass: float
    sd: float


def masses_by_species(
    total: float, shares: Mapping[str, Measured], *, total_sd: float = 0.0
) -> tuple[SpeciesMass, ...]:
    """Return the mass of each species; together they are the total that was weighed, exactly.

    What one species gains the others lose: the error of a share s_i after the shares are made a
    whole is (1 - s_i)^2 u_i^2 + s_i^2 (sum of the other u_j^2), to first order (JCGM 100:2008,
    5.1.2). Raises ImpossibleShares for shares that are off a whole by more than 0.005.
    """
    whole = math.fsum(share.value for share in shares.values())
    if abs(whole - 1.0) > SUM_TOLERANCE or any(share.value < 0 for share in shares.values()):
        raise ImpossibleShares(f"Shares of {', '.join(shares)} sum to {whole:.4f}, not to 1.")
    squares = {name: share.uncertainty**2 for name, share in shares.items()}
    found = []
    for name, given in shares.items():
        share = given.value / whole
        others = math.fsum(squares.values()) - squares[name]
        variance = (1.0 - share) ** 2 * squares[name] + share**2 * others
        sd = math.hypot(total * math.sqrt(variance), share * total_sd)
        found.append(SpeciesMass(species=name, share=share, mass=total * share, sd=sd))
    return tuple(found)
