"""What a campaign looks like at a glance: plan against actual, devices, doubts. Read only.

Every function reads by sets: the number of queries does not grow with the number of rows.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    CharField,
    Count,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce

from sampling.models import (
    HELD_STATUSES,
    Assignment,
    Campaign,
    CoreSegment,
    Device,
    Finding,
    PlannedPlot,
    Plot,
    Project,
    SoilCore,
    SyncConflict,
    SyncOperation,
)

# The code of a held operation's first problem, or the type of what it waits for.
HELD_REASON = Coalesce(
    KeyTextTransform("code", KeyTransform("0", KeyTransform("problems", "detail"))),
    KeyTextTransform("type", KeyTransform("0", KeyTransform("needs", "detail"))),
    Value("unknown"),
    output_field=CharField(),
)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What was planned and what arrived."""

    planned_cores: int = 0
    arrived_cores: int = 0
    planned_segments: int = 0
    arrived_segments: int = 0

    @property
    def missing_cores(self) -> int:
        """How many planned cores have not arrived."""
        return max(self.planned_cores - self.arrived_cores, 0)

    @property
    def missing_segments(self) -> int:
        """How many planned segments have not arrived."""
        return max(self.planned_segments - self.arrived_segments, 0)

    @property
    def is_complete(self) -> bool:
        """Whether everything planned has arrived."""
        return not self.missing_cores and not self.missing_segments


