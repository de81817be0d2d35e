"""What every page inside a project shares: who may open it, and what the frame needs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.http.response import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View
from django_htmx.http import HttpResponseClientRefresh

from sampling.actions.access import allowed, require, roles_of
from sampling.errors import NotFound, RootfieldError
from sampling.models import AuditEvent, Campaign, Project, SyncedModel, User
from sampling.rules.roles import grants

ROWS_A_PAGE = 50
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class SignedInPage(View):
    """A page for whoever is signed in."""

    user: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send strangers to the sign-in page, also when only a part of a page asks."""
        if not isinstance(request.user, User):
            if request.headers.get("HX-Request") == "true":
                return HttpResponseClientRefresh()
            return redirect_to_login(request.get_full_path())
        self.user = request.user
        return super().dispatch(request, *args, **kwargs)


class ProjectPage(SignedInPage):
    """A page inside one project.

    `permission` opens it, `change_permission` lets a form on it through. Another project's page
    does not exist (404); a member without the role is told so (403).
    """

    permission: ClassVar[str]
    change_permission: ClassVar[str] = ""
    template: ClassVar[str]
    project: Project

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Open the project for those who may."""
        if isinstance(request.user, User):
            self.project = self.opened(request.user, kwargs["project_id"], request.method or "")
        return super().dispatch(request, *args, **kwargs)

    def opened(self, user: User, project_id: uuid.UUID, method: str) -> Project:
        """Return the project; raises NotFound or Forbidden."""
        needed = self.permission if method in SAFE_METHODS else self.change_permission
        require(user, project_id, needed or self.permission)
        return Project.objects.get(pk=project_id)

    def may(self, *permissions: str) -> dict[str, bool]:
        """Return which of the permissions the person holds, under names a template can say."""
        roles = roles_of(self.user, self.project.pk)
        return {name.replace(".", "_"): grants(roles, name) for name in permissions}

    def shown(self, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """Return the page with its context."""
        return render(
            self.request, self.template, {"project": self.project, **context}, status=status
        )

    def campaign_of(self, campaign_id: uuid.UUID) -> Campaign:
        """Return a campaign of the project; raises NotFound."""
        campaign = (
            Campaign.objects.filter(project=self.project, pk=campaign_id)
            .select_related("protocol_version__protocol", "project")
            .first()
        )
        if campaign is None:
            raise NotFound
        return campaign

    def chosen_campaign(self) -> Campaign | None:
        """Return the campaign asked for with `?campaign=`; raises NotFound for a strange one."""
        asked = self.request.GET.get("campaign", "")
        if not asked:
            return None
        try:
            return self.campaign_of(uuid.UUID(asked))
        except ValueError:
            raise NotFound from None

    def page_of(self, rows: QuerySet[Any]) -> Page[Any]:
        """Return the page of rows asked for with `?page=`."""
        return Paginator(rows, ROWS_A_PAGE).get_page(self.request.GET.get("page"))

    def sees_positions(self) -> bool:
        """Return whether the person may see where exactly something was taken."""
        return allowed(self.user, self.project.pk, "exact_position.read")

    def note_position_read(self, record: SyncedModel) -> None:
        """Write down that the person saw the exact position of a record."""
        AuditEvent.objects.create(
            at=timezone.now(),
            project=self.project,
            user=self.user,
            action="exact_position.read",
            subject_type=record.record_type,
            subject=str(record.pk),
        )

    def say(self, text: str) -> None:
        """Tell the person on the next page what was done."""
        messages.success(self.request, text)

    def warn(self, text: str) -> None:
        """Tell the person on the next page what was left undone, and why."""
        messages.warning(self.request, text)


def sentences_of(error: RootfieldError) -> list[str]:
    """Return what an error says, one sentence a problem."""
    problems = error.extra.get("problems") or []
    return [str(problem["detail"]) for problem in problems] or [error.detail]
