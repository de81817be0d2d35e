"""The one table of methods: which numbers each reads, where it comes from and what it needs.

Plain data, so that doors that only take orders or show results do not load the science;
`methods` has the functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from estimates.models import ENSEMBLE

YIELD_ALLOMETRY = "yield_allometry"


@dataclass(frozen=True, kw_only=True)
class Method:
    """One way to say how much C roots bring."""

    name: str
    parameter_set: str
    source: str
    needs: str


REGISTRY: Mapping[str, Method] = {
    method.name: method
    for method in (
        Method(
            name="measured_cores",
            parameter_set="measured_cores",
            source="Washed roots of soil cores; Hirte et al. 2017, doi:10.3389/fpls.2017.00284; "
            "Bolinder et al. 2007, doi:10.1016/j.agee.2006.05.013",
            needs="soil cores with root fractions",
        ),
        Method(
            name="labelled_cores",
            parameter_set="measured_cores",
            source="Janzen & Bruinsma 1989, doi:10.1016/0038-0717(89)90094-1, with washed roots of "
            "soil cores",
            needs="soil cores with root fractions; soil and roots labelled and not, with their "
            "values of the tracer; C and bulk density of the soil",
        ),
        Method(
            name="natural_abundance",
            parameter_set="measured_cores",
            source="Balesdent et al. 1987, doi:10.1016/0038-0717(87)90120-9, with washed roots of "
            "soil cores",
            needs="soil cores with root fractions; delta 13C of roots, soil and reference soil; C "
            "and bulk density of the soil; years since the vegetation changed",
        ),
        Method(
            name="bolinder_2007",
            parameter_set=YIELD_ALLOMETRY,
            source="Bolinder et al. 2007, doi:10.1016/j.agee.2006.05.013",
            needs="yield",
        ),
        Method(
            name="water_class",
            parameter_set=YIELD_ALLOMETRY,
            source="Holos 4, table 7, after Gan et al. 2011 and others",
            needs="yield, water of the season",
        ),
        Method(
            name="harvest_index",
            parameter_set=YIELD_ALLOMETRY,
            source="Fan et al. 2017, doi:10.1016/j.fcr.2017.01.014, with the ratios of Bolinder",
            needs="yield",
        ),
        Method(
            name="fixed_root_c",
            parameter_set=YIELD_ALLOMETRY,
            source="Hirte et al. 2018, doi:10.1016/j.agee.2018.07.010, as practised in Switzerland",
            needs="crop; yield for the straw; cover crops their shoot or days",
        ),
        Method(
            name="amg_v2",
            parameter_set=YIELD_ALLOMETRY,
            source="Clivot et al. 2019, doi:10.1016/j.envsoft.2019.04.004",
            needs="yield; of a cover crop its shoot",
        ),
        Method(
            name="ipcc_2019_tier1",
            parameter_set=YIELD_ALLOMETRY,
            source="IPCC 2019 Refinement, volume 4, chapter 11, table 11.1A",
            needs="yield; of a perennial also the years to its renewal",
        ),
        Method(
            name="ipcc_2019_tier2",
            parameter_set=YIELD_ALLOMETRY,
            source="IPCC 2019 Refinement, volume 4, chapters 5 and 11, with Fan et al. 2017",
            needs="yield",
        ),
        Method(
            name="cover_crop",
            parameter_set=YIELD_ALLOMETRY,
            source="Seitz et al. 2022, doi:10.1007/s11104-022-05438-w",
            needs="shoot of a cover crop, or the days it stood",
        ),
    )
}

PARAMETER_SETS = tuple(
    dict.fromkeys([*(method.parameter_set for method in REGISTRY.values()), ENSEMBLE])
)

ENSEMBLE_SOURCE = "Equal mixture of the methods of the order; their spread is a row of its own"


def set_of(method: str) -> str | None:
    """Return the parameter set a method reads, or None for a method nobody knows.

    The name of a set is answered by itself, for whoever reads the numbers of several methods.
    """
    if method in PARAMETER_SETS:
        return method
    return REGISTRY[method].parameter_set if method in REGISTRY else None


def source_of(method: str) -> str:
    """Return where a method comes from."""
    return ENSEMBLE_SOURCE if method == ENSEMBLE else REGISTRY[method].source
