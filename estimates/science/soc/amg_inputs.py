"""C inputs of crops and amendments as AMG v2 reckons them.

Clivot et al. 2019, doi:10.1016/j.envsoft.2019.04.004; roots by Bolinder et al. 2007,
doi:10.1016/j.agee.2006.05.013, their depth by Gale & Grigal 1987, doi:10.1139/x87-131.
"""

from __future__ import annotations

from dataclasses import dataclass

from estimates.science.errors import ImpossibleForcing
from estimates.science.soc.amg_crops import AmgAmendment, AmgCrop, CropKind

EXTRA_ROOT_RATIO = 0.65  # extra-root C over root C
KG_PER_T = 1_000.0


@dataclass(frozen=True, kw_only=True)
class CropInput:
    """C of a crop that enters the considered depth, t per ha and year, and what is humified."""

    above: float
    below: float
    above_humified: float
    below_humified: float

    @property
    def total(self) -> float:
        """Return all C of the plant."""
        return self.above + self.below

    @property
    def total_humified(self) -> float:
        """Return all that is humified."""
        return self.above_humified + self.below_humified


def crop_input(
    crop: AmgCrop,
    *,
    yield_t_ha: float,
    moisture_pct: float = 0.0,
    exports_straw: bool = False,
    depth_cm: float,
) -> CropInput:
    """Return the C input of a crop.

    The yield, at this moisture, is the harvest of a main crop and the shoots of a cover crop.
    """
    if not (yield_t_ha >= 0 and 0 <= moisture_pct < 100 and depth_cm > 0):
        raise ImpossibleForcing(
            "A yield is 0 or more, its moisture below 100 % and the considered depth above 0 cm."
        )
    dry = yield_t_ha * (1.0 - moisture_pct / 100.0)
    index = crop.harvest_index
    if crop.kind is CropKind.COVER:
        straw, root_mass = dry, dry / crop.shoot_root
    else:
        straw, root_mass = dry * (1.0 - index) / index, dry / (crop.shoot_root * index)
    above = straw * crop.shoot_carbon * (crop.straw_left_share if exports_straw else 1.0)
    roots = root_mass * crop.root_carbon * (1.0 - crop.beta**depth_cm)
    below = roots + EXTRA_ROOT_RATIO * roots
    return CropInput(
        above=above,
        below=below,
        above_humified=above * crop.shoot_humification,
        below_humified=below * crop.root_humification,
    )


def amendment_input(amendment: AmgAmendment, *, dose_t_ha: float) -> tuple[float, float]:
    """Return C of a dose in t fresh mass per ha, and what of it is humified, t per ha."""
    if not dose_t_ha >= 0:
        raise ImpossibleForcing("A dose of an amendment is 0 or more t per ha.")
    carbon = dose_t_ha * amendment.carbon_kg_t / KG_PER_T
    return carbon, carbon * amendment.humification
