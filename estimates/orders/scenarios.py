"""Writing scenarios down and asking what one does against another."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from estimates.errors import OrderFinished, ScenarioRefused
from estimates.models import INTERVENTIONS, Contrast, ContrastRun, Scenario
from estimates.orders.contrast_options import (
    HORIZONS_YEARS,
    INPUT_METHODS,
    SOIL_MODELS,
    checked_contrast_options,
    refused,
)
from estimates.orders.place import LARGEST_SEED
from estimates.runs.parameters import parameters_for
from estimates.runs.publish import publish_contrasts
from estimates.science.errors import ImpossibleScenario
from estimates.science.scenarios.document import document_of, scenario_of
from sampling.errors import IdempotencyReused
from sampling.models import Project, Site, User
from sampling.rules.canonical_json import canonical_sha256

LONGEST_NAME = 120
LONGEST_HORIZON_YEARS = 200


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A scenario as somebody writes it; document is {"years": [...]}."""

    name: str
    intervention: str
    document: Mapping[str, Any]
    note: str = ""
    id: uuid.UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ContrastWish:
    """What is asked: an intervention and a baseline on a site, by these methods and models."""

    site: uuid.UUID
    baseline: uuid.UUID
    intervention: uuid.UUID
    methods: Sequence[str] = INPUT_METHODS
    soil_models: Sequence[str] = SOIL_MODELS
    horizons_years: Sequence[int] = HORIZONS_YEARS
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 1
    id: uuid.UUID | None = None


def create_scenario(
    project: Project, draft: Draft, *, created_by: User, now: dt.datetime
) -> Scenario:
    """Store a scenario, completed with every default, so that it means the same for ever.

    With an id of the client's own, asking again gives the scenario stored the first time. Raises
    ScenarioRefused with what does not fit, IdempotencyReused for a known id with other content.
    """
    scenario = _scenario(project, draft, created_by=created_by, now=now)
    known = Scenario.objects.filter(pk=scenario.pk).first()
    if known is None:
        try:
            with transaction.atomic():
                scenario.save(force_insert=True)
        except IntegrityError:
            known = Scenario.objects.filter(pk=scenario.pk).first()
            if known is None:
                detail = f"The project has a scenario named {scenario.name!r}: choose another name."
                raise _refused_scenario("/name", detail) from None
    if known is None:
        return scenario
    same = ("project_id", "name", "intervention", "sha256")
    if any(getattr(known, name) != getattr(scenario, name) for name in same):
        raise IdempotencyReused("A scenario with this id was stored with another content.")
    return known


def order_contrast(
    project: Project, wish: ContrastWish, *, ordered_by: User, now: dt.datetime
) -> Contrast:
    """Store a contrast with its run, and start it on commit.

    With an id of the client's own, asking again gives the contrast ordered the first time. Raises
    OrderRefused with the problem, IdempotencyReused for a known id with another wish.
    """
    contrast = _contrast(project, wish, ordered_by=ordered_by, now=now)
    known = Contrast.objects.filter(pk=contrast.pk).first()
    if known is not None:
        return _same(known, contrast)
    with transaction.atomic():
        contrast.save(force_insert=True)
        run = ContrastRun.objects.create(contrast=contrast, created_at=now, published_at=now)
        transaction.on_commit(partial(publish_contrasts, [run.pk]))
    return contrast


def cancel_contrast(contrast: Contrast, *, cancelled_by: User, now: dt.datetime) -> Contrast:
    """Cancel a contrast that is not finished. Raises OrderFinished when it is."""
    with transaction.atomic():
        contrast = Contrast.objects.select_for_update().get(pk=contrast.pk)
        active = ContrastRun.objects.active().filter(contrast=contrast)
        if not active.update(state="cancelled", claim=None, lease_until=None, finished_at=now):
            raise OrderFinished
        contrast.cancelled_by, contrast.cancelled_at = cancelled_by, now
        contrast.save(update_fields=["cancelled_by", "cancelled_at"])
    return contrast


