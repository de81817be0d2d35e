"""Angle, number and branching of root crowns scored in the field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, cast

from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row, Source, Table
from estimates.calculations.shapes import answers_to, each_group
from estimates.science.traits.architecture import (
    BRANCHING_SCORES,
    RIGHT_ANGLE_DEG,
    CrownScore,
    angle_from_horizontal,
    mean_angle_deg,
)

KINDS = ("crown", "brace", "taproot_lateral")
Axis = Literal["vertical", "horizontal"]
Kind = Literal["crown", "brace", "taproot_lateral"]


def _score(row: Row) -> CrownScore:
    return CrownScore(
        kind=cast("Kind", row.text("root_kind")),
        angle_deg=angle_from_horizontal(
            row.number("angle_deg"), measured_from=cast("Axis", row.text("measured_from"))
        ),
        number=row.whole("number"),
        branching=row.whole("branching"),
    )


def _crowns(rows: Sequence[Row], _given: Given) -> Iterable[Cells]:
    scores = answers_to(rows, _score)
    number = sum(score.number for score in scores)
    mean = mean_angle_deg(scores)
    yield {
        "mean_angle_deg": mean,
        "angle_class": CrownScore(
            kind=scores[0].kind, angle_deg=mean, number=number, branching=scores[0].branching
        ).angle_class,
        "roots": number,
        "roots_per_plant": number / len(scores),
        "mean_branching": sum(score.branching for score in scores) / len(scores),
        "plants": len(scores),
    }


CALCULATION = Calculation(
    name="crown-architecture",
    summary="Mean angle, number and branching of roots scored on crowns that were dug out.",
    formula="mean angle = sum of angle x number of roots / number; from the horizontal, 90 steep",
    sources=(Source(text="Trachsel et al. 2011, shovelomics", doi="10.1007/s11104-010-0623-8"),),
    tables=(
        Table(
            name="in",
            meaning="one row a plant and kind of root",
            columns=(
                Column(name="group", meaning="variety or plot; rows with the same belong together",
                       kind="text", is_required=False, aliases=("variety", "plot")),
                Column(name="root_kind", meaning="kind of root", kind="text", choices=KINDS,
                       is_required=False, default="crown"),
                Column(name="angle_deg", meaning="angle of the roots", unit="deg", lower=0,
                       upper=RIGHT_ANGLE_DEG, aliases=("angle",)),
                Column(name="measured_from", meaning="axis the angle is from", kind="text",
                       choices=("horizontal", "vertical"), is_required=False,
                       default="horizontal"),
                Column(name="number", meaning="roots counted", kind="whole", lower=0,
                       aliases=("roots",)),
                Column(name="branching", meaning="score of branching, 1 to 9", kind="whole",
                       lower=BRANCHING_SCORES[0], upper=BRANCHING_SCORES[1]),
            ),
        ),
    ),
    outputs=(
        Column(name="group", meaning="the group", kind="text"),
        Column(name="root_kind", meaning="kind of root", kind="text"),
        Column(name="mean_angle_deg", meaning="mean angle from the horizontal", unit="deg"),
        Column(name="angle_class", meaning="shallow below 30, steep from 60", kind="text"),
        Column(name="roots", meaning="roots counted", kind="whole"),
        Column(name="roots_per_plant", meaning="the same, of a plant"),
        Column(name="mean_branching", meaning="mean score of branching"),
        Column(name="plants", meaning="plants scored", kind="whole"),
    ),
    function=each_group(("group", "root_kind"), _crowns),
)  # fmt: skip
