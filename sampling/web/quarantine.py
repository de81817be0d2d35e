"""The quarantine desk: what could not be applied, why, and what a data steward does with it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sampling.actions.access import allowed
from sampling.actions.history import POSITION_FIELDS, named_records
from sampling.actions.kept_pushes import kept_pushes
from sampling.actions.overview import (
    HELD_REASON,
    held_by_reason,
    held_operations,
    operations_of,
)
from sampling.actions.quarantine import (
    ACTIONS,
    LONGEST_SENTENCE,
    MOST_AT_ONCE,
    Verdict,
    alike,
    settle_held,
    try_again,
)
from sampling.errors import Forbidden, NotFound, RecordRefused, RootfieldError, StateConflict
from sampling.models import HELD_STATUSES, AuditEvent, Campaign, SyncOperation
from sampling.web.pages import ProjectPage, sentences_of

STATUSES = ("quarantined", "deferred")
SEES_ALL = "device.read"  # others see what their own devices sent
DECISIONS = ("operation.rerun", *ACTIONS.values())
VERDICTS: dict[str, Verdict] = {"return": "returned", "refuse": "refused"}
SAID: dict[str, str] = {
    "return": "given back to the technician. The tablet shows your sentence after its next pull.",
    "refuse": "refused. What was sent stays in the ledger.",
}


class DeskPage(ProjectPage):
    """A page about operations: all of the project, or those of the person's own devices."""

    permission = "operation.read"

    def seen(self, operations: QuerySet[SyncOperation]) -> QuerySet[SyncOperation]:
        """Return the operations the person may see."""
        if allowed(self.user, self.project.pk, SEES_ALL):
            return operations
        return operations.filter(device__user=self.user)


class Held(DeskPage):
    """The held operations of a project by reason, the oldest first."""

    template = "web/held.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show what is held; `?campaign=`, `?status=`, `?reason=` and `?type=` narrow it."""
        campaign = self.chosen_campaign()
        held = self.seen(held_operations(self.project))
        if campaign:
            held = held.filter(scope=campaign.capture_scope)
        reasons = held_by_reason(held)
        chosen = {name: request.GET.get(name, "") for name in ("status", "reason", "type")}
        if chosen["status"] not in STATUSES:
            chosen["status"] = ""
        operations = held.annotate(reason=HELD_REASON).filter(
            **{name: value for name, value in chosen.items() if value}
        )
        page = self.page_of(operations.select_related("device", "by").order_by("received_at", "op"))
        return self.shown(
            {
                "campaign": campaign,
                "page": page,
                "reasons": reasons,
                "chosen": chosen,
                "is_narrowed": any(chosen.values()),
                "statuses": STATUSES,
                "names": named_records(self.project, [(one.type, one.record) for one in page]),
                "kept": kept_pushes()
                .filter(device__project=self.project)
                .exclude(state="refused")
                .count(),
                **self.may("device.read"),
            }
        )


class Decided(DeskPage):
    """What was decided about held operations, the latest first."""

    template = "web/held_decided.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show who tried again, gave back or refused what, and why."""
        events = AuditEvent.objects.filter(project=self.project, action__in=DECISIONS)
        if not allowed(self.user, self.project.pk, SEES_ALL):
            events = events.filter(device__user=self.user)
        page = self.page_of(events.select_related("user", "device").order_by("-at", "-pk"))
        return self.shown({"page": page})


