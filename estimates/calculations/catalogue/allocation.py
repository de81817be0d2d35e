"""From a harvest to the C of product, straw, roots and rhizodeposits, by a published method."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from estimates.calculations.allocation_columns import (
    AMG_TABLE,
    OUTPUTS,
    STAND_COLUMNS,
)
from estimates.calculations.declaration import Calculation, Cells, Given, Row, Source, Table
from estimates.calculations.parameter_files import shipped_content, shipped_parameters
from estimates.calculations.problems import BadCell, Problem, ProblemsFound
from estimates.calculations.shapes import problem_of
from estimates.science.allometry.amg_table import with_amg_rows
from estimates.science.allometry.bound import BoundStand
from estimates.science.allometry.formulas import Allocation, returned_c
from estimates.science.allometry.methods import FAMILY, METHODS, bind
from estimates.science.allometry.root_depth import depth_of_method
from estimates.science.allometry.stands import YieldStand
from estimates.science.depth import BetaDepth
from estimates.science.distributions import Array
from estimates.science.errors import ScienceError
from estimates.science.parameters import ParameterSet, load_parameter_set
from estimates.science.results import Note

KG_HA_PER_G_M2 = 10.0
ABOUT = {
    "unknown_crop": "crop",
    "yield_missing": "yield_t_ha",
    "yield_moisture_missing": "moisture_percent",
    "cover_duration_missing": "duration_days",
    "season_water_missing": "season_water_mm",
    "renewal_missing": "renewal_years",
}  # the column a refusal of science is about


def _allocation(given: Given) -> Iterable[Cells]:
    parameters = _parameters(given)
    answers: list[Cells] = []
    problems: list[Problem] = []
    for row in given.rows():
        try:
            answers.append({**row.cells, **_answer(row, parameters)})
        except ScienceError as error:
            problem = problem_of(error, row)
            problems.append(replace(problem, column=problem.column or ABOUT.get(error.code)))
    if problems:
        raise ProblemsFound(problems)
    return answers


def _parameters(given: Given) -> ParameterSet:
    """Return the shipped set, with the rows of a whole AMG table where one is given."""
    rows = given.rows("amg")
    if not rows:
        return shipped_parameters(FAMILY)
    content, _ = with_amg_rows(shipped_content(FAMILY), [row.values for row in rows])
    return load_parameter_set(json.dumps(content))


def _answer(row: Row, parameters: ParameterSet) -> Cells:
    stand = _stand(row)
    bound = bind(row.text("method"), stand, parameters)
    found = bound.published()
    share, notes = _share_above(row, stand, bound, parameters)
    root, deposit = _kg_ha(found.root_c) * share, _scaled(found.rhizodeposit_c, share)
    kept = Allocation(
        product_c=found.product_c,
        straw_c=found.straw_c,
        root_c=found.root_c * share,
        rhizodeposit_c=None if found.rhizodeposit_c is None else found.rhizodeposit_c * share,
    )
    total = returned_c(
        kept, product=row.number("product_returned"), straw=row.number("straw_returned")
    )
    messages = [note.message for note in (*bound.notes, *notes)]
    return {
        "row_used": " ".join(bound.rows) or "as given",
        "product_c_kg_ha": _scaled(found.product_c),
        "straw_c_kg_ha": _scaled(found.straw_c),
        "root_c_kg_ha": root,
        "rhizodeposit_c_kg_ha": deposit,
        "below_ground_c_kg_ha": root + (deposit or 0.0),
        "input_c_kg_ha": _kg_ha(total),
        "notes": " ".join(dict.fromkeys(messages)),
    }


def _stand(row: Row) -> YieldStand:
    kind = row.text("kind")
    if row.text("method") == "cover_crop":
        kind = "cover"
    return YieldStand(
        crop=row.text("crop"),
        kind="cover" if kind == "cover" else "main",
        yield_t_ha=_dry_yield(row),
        yield_cv=0.0,
        duration_days=row.optional_number("duration_days"),
        season_water_mm=row.optional_number("season_water_mm"),
        renewal_years=row.optional_number("renewal_years"),
        harvest_index=row.optional_number("harvest_index"),
        shoot_root=row.optional_number("shoot_root"),
        deposition_ratio=row.optional_number("deposition_ratio"),
    )


def _dry_yield(row: Row) -> float | None:
    if not row.has("yield_fresh_t_ha"):
        return row.optional_number("yield_t_ha")
    if row.has("yield_t_ha"):
        text = "Give the dry yield or the fresh one, not both."
        raise BadCell(text, column="yield_fresh_t_ha", code="yield_twice")
    return row.number("yield_fresh_t_ha") * (1.0 - row.number("moisture_percent") / 100.0)


def _share_above(
    row: Row, stand: YieldStand, bound: BoundStand, parameters: ParameterSet
) -> tuple[float, tuple[Note, ...]]:
    depth_cm = row.optional_number("depth_cm")
    if depth_cm is None:
        return 1.0, ()
    if row.has("beta"):
        return BetaDepth(beta=row.number("beta")).share_above(depth_cm), ()
    depth = depth_of_method(stand, bound, parameters)
    return depth.share_above(depth_cm).mean, depth.notes


def _kg_ha(c_g_m2: Array) -> float:
    return float(np.ravel(c_g_m2)[0]) * KG_HA_PER_G_M2


def _scaled(c_g_m2: Array | None, share: float = 1.0) -> float | None:
    return None if c_g_m2 is None else _kg_ha(c_g_m2) * share


CALCULATION = Calculation(
    name="allocation",
    summary="C of product, straw, roots and rhizodeposits of a harvest, by a published method.",
    formula=(
        "bolinder_2007, water_class: C_x = Y c R_x / RP; harvest_index: HI = a + b Y (at most "
        "0.65), roots = shoot / (S:R); fixed_root_c: roots + rhizodeposits fixed by crop; amg_v2: "
        "straw = Y (1 - HI) / HI 0.44, roots = Y / (SR HI) 0.40; ipcc_2019_tier1: roots = "
        "(Y + Y R_AG) RS 0.42; ipcc_2019_tier2: roots = Y / HI RS 0.42; cover_crop: shoot by its "
        "mass or 1916 kg days / 240, roots = shoot / 3.67; rhizodeposits = r roots"
    ),
    sources=tuple(Source(text=f"{name}: {method.source}") for name, method in METHODS.items()),
    tables=(
        Table(name="in", meaning="one row a stand and method", columns=STAND_COLUMNS),
        AMG_TABLE,
    ),
    outputs=OUTPUTS,
    function=_allocation,
)
