"""Differences between measured treatments, with blocks respected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from estimates.calculations.catalogue.nested_mean import (
    LAYOUT,
    RESAMPLE,
    RESAMPLED,
    SEED,
    VARIANCES,
)
from estimates.calculations.declaration import Calculation, Cells, Column, Given, Row, Source, Table
from estimates.calculations.shapes import each_group
from estimates.science.contrasts import (
    TreatedObservation,
    contrasts,
    resampled_contrast,
)

PLAIN = (
    "mean", "baseline_mean", "standard_error", "degrees_of_freedom", "lower", "upper",
    "variance_block", "variance_plot", "variance_core", "blocks",
)  # fmt: skip


def _contrasts(rows: Sequence[Row], given: Given) -> Iterable[Cells]:
    cores = [
        TreatedObservation(
            value=row.number("value"),
            plot=row.text("plot"),
            block=row.text("block"),
            treatment=row.text("treatment"),
        )
        for row in rows
    ]
    baseline = given.options.text("baseline")
    for found in contrasts(cores, baseline=baseline):
        resampled: tuple[float, float] | tuple[()] = ()
        if given.options.flag("resample"):
            resampled = resampled_contrast(
                cores,
                treatment=found.treatment,
                baseline=baseline,
                generator=np.random.default_rng(given.options.whole("seed")),
            )
        yield {
            "treatment": found.treatment,
            "baseline": found.baseline,
            **{name: getattr(found, name) for name in PLAIN},
            **dict(zip((column.name for column in RESAMPLED), resampled, strict=False)),
            "notes": " ".join(note.message for note in found.notes) or None,
        }


CALCULATION = Calculation(
    name="treatment-contrast",
    summary="Treatments minus a baseline, from plots in blocks, each with its 95 % interval.",
    formula=(
        "y = treatment + block + plot in block + core; treatment fixed, variances by REML; t with "
        "Satterthwaite's degrees of freedom; nothing is adjusted for looking at many"
    ),
    sources=(
        Source(text="Yates 1935, Suppl. J. R. Stat. Soc. 2:181"),
        Source(text="Patterson & Thompson 1971, REML", doi="10.1093/biomet/58.3.545"),
        Source(text="Fai & Cornelius 1996", doi="10.1080/00949659608811740"),
    ),
    tables=(
        Table(
            name="in",
            meaning="one row a core, or a plot",
            columns=(
                Column(name="treatment", meaning="treatment of the plot", kind="text",
                       aliases=("variety",)),
                *LAYOUT,
            ),
        ),
    ),
    options=(
        Column(name="baseline", meaning="treatment the others are held against", kind="text"),
        RESAMPLE,
        SEED,
    ),
    outputs=(
        Column(name="group", meaning="the group", kind="text"),
        Column(name="treatment", meaning="treatment", kind="text"),
        Column(name="baseline", meaning="baseline", kind="text"),
        Column(name="mean", meaning="treatment minus baseline, in the unit of value"),
        Column(name="baseline_mean", meaning="mean of the baseline"),
        Column(name="standard_error", meaning="of the difference"),
        Column(name="degrees_of_freedom", meaning="of the t interval"),
        Column(name="lower", meaning="2.5 %"),
        Column(name="upper", meaning="97.5 %"),
        *VARIANCES,
        *RESAMPLED,
        Column(name="blocks", meaning="blocks of the study", kind="whole"),
        Column(name="notes", meaning="what a reader should know", kind="text"),
    ),
    function=each_group(("group",), _contrasts),
)  # fmt: skip
