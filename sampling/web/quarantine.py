"""What was sent and could not be applied: held with its reason until a person decides."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sampling.actions.history import POSITION_FIELDS, named_records
from sampling.actions.intake import rerun
from sampling.actions.overview import HELD_REASON, held_operations
from sampling.errors import Forbidden, NotFound
from sampling.models import Campaign, SyncOperation
from sampling.web.pages import ProjectPage

STATUSES = ("quarantined", "deferred")


class Held(ProjectPage):
    """The held operations of a project, the oldest first."""

    permission = "operation.read"
    template = "web/held.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show what is held; `?campaign=`, `?status=` and `?reason=` narrow it."""
        campaign = self.chosen_campaign()
        operations = held_operations(self.project).annotate(reason=HELD_REASON)
        if campaign:
            operations = operations.filter(scope=campaign.capture_scope)
        status, reason = request.GET.get("status", ""), request.GET.get("reason", "")
        if status in STATUSES:
            operations = operations.filter(status=status)
        if reason:
            operations = operations.filter(reason=reason)
        page = self.page_of(operations.select_related("device", "by").order_by("received_at", "op"))
        return self.shown(
            {
                "campaign": campaign,
                "page": page,
                "status": status,
                "reason": reason,
                "statuses": STATUSES,
            }
        )


class OneHeld(ProjectPage):
    """One held operation: its problems, the body as stored, and trying it again."""

    permission = "operation.read"
    change_permission = "quarantine.decide"
    template = "web/held_operation.html"

    def get(self, request: HttpRequest, op_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the operation."""
        operation = self._operation(op_id)
        names = named_records(self.project, [(operation.type, operation.record)])
        return self.shown(
            {
                "operation": operation,
                "name": names.get(operation.record),
                "campaign": self._campaign(operation),
                "body": self._readable(operation),
                "waits_for": operation.waits_for.all(),
                **self.may("quarantine.decide"),
            }
        )

    def post(self, request: HttpRequest, op_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Try the operation again, on this person's word."""
        operation = self._operation(op_id)
        if self._campaign(operation) is None and operation.scope != self.project.scope:
            raise Forbidden("This operation names a place outside the project.")
        outcome = rerun(operation.op, by=self.user.pk, project=self.project.pk, at=timezone.now())
        if outcome.status in STATUSES:
            self.say("It is still held; the reasons below are those of this moment.")
            return redirect("pages:held-operation", self.project.pk, operation.op)
        self.say(f"Tried again: {outcome.status}. The tablet learns of it with its next sync.")
        return redirect("pages:held", self.project.pk)

    def _operation(self, op_id: uuid.UUID) -> SyncOperation:
        operation = (
            held_operations(self.project)
            .filter(op=op_id)
            .select_related("device__user", "by", "batch")
            .defer("batch__body")
            .first()
        )
        if operation is None:
            raise NotFound("This operation is not held, or no longer.")
        return operation

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
