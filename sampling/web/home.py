"""The first page, a project's page, signing in and out."""

from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sampling.actions.overview import counts_of_campaigns
from sampling.models import Campaign, Project
from sampling.web.pages import ProjectPage, SignedInPage


class SignIn(LoginView):
    """Name and password; after too many wrong ones the site itself answers for a while."""

    template_name = "sign_in.html"


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
