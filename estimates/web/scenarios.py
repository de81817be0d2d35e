"""Pages of scenarios and contrasts: the lists with their forms, and the answer of one contrast."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from estimates.errors import OrderFinished
from estimates.models import (
    CONTRAST_QUANTITIES,
    Contrast,
    ContrastFigure,
    ContrastResult,
    ContrastRun,
    Scenario,
)
from estimates.orders.contrast_table import contrast_answer
from estimates.orders.scenarios import cancel_contrast, create_scenario, order_contrast
from estimates.web.runs import SVG_TYPE
from estimates.web.scenario_forms import (
    AmendmentSet,
    ContrastForm,
    ScenarioForm,
    StandSet,
    draft_of,
    filled_from,
)
from sampling.errors import NotFound, RootfieldError
from sampling.web.pages import ProjectPage, sentences_of

READ, ORDER = "estimate.read", "estimate.order"


class ScenariosPage(ProjectPage):
    """The contrasts of a project, its scenarios, and the form that compares two."""

    permission = READ
    change_permission = ORDER
    template = "estimates/scenarios.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show both lists, the latest first."""
        return self._shown(ContrastForm(project=self.project))

    def post(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Order a contrast and go to its page."""
        form = ContrastForm(request.POST, project=self.project)
        if not form.is_valid():
            return self._shown(form, status=422)
        try:
            contrast = order_contrast(
                self.project, form.wish(), ordered_by=self.user, now=timezone.now()
            )
        except RootfieldError as error:
            for sentence in sentences_of(error):
                form.add_error(None, sentence)
            return self._shown(form, status=422)
        self.say("The contrast is ordered.")
        return redirect("scenarios:contrast", project_id=self.project.pk, contrast_id=contrast.pk)

    def _shown(self, form: ContrastForm, *, status: int = 200) -> HttpResponse:
        contrasts = Contrast.objects.filter(project=self.project).for_display()
        newest = Prefetch("runs", ContrastRun.objects.newest().defer("details"))
        page = self.page_of(contrasts.prefetch_related(newest))
        scenarios = Scenario.objects.filter(project=self.project).order_by("-created_at", "pk")
        context = {
            "form": form,
            "page": page,
            "scenarios": scenarios.select_related("created_by")[:100],
            **self.may(ORDER),
        }
        return self.shown(context, status=status)


class NewScenario(ProjectPage):
    """The form that writes a scenario down; `?from=` fills it from another."""

    permission = ORDER
    template = "estimates/scenario_new.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show the form, blank or filled."""
        return self._shown(*filled_from(self._copied(request.GET.get("from", ""))))

    def post(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Store the scenario and go to its page."""
        form = ScenarioForm(request.POST)
        stands = StandSet(request.POST, prefix="stands")
        amendments = AmendmentSet(request.POST, prefix="amendments")
        if not all([form.is_valid(), stands.is_valid(), amendments.is_valid()]):
            return self._shown(form, stands, amendments, status=422)
        try:
            scenario = create_scenario(
                self.project,
                draft_of(form, stands, amendments),
                created_by=self.user,
                now=timezone.now(),
            )
        except RootfieldError as error:
            for sentence in sentences_of(error):
                form.add_error(None, sentence)
            return self._shown(form, stands, amendments, status=422)
        self.say("The scenario is stored.")
        return redirect("scenarios:scenario", project_id=self.project.pk, scenario_id=scenario.pk)

    def _copied(self, asked: str) -> Scenario | None:
        if not asked:
            return None
        try:
            pk = uuid.UUID(asked)
        except ValueError:
            raise NotFound from None
        return scenario_named(self, pk)

    def _shown(
        self, form: ScenarioForm, stands: Any, amendments: Any, *, status: int = 200
    ) -> HttpResponse:
        context = {"form": form, "stands": stands, "amendments": amendments}
        return self.shown(context, status=status)


class ScenarioPage(ProjectPage):
    """One scenario: what grows and is done, year by year."""

    permission = READ
    template = "estimates/scenario.html"

    def get(self, request: HttpRequest, scenario_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the rotation."""
        scenario = scenario_named(self, scenario_id)
        return self.shown(
            {"scenario": scenario, "years": scenario.document["years"], **self.may(ORDER)}
        )


class ContrastBase(ProjectPage):
    """A page of one contrast."""

    permission = READ
    change_permission = ORDER

    def contrast_of(self, contrast_id: uuid.UUID) -> Contrast:
        """Return a contrast of the project; raises NotFound."""
        found = Contrast.objects.filter(project=self.project, pk=contrast_id).for_display().first()
        if found is None:
            raise NotFound
        return found


class ContrastPage(ContrastBase):
    """What a contrast found: by every method and model, and how far those lie apart."""

    template = "estimates/contrast.html"

    def get(self, request: HttpRequest, contrast_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the answer; while it is computed, the page asks again by itself."""
        contrast = self.contrast_of(contrast_id)
        run = contrast.runs.order_by("-generation").first()
        current = ContrastRun.objects.current().filter(contrast=contrast).first()
        results = ContrastResult.objects.filter(run=current).for_display() if current else ()
        context = {
            "contrast": contrast,
            "run": run,
            "current": current,
            "tables": tables_of(list(results)),
            "budgets": current.details["budgets"] if current else (),
            "notes": current.details["notes"] if current else (),
            "figures": current.figures.defer("svg") if current else (),
            **self.may(ORDER),
        }
        return self.shown(context)


class CancelContrast(ContrastBase):
    """Takes a contrast back."""

    permission = ORDER

    def post(self, request: HttpRequest, contrast_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Cancel what is not finished and go back to the contrast."""
        contrast = self.contrast_of(contrast_id)
        try:
            cancel_contrast(contrast, cancelled_by=self.user, now=timezone.now())
            self.say("The contrast is cancelled.")
        except OrderFinished as error:
            self.say(error.detail)
        return redirect("scenarios:contrast", project_id=self.project.pk, contrast_id=contrast.pk)


class ContrastFile(ContrastBase):
    """The results of a contrast as a file."""

    def get(self, request: HttpRequest, contrast_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Answer the table."""
        return contrast_answer(self.contrast_of(contrast_id))


class ContrastDrawing(ContrastBase):
    """A drawing of what a contrast found."""

    def get(
        self, request: HttpRequest, contrast_id: uuid.UUID, name: str, **_ids: object
    ) -> HttpResponse:
        """Answer the drawing of the current run."""
        contrast = self.contrast_of(contrast_id)
        current = ContrastRun.objects.current().filter(contrast=contrast)
        figure = ContrastFigure.objects.filter(run__in=current, name=name).first()
        if figure is None:
            raise NotFound
        return HttpResponse(figure.svg, content_type=SVG_TYPE)


def scenario_named(page: ProjectPage, pk: uuid.UUID) -> Scenario:
    """Return a scenario of the page's project; raises NotFound."""
    found = Scenario.objects.filter(project=page.project, pk=pk).select_related("created_by")
    scenario = found.first()
    if scenario is None:
        raise NotFound
    return scenario


def tables_of(results: Sequence[ContrastResult]) -> list[dict[str, Any]]:
    """Return a table for each quantity and horizon: its differences, then its spreads."""
    tables: dict[tuple[str, int], dict[str, Any]] = {}
    order = {name: place for place, (name, _) in enumerate(CONTRAST_QUANTITIES)}
    for result in sorted(results, key=lambda one: (order[one.quantity], one.horizon_years)):
        table = tables.setdefault(
            (result.quantity, result.horizon_years),
            {"first": result, "differences": [], "spreads": []},
        )
        table["differences" if result.kind == "difference" else "spreads"].append(result)
    return list(tables.values())
