"""Element ratios by mass and by atoms, and nutrient stocks of roots.

Mass fractions are what is stored; both kinds of ratio follow from them and say in their names
which they are: a C:N of 30 by mass is one of 35 by atoms.
"""

from __future__ import annotations

from typing import Literal

from estimates.science.errors import ImpossibleLayer, NotEnoughData

Element = Literal["C", "N", "P", "S"]

# standard atomic weights, abridged (IUPAC 2021, doi:10.1515/pac-2019-0603), g per mol
ATOMIC_WEIGHT: dict[Element, float] = {"C": 12.011, "N": 14.007, "P": 30.974, "S": 32.06}
G_PER_KG = 1000.0
KG_PER_T = 1000.0


def molar_per_mass_ratio(upper: Element, lower: Element) -> float:
    """Return the factor from a ratio by mass to one by atoms: 1.1662 for C:N."""
    return ATOMIC_WEIGHT[lower] / ATOMIC_WEIGHT[upper]


def mass_ratio(upper_g_kg: float, lower_g_kg: float) -> float:
    """Return the ratio of two concentrations in g per kg; NotEnoughData when the lower is 0."""
    if min(upper_g_kg, lower_g_kg) < 0:
        raise ImpossibleLayer("A concentration below 0 g per kg is none.")
    if lower_g_kg == 0:
        raise NotEnoughData("A ratio to an element that was not found has no value.")
    return upper_g_kg / lower_g_kg


def molar_ratio(upper: Element, upper_g_kg: float, *, lower: Element, lower_g_kg: float) -> float:
    """Return the ratio of two elements by atoms."""
    return mass_ratio(upper_g_kg, lower_g_kg) * molar_per_mass_ratio(upper, lower)


def nutrient_stock_kg_ha(root_mass_t_ha: float, *, concentration_g_kg: float) -> float:
    """Return X = B x: kg of an element per ha in t of roots per ha."""
    if root_mass_t_ha < 0 or not 0 <= concentration_g_kg <= G_PER_KG:
        raise ImpossibleLayer("A stock needs a mass of 0 or more and 0 to 1000 g per kg.")
    return root_mass_t_ha * KG_PER_T * concentration_g_kg / G_PER_KG


def ash_free_g_kg(concentration_g_kg: float, *, ash_g_kg: float) -> float:
    """Return a concentration per kg of ash-free matter: all of the element taken as the root's.

    With soil on the root this overstates what soil holds too: N by up to 260 % of a sample with
    80 % ash (`overstatement_by_ash`).
    """
    if not 0 <= ash_g_kg < G_PER_KG:
        raise ImpossibleLayer(f"{ash_g_kg:g} g ash per kg leaves no organic matter.")
    return concentration_g_kg / (1.0 - ash_g_kg / G_PER_KG)


def overstatement_by_ash(
    root_g_g: float,
    *,
    root_ash: float,
    soil_ash: float,
    soil_matter_g_g: float,
    sample_ash: float,
) -> float:
    """Return by what share dividing by (1 - ash) overstates an element of a soiled root.

    root_g_g is the element in root dry matter, ash included; soil_matter_g_g the element in the
    organic matter of the soil; the ashes are shares of root, soil and sample. The organic matter
    of the soil on the root is soil_share (1 - soil_ash).
    """
    if not root_ash <= sample_ash < soil_ash <= 1:
        raise ImpossibleLayer("The ash of the sample lies between those of root and soil.")
    soil_share = (sample_ash - root_ash) / (soil_ash - root_ash)
    of_soil = soil_share * (1.0 - soil_ash) * soil_matter_g_g
    of_root = (1.0 - soil_share) * root_g_g
    true = root_g_g / (1.0 - root_ash)
    return (of_root + of_soil) / (1.0 - sample_ash) / true - 1.0
