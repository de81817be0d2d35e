"""Pages of the laboratory: entering results cell by cell, and the queue of steps they wait for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sampling.actions.findings import VALUE_RULES
from sampling.actions.lab_moves import Move, move_results
from sampling.errors import MalformedRequest, RootfieldError
from sampling.models import Campaign, Determination, Finding, Specimen, Variable
from sampling.rules.lab_results import OUT_OF_PLAUSIBLE
from sampling.rules.lab_states import REASONS, REFUSALS, STEPS, refusal
from sampling.rules.values import plain
from sampling.web.pages import ProjectPage, sentences_of

WAITING: Final = ("submitted", "verified", "draft")  # in the order they are most looked for
MOST_WAITING: Final = 500  # results a queue shows at once
CORE_ORDER: Final = (
    "core_segment__soil_core__sampling_point__plot__code",
    "core_segment__soil_core__code",
    "core_segment__upper_depth_cm",
    "code",
)
KINDS: Final = ("roots", "soil", "plant")
# Which steps a queue offers for a state: the name, what the button says, and the key.
OFFERED: Final = {
    "draft": (("submit", "Submit", "s"), ("discard", "Discard", "")),
    "submitted": (
        ("verify", "Verify", "v"),
        ("return", "Return", "r"),
        ("reject", "Reject", ""),
        ("recall", "Take back", ""),
        ("hold", "Hold", ""),
        ("override", "Override the hold", ""),
    ),
    "verified": (("approve", "Approve", "p"), ("return", "Return", "")),
}


def shown_value(result: Determination) -> str:
    """Return a result as it is typed: `12.4`, `<0.05`, or its reason in words."""
    if result.limit is not None:
        return f"{'<' if result.censoring == 'lt' else '>'}{plain(result.limit)}"
    return result.reason.replace("_", " ") if result.value is None else plain(result.value)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of the results grid: what stands there, whose variable it is, what is doubtful."""

    variable: Variable
    result: Determination | None
    doubts: Sequence[str] = ()

    @property
    def value(self) -> str:
        """What the cell shows before anybody types."""
        return "" if self.result is None else shown_value(self.result)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Why the value asks for a second look: findings about it, and a range it lies outside."""
        if self.result is None or OUT_OF_PLAUSIBLE not in self.result.flags:
            return tuple(self.doubts)
        low, high = (
            "" if limit is None else f"{limit:g}"
            for limit in (self.variable.plausible_min, self.variable.plausible_max)
        )
        limits = f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}"
        return (*self.doubts, f"It lies outside the plausible range, {limits}.")


class ResultsGrid(ProjectPage):
    """The results of a campaign: specimens in core order down, variables across."""

    permission = "lab.read"
    template = "lab/results.html"

    def get(self, request: HttpRequest, campaign_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show a page of specimens; `?kind=` keeps roots, soil or plants, `?replicate=` counts."""
        campaign = self.campaign_of(campaign_id)
        kind = request.GET.get("kind", "")
        asked = request.GET.get("replicate", "1")
        replicate = int(asked) if asked.isdecimal() and 1 <= int(asked) <= 99 else 1
        page = self.page_of(specimens_of(campaign, kind))
        variables = list(
            Variable.objects.filter(project=self.project, place="lab", voided_at=None).order_by(
                "code"
            )
        )
        rows = cells_of(list(page), variables, replicate)
        return self.shown(
            {
                "campaign": campaign,
                "page": page,
                "variables": variables,
                "rows": rows,
                "doubtful": [
                    (specimen, cell) for specimen, cells in rows for cell in cells if cell.remarks
                ],
                "kind": kind,
                "kinds": KINDS,
                "replicate": replicate,
                "reasons": REASONS,
                **self.may("lab.enter"),
            }
        )


def specimens_of(campaign: Campaign, kind: str) -> QuerySet[Specimen]:
    """Return the specimens of a campaign as they lie on the bench: by plot, core and depth."""
    specimens = Specimen.objects.filter(scope=campaign.capture_scope, voided_at=None)
    if kind in KINDS:
        specimens = specimens.filter(kind=kind)
    return specimens.select_related("core_segment__soil_core").order_by(*CORE_ORDER)


