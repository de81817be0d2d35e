"""Writing down what a run found: all of it or nothing, and only by the holder of the claim."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from estimates.models import (
    HELD_STATES,
    EstimateFigure,
    EstimateInput,
    EstimateResult,
    EstimateRun,
    TreatmentContrast,
)
from estimates.runs.claims import Claim
from estimates.runs.findings import Findings
from estimates.runs.methods import code_version


def store(claim: Claim[EstimateRun], findings: Findings, *, now: dt.datetime) -> bool:
    """Store the findings and finish the run; False, and nothing stored, without the claim."""
    with transaction.atomic():
        run = (
            EstimateRun.objects.select_for_update()
            .filter(pk=claim.run.pk, claim=claim.token, state__in=HELD_STATES)
            .first()
        )
        if run is None:
            return False
        EstimateInput.objects.bulk_create(
            EstimateInput(run=run, kind=item.kind, record=item.record, revision=item.revision)
            for item in findings.lineage
        )
        for result in findings.results:
            result.run = run
        for figure in findings.figures:
            figure.run = run
        for contrast in findings.contrasts:
            contrast.run = run
        EstimateResult.objects.bulk_create(findings.results)
        TreatmentContrast.objects.bulk_create(findings.contrasts)
        EstimateFigure.objects.bulk_create(findings.figures)
        _finish(run, findings, now=now)
    return True


def _finish(run: EstimateRun, findings: Findings, *, now: dt.datetime) -> None:
    run.state = "failed" if findings.failure_code else "succeeded"
    run.steps_done = run.steps_total
    run.failure_code = findings.failure_code
    run.failure_reason = findings.failure_reason
    run.input_sha256 = findings.input_sha256
    run.code_version = code_version()
    run.details = findings.details
    run.claim = run.lease_until = None
    run.heartbeat_at = run.finished_at = now
    run.save()
