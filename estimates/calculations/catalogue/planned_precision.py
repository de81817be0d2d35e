"""How wide the interval of a planned layout will be, and the blocks for a wanted one."""

from __future__ import annotations

from typing import cast

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.shapes import EachRow
from estimates.science.replicates import Comparison, Spread, blocks_needed, planned_half_width


def _answer(row: Row, _options: Row) -> Cells:
    spread = Spread(
        variance_block=row.number("variance_block"),
        variance_plot=row.number("variance_plot"),
        variance_core=row.number("variance_core"),
    )
    cores, coverage = row.whole("cores"), row.number("coverage")
    if row.has("half_width"):
        found = blocks_needed(
            spread,
            cast("Comparison", row.text("comparison")),
            half_width=row.number("half_width"),
            cores=cores,
            coverage=coverage,
        )
        return {"blocks_needed": found.blocks, "half_width_reached": found.half_width}
    reached = planned_half_width(
        spread,
        blocks=row.whole("blocks"),
        plots=row.whole("plots"),
        cores=cores,
        coverage=coverage,
    )
    return {"blocks_needed": None, "half_width_reached": reached}


def _variance(level: str, meaning: str) -> Column:
    return Column(name=f"variance_{level}", meaning=meaning, is_required=level == "core", lower=0,
                  default=None if level == "core" else 0.0)  # fmt: skip


CALCULATION = Calculation(
    name="planned-precision",
    summary="Half-width to expect of a planned layout, or the blocks that bring a wanted one.",
    formula=(
        "mean s2_b / b + s2_p / (b p) + s2_c / (b p c); with half_width the fewest b with "
        "t(b - 1) sqrt(Var) <= E, Var = (s2_b + s2_p + s2_c / c) / b of a mean, "
        "2 (s2_p + s2_c / c) / b of a difference"
    ),
    sources=(Source(text="Cochran & Cox 1957, Experimental Designs"),),
    tables=(
        Table(
            name="in",
            meaning="one row a plan; variances such as nested-mean and treatment-contrast answer",
            columns=(
                _variance("block", "between blocks"),
                _variance("plot", "between plots of a block"),
                _variance("core", "between cores of a plot"),
                Column(name="half_width", meaning="half the interval wanted, in the unit of the "
                       "values; blank: tell that of blocks, plots and cores", is_required=False,
                       lower=1e-12),
                Column(name="comparison", meaning="interval of a mean, or of a difference between "
                       "treatments of the same blocks", kind="text", is_required=False,
                       choices=("mean", "difference"), default="mean"),
                Column(name="blocks", meaning="blocks planned", kind="whole", is_required=False,
                       lower=1),
                Column(name="plots", meaning="plots in each block", kind="whole",
                       is_required=False, lower=1, default=1),
                Column(name="cores", meaning="cores in each plot", kind="whole",
                       is_required=False, lower=1, default=1),
                Column(name="coverage", meaning="probability of the interval", lower=0.5,
                       upper=0.9999, is_required=False, default=0.95),
            ),
        ),
    ),
    outputs=(
        Column(name="blocks_needed", meaning="fewest blocks, where half_width is given",
               kind="whole"),
        Column(name="half_width_reached", meaning="half-width, in the unit of the values"),
    ),
    function=EachRow(_answer),
)  # fmt: skip
