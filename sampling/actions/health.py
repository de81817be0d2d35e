"""How well the tablets of a project sync: who is silent, what waits, how late records come.

Read only. Every function reads by sets: the number of queries does not grow with the rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from sampling.actions.overview import (
    CampaignCounts,
    Counted,
    conflicts_waiting,
    counts_of_campaigns,
    devices_of,
    devices_of_campaign,
    held_by_reason,
    held_operations,
)
from sampling.models import Campaign, Device, Project, SoilCore, SyncConflict, SyncOperation

LATEST = 300  # operations of each tablet that its delay is measured by
SILENT_AFTER = dt.timedelta(days=3)  # without a push, while it may write
SKEW_TOLD_S = 600.0  # a clock further off than this is pointed out

_DELAYS = r"""
    WITH latest AS (
        SELECT d.id AS device, o.received_at, coalesce(d.clock_offset_s, 0) AS offset_s,
            CASE WHEN o.at ~ '^\d{4}-\d\d-\d\dT' AND pg_input_is_valid(o.at, 'timestamptz')
                THEN o.at::timestamptz END AS made_at
        FROM sampling_device AS d CROSS JOIN LATERAL (
            SELECT received_at, at FROM sampling_syncoperation
            WHERE device_id = d.id AND n IS NOT NULL ORDER BY n DESC LIMIT %(latest)s
        ) AS o WHERE d.id = ANY(%(devices)s)
    ), delays AS (
        SELECT device,
            greatest(extract(epoch FROM received_at - made_at) + offset_s, 0)::float8 AS delay_s
        FROM latest WHERE made_at IS NOT NULL
    )
    SELECT device, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY delay_s),
        percentile_cont(0.95) WITHIN GROUP (ORDER BY delay_s)
    FROM delays GROUP BY GROUPING SETS ((device), ())
"""


@dataclass(frozen=True, kw_only=True)
class Delay:
    """From the tap on the tablet to the record on the server, s; over how many operations."""

    operations: int = 0
    median_s: float | None = None
    p95_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Used:
    """A protocol version a tablet captured cores under, and how many."""

    number: str
    cores: int


@dataclass(frozen=True, kw_only=True)
class TabletHealth:
    """One tablet: what it last said of itself, and what was measured of it."""

    device: Device
    delay: Delay
    versions: Sequence[Used]
    sync_protocol: str
    is_silent: bool
    is_clock_off: bool


@dataclass(frozen=True, kw_only=True)
class SyncHealth:
    """The tablets of a project or campaign, and what waits there."""

    at: dt.datetime
    tablets: Sequence[TabletHealth]
    delay: Delay
    conflicts: Counted
    held: Sequence[Counted]
    campaigns: Sequence[tuple[Campaign, CampaignCounts]]

    @property
    def silent(self) -> int:
        """How many tablets have been silent for too long."""
        return sum(tablet.is_silent for tablet in self.tablets)

    @property
    def queued(self) -> int:
        """How many operations the tablets said, last, that they still hold."""
        return sum(tablet.device.queued_reported or 0 for tablet in self.tablets)


def sync_health(project: Project, *, campaign: Campaign | None, at: dt.datetime) -> SyncHealth:
    """Return how the tablets of a project, or those that may write in one campaign, sync."""
    campaigns = list(
        Campaign.objects.filter(project=project, voided_at=None)
        .select_related("project", "protocol_version")
        .order_by("code")
    )
    chosen = [one for one in campaigns if campaign is None or one.pk == campaign.pk]
    devices = list(_with_last_push(_devices(project, campaign)))
    delays = delays_of([device.pk for device in devices])
    versions = _versions_used(chosen)
    held = held_operations(project)
    conflicts = SyncConflict.objects.filter(project=project)
    if campaign is not None:
        held = held.filter(scope=campaign.capture_scope)
        conflicts = conflicts.filter(scope=campaign.capture_scope)
    counts = counts_of_campaigns(chosen)
    return SyncHealth(
        at=at,
        tablets=[
            TabletHealth(
                device=device,
                delay=delays.get(device.pk, Delay()),
                versions=versions.get(device.pk, ()),
                sync_protocol=getattr(device, "sync_protocol", None) or "",
                is_silent=_is_silent(device, at=at),
                is_clock_off=abs(device.clock_offset_s or 0) > SKEW_TOLD_S,
            )
            for device in devices
        ],
        delay=delays.get(None, Delay()),
        conflicts=conflicts_waiting(conflicts),
        held=held_by_reason(held),
        campaigns=[(one, counts[one.pk]) for one in chosen],
    )


def _devices(project: Project, campaign: Campaign | None) -> QuerySet[Device]:
    return devices_of(project) if campaign is None else devices_of_campaign(campaign)


def _with_last_push(devices: QuerySet[Device]) -> QuerySet[Any]:
    """Add the wire protocol of the last push that brought an operation."""
    last = SyncOperation.objects.filter(device=OuterRef("pk"), n__isnull=False).order_by("-n")
    spoken = Cast(KeyTextTransform("Sync-Protocol", "batch__headers"), TextField())
    return devices.annotate(
        sync_protocol=Subquery(last.annotate(spoken=spoken).values("spoken")[:1])
    )


def _is_silent(device: Device, *, at: dt.datetime) -> bool:
    heard = device.last_push_at or device.enrolled_at
    return device.state == "active" and at - heard > SILENT_AFTER


def delays_of(devices: Collection[UUID]) -> Mapping[UUID | None, Delay]:
    """Return the delay of each device over its latest operations; of all together under None.

    The tablet's clock is put right by its offset at the last push. A device none of whose
    operations says when it was made is left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DELAYS, {"devices": list(devices), "latest": LATEST})
        return {
            device: Delay(operations=number, median_s=median, p95_s=p95)
            for device, number, median, p95 in cursor.fetchall()
        }


def _versions_used(campaigns: Collection[Campaign]) -> dict[UUID, list[Used]]:
    """Return the protocol versions each device captured cores under, the latest first."""
    rows = (
        SoilCore.objects.filter(
            scope__in=[campaign.capture_scope for campaign in campaigns],
            device__isnull=False,
            captured_version__isnull=False,
        )
        .order_by()
        .values_list("device_id", "captured_version__number")
        .annotate(cores=Count("pk"), latest=Max("received_at"))
        .order_by("-latest")
    )
    found: dict[UUID, list[Used]] = {}
    for device, number, cores, _ in rows:
        if device is not None and number is not None:
            found.setdefault(device, []).append(Used(number=number, cores=cores))
    return found
