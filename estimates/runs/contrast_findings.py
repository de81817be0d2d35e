"""What a contrast found, in the shape it is stored in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from estimates.assembly import Lineage
from estimates.models import CONTRAST_UNITS, ContrastFigure, ContrastResult
from estimates.plots import contrasts as plots
from estimates.science.scenarios.contrast import Cell, Spread
from estimates.science.scenarios.contrast import ContrastResult as Answer


@dataclass(frozen=True, kw_only=True)
class ContrastFindings:
    """All that is to be stored of one run; with a failure code there are no results."""

    input_sha256: str
    lineage: Sequence[Lineage]
    results: Sequence[ContrastResult] = ()
    figures: Sequence[ContrastFigure] = ()
    details: dict[str, Any] = field(default_factory=dict)
    failure_code: str = ""
    failure_reason: str = ""


def contrast_rows(answer: Answer) -> list[ContrastResult]:
    """Return the rows of an answer: differences, then how far methods and models lie apart."""
    return [
        *(_difference(cell, answer) for cell in answer.cells),
        *(_spread(spread, answer) for spread in answer.spreads),
    ]


def contrast_figures(answer: Answer, *, title: str, seed: int, code: str) -> list[ContrastFigure]:
    """Return the drawings of an answer."""
    source = plots.source_line(
        methods=answer.method_versions,
        models=answer.model_versions,
        seed=seed,
        draws=answer.draws,
        code=code,
    )
    soc, inputs = f"{title}: SOC", f"{title}: C input"
    shares = f"{title}: what the uncertainty comes from"
    drawn = [
        ("stocks", soc, plots.draw_stocks(answer.cells, title=soc, source=source)),
        ("inputs", inputs, plots.draw_inputs(answer.cells, title=inputs, source=source)),
        ("shares", shares, plots.draw_budgets(answer.budgets, title=shares, source=source)),
    ]
    return [ContrastFigure(name=name, title=heading[:200], svg=svg) for name, heading, svg in drawn]


def budgets_of(answer: Answer) -> list[dict[str, Any]]:
    """Return the shares over all methods and models, as JSON."""
    return [
        {
            "quantity": budget.quantity,
            "horizon_years": budget.horizon_years,
            "shares": [asdict(share) for share in budget.shares],
        }
        for budget in answer.budgets
    ]


def _difference(cell: Cell, answer: Answer) -> ContrastResult:
    key, found = cell.key, cell.difference
    return ContrastResult(
        quantity=key.quantity,
        kind="difference",
        horizon_years=key.horizon_years,
        unit=CONTRAST_UNITS[key.quantity],
        **_names(key.method, key.model, answer),
        baseline_mean=cell.baseline.mean,
        baseline_lower=cell.baseline.lower,
        baseline_upper=cell.baseline.upper,
        intervention_mean=cell.intervention.mean,
        intervention_lower=cell.intervention.lower,
        intervention_upper=cell.intervention.upper,
        mean=found.mean,
        sd=found.sd,
        median=found.median,
        lower=found.lower,
        upper=found.upper,
        details={"variance_shares": [asdict(share) for share in cell.shares]},
    )


def _spread(spread: Spread, answer: Answer) -> ContrastResult:
    return ContrastResult(
        quantity=spread.quantity,
        kind=spread.over,
        horizon_years=spread.horizon_years,
        unit=CONTRAST_UNITS[spread.quantity],
        **_names(spread.method, spread.model, answer),
        sd=spread.sd,
        lower=spread.lowest,
        upper=spread.highest,
        details={"names": list(spread.names)},
    )


def _names(method: str, model: str, answer: Answer) -> Mapping[str, str]:
    return {
        "method": method,
        "method_version": answer.method_versions.get(method, ""),
        "model": model,
        "model_version": answer.model_versions.get(model, ""),
    }
