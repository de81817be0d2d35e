"""Ways from the yield of a stand to its C inputs, as contrasts need them.

The published ways of `estimates.science.allometry`, each drawing its uncertain inputs under the
name of the crop. A way that has no rule for cover crops takes theirs from Seitz et al. 2022, and
says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from estimates.science.allometry.bound import BoundStand
from estimates.science.allometry.formulas import G_M2_PER_T_HA
from estimates.science.allometry.methods import METHODS, YieldMethod, bind
from estimates.science.allometry.rows import crop_row
from estimates.science.allometry.stands import StandKind, YieldStand
from estimates.science.distributions import Array
from estimates.science.errors import NotEnoughData, UnknownCrop
from estimates.science.parameters import ParameterSet
from estimates.science.results import Note
from estimates.science.scenarios.describe import Scenario, Stand
from estimates.science.scenarios.draws import Draws
from estimates.science.scenarios.streams import InputMethod, StandCarbon

NAMES = (
    "bolinder_2007",
    "harvest_index",
    "fixed_root_c",
    "amg_v2",
    "ipcc_2019_tier1",
    "ipcc_2019_tier2",
)
"""Ways that need no more than crop and yield."""

COVER_CROP = "cover_crop"
KINDS: dict[str, StandKind] = {"main": "main", "cover": "cover", "grass": "grass"}


@dataclass(frozen=True, kw_only=True)
class AllometricInput:
    """One published way with its parameter set."""

    method: YieldMethod
    parameters: ParameterSet

    @property
    def name(self) -> str:
        """Return the name of the way."""
        return self.method.name

    @cached_property
    def version(self) -> str:
        """Return the parameter set and its version."""
        return f"{self.parameters.method} {self.parameters.version}"

    def carbon(self, stand: Stand, draws: Draws) -> StandCarbon:
        """Return C of roots, rhizodeposits and what stays of the shoot, in t per ha.

        A way that counts roots only has rhizodeposits of 0: `notes` says which does. Raises
        UnknownCrop where the way has no row for the crop or a relative.
        """
        bound = self.bound(stand)
        values = {
            name: draws.of(f"{name} of {stand.crop}", distribution)
            for name, distribution in bound.inputs.items()
        }
        found = bound.allocate(values)
        none = np.zeros(draws.size)
        straw = none if found.straw_c is None else found.straw_c * stand.residues_returned
        deposits = none if found.rhizodeposit_c is None else found.rhizodeposit_c
        return StandCarbon(
            root=_t_ha(found.root_c, draws.size),
            rhizodeposit=_t_ha(deposits, draws.size),
            shoot=_t_ha(straw, draws.size),
        )

    def beta(self, stand: Stand) -> float:
        """Return the beta of the crop, of a relative, or of crops in general."""
        asked = YieldStand(crop=stand.crop)
        try:
            return crop_row(asked, "depth", "beta", self.parameters).value("beta")
        except UnknownCrop:
            return self.parameters.value("depth.generic.beta")

    def bound(self, stand: Stand) -> BoundStand:
        """Return the stand under this way, or under the rule of cover crops where it has none."""
        asked = _asked(stand)
        try:
            return bind(self.name, asked, self.parameters)
        except UnknownCrop:
            if stand.use != "cover":
                raise
            return bind(COVER_CROP, asked, self.parameters)

    def notes(self, stand: Stand) -> tuple[Note, ...]:
        """Return what a reader should know of this way and this stand."""
        notes = list(self.bound(stand).notes)
        if not self.method.has_rhizodeposition:
            text = f"{self.name} counts roots only, no rhizodeposits: its C input is too low."
            notes.append(Note(code="roots_only", message=text))
        if stand.use == "cover" and self._lacks_cover(stand):
            text = f"{self.name} has no rule for cover crops: {stand.crop} by Seitz et al. 2022."
            notes.append(Note(code="cover_by_seitz", message=text))
        return tuple(notes)

    def _lacks_cover(self, stand: Stand) -> bool:
        try:
            bind(self.name, _asked(stand), self.parameters)
        except UnknownCrop:
            return True
        return self.name == "fixed_root_c"


def input_methods(parameters: ParameterSet, names: Sequence[str] = NAMES) -> list[InputMethod]:
    """Return these ways; the parameter set is that of yield allometry."""
    return [AllometricInput(method=METHODS[name], parameters=parameters) for name in names]


def notes_on(
    scenarios: Sequence[Scenario], parameters: ParameterSet, names: Sequence[str] = NAMES
) -> list[Note]:
    """Return what a reader should know of these ways in these scenarios."""
    stands = [
        stand
        for scenario in scenarios
        for year in scenario.years
        for stand in year.stands
        if stand.stated is None
    ]
    ways = [AllometricInput(method=METHODS[name], parameters=parameters) for name in names]
    return [note for way in ways for stand in stands for note in way.notes(stand)]


def _asked(stand: Stand) -> YieldStand:
    if stand.use not in KINDS:
        raise NotEnoughData(
            f"No yield method knows the roots of {stand.crop!r}, a tree: state its C inputs."
        )
    return YieldStand(
        crop=stand.crop,
        kind=KINDS[stand.use],
        yield_t_ha=stand.yield_t_ha,
        yield_cv=min(stand.yield_variation, 1.0),
    )


def _t_ha(carbon_g_m2: Array, size: int) -> Array:
    return np.asarray(np.broadcast_to(carbon_g_m2 / G_M2_PER_T_HA, (size,)), dtype=np.float64)
