"""The mean of cores that stand for unequal parts of the ground."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import cast

from estimates.calculations.declaration import (
    Calculation,
    Cells,
    Column,
    Given,
    Row,
    Source,
    Table,
)
from estimates.calculations.parsing import parse_cell
from estimates.calculations.problems import BadCell
from estimates.calculations.shapes import answers_to, each_group
from estimates.science.positions import (
    EqualPositions,
    PlantCentred,
    PositionScheme,
    RowStrip,
    SingleTree,
    Spot,
    Transect,
    TreeRows,
)


def _scheme(options: Row) -> PositionScheme:
    name = options.text("scheme")
    if name == "row_strip":
        return RowStrip(
            row_distance_cm=options.number("row_distance_cm"),
            strip_cm=options.optional_number("strip_cm"),
        )
    if name == "plant_centred":
        return PlantCentred(
            plants_per_m2=options.number("plants_per_m2"),
            core_area_cm2=options.number("core_area_cm2"),
        )
    if name == "tree_rows":
        return TreeRows(half_alley_m=options.number("half_alley_m"))
    if name == "single_tree":
        return SingleTree(radius_m=options.number("radius_m"))
    return Transect() if name == "transect" else EqualPositions()


def _mean(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    spots = [
        Spot(position=row.optional_text("position"), distance_m=row.optional_number("distance_m"))
        for row in rows
    ]
    scheme = _scheme(given.options)
    weights = scheme.weights(spots)
    averaged = given.options.text("of")
    values = answers_to(rows, lambda row: _value(row, averaged))
    mean = math.fsum(weight * value for weight, value in zip(weights, values, strict=True))
    return [
        {**row.cells, "weight": weight, "weighted_mean": mean, "cores": len(rows)}
        for row, weight in zip(rows, weights, strict=True)
    ]


def _value(row: Row, header: str) -> float:
    if header not in row.cells:
        text = f"There is no column {header} to average: name one by --set of=HEADER."
        raise BadCell(text, column=header, code="missing_column")
    return cast("float", parse_cell(row.cells[header], Column(name=header, meaning="")))


def _option(name: str, meaning: str, unit: str) -> Column:
    return Column(name=name, meaning=meaning, unit=unit, is_required=False, lower=1e-6)


CALCULATION = Calculation(
    name="position-mean",
    summary="Mean of cores in rows, between them, or at distances from trees, by their ground.",
    formula=(
        "sum of w B, weights w sum to 1: equal; strip / row distance; plants per m2 x core area; "
        "trapezoid along a transect; band / half alley; (r_o2 - r_i2) / R2 of rings"
    ),
    sources=(
        Source(text="Frasier et al. 2016, transect", doi="10.1016/j.mex.2016.08.002"),
        Source(text="Upson & Burgess 2013, trees", doi="10.1007/s11104-013-1733-y"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a core, and layer where `group` tells layers apart",
            columns=(
                Column(
                    name="group",
                    meaning="rows with one group make one mean; blank: all do",
                    kind="text",
                    is_required=False,
                    aliases=("plot", "layer", "depth", "depth_cm"),
                ),
                Column(
                    name="value",
                    meaning="what is averaged, per area or volume; or --set of=HEADER",
                    is_required=False,
                ),
                Column(
                    name="position",
                    meaning="row or mid_row, plant or between",
                    kind="text",
                    is_required=False,
                ),
                Column(
                    name="distance_m",
                    meaning="distance from the row or tree",
                    unit="m",
                    is_required=False,
                    lower=0,
                    aliases=("distance",),
                    converted=(("distance_cm", 0.01),),
                ),
            ),
        ),
    ),
    options=(
        Column(
            name="scheme",
            meaning="what tells the ground of a core",
            kind="text",
            is_required=False,
            choices=(
                "equal",
                "row_strip",
                "plant_centred",
                "transect",
                "tree_rows",
                "single_tree",
            ),
            default="equal",
        ),
        Column(
            name="of",
            meaning="header of the column to average",
            kind="text",
            is_required=False,
            default="value",
        ),
        _option("row_distance_cm", "distance of rows, for row_strip", "cm"),
        _option("strip_cm", "strip a row stands for; blank: half the ground", "cm"),
        _option("plants_per_m2", "plants, for plant_centred", "m-2"),
        _option("core_area_cm2", "area of a core, for plant_centred", "cm2"),
        _option("half_alley_m", "from tree row to mid alley, for tree_rows", "m"),
        _option("radius_m", "of the circle round a tree, for single_tree", "m"),
    ),
    outputs=(
        Column(name="weight", meaning="share of the ground the core stands for"),
        Column(name="weighted_mean", meaning="mean of the group", unit="unit of value"),
        Column(name="cores", meaning="cores in it", kind="whole"),
    ),
    function=each_group(("group",), _mean),
)