@dataclass(frozen=True, kw_only=True)
class PlotProgress(Progress):
    """The progress of one plot; a plot sampled without a plan has nothing planned."""

    plot: Plot


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many there are under one name, and since when."""

    name: str
    kind: str
    count: int
    oldest: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CampaignCounts:
    """The numbers of one campaign on the first page."""

    progress: Progress = field(default_factory=Progress)
    open_conflicts: int = 0
    held: int = 0
    open_findings: int = 0


def plan_against_actual(campaign: Campaign) -> list[PlotProgress]:
    """Return the progress of every plot that is planned or was sampled, by study and code."""
    planned = {
        plot: (cores, segments)
        for plot, cores, segments in PlannedPlot.objects.filter(
            campaign=campaign, voided_at=None
        ).values_list("plot_id", "cores", "segments")
    }
    live = Q(scope=campaign.capture_scope, voided_at=None)
    cores = _counted(SoilCore.objects.filter(live), by="sampling_point__plot_id")
    segments = _counted(CoreSegment.objects.filter(live), by="soil_core__sampling_point__plot_id")
    plots = Plot.objects.filter(pk__in={*planned, *cores, *segments})
    return [
        PlotProgress(
            plot=plot,
            planned_cores=planned.get(plot.pk, (0, 0))[0],
            arrived_cores=cores[plot.pk],
            planned_segments=planned.get(plot.pk, (0, 0))[1],
            arrived_segments=segments[plot.pk],
        )
        for plot in plots.select_related("study", "treatment").order_by("study__code", "code")
    ]


def summed(parts: Sequence[Progress]) -> Progress:
    """Return the progress of all plots together."""
    return Progress(
        planned_cores=sum(part.planned_cores for part in parts),
        arrived_cores=sum(part.arrived_cores for part in parts),
        planned_segments=sum(part.planned_segments for part in parts),
        arrived_segments=sum(part.arrived_segments for part in parts),
    )


def counts_of_campaigns(campaigns: Collection[Campaign]) -> dict[uuid.UUID, CampaignCounts]:
    """Return the numbers of several campaigns, by campaign."""
    scopes = {campaign.capture_scope: campaign.pk for campaign in campaigns}
    live = Q(scope__in=scopes, voided_at=None)
    planned = {
        campaign: (cores, segments)
        for campaign, cores, segments in PlannedPlot.objects.filter(
            campaign__in=scopes.values(), voided_at=None
        )
        .values_list("campaign_id")
        .annotate(Sum("cores"), Sum("segments"))
        .order_by()
    }
    cores = _counted(SoilCore.objects.filter(live), by="scope")
    segments = _counted(CoreSegment.objects.filter(live), by="scope")
    conflicts = _counted(
        SyncConflict.objects.filter(scope__in=scopes, resolved_at=None), by="scope"
    )
    held = _counted(
        SyncOperation.objects.filter(scope__in=scopes, status__in=HELD_STATUSES), by="scope"
    )
    findings = _counted(Finding.objects.open().filter(scope__in=scopes), by="scope")
    return {
        campaign: CampaignCounts(
            progress=Progress(
                planned_cores=planned.get(campaign, (0, 0))[0],
                arrived_cores=cores[scope],
                planned_segments=planned.get(campaign, (0, 0))[1],
                arrived_segments=segments[scope],
            ),
            open_conflicts=conflicts[scope],
            held=held[scope],
            open_findings=findings[scope],
        )
        for scope, campaign in scopes.items()
    }


def _counted(rows: QuerySet[Any], *, by: str) -> Counter[Any]:
    """Return how many rows there are of each value of one column."""
    return Counter(dict(rows.order_by().values_list(by).annotate(Count("pk"))))


def conflicts_waiting(conflicts: QuerySet[SyncConflict]) -> Counted:
    """Return how many of some conflicts wait for a person, and since when."""
    found = conflicts.filter(resolved_at=None).aggregate(count=Count("pk"), oldest=Min("raised_at"))
    return Counted(name="conflicts", kind="", **found)


def operations_of(project: Project) -> QuerySet[SyncOperation]:
    """Return the operations of a project: sent by its devices, or by people into its scopes."""
    campaigns = Campaign.objects.filter(project=project)
    scopes = [project.scope, *(campaign.capture_scope for campaign in campaigns)]
    return SyncOperation.objects.filter(
        Q(device__project=project) | Q(device=None, scope__in=scopes)
    )


def held_operations(project: Project) -> QuerySet[SyncOperation]:
    """Return what is held for a project, of whoever sent it."""
    return operations_of(project).filter(status__in=HELD_STATUSES)


def held_by_reason(held: QuerySet[SyncOperation]) -> list[Counted]:
    """Return how many of some held operations there are, by status and reason."""
    rows = (
        held.order_by()
        .values_list("status", HELD_REASON)
        .annotate(count=Count("op"), oldest=Min("received_at"))
        .order_by("-count")
    )
    return [
        Counted(name=name, kind=status, count=count, oldest=oldest)
        for status, name, count, oldest in rows
    ]


def findings_by_rule(campaign: Campaign) -> list[Counted]:
    """Return the open findings of a campaign by rule."""
    rows = (
        Finding.objects.open()
        .filter(scope=campaign.capture_scope)
        .order_by()
        .values_list("rule", "severity")
        .annotate(count=Count("pk"), oldest=Min("raised_at"))
        .order_by("-count", "rule")
    )
    return [
        Counted(name=rule, kind=severity, count=count, oldest=oldest)
        for rule, severity, count, oldest in rows
    ]


def devices_of(project: Project) -> QuerySet[Device]:
    """Return the devices of a project, the longest silent first, with what is held of each."""
    held = (
        SyncOperation.objects.filter(device=OuterRef("pk"), status__in=HELD_STATUSES)
        .order_by()
        .values("device")
        .annotate(number=Count("op"))
        .values("number")
    )
    return (
        Device.objects.filter(project=project)
        .select_related("user")
        .annotate(held=Coalesce(Subquery(held), 0))
        .order_by("state", F("last_push_at").asc(nulls_first=True), "name")
    )


def devices_of_campaign(campaign: Campaign) -> QuerySet[Device]:
    """Return the devices that may write in a campaign, themselves or through their person."""
    grants = Assignment.objects.filter(campaign=campaign, revoked_at=None)
    return devices_of(campaign.project).filter(
        Q(pk__in=grants.filter(device__isnull=False).values("device"))
        | Q(user__in=grants.filter(user__isnull=False).values("user"))
    )


def cores_of(campaign: Campaign) -> QuerySet[SoilCore]:
    """Return the soil cores of a campaign by plot and code, with their segments counted."""
    segments = (
        CoreSegment.objects.filter(soil_core=OuterRef("pk"), voided_at=None)
        .order_by()
        .values("soil_core")
        .annotate(number=Count("id"), deepest=Max("lower_depth_cm"))
    )
    return (
        SoilCore.objects.filter(scope=campaign.capture_scope)
        .select_related("sampling_point__plot__study", "device")
        .annotate(
            segment_count=Coalesce(Subquery(segments.values("number")), 0),
            deepest_cm=Subquery(segments.values("deepest")),
        )
        .order_by("sampling_point__plot__code", "code", "id")
    )
