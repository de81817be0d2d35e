"""The one registry of yield methods, each with its source and what it needs of a stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from estimates.science.allometry.bound import BoundStand
from estimates.science.allometry.by_fixed_root import bind_cover_crop, bind_fixed
from estimates.science.allometry.by_mass import bind_amg, bind_ipcc_tier1, bind_ipcc_tier2
from estimates.science.allometry.by_shares import (
    bind_bolinder,
    bind_harvest_index,
    bind_water_class,
)
from estimates.science.allometry.stands import YieldStand
from estimates.science.errors import ImpossibleOption
from estimates.science.parameters import ParameterSet

FAMILY = "yield_allometry"
"""The parameter set all of them share."""


@dataclass(frozen=True, kw_only=True)
class YieldMethod:
    """One published way from a harvest to the C of roots."""

    name: str
    source: str
    needs: str
    has_rhizodeposition: bool
    bind: Callable[[YieldStand, ParameterSet], BoundStand]


METHODS: Mapping[str, YieldMethod] = {
    method.name: method
    for method in (
        YieldMethod(
            name="bolinder_2007",
            source="Bolinder et al. 2007, doi:10.1016/j.agee.2006.05.013",
            needs="yield",
            has_rhizodeposition=True,
            bind=bind_bolinder,
        ),
        YieldMethod(
            name="water_class",
            source="Holos 4, table 7, after Gan et al. 2011 and others",
            needs="yield, water of the season",
            has_rhizodeposition=True,
            bind=bind_water_class,
        ),
        YieldMethod(
            name="harvest_index",
            source="Fan et al. 2017, doi:10.1016/j.fcr.2017.01.014, with the ratios of Bolinder",
            needs="yield",
            has_rhizodeposition=True,
            bind=bind_harvest_index,
        ),
        YieldMethod(
            name="fixed_root_c",
            source="Hirte et al. 2018, doi:10.1016/j.agee.2018.07.010, as practised in Switzerland",
            needs="crop; yield for the straw; cover crops their shoot or days",
            has_rhizodeposition=True,
            bind=bind_fixed,
        ),
        YieldMethod(
            name="amg_v2",
            source="Clivot et al. 2019, doi:10.1016/j.envsoft.2019.04.004",
            needs="yield; of a cover crop its shoot",
            has_rhizodeposition=True,
            bind=bind_amg,
        ),
        YieldMethod(
            name="ipcc_2019_tier1",
            source="IPCC 2019 Refinement, volume 4, chapter 11, table 11.1A",
            needs="yield; of a perennial also the years to its renewal",
            has_rhizodeposition=False,
            bind=bind_ipcc_tier1,
        ),
        YieldMethod(
            name="ipcc_2019_tier2",
            source="IPCC 2019 Refinement, volume 4, chapters 5 and 11, with Fan et al. 2017",
            needs="yield",
            has_rhizodeposition=False,
            bind=bind_ipcc_tier2,
        ),
        YieldMethod(
            name="cover_crop",
            source="Seitz et al. 2022, doi:10.1007/s11104-022-05438-w",
            needs="shoot of a cover crop, or the days it stood",
            has_rhizodeposition=True,
            bind=bind_cover_crop,
        ),
    )
}


def bind(method: str, stand: YieldStand, parameters: ParameterSet) -> BoundStand:
    """Return the stand under a method.

    Raises NotEnoughData with what is missing, ImpossibleOption for what no stand can be.
    """
    stand.check()
    if method not in METHODS:
        known = ", ".join(METHODS)
        raise ImpossibleOption(f"{method!r} is no yield method; the methods are: {known}.")
    return METHODS[method].bind(stand, parameters)
