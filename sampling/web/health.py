"""How the tablets of a project sync, at a glance."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sampling.actions.health import SILENT_AFTER, SKEW_TOLD_S, sync_health
from sampling.models import Campaign
from sampling.web.pages import ProjectPage


class SyncHealthPage(ProjectPage):
    """Who is silent, what waits, and how late records come."""

    permission = "device.read"
    template = "web/health.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show the tablets, the longest silent first; `?campaign=` keeps those of one campaign."""
        campaign = self.chosen_campaign()
        health = sync_health(self.project, campaign=campaign, at=timezone.now())
        return self.shown(
            {
                "campaign": campaign,
                "campaigns": Campaign.objects.filter(project=self.project).order_by("code"),
                "health": health,
                "silent_days": SILENT_AFTER.days,
                "skew_min": round(SKEW_TOLD_S / 60),
                **self.may("conflict.read", "operation.read", "device.manage"),
            }
        )
