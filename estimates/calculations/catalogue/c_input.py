"""C input of a year from the root C that stands, of annual crops, perennials and trees."""

from __future__ import annotations

import math
from dataclasses import replace

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.parameter_files import shipped_parameters
from estimates.calculations.shapes import EachRow
from estimates.calculations.uncertainty import propagated, uncertainty_columns
from estimates.science.distributions import Lognormal
from estimates.science.isotopes.labelling import check_counted_once
from estimates.science.turnover import InputParts, annual_input, perennial_input, tree_input

METHOD = "measured_cores"
PRIORS = ("crop", "ley", "cover_crop", "labelled")
G_M2_TO_KG_HA = 10.0


def _answer(row: Row, _options: Row) -> Cells:
    row, told = _with_ratio(row)
    is_labelled = row.flag("ratio_is_labelled") or told.endswith(".labelled")
    check_counted_once(
        "labelling" if is_labelled else "literature", washing_loss=row.number("washing_loss")
    )
    parts = _parts(row)
    return {
        "deposition_ratio_used": row.number("deposition_ratio"),
        "deposition_ratio_from": told,
        "standing_c_g_m2": parts.standing,
        "turnover_c_g_m2": parts.turnover,
        "rhizodeposit_c_g_m2": parts.rhizodeposits,
        "input_c_g_m2": parts.total,
        "u_input_c_g_m2": propagated(lambda each: _parts(each).total, row),
        "input_c_kg_ha": parts.total * G_M2_TO_KG_HA,
    }


def _with_ratio(row: Row) -> tuple[Row, str]:
    """Return the row with a ratio of rhizodeposits, and where that is from."""
    if row.has("deposition_ratio"):
        return row, "given"
    number = shipped_parameters(METHOD).number(f"rhizodeposition.{row.text('prior')}")
    filled = {"deposition_ratio": number.value}
    if not row.has("u_deposition_ratio") and isinstance(number.distribution, Lognormal):
        filled["u_deposition_ratio"] = number.value * math.log(number.distribution.gsd)
    return replace(row, values={**row.values, **filled}), number.key


def _parts(row: Row) -> InputParts[float]:
    root_c, ratio = row.number("root_c_g_m2"), row.number("deposition_ratio")
    growth = row.text("growth")
    if growth == "annual":
        peak = row.number("peak_to_harvest")
        return annual_input(root_c, peak_to_harvest=peak, rhizodeposition=ratio)
    turnover = row.number("turnover_per_year")
    if growth == "perennial":
        return perennial_input(
            root_c,
            turnover=turnover,
            rhizodeposition=ratio,
            is_terminated=row.flag("is_terminated"),
        )
    coarse = row.number("coarse_root_c_g_m2")
    return tree_input(
        root_c,
        coarse,
        fine_turnover=turnover,
        coarse_turnover=row.number("coarse_turnover_per_year") if coarse > 0 else 0.0,
        rhizodeposition=ratio,
    )


def _c(name: str, meaning: str) -> Column:
    return Column(name=name, meaning=meaning, unit="g m-2 a-1")


MEASURED = (
    Column(name="root_c_g_m2", meaning="root C that stands: at harvest, of a perennial, of tree "
           "roots below 2 mm", unit="g m-2", lower=0, aliases=("root_c",),
           converted=(("root_c_kg_ha", 0.1), ("root_c_t_ha", 100.0))),
    Column(name="peak_to_harvest", meaning="annual: roots at their peak over those at harvest; "
           "blank: nothing was lost before", is_required=False, lower=1, upper=5, default=1.0,
           aliases=("p",)),
    Column(name="turnover_per_year", meaning="perennial and tree: roots replaced in a year over "
           "those standing", unit="a-1", is_required=False, lower=0, upper=10,
           aliases=("turnover", "t")),
    Column(name="deposition_ratio", meaning="net rhizodeposit C over root C; blank: a prior",
           is_required=False, lower=0, upper=5, aliases=("r", "rhizodeposit_ratio")),
    Column(name="coarse_root_c_g_m2", meaning="tree: C of thicker roots", unit="g m-2",
           is_required=False, lower=0, default=0.0),
    Column(name="coarse_turnover_per_year", meaning="tree: their turnover", unit="a-1",
           is_required=False, lower=0, upper=10),
)  # fmt: skip
CALCULATION = Calculation(
    name="c-input",
    summary="C input of a year from root C: turnover and rhizodeposits of crops, leys and trees.",
    formula=(
        "annual B p (1 + r); perennial B T + r B, and B (1 - T) in the year it ends; tree sum of "
        "B_k T_k, + r B below 2 mm"
    ),
    sources=(
        Source(text="r 0.65 of crops: Bolinder et al. 2007", doi="10.1016/j.agee.2006.05.013"),
        Source(text="r 0.50 of leys: Taghizadeh-Toosi et al. 2020",
               doi="10.1007/s11104-020-04500-9"),
        Source(text="r 0.31 of cover crops: Seitz et al. 2022", doi="10.1007/s11104-022-05438-w"),
        Source(text="r 1.41 by labelling: Hirte et al. 2018", doi="10.1016/j.agee.2018.07.010"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a stand",
            columns=(
                Column(name="growth", meaning="annual, perennial or tree", kind="text",
                       choices=("annual", "perennial", "tree"), is_required=False,
                       default="annual"),
                *MEASURED,
                Column(name="prior", meaning="whose ratio to take where none is given; each "
                       "spans a factor of 1.6, labelled 1.1", kind="text", choices=PRIORS,
                       is_required=False, default="crop"),
                Column(name="is_terminated", meaning="a perennial that ends this year",
                       kind="flag", is_required=False, default=0),
                Column(name="ratio_is_labelled", meaning="the ratio is from labelling: it holds "
                       "the roots lost in washing", kind="flag", is_required=False, default=0),
                Column(name="washing_loss", meaning="loss of washed roots that root C was "
                       "corrected for", unit="g g-1", is_required=False, lower=0, upper=0.999,
                       default=0.0),
                *uncertainty_columns(MEASURED),
            ),
        ),
    ),
    outputs=(
        Column(name="deposition_ratio_used", meaning="net rhizodeposit C over root C"),
        Column(name="deposition_ratio_from", meaning="given, or the prior", kind="text"),
        _c("standing_c_g_m2", "C of roots that die standing"),
        _c("turnover_c_g_m2", "C of roots replaced before"),
        _c("rhizodeposit_c_g_m2", "net rhizodeposit C"),
        _c("input_c_g_m2", "the C input"),
        _c("u_input_c_g_m2", "its standard uncertainty, first order, that of a prior included"),
        Column(name="input_c_kg_ha", meaning="the C input", unit="kg ha-1 a-1"),
    ),
    function=EachRow(_answer, columns={"counted_twice": "washing_loss"}),
)  # fmt: skip
