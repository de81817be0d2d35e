"""Pages of root traits by variety."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse

from estimates.traits.table import traits_csv, traits_of
from sampling.web.pages import ProjectPage


class TraitsPage(ProjectPage):
    """The root traits of the varieties of a campaign."""

    permission = "estimate.read"
    template = "estimates/traits.html"

    def get(self, request: HttpRequest, campaign_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the table."""
        campaign = self.campaign_of(campaign_id)
        return self.shown({"campaign": campaign, "table": traits_of(campaign)})


class TraitsFile(ProjectPage):
    """The same as a file."""

    permission = "estimate.read"

    def get(self, request: HttpRequest, campaign_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Answer the table as CSV."""
        campaign = self.campaign_of(campaign_id)
        return HttpResponse(
            traits_csv(traits_of(campaign)),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="traits-{str(campaign.pk)[:8]}.csv"'
            },
        )
