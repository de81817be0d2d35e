"""One campaign: plan against actual, devices, what waits for a person."""

from __future__ import annotations

import uuid

from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from sampling.actions.overview import (
    conflicts_waiting,
    cores_of,
    devices_of_campaign,
    findings_by_rule,
    held_by_reason,
    held_operations,
    plan_against_actual,
    summed,
)
from sampling.models import SyncConflict
from sampling.web.pages import ProjectPage


class CampaignPage(ProjectPage):
    """What was planned, what arrived, and what keeps it from being complete."""

    permission = "campaign.read"
    template = "web/campaign.html"

    def get(self, request: HttpRequest, campaign_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the campaign; `?missing=1` keeps the plots that are not complete."""
        campaign = self.campaign_of(campaign_id)
        plots = plan_against_actual(campaign)
        only_missing = bool(request.GET.get("missing"))
        return self.shown(
            {
                "campaign": campaign,
                "total": summed(plots),
                "plots": [p for p in plots if not (only_missing and p.is_complete)],
                "complete_plots": sum(plot.is_complete for plot in plots),
                "all_plots": len(plots),
                "only_missing": only_missing,
                "conflicts": conflicts_waiting(
                    SyncConflict.objects.filter(scope=campaign.capture_scope)
                ),
                "held": held_by_reason(
                    held_operations(self.project).filter(scope=campaign.capture_scope)
                ),
                "findings": findings_by_rule(campaign),
                "devices": devices_of_campaign(campaign),
                **self.may(
                    "conflict.read",
                    "operation.read",
                    "finding.read",
                    "device.read",
                    "estimate.read",
                    "campaign.write",
                ),
            }
        )


class CampaignCores(ProjectPage):
    """The soil cores of a campaign."""

    permission = "record.read"
    template = "web/cores.html"

    def get(self, request: HttpRequest, campaign_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the cores by plot; `?q=` keeps those with it in their or their plot's code."""
        campaign = self.campaign_of(campaign_id)
        wanted = request.GET.get("q", "").strip()
        cores = cores_of(campaign)
        if wanted:
            plot = Q(sampling_point__plot__code__icontains=wanted)
            cores = cores.filter(plot | Q(code__icontains=wanted))
        page = self.page_of(cores)
        return self.shown({"campaign": campaign, "page": page, "wanted": wanted})