class OneHeld(DeskPage):
    """One operation: its problems, the body as stored, and what can be done with it."""

    change_permission = "quarantine.decide"
    template = "web/held_operation.html"

    def get(self, request: HttpRequest, op_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the operation."""
        return self._page(self._operation(op_id))

    def post(self, request: HttpRequest, op_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Decide: `answer` is rerun, return or refuse, `sentence` says why.

        With `alike` the answer is for all held operations like this one.
        """
        operation = self._operation(op_id)
        try:
            if operation.status not in HELD_STATUSES:
                raise StateConflict("Somebody settled this operation before you. Here is how.")
            self._decide(operation)
        except Forbidden:
            raise
        except RootfieldError as error:
            return self._page(
                self._operation(op_id), problems=sentences_of(error), status=error.status
            )
        if SyncOperation.objects.filter(op=op_id, status__in=STATUSES).exists():
            return redirect("pages:held-operation", self.project.pk, op_id)
        return redirect("pages:held", self.project.pk)

    def _decide(self, operation: SyncOperation) -> None:
        answer = self.request.POST.get("answer", "")
        chosen = [operation.op]
        if self.request.POST.get("alike"):
            like = alike(operation, project=self.project).values_list("op", flat=True)
            chosen = list(like[:MOST_AT_ONCE])
        if answer == "rerun":
            self._try_again(operation, chosen)
        elif answer in VERDICTS:
            number = settle_held(
                chosen,
                VERDICTS[answer],
                sentence=self.request.POST.get("sentence", ""),
                project=self.project,
                by=self.user,
                at=timezone.now(),
            )
            self.say(f"{number} operation{'s' if number != 1 else ''} {SAID[answer]}")
        else:
            problem = {"pointer": "", "code": "no-answer", "detail": "Choose what to do with it."}
            raise RecordRefused(problem["detail"], problems=[problem])

    def _try_again(self, operation: SyncOperation, chosen: list[uuid.UUID]) -> None:
        if self._campaign(operation) is None and operation.scope != self.project.scope:
            raise Forbidden("This operation names a place outside the project.")
        try_again(chosen, project=self.project, by=self.user, at=timezone.now())
        still = SyncOperation.objects.filter(op__in=chosen, status__in=HELD_STATUSES).count()
        if still < len(chosen):
            self.say(f"{len(chosen) - still} settled. Tablets learn of it with their next sync.")
        if still:
            self.warn(f"{still} still held; the reasons are those of this moment.")

    def _operation(self, op_id: uuid.UUID) -> SyncOperation:
        operation = (
            self.seen(operations_of(self.project))
            .filter(op=op_id)
            .select_related("device__user", "by", "batch")
            .defer("batch__body")
            .first()
        )
        if operation is None:
            raise NotFound
        return operation

    def _page(
        self, operation: SyncOperation, *, problems: list[str] | None = None, status: int = 200
    ) -> HttpResponse:
        is_held = operation.status in HELD_STATUSES
        body = self._readable(operation)
        names = named_records(self.project, [(operation.type, operation.record)])
        return self.shown(
            {
                "operation": operation,
                "is_held": is_held,
                "name": names.get(operation.record),
                "campaign": self._campaign(operation),
                "body": body,
                "fields": fields_of(body, operation),
                "waits_for": operation.waits_for.all(),
                "alike": alike(operation, project=self.project).count() if is_held else 0,
                "most": MOST_AT_ONCE,
                "longest": LONGEST_SENTENCE,
                "decisions": self._decisions(operation),
                "problems": problems,
                "answer": self.request.POST.get("answer", ""),
                "sentence": self.request.POST.get("sentence", ""),
                **self.may("quarantine.decide"),
            },
            status=status,
        )

    def _decisions(self, operation: SyncOperation) -> QuerySet[AuditEvent]:
        """Return what was decided about the operation so far, the latest first."""
        return (
            AuditEvent.objects.filter(
                project=self.project,
                action__in=DECISIONS,
                subject_type="operation",
                subject=str(operation.op),
            )
            .select_related("user")
            .order_by("-at", "-pk")
        )

    def _campaign(self, operation: SyncOperation) -> Campaign | None:
        kind, _, key = operation.scope.partition(":")
        try:
            campaign_id = uuid.UUID(key)
        except ValueError:
            return None
        found = Campaign.objects.filter(project=self.project, pk=campaign_id)
        return found.first() if kind == "campaign" else None

    def _readable(self, operation: SyncOperation) -> dict[str, object]:
        """Return the body without exact positions, for who may not read those."""
        body = dict(operation.body or {})
        if not self.sees_positions():
            changes = body.get("chg") or {}
            body["chg"] = {
                name: "not shown" if name in POSITION_FIELDS else change
                for name, change in changes.items()
            }
        return body


def fields_of(body: Mapping[str, Any], operation: SyncOperation) -> list[dict[str, Any]]:
    """Return the fields a stored operation speaks of, with what stands against which."""
    problems = (operation.detail or {}).get("problems", [])
    wrong = {str(problem["pointer"]).split("/")[2:3][0] for problem in problems if _names(problem)}
    changes = body.get("chg")
    rows = []
    for name, change in changes.items() if isinstance(changes, dict) else ():
        sides = change if isinstance(change, dict) else {"to": change}
        sent = sides.get("to", [*sides.get("add", []), *sides.get("remove", [])])
        row = {"name": name, "seen": sides.get("from"), "sent": sent, "is_wrong": name in wrong}
        rows.append(row)
    return rows


def _names(problem: Mapping[str, Any]) -> bool:
    return str(problem.get("pointer", "")).startswith("/chg/")