def cells_of(
    specimens: Sequence[Specimen], variables: Sequence[Variable], replicate: int
) -> list[tuple[Specimen, list[Cell]]]:
    """Return each specimen with one cell per variable and its open doubts."""
    live = Determination.objects.live().filter(
        specimen__in=specimens, variable__in=variables, purpose="result", replicate_no=replicate
    )
    by_place = {(result.specimen_id, result.variable_id): result for result in live}
    doubts = open_doubts(by_place.values())

    def cell_of(specimen: Specimen, variable: Variable) -> Cell:
        result = by_place.get((specimen.pk, variable.pk))
        says = doubts.get(str(result.pk), ()) if result else ()
        return Cell(variable=variable, result=result, doubts=says)

    return [
        (specimen, [cell_of(specimen, variable) for variable in variables])
        for specimen in specimens
    ]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One result in the queue, and why the person may not verify or approve it, if so."""

    result: Determination
    value: str
    why_not: str
    doubts: Sequence[str] = ()

    @property
    def seen(self) -> str:
        """The result and its version, as the form sends them."""
        return f"{self.result.pk}:{self.result.version}"

    @property
    def is_clean(self) -> bool:
        """Whether nothing about the result asks for a second look."""
        looked_at = self.result.flags or self.result.note or self.doubts
        return not self.why_not and not looked_at


class Queue(ProjectPage):
    """Results that wait for their next step, by the batch they came in."""

    permission = "lab.read"
    template = "lab/queue.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show what waits; `?campaign=` and `?state=` narrow it."""
        return self._page()

    def post(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Take one step with the results ticked, or with all clean ones."""
        step = request.POST.get("step", "")
        ticked = request.POST.getlist("clean" if step == "verify_clean" else "result")
        move = Move(
            step=step.removesuffix("_clean"),
            reason=request.POST.get("reason", ""),
            text=request.POST.get("text", "")[:2000],
            client="page",
        )
        try:
            moved = move_results(
                seen_in(ticked), move, project=self.project.pk, by=self.user, at=timezone.now()
            )
        except RootfieldError as error:
            return self._page(problems=sentences_of(error), status=error.status)
        self.say(f"{len(moved)} result{'s' if len(moved) != 1 else ''}: {move.step} done.")
        return redirect(request.get_full_path())

    def _page(self, *, problems: list[str] | None = None, status: int = 200) -> HttpResponse:
        campaign = self.chosen_campaign()
        asked = self.request.GET.get("state", "")
        rights = self.may("lab.enter", "lab.verify", "lab.approve")
        results = Determination.objects.filter(project=self.project, state__in=WAITING)
        if campaign:
            results = results.filter(specimen__scope=campaign.capture_scope)
        counts = dict(results.values_list("state").annotate(Count("pk")).order_by())
        state = asked if asked in WAITING else next((s for s in WAITING if counts.get(s)), "draft")
        context = {
            "campaign": campaign,
            "campaigns": Campaign.objects.filter(project=self.project).order_by("code"),
            "counts": [(name, counts.get(name, 0)) for name in WAITING],
            "state": state,
            "groups": self._groups(results.filter(state=state)),
            "most": MOST_WAITING,
            "steps": [
                step
                for step in OFFERED[state]
                if rights[STEPS[step[0]].permission.replace(".", "_")]
            ],
            "reasons": REASONS,
            "problems": problems,
            **rights,
        }
        return self.shown(context, status=status)

    def _groups(self, results: QuerySet[Determination]) -> list[tuple[str, list[Waiting]]]:
        """Return the results by batch, the oldest first."""
        waiting = results.select_related(
            "specimen", "variable", "entered_by", "verified_by", "batch"
        ).order_by("entered_at", "batch", "specimen__code", "variable__code")[:MOST_WAITING]
        doubts = open_doubts(waiting)
        return [
            (title, [self._waiting(result, doubts.get(str(result.pk), ())) for result in together])
            for title, together in groupby(waiting, key=batch_title)
        ]

    def _waiting(self, result: Determination, doubts: Sequence[str]) -> Waiting:
        """Return a result with what stands in the way of its next signature."""
        why = refusal(
            STEPS["approve" if result.state == "verified" else "verify"],
            state=result.state,
            is_on_hold=result.is_on_hold,
            is_own=result.entered_by_id == self.user.pk,
        )
        says = REFUSALS[why] if why in ("four_eyes", "hold") else ""
        return Waiting(result=result, value=shown_value(result), why_not=says, doubts=doubts)


def open_doubts(results: Iterable[Determination]) -> dict[str, list[str]]:
    """Return what is doubtful about some results and nobody accepted yet, by their ids."""
    specimens = {result.specimen_id for result in results}
    found: dict[str, list[str]] = {}
    rows = Finding.objects.open().filter(
        record_type="specimen", record__in=specimens, rule__startswith=VALUE_RULES
    )
    for key, message in rows.order_by("rule", "pk").values_list("key", "message"):
        found.setdefault(key, []).append(message)
    return found


def batch_title(result: Determination) -> str:
    """Return what a batch is called in the queue."""
    return f"Entered {result.entered_at:%Y-%m-%d %H:%M} by {result.entered_by}"


def seen_in(ticked: Iterable[str]) -> dict[uuid.UUID, int]:
    """Return the results a form names with their versions; raises MalformedRequest."""
    seen = {}
    for one in ticked:
        pk, _, version = one.partition(":")
        try:
            seen[uuid.UUID(pk)] = int(version)
        except ValueError:
            raise MalformedRequest("The form names a result in an unknown way.") from None
    return seen
