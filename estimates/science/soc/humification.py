"""How much of root C is humified against shoot C: published sets that do not agree.

Each set is what one source uses together; the ratio of root to shoot runs from 1.0 to 2.8 and
is never a constant here: choose sets, show their spread, or draw `ROOT_SHOOT_RATIO`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimates.science.distributions import Lognormal
from estimates.science.errors import ImpossibleForcing, UnknownParameter
from estimates.science.soc.engine import FloatArray
from estimates.science.soc.streams import Source


@dataclass(frozen=True, kw_only=True)
class HumificationSet:
    """h by source of C, with the rates per year it was used with, and where it stands."""

    name: str
    by_source: Mapping[str, float]
    young_rate_per_year: float
    old_rate_per_year: float
    reference: str
    doi: str = ""
    note: str = ""

    @property
    def root_shoot_ratio(self) -> float:
        """Return h of roots over h of shoots."""
        return self.by_source[Source.ROOT.value] / self.by_source[Source.SHOOT.value]


def _by_source(*, shoot: float, root: float, manure: float) -> Mapping[str, float]:
    """Return h by source; rhizodeposits count as roots, litter as shoots, as these sets do."""
    return {
        Source.SHOOT.value: shoot,
        Source.LITTER.value: shoot,
        Source.ROOT.value: root,
        Source.RHIZODEPOSIT.value: root,
        Source.MANURE.value: manure,
    }


ICBM_SETS = {
    each.name: each
    for each in (
        HumificationSet(
            name="andren_katterer_1997",
            by_source=_by_source(shoot=0.125, root=0.125, manure=0.25),
            young_rate_per_year=0.8,
            old_rate_per_year=0.00605,
            reference="Andren & Katterer 1997, as in SoilR 1.2.107: roots and shoots alike",
            doi="10.1890/1051-0761(1997)007[1226:ITICBM]2.0.CO;2",
        ),
        HumificationSet(
            name="holos_4",
            by_source=_by_source(shoot=0.125, root=0.30, manure=0.31),
            young_rate_per_year=0.8,
            old_rate_per_year=0.00605,
            reference="Holos 4, defaults of its ICBM (Agriculture and Agri-Food Canada)",
        ),
        HumificationSet(
            name="ultuna_default",
            by_source=_by_source(shoot=0.125, root=0.35, manure=0.27),
            young_rate_per_year=0.8,
            old_rate_per_year=0.00605,
            reference="ICBM at the Ultuna frame trial, published values before recalibration",
            note="Its priors are centred on a young rate of 0.69; runs use 0.8.",
        ),
        HumificationSet(
            name="ultuna_recalibrated",
            by_source=_by_source(shoot=0.158, root=0.276, manure=0.338),
            young_rate_per_year=0.431,
            old_rate_per_year=0.012,
            reference="ICBM recalibrated at the Ultuna frame trial, posterior modes",
            note=(
                "The source gives h of roots the mode 0.276, the mean 0.417 and the interval "
                "0.201-0.313, which cannot all hold: for comparison only."
            ),
        ),
    )
}

ROOT_SHOOT_RATIOS = {
    "ICBM, Andren & Katterer 1997": 1.0,
    "ICBM, Ultuna recalibrated": 0.276 / 0.158,
    "AMG v2, winter wheat (Clivot et al. 2019)": 0.40 / 0.217,
    "Katterer et al. 2011, doi:10.1016/j.agee.2011.02.029 (from memory)": 2.3,
    "ICBM, Holos 4": 0.30 / 0.125,
    "ICBM, Ultuna default": 0.35 / 0.125,
}
ROOT_SHOOT_RATIO = Lognormal(median=2.1, gsd=1.25)
"""An assumption of this package: 95 % between 1.36 and 3.25, about the ratios above but the 1.0."""


def icbm_set(name: str) -> HumificationSet:
    """Return one published set; raises UnknownParameter with the names there are."""
    if name not in ICBM_SETS:
        raise UnknownParameter(f"No humification set {name!r}; there are {sorted(ICBM_SETS)}.")
    return ICBM_SETS[name]


def with_ratio(by_source: Mapping[str, float], ratio: FloatArray) -> dict[str, FloatArray]:
    """Return h by source with that of roots and rhizodeposits a ratio times that of shoots.

    Raises ImpossibleForcing when roots would be humified by more than all.
    """
    shoot = by_source[Source.SHOOT.value]
    root = np.asarray(shoot * ratio)
    if not ((root >= 0) & (root <= 1)).all():
        raise ImpossibleForcing("This ratio humifies more of the roots than there is.")
    values: dict[str, FloatArray] = {key: np.asarray(value) for key, value in by_source.items()}
    return values | {Source.ROOT.value: root, Source.RHIZODEPOSIT.value: root}


def direct_hum_share(ratio: FloatArray, *, plain: FloatArray, direct: FloatArray) -> FloatArray:
    """Return the share of root C that RothC must put straight into HUM for a ratio at equilibrium.

    (ratio - 1) S / (H - S), with S and H the SOC that one t per year of plant C and of C straight
    to HUM hold: RothC's own pools know no other way to humify roots more. After decades the
    ratio is still smaller than at equilibrium.
    """
    share = (ratio - 1.0) * plain / (direct - plain)
    if not ((share >= 0) & (share <= 1)).all():
        raise ImpossibleForcing("No share straight to HUM gives this ratio of root to shoot.")
    return np.asarray(share)
