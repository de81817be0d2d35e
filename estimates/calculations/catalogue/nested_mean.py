"""Mean of cores in plots in blocks, with what each level adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row, Source, Table
from estimates.calculations.shapes import each_group
from estimates.science.hierarchy import Observation, nested_mean, resampled_interval

LAYOUT = (
    Column(name="group", meaning="such as variable or depth; rows with the same belong together",
           kind="text", is_required=False, aliases=("variable",)),
    Column(name="block", meaning="block of the plot; blank: there are none", kind="text",
           is_required=False, default=""),
    Column(name="plot", meaning="plot of the core", kind="text"),
    Column(name="value", meaning="what was measured on one core, or the mean of a plot"),
)  # fmt: skip
SEED = Column(
    name="seed", meaning="seed of the resampling", kind="whole", is_required=False, lower=0,
    default=1,
)  # fmt: skip
RESAMPLE = Column(
    name="resample", meaning="also resample whole blocks, five or more", kind="flag",
    is_required=False, default=0,
)  # fmt: skip
RESAMPLED = (
    Column(name="resampled_lower", meaning="2.5 % by resampling blocks"),
    Column(name="resampled_upper", meaning="97.5 % by resampling blocks"),
)
VARIANCES = (
    Column(name="variance_block", meaning="between blocks"),
    Column(name="variance_plot", meaning="between plots of a block; 0 where not told apart"),
    Column(name="variance_core", meaning="between cores, or plots with one core each"),
)


def _mean(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    cores = [
        Observation(value=row.number("value"), plot=row.text("plot"), block=row.text("block"))
        for row in rows
    ]
    found = nested_mean(cores)
    answer: dict[str, float | None] = {
        "mean": found.mean,
        "standard_error": found.standard_error,
        "degrees_of_freedom": found.degrees_of_freedom,
        "lower": found.lower,
        "upper": found.upper,
        "variance_block": found.variance_block,
        "variance_plot": found.variance_plot,
        "variance_core": found.variance_core,
        "cores": len(rows),
    }
    if given.options.flag("resample"):
        generator = np.random.default_rng(given.options.whole("seed"))
        answer |= dict(
            zip(
                (column.name for column in RESAMPLED),
                resampled_interval(cores, generator=generator),
                strict=True,
            )
        )
    yield answer


CALCULATION = Calculation(
    name="nested-mean",
    summary="Mean of cores in plots in blocks, its 95 % interval and what each level adds.",
    formula=(
        "y = mean + block + plot in block + core; variances by REML, at least 0; t with "
        "Satterthwaite's degrees of freedom"
    ),
    sources=(
        Source(text="Patterson & Thompson 1971, REML", doi="10.1093/biomet/58.3.545"),
        Source(text="Fai & Cornelius 1996", doi="10.1080/00949659608811740"),
        Source(text="Efron & Tibshirani 1993, An Introduction to the Bootstrap"),
    ),
    tables=(Table(name="in", meaning="one row a core", columns=LAYOUT),),
    options=(RESAMPLE, SEED),
    outputs=(
        Column(name="group", meaning="the group", kind="text"),
        Column(name="mean", meaning="mean of the group, in the unit of value"),
        Column(name="standard_error", meaning="of the mean"),
        Column(name="degrees_of_freedom", meaning="of the t interval"),
        Column(name="lower", meaning="2.5 %"),
        Column(name="upper", meaning="97.5 %"),
        *VARIANCES,
        *RESAMPLED,
        Column(name="cores", meaning="rows it rests on", kind="whole"),
    ),
    function=each_group(("group",), _mean),
)
