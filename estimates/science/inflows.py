"""What a plot's root C brings to the soil in a year, line by line, as arrays of draws.

The C input is the sum of roots and rhizodeposits. Roots are those that stood, those replaced
before, crowns and taproots dug out by plant, and all roots below the depth sampled. The C input of
the species of a mixture is the same sum again, owner by owner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from estimates.science.distributions import Array
from estimates.science.inputs import Stand
from estimates.science.results import Component
from estimates.science.turnover import InputParts, annual_input, perennial_input, tree_input

RHIZODEPOSITION = "rhizodeposition"
PEAK_TO_HARVEST = "peak_to_harvest.harvest"

KG_HA_PER_G_M2 = 10.0

Key = tuple[Component, str]


@dataclass(frozen=True, kw_only=True)
class RootCarbon:
    """Root C of a plot in g per m2: all of the cores, its coarse part, what was dug out.

    above is the share of the roots of cores that was sampled and not extrapolated; deposited is
    what was found of rhizodeposits in the soil, on top of those reckoned from the roots;
    carbon_per_nitrogen is that of the roots, where their N is asked for.
    """

    cored: Array
    coarse: Array
    above: Array
    dug: Array | None
    deposited: Array | None = None
    carbon_per_nitrogen: Array | None = None


def component_keys(
    stands: Sequence[Stand], *, has_dug: bool, has_missing: bool, has_nitrogen: bool = False
) -> tuple[Key, ...]:
    """Return what `inflows` answers beyond the total, in its order; species only of mixtures."""
    keys: list[Key] = [
        ("root_c_input", ""),
        ("rhizodeposit_c_input", ""),
        ("standing_c_input", ""),
        ("turnover_c_input", ""),
    ]
    if has_missing:
        keys.append(("deep_root_c_input", ""))
    if has_dug:
        keys += [("crown_c_input", ""), ("crown_c_stock", "")]
    if has_nitrogen:
        keys.append(("root_n_stock", ""))
    species = dict.fromkeys(stand.species for stand in stands)
    if len(species) > 1:
        keys += [("c_input", name) for name in species]
    return tuple(keys)


def inflows(
    stands: Sequence[Stand],
    shares: Sequence[Array],
    carbon: RootCarbon,
    shared: Mapping[str, Array],
) -> tuple[Array, dict[Key, Array]]:
    """Return the C input in g per m2 and year, and its lines by key; N is in kg per ha."""
    standing, turnover, rhizodeposits, crowns = (np.zeros(1) for _ in range(4))
    by_species: dict[str, Array] = {}
    for stand, share in zip(stands, shares, strict=True):
        parts = _of_stand(stand, carbon.cored * share, carbon.coarse * share, shared)
        standing = standing + parts.standing
        turnover = turnover + parts.turnover
        rhizodeposits = rhizodeposits + parts.rhizodeposits
        dug, deposited = np.zeros(1), np.zeros(1)
        if carbon.deposited is not None:
            deposited = carbon.deposited * share
            rhizodeposits = rhizodeposits + deposited
        if carbon.dug is not None:
            dug = carbon.dug * share * _dying(stand, shared)
            crowns = crowns + dug
        whole = parts.total + dug + deposited
        by_species[stand.species] = by_species.get(stand.species, 0.0) + whole
    roots = standing + turnover
    lines: dict[Key, Array] = {
        ("root_c_input", ""): roots + crowns,
        ("rhizodeposit_c_input", ""): rhizodeposits,
        ("standing_c_input", ""): standing * carbon.above,
        ("turnover_c_input", ""): turnover * carbon.above,
        ("deep_root_c_input", ""): roots * (1.0 - carbon.above),
        ("crown_c_input", ""): crowns,
        ("crown_c_stock", ""): np.zeros(1) if carbon.dug is None else carbon.dug,
    }
    if carbon.carbon_per_nitrogen is not None:
        stock = carbon.cored if carbon.dug is None else carbon.cored + carbon.dug
        lines["root_n_stock", ""] = KG_HA_PER_G_M2 * stock / carbon.carbon_per_nitrogen
    lines |= {("c_input", name): total for name, total in by_species.items()}
    return roots + crowns + rhizodeposits, lines


def _of_stand(
    stand: Stand, root_c: Array, coarse_c: Array, shared: Mapping[str, Array]
) -> InputParts[Array]:
    deposition = shared[RHIZODEPOSITION]
    if stand.growth == "annual":
        peak = shared[PEAK_TO_HARVEST] if stand.sampled_at == "harvest" else np.ones(1)
        return annual_input(root_c, peak_to_harvest=peak, rhizodeposition=deposition)
    turnover = shared[f"turnover.{stand.turnover}"]
    if stand.growth == "perennial":
        return perennial_input(
            root_c,
            turnover=turnover,
            rhizodeposition=deposition,
            is_terminated=stand.is_terminated,
        )
    return tree_input(
        root_c - coarse_c,
        coarse_c,
        fine_turnover=turnover,
        coarse_turnover=np.zeros(1),
        rhizodeposition=deposition,
    )


def _dying(stand: Stand, shared: Mapping[str, Array]) -> Array:
    """Return the share of crowns and taproots that becomes input in the year.

    They die with an annual crop and a stand that ends, and are replaced like roots before; of
    trees nobody knows.
    """
    if stand.growth == "tree":
        return np.zeros(1)
    if stand.growth == "annual" or stand.is_terminated:
        return np.ones(1)
    return shared[f"turnover.{stand.turnover}"]
