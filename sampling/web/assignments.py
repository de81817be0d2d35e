"""Who may work in a campaign: tablets, and people with all their tablets."""

from __future__ import annotations

import uuid

from django import forms
from django.db import IntegrityError
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sampling.actions.members import grant_assignment, revoke_assignment
from sampling.errors import NotFound
from sampling.models import Assignment, Campaign, Device, Project, User
from sampling.models.campaigns import ASSIGNMENT_MODES
from sampling.web.pages import ProjectPage


class AssignmentForm(forms.Form):
    """Which tablet, or whose tablets, and what they may do."""

    worker = forms.ChoiceField(label="Tablet or person")
    mode = forms.ChoiceField(choices=ASSIGNMENT_MODES, label="May")

    def __init__(self, project: Project, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        devices = Device.objects.active().filter(project=project).select_related("user")
        people = User.objects.filter(memberships__project=project, is_active=True).distinct()
        self.fields["worker"].choices = [  # type: ignore[attr-defined]
            ("", "choose"),
            ("Tablets", [(f"device:{d.pk}", f"{d} ({d.user})") for d in devices.order_by("name")]),
            (
                "People, with all their tablets",
                [(f"user:{u.pk}", str(u)) for u in people.order_by("username")],
            ),
        ]

    def chosen(self) -> Device | User:
        """Return the tablet or person; the choices are those of the project."""
        kind, _, key = self.cleaned_data["worker"].partition(":")
        if kind == "device":
            return Device.objects.get(pk=key)
        return User.objects.get(pk=key)


class Assignments(ProjectPage):
    """The leave given in one campaign."""

    permission = "campaign.read"
    change_permission = "assignment.manage"
    template = "web/assignments.html"

    def get(self, request: HttpRequest, campaign_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show who may work in the campaign, and who might once."""
        return self._page(self.campaign_of(campaign_id), AssignmentForm(self.project))

    def post(self, request: HttpRequest, campaign_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Give leave, or renew it with another mode."""
        campaign = self.campaign_of(campaign_id)
        form = AssignmentForm(self.project, request.POST)
        if not form.is_valid():
            return self._page(campaign, form, status=422)
        worker = form.chosen()
        try:
            grant_assignment(
                campaign,
                worker=worker,
                mode=form.cleaned_data["mode"],
                by=self.user,
                at=timezone.now(),
            )
        except IntegrityError:
            form.add_error(None, "Somebody granted this at the same moment; look again.")
            return self._page(campaign, form, status=409)
        self.say(f"{worker} may now work in {campaign}. Tablets learn of it with their next pull.")
        return redirect("pages:assignments", self.project.pk, campaign.pk)

    def _page(self, campaign: Campaign, form: AssignmentForm, *, status: int = 200) -> HttpResponse:
        assignments = (
            Assignment.objects.filter(campaign=campaign)
            .select_related("device__user", "user")
            .order_by(F("revoked_at").desc(nulls_first=True), "device__name", "user__username")
        )
        return self.shown(
            {
                "campaign": campaign,
                "page": self.page_of(assignments),
                "form": form,
                **self.may("assignment.manage"),
            },
            status=status,
        )


class RevokeAssignment(ProjectPage):
    """Ending leave to work in a campaign."""

    permission = "assignment.manage"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, assignment_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """End it; what was captured under it stays."""
        assignment = (
            Assignment.objects.filter(campaign__project=self.project, pk=assignment_id)
            .select_related("campaign", "device", "user")
            .first()
        )
        if assignment is None:
            raise NotFound
        revoke_assignment(assignment, by=self.user, at=timezone.now())
        self.say(
            f"{assignment.device or assignment.user} may no longer work in "
            f"{assignment.campaign}. What was captured stays; what still comes is held."
        )
        return redirect("pages:assignments", self.project.pk, assignment.campaign_id)
