"""Pages of one estimate: the numbers, how they look, and where they came from."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from estimates.models import QUANTITIES, SPREAD_LEVELS, EstimateResult, EstimateRun
from estimates.runs.provenance import Origin, origins_of
from estimates.runs.registry import source_of
from sampling.errors import NotFound
from sampling.web.pages import ProjectPage

ORDER_OF_QUANTITIES = [name for name, _ in QUANTITIES]
SVG_TYPE = "image/svg+xml"
ENSEMBLE_LEVELS = ("plot", "treatment")


class RunBase(ProjectPage):
    """A page of one run."""

    permission = "estimate.read"

    def run_of(self, run_id: uuid.UUID) -> EstimateRun:
        """Return a run of the project; raises NotFound."""
        runs = EstimateRun.objects.filter(order__project=self.project, pk=run_id)
        run = runs.select_related(
            "order__campaign",
            "plot__study__site",
            "plot__block",
            "plot__treatment",
            "parameter_set",
            "supersedes",
        ).first()
        if run is None:
            raise NotFound
        return run


class RunPage(RunBase):
    """One estimate with its interval, its depth layers, its budget, its notes and its lineage."""

    template = "estimates/run.html"

    def get(self, request: HttpRequest, run_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the estimate."""
        run = self.run_of(run_id)
        results = sorted(run.results.select_related("treatment"), key=_in_order)
        return self.shown(
            {
                "run": run,
                "campaign": run.order.campaign,
                "source": source_of(run.method),
                "members": [
                    (result, member)
                    for result in results
                    if result.level in ENSEMBLE_LEVELS
                    for member in result.details.get("members", ())
                ],
                "spreads": [result for result in results if result.level in SPREAD_LEVELS],
                "whole": [result for result in results if result.level == "plot"],
                "species": [result for result in results if result.level == "species"],
                "layers": [result for result in results if result.level == "layer"],
                "treatments": [result for result in results if result.level == "treatment"],
                "notes": notes_of(run),
                "figures": run.figures.defer("svg"),
                "later": EstimateRun.objects.filter(supersedes=run).first(),
                "origins": by_kind(origins_of(run)),
            }
        )


class RunFigure(RunBase):
    """A drawing of an estimate."""

    def get(
        self, request: HttpRequest, run_id: uuid.UUID, name: str, **_ids: object
    ) -> HttpResponse:
        """Answer the drawing as SVG."""
        figure = self.run_of(run_id).figures.filter(name=name).first()
        if figure is None:
            raise NotFound
        return HttpResponse(figure.svg, content_type=SVG_TYPE)


def _in_order(result: EstimateResult) -> tuple[str, float, int, str]:
    """Order results as the list of quantities does: sums before their parts."""
    return (
        result.level,
        result.upper_depth_cm if result.level == "layer" else 0.0,
        ORDER_OF_QUANTITIES.index(result.quantity),
        result.species,
    )


def notes_of(run: EstimateRun) -> list[dict[str, Any]]:
    """Return the notes of assembly and science, one for each decision."""
    notes = [*run.details.get("notes", ()), *run.details.get("estimate", {}).get("notes", ())]
    return sorted(notes, key=lambda note: (note["code"], note["message"]))


def by_kind(origins: list[Origin]) -> list[tuple[str, list[Origin]]]:
    """Return the inputs under the name of their kind."""
    kinds: dict[str, list[Origin]] = {}
    for origin in origins:
        kinds.setdefault(origin.input.kind.replace("_", " "), []).append(origin)
    return sorted(kinds.items())
