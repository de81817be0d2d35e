"""The runs that sum up what several methods say: of one plot, and of the treatments of an order.

The ensemble and the spread between methods are rows of their own. Methods that give roots only
do not count towards C input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict
from typing import Any

from django.db.models import F

from estimates.assembly import Lineage
from estimates.models import ENSEMBLE, UNITS, EstimateFigure, EstimateResult, EstimateRun
from estimates.plots import Interval, draw_intervals
from estimates.runs.claims import Claim
from estimates.runs.findings import Findings
from estimates.runs.methods import source_line
from estimates.runs.parameters import numbers_of
from estimates.runs.summary import RUN_KIND
from estimates.science.allometry.methods import METHODS as YIELD_METHODS
from estimates.science.ensemble import Ensemble, Member, ensemble_of
from estimates.science.errors import NotEnoughData
from estimates.science.monte_carlo import Summary
from estimates.science.results import Note
from sampling.rules.canonical_json import canonical_sha256

CORES, LABELLED, NEW_CARBON = "measured_cores", "labelled_cores", "natural_abundance"
BEFORE = {LABELLED: frozenset({CORES}), NEW_CARBON: frozenset({CORES, LABELLED})}
"""Methods that rest on the same cores and go first; only the C input of a label is its own."""
QUANTITIES = ("root_c_stock", "c_input")
ROOTS_ONLY = frozenset(
    method.name for method in YIELD_METHODS.values() if not method.has_rhizodeposition
)


def summarise(claim: Claim[EstimateRun]) -> Findings:
    """Return the ensemble of the methods and their spread, for a plot or for each treatment.

    A plot on which too few methods have a result is a failure that says so.
    """
    run = claim.run
    level = "treatment" if run.is_summary else "plot"
    members = list(
        EstimateRun.objects.newest()
        .filter(order=run.order_id, plot=run.plot_id, is_summary=run.is_summary)
        .exclude(method=ENSEMBLE)
        .select_related("order", "parameter_set")
        .order_by("method")
    )
    lineage = [Lineage(RUN_KIND, member.pk, member.generation) for member in members]
    blank = Findings(
        input_sha256=canonical_sha256([[str(item.record), item.revision] for item in lineage]),
        lineage=lineage,
    )
    found = list(
        EstimateResult.objects.filter(run__in=members, level=level, quantity__in=QUANTITIES)
        .select_related("run")
        .defer("run__details")
        .order_by("quantity", F("treatment").asc(nulls_first=True), "method")
    )
    least = int(numbers_of(run.parameter_set_id).value("least_methods"))
    results, notes = _rows(found, level=level, least=least)
    if not results and not run.is_summary:
        error = NotEnoughData(_why_none(members, found, least))
        return _failed(blank, error)
    return Findings(
        input_sha256=blank.input_sha256,
        lineage=lineage,
        results=results,
        figures=[]
        if run.is_summary
        else _figures(
            found, title=f"{run.plot}, several methods", source=source_line([*members, run])
        ),
        details={"notes": [asdict(note) for note in notes], "left_out": _left_out(members)},
    )


def _figures(found: Sequence[EstimateResult], *, title: str, source: str) -> list[EstimateFigure]:
    """Return a drawing of what each method says of the plot."""
    stocks, inputs = (
        [
            Interval(label=result.method, group="", summary=_member(result).summary)
            for result in found
            if result.quantity == quantity
        ]
        for quantity in QUANTITIES
    )
    svg = draw_intervals(stocks, inputs, title=title, source=source)
    return [EstimateFigure(name="methods", title=title, svg=svg)]


def _failed(blank: Findings, error: NotEnoughData) -> Findings:
    return Findings(
        input_sha256=blank.input_sha256,
        lineage=blank.lineage,
        failure_code=error.code,
        failure_reason=str(error),
    )


def _why_none(members: Sequence[EstimateRun], found: Sequence[EstimateResult], least: int) -> str:
    with_result = {result.method for result in found}
    failed = ", ".join(run.method for run in members if run.method not in with_result)
    return (
        f"An ensemble needs {least} methods with a result; without one: {failed or 'none'}. "
        "Each of those runs says what it lacks."
    )


def _left_out(members: Sequence[EstimateRun]) -> list[dict[str, str]]:
    return [
        {"method": run.method, "code": run.failure_code, "reason": run.failure_reason}
        for run in members
        if run.state == "failed"
    ]


def _rows(
    found: Sequence[EstimateResult], *, level: str, least: int
) -> tuple[list[EstimateResult], list[Note]]:
    groups: dict[tuple[str, Any], list[EstimateResult]] = {}
    notes: set[Note] = set()
    methods = {result.method for result in found}
    for result in found:
        note = _left_out_note(result, methods)
        if note is not None:
            notes.add(note)
        else:
            groups.setdefault((result.quantity, result.treatment_id), []).append(result)
    rows = []
    for (quantity, treatment), members in groups.items():
        if len(members) >= least:
            notes |= _depth_notes(members)
            rows += _pair(quantity, treatment, members, level=level)
    return rows, sorted(notes)


def _left_out_note(result: EstimateResult, methods: Set[str]) -> Note | None:
    """Return why a result does not count, or None where it does.

    Methods that share cores have one root C stock, which counts once.
    """
    method = result.method
    if result.quantity == "c_input" and method in ROOTS_ONLY:
        text = f"{method} gives roots only: it does not count towards the C input."
        return Note(code="roots_only_left_out", message=text)
    is_own = method == LABELLED and result.quantity == "c_input"
    if not is_own and methods & BEFORE.get(method, frozenset()):
        text = f"{method} rests on the same cores: its {result.quantity} does not count twice."
        return Note(code="same_cores_left_out", message=text)
    return None


def _depth_notes(members: Sequence[EstimateResult]) -> set[Note]:
    depths = {result.lower_depth_cm for result in members}
    if len(depths) < 2 or members[0].treatment_id is not None:
        return set()
    told = ", ".join(f"{result.method} {_reach(result.lower_depth_cm)}" for result in members)
    text = f"The methods reach different depths ({told}): order with a depth to compare them."
    return {Note(code="depths_differ", message=text)}


def _reach(lower_depth_cm: float | None) -> str:
    return "all roots" if lower_depth_cm is None else f"to {lower_depth_cm:g} cm"


def _pair(
    quantity: str, treatment: Any, members: Sequence[EstimateResult], *, level: str
) -> list[EstimateResult]:
    """Return the ensemble and the spread between its methods, as two rows."""
    depths = {result.lower_depth_cm for result in members}
    ensemble = ensemble_of([_member(result) for result in members])
    shared = {
        "quantity": quantity,
        "treatment_id": treatment,
        "method": ENSEMBLE,
        "unit": UNITS[quantity],
        "lower_depth_cm": depths.pop() if len(depths) == 1 else None,
        "details": _details(ensemble),
    }
    mixture = ensemble.mixture
    return [
        EstimateResult(level=level, **shared, **asdict(mixture)),
        EstimateResult(
            level=f"{level}_spread",
            **shared,
            mean=mixture.mean,
            sd=ensemble.between_sd,
            lower=ensemble.lowest.summary.mean,
            upper=ensemble.highest.summary.mean,
        ),
    ]


def _member(result: EstimateResult) -> Member:
    return Member(
        method=result.method,
        summary=Summary(
            mean=result.mean,
            sd=result.sd,
            median=result.mean if result.median is None else result.median,
            lower=result.lower,
            upper=result.upper,
        ),
    )


def _details(ensemble: Ensemble) -> Mapping[str, Any]:
    return {
        "members": [asdict(member) for member in ensemble.members],
        "within_sd": ensemble.within_sd,
        "between_sd": ensemble.between_sd,
        "between_share": ensemble.between_share,
        "lowest": ensemble.lowest.method,
        "highest": ensemble.highest.method,
        "notes": [],
    }
