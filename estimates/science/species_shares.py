"""Root mass of a mixture by species, from shares that are themselves uncertain."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from estimates.science.crop_tables import SUM_TOLERANCE
from estimates.science.errors import ImpossibleShares
from estimates.science.inputs import Measured

SEPARATION_SD = 0.05  # assumption: telling species apart, by eye or by spectra, for every share
SOWN_SD = 0.10  # assumption: shares of roots taken to be those of the stand
OTHERS = "other species"


@dataclass(frozen=True, kw_only=True)
class RootSample:
    """The roots of one fraction whose species was told; share None says that all are of it."""

    core: str
    mass_g_m2: float
    species: str
    share: float | None = None


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


def root_shares(
    samples: Sequence[RootSample], *, grown: Mapping[str, float]
) -> dict[str, Measured]:
    """Return the share of each species in the root mass of a plot.

    The share is the ratio of sums over cores; its variance that of a ratio estimator, from how the
    cores differ (Cochran 1977, Sampling Techniques, equation 6.13), and the error of telling
    species apart on top. What a sample holds besides its species belongs to the others grown, by
    their shares of the stand. Raises ImpossibleShares for samples that weigh nothing.
    """
    by_core: dict[str, dict[str, float]] = {}
    for sample in samples:
        masses = by_core.setdefault(sample.core, {})
        for species, part in _parts(sample, grown).items():
            masses[species] = masses.get(species, 0.0) + part * sample.mass_g_m2
    totals = [math.fsum(masses.values()) for masses in by_core.values()]
    whole = math.fsum(totals)
    if not whole > 0:
        raise ImpossibleShares("The samples whose species were told weigh nothing.")
    names = dict.fromkeys([*grown, *(name for masses in by_core.values() for name in masses)])
    found = {}
    for name in names:
        own = [masses.get(name, 0.0) for masses in by_core.values()]
        share = math.fsum(own) / whole
        found[name] = Measured(
            value=share, uncertainty=math.hypot(_ratio_error(own, totals, share), SEPARATION_SD)
        )
    return found


def unknown_share_sd(species: int) -> float:
    """Return the standard deviation of a share of which nothing is known.

    All splits among so many species are equally likely: sqrt((k - 1) / (k + 1)) / k.
    """
    return math.sqrt((species - 1) / (species + 1)) / species


def _parts(sample: RootSample, grown: Mapping[str, float]) -> dict[str, float]:
    if sample.share is None:
        return {sample.species: 1.0}
    others = {name: share for name, share in grown.items() if name != sample.species}
    rest = 1.0 - sample.share
    parts = {sample.species: sample.share}
    if not others:
        return parts | ({OTHERS: rest} if rest > 0 else {})
    whole = math.fsum(others.values())
    return parts | {name: rest * share / whole for name, share in others.items()}


def _ratio_error(own: Sequence[float], totals: Sequence[float], share: float) -> float:
    cores = len(totals)
    if cores < 2:
        return 0.0
    mean = math.fsum(totals) / cores
    squares = math.fsum((m - share * total) ** 2 for m, total in zip(own, totals, strict=True))
    return math.sqrt(squares / (cores * (cores - 1))) / mean
