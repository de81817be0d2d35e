"""The first page, a project's page, signing in and out."""

from __future__ import annotations

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sampling.actions.overview import counts_of_campaigns
from sampling.models import Campaign, Project
from sampling.web.pages import ProjectPage, SignedInPage


class SignIn(LoginView):
    """Name and password; too many wrong ones close it for a while."""

    template_name = "sign_in.html"

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show what was wrong, or that this name and address have to wait."""
        if not getattr(self.request, "axes_locked_out", False):
            return super().form_invalid(form)
        self.request.axes_locked_out = False  # type: ignore[attr-defined]  # answered here
        wait = get_cool_off(self.request)
        context = {
            "failure_limit": settings.AXES_FAILURE_LIMIT,
            "wait_min": round(wait.total_seconds() / 60) if wait else None,
        }
        return render(self.request, "locked.html", context, status=429)


class Home(SignedInPage):
    """Every campaign of every project the person belongs to, with its numbers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the campaigns by project."""
        campaigns = list(
            Campaign.objects.for_user(self.user)
            .filter(voided_at=None)
            .select_related("project", "protocol_version")
            .order_by("project__title", "-opens_on", "code")
        )
        counts = counts_of_campaigns(campaigns)
        rows = [(campaign, counts[campaign.pk]) for campaign in campaigns]
        groups = [
            (project, [row for row in rows if row[0].project_id == project.pk])
            for project in Project.objects.for_user(self.user).order_by("title")
        ]
        return render(request, "web/home.html", {"groups": groups})


class ProjectOverview(ProjectPage):
    """The campaigns of one project."""

    permission = "project.read"
    template = "web/project.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show the campaigns with their numbers."""
        campaigns = list(
            Campaign.objects.filter(project=self.project, voided_at=None)
            .select_related("project", "protocol_version")
            .order_by("-opens_on", "code")
        )
        counts = counts_of_campaigns(campaigns)
        return self.shown({"rows": [(campaign, counts[campaign.pk]) for campaign in campaigns]})
