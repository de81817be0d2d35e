"""How many replicates a wanted precision needs, and what precision a number gives."""

from __future__ import annotations

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.shapes import EachRow
from estimates.science.replicates import replicates_needed


def _needed(row: Row, options: Row) -> Cells:
    planned = replicates_needed(
        coefficient_of_variation=row.number("cv"),
        relative_half_width=row.number("relative_half_width"),
        coverage=row.number("coverage"),
    )
    return {
        "replicates": planned.replicates,
        "half_width_reached": planned.relative_half_width,
        "degrees_of_freedom": planned.degrees_of_freedom,
    }


CALCULATION = Calculation(
    name="replicates-needed",
    summary="Replicates that bring the interval of a mean to a wanted half-width.",
    formula="smallest n with t(n - 1) CV / sqrt(n) <= E; CV and E are shares of the mean",
    sources=(Source(text="Cochran & Cox 1957, Experimental Designs"),),
    tables=(
        Table(
            name="in",
            meaning="one row a case",
            columns=(
                Column(
                    name="cv",
                    meaning="standard deviation between replicates over their mean",
                    lower=1e-6,
                    upper=20,
                    aliases=("coefficient_of_variation",),
                    converted=(("cv_pct", 0.01), ("cv_percent", 0.01)),
                ),
                Column(
                    name="relative_half_width",
                    meaning="half the interval wanted over the mean",
                    is_required=False,
                    lower=1e-4,
                    upper=10,
                    default=0.2,
                    aliases=("e", "half_width"),
                    converted=(("half_width_pct", 0.01), ("relative_half_width_pct", 0.01)),
                ),
                Column(
                    name="coverage",
                    meaning="probability of the interval",
                    is_required=False,
                    lower=0.5,
                    upper=0.9999,
                    default=0.95,
                    aliases=("confidence",),
                    converted=(("confidence_pct", 0.01), ("coverage_pct", 0.01)),
                ),
            ),
        ),
    ),
    outputs=(
        Column(name="replicates", meaning="smallest number that will do", kind="whole"),
        Column(name="half_width_reached", meaning="half-width it gives, over the mean"),
        Column(name="degrees_of_freedom", meaning="of the t quantile"),
    ),
    function=EachRow(_needed),
)
