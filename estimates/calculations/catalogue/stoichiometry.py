"""Element ratios, stocks and doubts of root samples."""

from __future__ import annotations

from typing import cast

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.isotope_columns import FINDING_COLUMNS, finding_cells
from estimates.calculations.shapes import EachRow
from estimates.science.findings import Finding
from estimates.science.stoichiometry.consistency import (
    ash_findings,
    duplicate_findings,
    expected_ash_g_kg,
    nitrogen_findings,
    ratio_findings,
)
from estimates.science.stoichiometry.plausible import Trait, groups, range_findings
from estimates.science.stoichiometry.ratios import (
    Element,
    ash_free_g_kg,
    mass_ratio,
    molar_ratio,
    nutrient_stock_kg_ha,
)

ELEMENTS: tuple[Element, ...] = ("C", "N", "P", "S")
RATIOS: tuple[tuple[Element, Element], ...] = (
    ("C", "N"),
    ("C", "P"),
    ("N", "P"),
    ("C", "S"),
    ("N", "S"),
)
NAMES = {"C": "carbon", "N": "nitrogen", "P": "phosphorus", "S": "sulfur"}


def _key(element: Element) -> str:
    return f"{element.lower()}_g_kg"


def _sample(row: Row, options: Row) -> Cells:
    answer: dict[str, float | str | None] = {}
    for upper, lower in RATIOS:
        pair = f"{upper}{lower}".lower()
        if row.has(_key(upper), _key(lower)):
            above, below = row.number(_key(upper)), row.number(_key(lower))
            answer[f"{pair}_mass"] = mass_ratio(above, below)
            answer[f"{pair}_molar"] = molar_ratio(upper, above, lower=lower, lower_g_kg=below)
    if row.has("root_mass_t_ha"):
        for element in ELEMENTS:
            if row.has(_key(element)):
                answer[f"{element.lower()}_kg_ha"] = nutrient_stock_kg_ha(
                    row.number("root_mass_t_ha"), concentration_g_kg=row.number(_key(element))
                )
    if row.has("c_g_kg"):
        answer["expected_ash_g_kg"] = expected_ash_g_kg(row.number("c_g_kg"))
    if row.has("c_g_kg", "ash_g_kg"):
        answer["ash_free_c_g_kg"] = ash_free_g_kg(
            row.number("c_g_kg"), ash_g_kg=row.number("ash_g_kg")
        )
    return answer | finding_cells([*_fits(row), *_is_usual(row, answer)])


def _fits(row: Row) -> list[Finding]:
    """Return what does not fit within the sample."""
    found: list[Finding] = []
    if row.has("c_g_kg", "n_g_kg", "cn_given"):
        found += ratio_findings(
            carbon_g_kg=row.number("c_g_kg"),
            nitrogen_g_kg=row.number("n_g_kg"),
            given_ratio=row.number("cn_given"),
        )
    if row.has("c_g_kg", "ash_g_kg"):
        found += ash_findings(carbon_g_kg=row.number("c_g_kg"), ash_g_kg=row.number("ash_g_kg"))
    if row.has("c_g_kg", "c_duplicate_g_kg"):
        found += duplicate_findings("C", row.number("c_g_kg"), row.number("c_duplicate_g_kg"))
    if row.has("n_g_kg", "n_duplicate_g_kg"):
        found += duplicate_findings("N", row.number("n_g_kg"), row.number("n_duplicate_g_kg"))
    if row.has("p_g_kg", "p_duplicate_g_kg"):
        found += duplicate_findings("P", row.number("p_g_kg"), row.number("p_duplicate_g_kg"))
    return found


def _is_usual(row: Row, answer: Cells) -> list[Finding]:
    """Return what is unusual for the plant group or crop."""
    group, crop = row.optional_text("plant_group"), row.optional_text("crop")
    if group is None:
        return []
    values: dict[str, float | str | None] = {
        "C": row.optional_number("c_g_kg"),
        "N": row.optional_number("n_g_kg"),
        "P": row.optional_number("p_g_kg"),
        "C_N_ratio": answer.get("cn_mass"),
        "N_P_ratio": answer.get("np_mass"),
    }
    found: list[Finding] = []
    for trait, value in values.items():
        if isinstance(value, float):
            found += range_findings(cast("Trait", trait), value, group=group, crop=crop)
    if row.has("n_g_kg"):
        found += nitrogen_findings(row.number("n_g_kg"), group=group)
    return found


