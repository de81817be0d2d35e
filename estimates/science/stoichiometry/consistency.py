"""Values of one root sample held against each other."""

from __future__ import annotations

from typing import Literal

from estimates.science.cleaning import (
    ASH_AT_NO_CARBON_G_KG,
    ASH_MISMATCH_G_KG,
    ASH_PER_CARBON,
    ash_fits_carbon,
)
from estimates.science.findings import Finding
from estimates.science.stoichiometry.ratios import (
    G_PER_KG,
    ash_free_g_kg,
    mass_ratio,
    molar_per_mass_ratio,
)

RATIO_TOLERANCE = 0.03
ASH_FREE_CARBON_G_KG = (380.0, 550.0)
ASH_SPOILS_CATIONS_G_KG = 200.0  # assumption, after the table of `overstatement_by_ash`
ASH_SPOILS_N_AND_P_G_KG = 300.0
# largest difference of two determinations over their mean; assumptions
DUPLICATE_TOLERANCE = {"C": 0.05, "N": 0.08, "P": 0.10}
LEGUME_N_LEAST_G_KG = 10.0
GRASS_N_MOST_G_KG = 25.0


def ratio_findings(
    *, carbon_g_kg: float, nitrogen_g_kg: float, given_ratio: float
) -> list[Finding]:
    """Return a finding when a C:N that was given is not that of C and N, by more than 3 %."""
    computed = mass_ratio(carbon_g_kg, nitrogen_g_kg)
    if abs(computed / given_ratio - 1.0) < RATIO_TOLERANCE:
        return []
    by_atoms = computed * molar_per_mass_ratio("C", "N")
    if abs(by_atoms / given_ratio - 1.0) < RATIO_TOLERANCE:
        text = f"The C:N of {given_ratio:g} is one by atoms; by mass it is {computed:.4g}."
        return [Finding(code="ratio_by_atoms", level="warn", message=text)]
    text = f"C {carbon_g_kg:g} over N {nitrogen_g_kg:g} is {computed:.4g}, not {given_ratio:g}."
    return [Finding(code="ratio_mismatch", level="confirm", message=text)]


def expected_ash_g_kg(carbon_g_kg: float) -> float:
    """Return 999 - 1.89 C, the ash of a plant sample with this C, both in g per kg.

    Franzluebbers 2020, doi:10.1002/ael2.20037: 260 samples, r2 0.99.
    """
    return ASH_AT_NO_CARBON_G_KG - ASH_PER_CARBON * carbon_g_kg


def ash_findings(*, carbon_g_kg: float, ash_g_kg: float) -> list[Finding]:
    """Return findings of C and ash of one sample: their line, the ash-free C, soil on the root."""
    found = []
    if not ash_fits_carbon(ash_g_per_g=ash_g_kg / G_PER_KG, carbon_g_per_g=carbon_g_kg / G_PER_KG):
        text = (
            f"Ash {ash_g_kg:g} g per kg is more than {ASH_MISMATCH_G_KG:g} off the "
            f"{expected_ash_g_kg(carbon_g_kg):.4g} that go with C {carbon_g_kg:g}."
        )
        found.append(Finding(code="ash_against_carbon", level="confirm", message=text))
    if ash_g_kg < G_PER_KG:
        free = ash_free_g_kg(carbon_g_kg, ash_g_kg=ash_g_kg)
        low, high = ASH_FREE_CARBON_G_KG
        if not low <= free <= high:
            text = f"C of ash-free matter is {free:.4g} g per kg; {low:g} to {high:g} is usual."
            found.append(Finding(code="ash_free_carbon", level="confirm", message=text))
    if ash_g_kg > ASH_SPOILS_N_AND_P_G_KG:
        text = f"With {ash_g_kg:g} g ash per kg, N and P of this sample are those of soil too."
        found.append(Finding(code="ash_spoils_n_and_p", level="warn", message=text))
    elif ash_g_kg > ASH_SPOILS_CATIONS_G_KG:
        text = f"With {ash_g_kg:g} g ash per kg, cations of this sample are those of soil too."
        found.append(Finding(code="ash_spoils_cations", level="warn", message=text))
    return found


def duplicate_findings(
    element: Literal["C", "N", "P"], first_g_kg: float, second_g_kg: float
) -> list[Finding]:
    """Return a finding when two determinations differ by more than 5 % of C, 8 % N, 10 % P."""
    mean = (first_g_kg + second_g_kg) / 2.0
    difference = abs(first_g_kg - second_g_kg)
    if difference <= DUPLICATE_TOLERANCE[element] * mean:
        return []
    text = (
        f"Two determinations of {element} differ by {difference / mean:.1%}; "
        f"{DUPLICATE_TOLERANCE[element]:.0%} is allowed."
    )
    return [Finding(code="duplicates_differ", level="confirm", message=text)]


def nitrogen_findings(nitrogen_g_kg: float, *, group: str) -> list[Finding]:
    """Return a finding for roots of legumes poor in N, or of grasses rich in it."""
    if group == "Fabaceae" and nitrogen_g_kg < LEGUME_N_LEAST_G_KG:
        text = f"N {nitrogen_g_kg:g} g per kg is little for a legume: are these its roots?"
        return [Finding(code="legume_poor_in_n", level="confirm", message=text)]
    if group == "Poaceae" and nitrogen_g_kg > GRASS_N_MOST_G_KG:
        text = f"N {nitrogen_g_kg:g} g per kg is much for a grass: are these its roots?"
        return [Finding(code="grass_rich_in_n", level="confirm", message=text)]
    return []
