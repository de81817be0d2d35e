"""SOC stock of depth layers, and of a soil down to a fixed depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from estimates.science.errors import BeyondSample, ImpossibleLayer, NotEnoughData

T_HA_PER_G_CM2 = 100.0  # 1 g per cm2 is 100 t per ha
T_HA_PER_KG_M2 = 10.0
CM_PER_M = 100.0
G_PER_KG = 1000.0
MATTER_PER_CARBON = 1.724  # g organic matter per g C (Van Bemmelen), where it was not determined
SAME_DEPTH_CM = 1e-6


@dataclass(frozen=True, kw_only=True)
class SoilLayer:
    """One depth layer of one soil core.

    bulk_density_g_cm3 x (1 - coarse_share) must be the mass of fine earth per volume of soil:
    density of the whole sample with the mass share of stones (M4 of Poeplau et al. 2017,
    doi:10.5194/soil-3-61-2017), or density of the fine earth with their volume share.
    """

    upper_depth_cm: float
    lower_depth_cm: float
    soc_g_kg: float
    bulk_density_g_cm3: float
    coarse_share: float = 0.0
    organic_matter_g_kg: float | None = None

    def __post_init__(self) -> None:
        """Refuse layers that contradict themselves."""
        if not 0 <= self.upper_depth_cm < self.lower_depth_cm:
            raise ImpossibleLayer(
                f"Upper depth {self.upper_depth_cm:g} cm must be 0 or more, and above lower depth "
                f"{self.lower_depth_cm:g} cm."
            )
        if not self.bulk_density_g_cm3 > 0 or not 0 <= self.coarse_share < 1:
            raise ImpossibleLayer("Bulk density must be above 0, the share of stones in [0, 1).")
        if not 0 <= self.soc_g_kg <= G_PER_KG or not 0 <= self.matter_g_kg <= G_PER_KG:
            raise ImpossibleLayer("SOC and organic matter must be 0 to 1000 g per kg.")

    @property
    def thickness_cm(self) -> float:
        """Return lower less upper depth."""
        return self.lower_depth_cm - self.upper_depth_cm

    @property
    def matter_g_kg(self) -> float:
        """Return organic matter, 1.724 x SOC where it was not determined."""
        if self.organic_matter_g_kg is None:
            return self.soc_g_kg * MATTER_PER_CARBON
        return self.organic_matter_g_kg

    @property
    def fine_earth_t_ha(self) -> float:
        """Return the mass of fine earth of the layer."""
        density = self.bulk_density_g_cm3 * (1.0 - self.coarse_share)
        return density * self.thickness_cm * T_HA_PER_G_CM2

    @property
    def mineral_mass_t_ha(self) -> float:
        """Return the mass of fine earth less its organic matter."""
        return self.fine_earth_t_ha * (1.0 - self.matter_g_kg / G_PER_KG)

    @property
    def soc_t_ha(self) -> float:
        """Return 0.1 x SOC (g per kg) x density x thickness (cm) x (1 - stones)."""
        return self.fine_earth_t_ha * self.soc_g_kg / G_PER_KG


def stock_of_density_t_ha(soc_kg_m3: float, *, thickness_cm: float) -> float:
    """Return the SOC stock of a layer from SOC per volume of soil."""
    return soc_kg_m3 * thickness_cm / CM_PER_M * T_HA_PER_KG_M2


def stock_of_mass_t_ha(soc_g_kg: float, *, soil_mass_t_ha: float) -> float:
    """Return the SOC stock in a given mass of soil, such as one agreed for all layers."""
    return soc_g_kg / G_PER_KG * soil_mass_t_ha


def organic_carbon_g_kg(
    total_carbon_g_kg: float,
    *,
    inorganic_carbon_g_kg: float | None,
    pretreatment: Literal["none", "acid"],
) -> float:
    """Return SOC from total C: less carbonate C, unless acid took the carbonate out before.

    Raises NotEnoughData when neither was done, ImpossibleLayer when carbonate exceeds the total.
    """
    if pretreatment == "acid":
        if inorganic_carbon_g_kg:
            raise ImpossibleLayer("Carbonate was taken out by acid: it cannot be taken off again.")
        return total_carbon_g_kg
    if inorganic_carbon_g_kg is None:
        raise NotEnoughData(
            "Total C of a soil without acid treatment needs its inorganic C: 0 where there is none."
        )
    if inorganic_carbon_g_kg > total_carbon_g_kg:
        raise ImpossibleLayer(
            f"Inorganic C {inorganic_carbon_g_kg:g} exceeds total C {total_carbon_g_kg:g} g per kg."
        )
    return total_carbon_g_kg - inorganic_carbon_g_kg


def check_contiguous(layers: Sequence[SoilLayer]) -> None:
    """Raise NotEnoughData unless the layers, in order, fill the soil from the surface down."""
    if not layers:
        raise NotEnoughData("A soil core needs a layer.")
    if layers[0].upper_depth_cm > SAME_DEPTH_CM:
        raise NotEnoughData(
            f"The first layer begins at {layers[0].upper_depth_cm:g} cm, not at the surface."
        )
    for above, below in pairwise(layers):
        if abs(above.lower_depth_cm - below.upper_depth_cm) > SAME_DEPTH_CM:
            raise NotEnoughData(
                f"One layer ends at {above.lower_depth_cm:g} cm and the next begins at "
                f"{below.upper_depth_cm:g} cm: a stock needs all the soil between."
            )


def soc_to_depth_t_ha(layers: Sequence[SoilLayer], *, depth_cm: float) -> float:
    """Return the SOC stock from the surface to a depth, a layer cut by it counting in part.

    Raises NotEnoughData for gaps, BeyondSample below the last layer.
    """
    check_contiguous(layers)
    if depth_cm > layers[-1].lower_depth_cm + SAME_DEPTH_CM:
        raise BeyondSample(
            f"The core ends at {layers[-1].lower_depth_cm:g} cm, above the {depth_cm:g} cm asked."
        )
    total = 0.0
    for layer in layers:
        reached = min(depth_cm, layer.lower_depth_cm) - layer.upper_depth_cm
        total += layer.soc_t_ha * max(reached, 0.0) / layer.thickness_cm
    return total
