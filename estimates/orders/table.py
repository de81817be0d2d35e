"""Results as a table for spreadsheets: one line a result, with all that names it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.http import HttpResponse

from estimates.models import EstimateOrder, EstimateResult, EstimateRun, TreatmentContrast
from estimates.runs.registry import source_of

CSV_TYPE = "text/csv"
COLUMNS = (
    "site",
    "study",
    "block",
    "treatment",
    "plot",
    "level",
    "quantity",
    "species",
    "upper_depth_cm",
    "lower_depth_cm",
    "unit",
    "mean",
    "sd",
    "median",
    "lower",
    "upper",
    "baseline_treatment",
    "baseline_mean",
    "standard_error",
    "shared_sd",
    "degrees_of_freedom",
    "blocks",
    "method",
    "source",
    "parameter_set_name",
    "parameter_set",
    "code_version",
    "input_sha256",
    "is_stale",
    "computed_at",
    "run",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run a code that starts like this."""


def csv_answer(order: EstimateOrder) -> HttpResponse:
    """Return the current results of an order as a file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows_of(order))
    name = f"estimates-{order.ordered_at:%Y-%m-%d}-{str(order.pk)[:8]}.csv"
    return HttpResponse(
        text.getvalue(),
        content_type=f"{CSV_TYPE}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def rows_of(order: EstimateOrder) -> Iterator[list[object]]:
    """Yield the lines of the table: plots, treatments, then treatments against their control.

    A difference has the level `treatment_contrast`; its mean is the treatment less the baseline.
    """
    results = (
        EstimateResult.objects.filter(run__order=order)
        .current()
        .for_display()
        .defer("run__details", "run__parameter_set__content")
        .order_by(
            "run__is_summary",
            "run__plot__study__code",
            "run__plot__code",
            "treatment__code",
            "level",
            "quantity",
            "species",
            "upper_depth_cm",
            "id",
        )
    )
    for result in results:
        yield [*_names(result), *_numbers(result), *_replication(result), *_making(result.run)]
    contrasts = TreatmentContrast.objects.filter(run__order=order).current().for_display()
    for contrast in contrasts.defer("run__details", "run__parameter_set__content"):
        yield [*_contrast(contrast), *_making(contrast.run)]


def _replication(result: EstimateResult) -> list[object]:
    names = ("standard_error", "shared_sd", "degrees_of_freedom", "blocks")
    found = result.details if result.level == "treatment" else {}
    return ["", "", *("" if found.get(name) is None else found[name] for name in names)]


def _contrast(contrast: TreatmentContrast) -> list[object]:
    study = contrast.treatment.study
    freedom = contrast.degrees_of_freedom
    cells: dict[str, object] = {
        "site": harmless(study.site.code),
        "study": harmless(study.code),
        "treatment": harmless(contrast.treatment.code),
        "level": "treatment_contrast",
        "quantity": contrast.quantity,
        "unit": contrast.unit,
        "mean": contrast.mean,
        "sd": contrast.sd,
        "lower": contrast.lower,
        "upper": contrast.upper,
        "baseline_treatment": harmless(contrast.baseline.code),
        "baseline_mean": contrast.baseline_mean,
        "standard_error": contrast.standard_error,
        "shared_sd": contrast.shared_sd,
        "degrees_of_freedom": "" if freedom is None else freedom,
        "blocks": contrast.blocks,
    }
    return [cells.get(name, "") for name in COLUMNS[: COLUMNS.index("method")]]


def _names(result: EstimateResult) -> list[object]:
    plot = result.run.plot
    treatment = plot.treatment if plot else result.treatment
    study = plot.study if plot else (treatment.study if treatment else None)
    words = [
        study.site.code if study else "",
        study.code if study else "",
        plot.block.code if plot and plot.block else "",
        treatment.code if treatment else "",
        plot.code if plot else "",
    ]
    return [harmless(word) for word in words]


def _numbers(result: EstimateResult) -> list[object]:
    return [
        result.level,
        result.quantity,
        harmless(result.species),
        result.upper_depth_cm,
        "" if result.lower_depth_cm is None else result.lower_depth_cm,
        result.unit,
        result.mean,
        result.sd,
        "" if result.median is None else result.median,
        result.lower,
        result.upper,
    ]


def _making(run: EstimateRun) -> list[object]:
    return [
        run.method,
        source_of(run.method),
        run.parameter_set.method,
        run.parameter_set.version,
        run.code_version,
        run.input_sha256,
        str(run.is_stale).lower(),
        run.finished_at.isoformat() if run.finished_at else "",
        run.pk,
    ]


def harmless(word: str) -> str:
    """Return a word that no spreadsheet runs."""
    return f"'{word}" if word.startswith(FORMULA_STARTS) else word
