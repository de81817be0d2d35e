"""Names of traits here and in GRooT, in the same units.

Guerrero-Ramirez et al. 2021, doi:10.1111/geb.13179. One name there has a space in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from estimates.science.errors import UnknownTerm

Entity = Literal["FR", "TR", "CR", "CR + FR", "TB", "unspecified"]
ENTITIES: dict[Entity, str] = {
    "FR": "fine roots",
    "TR": "total roots",
    "CR": "coarse roots",
    "CR + FR": "coarse and fine roots",
    "TB": "total below-ground, rhizomes included",
    "unspecified": "not said",
}


@dataclass(frozen=True, kw_only=True)
class Term:
    """A trait: its name here, its unit and its name in GRooT, None where it has none."""

    name: str
    unit: str
    groot: str | None


TERMS = (
    Term(name="root_length_density", unit="cm cm-3", groot="Root_length_density_volume"),
    Term(name="root_mass_density", unit="mg cm-3", groot="Root_mass_density"),
    Term(name="specific_root_length", unit="m g-1", groot="Specific_root_length"),
    Term(name="specific_root_area", unit="cm2 g-1", groot="Specific_root_area"),
    Term(name="tissue_density", unit="g cm-3", groot="Root_tissue_density"),
    Term(name="mean_diameter", unit="mm", groot="Mean_Root_diameter"),
    Term(name="dry_matter_content", unit="g g-1", groot="Root_dry_matter_content"),
    Term(name="branching_density", unit="cm-1", groot="Root_branching_density"),
    Term(name="branching_ratio", unit="-", groot="Root_branching_ratio"),
    Term(name="root_mass_fraction", unit="g g-1", groot="Root_mass_fraction"),
    Term(name="rooting_depth", unit="m", groot="Rooting_depth"),
    Term(name="lateral_spread", unit="m", groot="Lateral_spread"),
    Term(name="c_concentration", unit="mg g-1", groot="Root_C_concentration"),
    Term(name="n_concentration", unit="mg g-1", groot="Root_N_concentration"),
    Term(name="p_concentration", unit="mg g-1", groot="Root_P_concentration"),
    Term(name="cn_mass", unit="g g-1", groot="Root_C_N_ratio"),
    Term(name="np_mass", unit="g g-1", groot="Root_N_P_ratio"),
    Term(name="lignin_concentration", unit="mg g-1", groot="Root_lignin_concentration"),
    Term(name="turnover", unit="yr-1", groot="Root_turnover_rate"),
    Term(name="mycorrhizal_colonisation", unit="%", groot="Root_mycorrhizal colonization"),
    Term(name="d50", unit="cm", groot=None),
    Term(name="d95", unit="cm", groot=None),
    Term(name="beta", unit="-", groot=None),
)


def term(name: str) -> Term:
    """Return a trait by its name here or in GRooT; raises UnknownTerm for others."""
    for known in TERMS:
        if name in (known.name, known.groot):
            return known
    raise UnknownTerm(f"{name!r} is no root trait here: {', '.join(each.name for each in TERMS)}.")


def groot_record(name: str, value: float, *, entity: Entity) -> dict[str, str | float]:
    """Return a trait as GRooT writes it: name, value and below-ground entity.

    Raises UnknownTerm for traits GRooT has no name for.
    """
    known = term(name)
    if known.groot is None:
        raise UnknownTerm(f"GRooT has no name for {known.name}.")
    if entity not in ENTITIES:
        raise UnknownTerm(f"{entity!r} is no entity: choose from {', '.join(ENTITIES)}.")
    return {
        "traitName": known.groot,
        "traitValue": value,
        "belowgroundEntities": entity,
    }
