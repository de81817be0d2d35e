"""One soil core: what it is, what was cut and washed from it, and every step of its history."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse

from sampling.actions.attachments import attached_to
from sampling.actions.history import POSITION_FIELDS, core_record, steps_of
from sampling.models import Campaign, Finding, SyncConflict
from sampling.web.pages import ProjectPage


class Core(ProjectPage):
    """A soil core with its segments, fractions and specimens, down to the batch it came in."""

    permission = "record.read"
    template = "web/core.html"

    def get(self, request: HttpRequest, core_id: uuid.UUID, **_ids: object) -> HttpResponse:
        """Show the record."""
        whole = core_record(self.project, core_id)
        latest = whole.latest()
        rows = [
            (segment, whole.fractions[segment.pk], whole.specimens[segment.pk])
            for segment in whole.segments
        ]
        point = whole.core.sampling_point
        if self.sees_positions() and point.latitude is not None:
            self.note_position_read(point)
        campaigns = Campaign.objects.filter(project=self.project)
        campaign = next((c for c in campaigns if c.capture_scope == whole.core.scope), None)
        return self.shown(
            {
                "core": whole.core,
                "campaign": campaign,
                "rows": rows,
                "names": {key: str(record) for key, record in latest.items()},
                "steps": steps_of(whole),
                "attached": attached_to(latest, project=self.project.pk),
                "findings": Finding.objects.open().filter(project=self.project, record__in=latest),
                "conflicts": SyncConflict.objects.filter(
                    project=self.project, record__in=latest, resolved_at=None
                ),
                "hidden": frozenset() if self.sees_positions() else POSITION_FIELDS,
                **self.may("conflict.read"),
            }
        )
