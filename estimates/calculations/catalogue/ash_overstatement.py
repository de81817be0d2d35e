"""How much soil on roots overstates an element given per ash-free matter."""

from __future__ import annotations

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.shapes import EachRow
from estimates.science.stoichiometry.ratios import overstatement_by_ash

PERCENT = 100.0


def _overstatement(row: Row, options: Row) -> Cells:
    share = overstatement_by_ash(
        row.number("root_g_g"),
        root_ash=row.number("ash_root"),
        soil_ash=row.number("ash_soil"),
        soil_matter_g_g=row.number("soil_matter_g_g"),
        sample_ash=row.number("ash_sample"),
    )
    return {"overstatement": share, "overstatement_pct": share * PERCENT}


def _ash(name: str, of: str, aliases: tuple[str, ...], default: float | None = None) -> Column:
    return Column(
        name=name,
        meaning=f"ash of {of}",
        unit="g g-1",
        is_required=default is None,
        lower=0,
        upper=1,
        default=default,
        aliases=aliases,
        converted=((f"{name}_pct", 0.01),),
    )


CALCULATION = Calculation(
    name="ash-overstatement",
    summary="By how much dividing by (1 - ash) overstates an element of a soiled root.",
    formula=(
        "s = (a_s - a_r) / (a_soil - a_r); error = ((1 - s) x_root + s (1 - a_soil) x_matter) / "
        "(1 - a_s) / (x_root / (1 - a_r)) - 1"
    ),
    sources=(Source(text="Natural Resource Ecology Laboratory, root chemistry, table 3"),),
    tables=(
        Table(
            name="in",
            meaning="one row a case",
            columns=(
                Column(
                    name="root_g_g",
                    meaning="element in clean dry root, ash included",
                    unit="g g-1",
                    lower=1e-9,
                    upper=1,
                    converted=(("plant_n_pct", 0.01), ("root_pct", 0.01), ("root_g_kg", 0.001)),
                ),
                _ash("ash_sample", "the washed sample", ("a_s", "sample_ash", "ash")),
                _ash("ash_soil", "the soil", ("a_soil", "soil_ash")),
                _ash("ash_root", "clean root; blank 0.03", ("a_r", "root_ash", "plant_ash"), 0.03),
                Column(
                    name="soil_matter_g_g",
                    meaning="element in the organic matter of the soil; blank 0.05, that of N",
                    unit="g g-1",
                    is_required=False,
                    lower=0,
                    upper=1,
                    default=0.05,
                    converted=(("soil_matter_pct", 0.01),),
                ),
            ),
        ),
    ),
    outputs=(
        Column(name="overstatement", meaning="error over the true ash-free value"),
        Column(name="overstatement_pct", meaning="the same", unit="%"),
    ),
    function=EachRow(_overstatement),
)
