"""Carrying out one contrast from claim to stored result, and noticing that its site changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from estimates.assembly import Lineage
from estimates.assembly.lineage import lineage_of
from estimates.assembly.scenario_site import site_facts, site_marks
from estimates.models import (
    HELD_STATES,
    Contrast,
    ContrastFigure,
    ContrastInput,
    ContrastResult,
    ContrastRun,
)
from estimates.runs import claims
from estimates.runs.claims import Claim, Clock
from estimates.runs.contrast_findings import (
    ContrastFindings,
    budgets_of,
    contrast_figures,
    contrast_rows,
)
from estimates.runs.methods import code_version
from estimates.runs.parameters import numbers_of
from estimates.runs.sweep import sweep_of
from estimates.science.errors import ScienceError
from estimates.science.results import Note
from estimates.science.scenarios.contrast import contrast_of
from estimates.science.scenarios.document import document_of, scenario_of
from estimates.science.scenarios.evaluate import DRAWS, Question
from estimates.science.scenarios.methods import input_methods, notes_on
from estimates.science.scenarios.models import notes_on_models, soil_models
from sampling.rules.canonical_json import canonical_sha256

READ, COMPUTED = 1, 2
RELATED = (
    "contrast__site",
    "contrast__baseline",
    "contrast__intervention",
    "contrast__parameter_set",
)


def complete_contrast(run_id: uuid.UUID, *, worker: str, clock: Clock = timezone.now) -> bool:
    """Compute one contrast; True when this call stored it. Safe to run twice."""
    claim = claims.take_from(
        ContrastRun.objects.all(), run_id, worker=worker, now=clock(), related=RELATED
    )
    if claim is None:
        return False
    try:
        with claims.kept_alive(claim, clock=clock):
            findings = _findings(claim, clock)
            return findings is not None and _store(claim, findings, now=clock())
    except Exception as error:
        claims.give_back(claim, error=error)
        raise


def sweep_contrasts(*, now: dt.datetime) -> list[uuid.UUID]:
    """Return the contrasts to publish again. Safe to repeat and to run twice at once."""
    return sweep_of(ContrastRun.objects.all(), ContrastRun.objects.all(), now=now)


def refresh_contrasts(*, now: dt.datetime) -> list[uuid.UUID]:
    """Mark contrasts whose site or weather changed, and return the recomputations to publish.

    Safe to repeat and to run twice at once; a contrast still at work is looked at when it is done.
    """
    runs = list(
        ContrastRun.objects.newest()
        .filter(state__in=("succeeded", "failed"), contrast__cancelled_at=None)
        .exclude(input_sha256="")
        .order_by("pk")
        .values_list("pk", "contrast__site", "details__site_mark")
    )
    marks = site_marks({site for _, site, _ in runs})
    moved = [pk for pk, site, mark in runs if mark != marks[site]]
    changed = ContrastRun.objects.filter(pk__in=moved).select_related("contrast__site")
    return [later for run in changed.order_by("pk") for later in _recompute(run, now=now)]


def _recompute(run: ContrastRun, *, now: dt.datetime) -> list[uuid.UUID]:
    cause = f"Site {run.contrast.site} or its weather changed."
    with transaction.atomic():
        locked = ContrastRun.objects.select_for_update(of=("self",)).newest().filter(pk=run.pk)
        if locked.first() is None:  # somebody else answered the change meanwhile
            return []
        ContrastRun.objects.filter(pk=run.pk).update(is_stale=True, stale_cause=cause, stale_at=now)
        later = ContrastRun.objects.create(
            contrast=run.contrast,
            generation=run.generation + 1,
            supersedes=run,
            cause="recomputed",
            cause_text=cause,
            created_at=now,
            published_at=now,
        )
    return [later.pk]


def _findings(claim: Claim[ContrastRun], clock: Clock) -> ContrastFindings | None:
    """Return what the contrast found, or why it cannot; None when the claim was lost."""
    contrast = claim.run.contrast
    mark = site_marks([contrast.site_id])[contrast.site_id]
    if not claims.step(claim, done=READ, now=clock()):
        return None
    blank = ContrastFindings(
        input_sha256=canonical_sha256([str(contrast.pk), mark, code_version()]),
        lineage=_lineage(contrast),
        details={"site_mark": mark},
    )
    try:
        question = _question(contrast)
        blank = replace(blank, input_sha256=digest_of(contrast, question))
        numbers = numbers_of(contrast.parameter_set_id)
        answer = contrast_of(
            question,
            methods=input_methods(numbers, contrast.methods),
            models=soil_models(numbers, contrast.soil_models),
        )
    except ScienceError as error:
        return replace(blank, failure_code=error.code, failure_reason=str(error))
    if not claims.step(claim, done=COMPUTED, now=clock()):
        return None
    rotations = (question.baseline, question.intervention)
    notes = [
        *notes_on(rotations, numbers, contrast.methods),
        *notes_on_models(rotations, contrast.soil_models),
    ]
    return replace(
        blank,
        results=contrast_rows(answer),
        figures=contrast_figures(
            answer, title=str(contrast), seed=contrast.seed, code=code_version()
        ),
        details={
            **blank.details,
            "budgets": budgets_of(answer),
            "notes": _distinct(notes),
            "site": document_of(question.site),
            "draws": answer.draws,
        },
    )


def digest_of(contrast: Contrast, question: Question) -> str:
    """Return the digest of everything the numbers of a contrast follow from."""
    return canonical_sha256(
        {
            "site": document_of(question.site),
            "baseline": contrast.baseline.sha256,
            "intervention": contrast.intervention.sha256,
            "methods": contrast.methods,
            "soil_models": contrast.soil_models,
            "horizons_years": contrast.horizons_years,
            "seed": contrast.seed,
            "draws": question.draws,
            "parameters": contrast.parameter_set.sha256,
            "code": code_version(),
        }
    )


def _question(contrast: Contrast) -> Question:
    baseline, intervention = (
        scenario_of(scenario.document, name=scenario.name)
        for scenario in (contrast.baseline, contrast.intervention)
    )
    return Question(
        site=site_facts(contrast.site, contrast.options),
        baseline=baseline,
        intervention=intervention,
        horizons=tuple(contrast.horizons_years),
        seed=contrast.seed,
        draws=int(contrast.options.get("draws", DRAWS)),
    )


def _lineage(contrast: Contrast) -> list[Lineage]:
    """Return what a contrast was made from; scenarios and parameter sets never change."""
    return [
        lineage_of(contrast.site),
        Lineage("scenario", contrast.baseline_id, 1),
        Lineage("scenario", contrast.intervention_id, 1),
        Lineage("parameter_set", contrast.parameter_set_id, 1),
    ]


def _distinct(notes: Sequence[Note]) -> list[dict[str, Any]]:
    return [asdict(note) for note in sorted(set(notes))]


def _store(claim: Claim[ContrastRun], findings: ContrastFindings, *, now: dt.datetime) -> bool:
    """Store the findings and finish the run; False, and nothing stored, without the claim."""
    with transaction.atomic():
        run = (
            ContrastRun.objects.select_for_update()
            .filter(pk=claim.run.pk, claim=claim.token, state__in=HELD_STATES)
            .first()
        )
        if run is None:
            return False
        ContrastInput.objects.bulk_create(
            ContrastInput(run=run, kind=item.kind, record=item.record, revision=item.revision)
            for item in findings.lineage
        )
        for result in findings.results:
            result.run = run
        for figure in findings.figures:
            figure.run = run
        ContrastResult.objects.bulk_create(findings.results)
        ContrastFigure.objects.bulk_create(findings.figures)
        _finish(run, findings, now=now)
    return True


def _finish(run: ContrastRun, findings: ContrastFindings, *, now: dt.datetime) -> None:
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