def _scenario(project: Project, draft: Draft, *, created_by: User, now: dt.datetime) -> Scenario:
    name = draft.name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise _refused_scenario("/name", f"A name has 1 to {LONGEST_NAME} characters.")
    if draft.intervention not in dict(INTERVENTIONS):
        known = ", ".join(dict(INTERVENTIONS))
        raise _refused_scenario("/intervention", f"An intervention is one of: {known}.")
    try:
        document = document_of(scenario_of(draft.document, name=name))
    except ImpossibleScenario as error:
        raise _refused_scenario("/document", str(error)) from error
    return Scenario(
        id=draft.id or uuid.uuid4(),
        project=project,
        name=name,
        intervention=draft.intervention,
        document=document,
        sha256=canonical_sha256(document),
        note=draft.note,
        created_by=created_by,
        created_at=now,
    )


def _contrast(
    project: Project, wish: ContrastWish, *, ordered_by: User, now: dt.datetime
) -> Contrast:
    options = checked_contrast_options(wish.options)
    site = Site.objects.filter(project=project, pk=wish.site, voided_at=None).first()
    if site is None:
        raise refused("/site", "This is no site of the project.")
    baseline, intervention = (
        _scenario_of(project, pk, pointer)
        for pk, pointer in ((wish.baseline, "/baseline"), (wish.intervention, "/intervention"))
    )
    if baseline == intervention:
        raise refused("/intervention", "A contrast compares two different scenarios.")
    horizons = sorted(set(wish.horizons_years))
    if not horizons or not all(1 <= year <= LONGEST_HORIZON_YEARS for year in horizons):
        raise refused("/horizons_years", f"Horizons are 1 to {LONGEST_HORIZON_YEARS} years.")
    methods = _known(wish.methods, INPUT_METHODS, "/methods")
    numbers = parameters_for(methods[0], now=now)  # all of them read one set
    if numbers is None:
        raise refused("/methods", f"No parameter set for {methods[0]} is loaded.")
    if not 0 <= wish.seed <= LARGEST_SEED:
        raise refused("/seed", f"A seed is a whole number from 0 to {LARGEST_SEED}.")
    return Contrast(
        id=wish.id or uuid.uuid4(),
        project=project,
        site=site,
        baseline=baseline,
        intervention=intervention,
        methods=methods,
        soil_models=_known(wish.soil_models, SOIL_MODELS, "/soil_models"),
        horizons_years=horizons,
        options=options,
        parameter_set=numbers,
        seed=wish.seed,
        ordered_by=ordered_by,
        ordered_at=now,
    )


def _scenario_of(project: Project, pk: uuid.UUID, pointer: str) -> Scenario:
    scenario = Scenario.objects.filter(project=project, pk=pk).first()
    if scenario is None:
        raise refused(pointer, "This is no scenario of the project.")
    return scenario


def _known(names: Sequence[str], known: Sequence[str], pointer: str) -> list[str]:
    chosen = list(dict.fromkeys(names))
    for name in chosen:
        if name not in known:
            raise refused(pointer, f"{name!r} is not known; known are: {', '.join(known)}.")
    if not chosen:
        raise refused(pointer, f"Choose one or more of: {', '.join(known)}.")
    return chosen


def _same(known: Contrast, asked: Contrast) -> Contrast:
    same = (
        "project_id",
        "site_id",
        "baseline_id",
        "intervention_id",
        "methods",
        "soil_models",
        "horizons_years",
        "options",
        "seed",
    )
    if any(getattr(known, name) != getattr(asked, name) for name in same):
        raise IdempotencyReused("A contrast with this id was ordered with another content.")
    return known


def _refused_scenario(pointer: str, detail: str) -> ScenarioRefused:
    problem = {"pointer": pointer, "code": "invalid", "detail": detail}
    return ScenarioRefused(detail, problems=[problem])
