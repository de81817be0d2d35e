"""From a printed dispersion to standard deviation and standard error."""

from __future__ import annotations

from typing import Any

from estimates.calculations.declaration import Calculation, Cells, Column, Row, Source, Table
from estimates.calculations.shapes import EachRow
from estimates.science.dispersion import Dispersion


def _dispersion(row: Row, options: Row) -> Cells:
    kind: Any = row.text("dispersion_type")
    level: Any = row.text("level")
    printed = Dispersion(
        type=kind,
        level=level,
        value=row.number("dispersion"),
        n=row.whole("n"),
        degrees_of_freedom=row.optional_number("degrees_of_freedom"),
    )
    return {
        "standard_deviation": printed.standard_deviation(),
        "standard_error": printed.standard_error(),
    }


CALCULATION = Calculation(
    name="dispersion",
    summary="Standard deviation and standard error from the dispersion a source prints.",
    formula="SE = SD / sqrt(n) = CI95 / t(0.975, df) = LSD / (t(0.975, df) sqrt(2))",
    sources=(Source(text="Cochran & Cox 1957, Experimental Designs"),),
    tables=(
        Table(
            name="in",
            meaning="one row a mean",
            columns=(
                Column(name="dispersion", meaning="the number printed", lower=0),
                Column(
                    name="dispersion_type",
                    meaning="what it is; CI95 is the half-width",
                    kind="text",
                    choices=("SD", "SE", "CI95", "LSD"),
                    aliases=("type",),
                ),
                Column(
                    name="level",
                    meaning="what the n units are",
                    kind="text",
                    choices=("core", "plot", "block", "site", "year"),
                ),
                Column(name="n", meaning="number of units", kind="whole", lower=1),
                Column(
                    name="degrees_of_freedom",
                    meaning="of the error term; blank: n - 1",
                    is_required=False,
                    lower=0.01,
                    aliases=("df",),
                ),
            ),
        ),
    ),
    outputs=(
        Column(name="standard_deviation", meaning="between units of the level"),
        Column(name="standard_error", meaning="of the mean"),
    ),
    function=EachRow(_dispersion, columns={"not_enough_data": "n"}),
)
