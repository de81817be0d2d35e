"""Results of a contrast as a table for spreadsheets: one line a result, with all that made it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.http import HttpResponse

from estimates.models import Contrast, ContrastResult
from estimates.orders.table import CSV_TYPE, harmless

COLUMNS = (
    "site",
    "baseline",
    "intervention",
    "quantity",
    "kind",
    "horizon_years",
    "method",
    "method_version",
    "model",
    "model_version",
    "unit",
    "baseline_mean",
    "baseline_lower",
    "baseline_upper",
    "intervention_mean",
    "intervention_lower",
    "intervention_upper",
    "difference_mean",
    "difference_sd",
    "difference_median",
    "difference_lower",
    "difference_upper",
    "seed",
    "parameter_set",
    "code_version",
    "input_sha256",
    "is_stale",
    "computed_at",
    "run",
)
NUMBERS = (
    "baseline_mean",
    "baseline_lower",
    "baseline_upper",
    "intervention_mean",
    "intervention_lower",
    "intervention_upper",
    "mean",
    "sd",
    "median",
    "lower",
    "upper",
)


def contrast_answer(contrast: Contrast) -> HttpResponse:
    """Return the current results of a contrast as a file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows_of(contrast))
    name = f"contrast-{contrast.ordered_at:%Y-%m-%d}-{str(contrast.pk)[:8]}.csv"
    return HttpResponse(
        text.getvalue(),
        content_type=f"{CSV_TYPE}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def rows_of(contrast: Contrast) -> Iterator[list[object]]:
    """Yield the lines of the table; a horizon of 0 is blank where there is none."""
    results = (
        ContrastResult.objects.filter(run__contrast=contrast)
        .current()
        .for_display()
        .defer("run__details")
    )
    for result in results:
        run = result.run
        values = [getattr(result, name) for name in NUMBERS]
        yield [
            harmless(contrast.site.code),
            harmless(contrast.baseline.name),
            harmless(contrast.intervention.name),
            result.quantity,
            result.kind,
            result.horizon_years or "",
            result.method,
            result.method_version,
            result.model,
            result.model_version,
            result.unit,
            *("" if value is None else value for value in values),
            contrast.seed,
            str(contrast.parameter_set),
            run.code_version,
            run.input_sha256,
            str(run.is_stale).lower(),
            run.finished_at.isoformat() if run.finished_at else "",
            run.pk,
        ]
