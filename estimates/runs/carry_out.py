"""Carrying out one run from claim to stored result."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import asdict, replace

from django.utils import timezone

from estimates.assembly import PlotInputs
from estimates.models import ENSEMBLE, EstimateFigure, EstimateRun
from estimates.plots import draw_profile
from estimates.runs import claims, ensemble, summary
from estimates.runs.claims import Claim, Clock
from estimates.runs.findings import Findings, plot_results
from estimates.runs.methods import METHODS, code_version, source_line
from estimates.runs.parameters import numbers_of
from estimates.runs.reading import Reading
from estimates.runs.store import store
from estimates.science.errors import ScienceError
from estimates.science.inputs import Options
from estimates.science.results import PlotEstimate
from sampling.rules.canonical_json import canonical_sha256

READ, COMPUTED = 1, 2


class ClaimLost(Exception):
    """Another worker holds the run, or somebody cancelled it; nothing is to be stored."""


def complete_run(
    run_id: uuid.UUID,
    *,
    worker: str,
    clock: Clock = timezone.now,
    reading: Reading | None = None,
) -> bool:
    """Compute one run and store what it found; True when this call stored it.

    Safe to run twice, at once or one after the other: only the holder of the claim stores. Too
    little data is an answer, kept as failure with its reason. Whoever finishes the last plot of
    an order also makes its summary. `reading` holds what the runs of a chunk share.
    """
    claim = claims.take(run_id, worker=worker, now=clock())
    if claim is None:
        return False
    is_stored = _carry_out(claim, clock, reading or Reading([run_id]))
    for follower in summary.followers_of(claim.run) if is_stored else ():
        complete_run(follower, worker=worker, clock=clock)
    return is_stored


def _carry_out(claim: Claim[EstimateRun], clock: Clock, reading: Reading) -> bool:
    try:
        with claims.kept_alive(claim, clock=clock):
            return store(claim, _findings(claim, clock, reading), now=clock())
    except ClaimLost:
        return False
    except Exception as error:
        claims.give_back(claim, error=error)
        raise


def _findings(claim: Claim[EstimateRun], clock: Clock, reading: Reading) -> Findings:
    run = claim.run
    if run.method == ENSEMBLE:
        return ensemble.summarise(claim)
    if run.is_summary:
        return summary.summarise(claim)
    read = reading.of(run.order)
    _step(claim, READ, clock())
    inputs = read.plots.get(run.plot_id) if run.plot_id else None
    if inputs is None:
        return _withdrawn(run)
    blank = Findings(
        input_sha256=digest_of(run, inputs, read.options),
        lineage=inputs.lineage,
        details={"ledger": dict(read.mark), "notes": [asdict(note) for note in inputs.notes]},
    )
    try:
        estimate = METHODS[run.method](
            inputs.plot, parameters=numbers_of(run.parameter_set_id), options=read.options
        )
    except ScienceError as error:
        return replace(blank, failure_code=error.code, failure_reason=str(error))
    _step(claim, COMPUTED, clock())
    return replace(
        blank,
        results=plot_results(estimate, method=run.method),
        figures=_figures(run, estimate),
        details={**blank.details, "estimate": asdict(estimate)},
    )


def _withdrawn(run: EstimateRun) -> Findings:
    return Findings(
        input_sha256=canonical_sha256(None),
        lineage=(),
        failure_code="plot_withdrawn",
        failure_reason=f"Plot {run.plot} was withdrawn: there is nothing to estimate.",
    )


def digest_of(run: EstimateRun, inputs: PlotInputs, options: Options) -> str:
    """Return the digest of everything the numbers of a run follow from."""
    return inputs.digest(
        options, parameters_sha256=run.parameter_set.sha256, code_version=code_version()
    )


def _figures(run: EstimateRun, estimate: PlotEstimate) -> Sequence[EstimateFigure]:
    title = f"{estimate.plot_key}, {run.method.replace('_', ' ')}"
    svg = draw_profile(
        estimate.layers, estimate.stock_budget, title=title, source=source_line([run])
    )
    return [EstimateFigure(name="profile", title=title, svg=svg)]


def _step(claim: Claim[EstimateRun], done: int, now: dt.datetime) -> None:
    if not claims.step(claim, done=done, now=now):
        raise ClaimLost