def _concentration(element: Element) -> Column:
    low = element.lower()
    return Column(
        name=f"{low}_g_kg",
        meaning=f"{NAMES[element]} of the dry root",
        unit="g kg-1",
        is_required=False,
        lower=0,
        upper=1000,
        aliases=(f"{low}_mg_g", low, f"{NAMES[element]}_g_kg"),
        converted=(
            (f"{low}_pct", 10.0),
            (f"{NAMES[element]}_pct", 10.0),
            (f"{low}_g_g", 1000.0),
        ),
    )


def _duplicate(element: str) -> Column:
    return Column(
        name=f"{element}_duplicate_g_kg",
        meaning="second determination",
        unit="g kg-1",
        is_required=False,
        lower=0,
        upper=1000,
    )


CALCULATION = Calculation(
    name="stoichiometry",
    summary="Ratios by mass and by atoms, nutrient stocks and doubts of root samples.",
    formula=(
        "molar ratio = mass ratio x atomic weights (C 12.011, N 14.007, P 30.974, S 32.06); stock "
        "(kg per ha) = root mass (t per ha) x g per kg; ash = 999 - 1.89 C (g per kg)"
    ),
    sources=(
        Source(text="IUPAC standard atomic weights 2021", doi="10.1515/pac-2019-0603"),
        Source(text="Franzluebbers 2020, ash and C", doi="10.1002/ael2.20037"),
        Source(text="GRooT, Guerrero-Ramirez et al. 2021, quantiles", doi="10.1111/geb.13179"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a sample; what is blank is left out",
            columns=(
                *(_concentration(element) for element in ELEMENTS),
                Column(
                    name="ash_g_kg",
                    meaning="ash of the dry root",
                    unit="g kg-1",
                    is_required=False,
                    lower=0,
                    upper=1000,
                    aliases=("ash",),
                    converted=(("ash_pct", 10.0), ("ash_g_g", 1000.0)),
                ),
                Column(
                    name="cn_given",
                    meaning="C:N by mass as reported, to hold against C and N",
                    is_required=False,
                    lower=0.1,
                    aliases=("cn", "c_n_ratio", "cn_ratio"),
                ),
                Column(
                    name="root_mass_t_ha",
                    meaning="dry root mass, for stocks",
                    unit="t ha-1",
                    is_required=False,
                    lower=0,
                    aliases=("b", "biomass_t_ha"),
                    converted=(("root_mass_g_m2", 0.01), ("root_mass_kg_ha", 0.001)),
                ),
                Column(
                    name="plant_group",
                    meaning="group to compare with",
                    kind="text",
                    is_required=False,
                    choices=tuple(sorted({group for _, group in groups()})),
                    aliases=("group", "family"),
                ),
                Column(
                    name="crop",
                    meaning="crop to compare with where enough is known, such as wheat",
                    kind="text",
                    is_required=False,
                ),
                _duplicate("c"),
                _duplicate("n"),
                _duplicate("p"),
            ),
        ),
    ),
    outputs=(
        *(
            Column(name=f"{a}{b}_{kind}".lower(), meaning=f"{a}:{b} by {kind}", unit=unit)
            for a, b in RATIOS
            for kind, unit in (("mass", "g g-1"), ("molar", "mol mol-1"))
        ),
        *(
            Column(name=f"{each.lower()}_kg_ha", meaning=f"{each} in roots", unit="kg ha-1")
            for each in ELEMENTS
        ),
        Column(name="expected_ash_g_kg", meaning="ash that goes with the C", unit="g kg-1"),
        Column(name="ash_free_c_g_kg", meaning="C of ash-free matter", unit="g kg-1"),
        *FINDING_COLUMNS,
    ),
    function=EachRow(_sample),
)
