"""Rounds of sampling, what they plan, and who may capture in them."""

from __future__ import annotations

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sampling.models.base import (
    SyncedModel,
    append_only,
    between,
    in_order,
    ledger_triggers,
    one_of,
)
from sampling.models.people import Device, User
from sampling.models.protocols import ProtocolVersion
from sampling.models.studies import Plot

_VERSION_MOVES_ON_PURPOSE = """
    IF NOT EXISTS (
        SELECT FROM sampling_campaignmove AS m
        WHERE m.campaign_id = NEW.id AND m.revision = NEW.revision
            AND m.from_version_id = OLD.protocol_version_id
            AND m.to_version_id = NEW.protocol_version_id
    ) THEN
        RAISE EXCEPTION 'a campaign is moved to another protocol version with a mapping, not edited'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
"""


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Sets of campaigns with a name in the field."""

    def for_user(self, user: User) -> CampaignQuerySet:
        """Campaigns of the projects the person belongs to."""
        return self.filter(project__in=user.memberships.values("project"))


class Campaign(SyncedModel):
    """One round of sampling under one protocol version."""

    record_type: ClassVar[str] = "campaign"
    merge_groups = (("opens_on", "closes_on"),)

    code = models.CharField(max_length=60)
    title = models.CharField(max_length=200, blank=True)
    protocol_version = models.ForeignKey(ProtocolVersion, models.PROTECT, related_name="campaigns")
    opens_on = models.DateField(null=True, blank=True)
    closes_on = models.DateField(null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="campaign_code_once", fields=["project", "code"]),
            in_order(
                "campaign_opens_before_it_closes",
                "opens_on",
                "closes_on",
                "A campaign opens before it closes.",
            ),
        ]
        triggers = [
            *ledger_triggers("campaign"),
            pgtrigger.Trigger(
                name="version_moves_on_purpose",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__protocol_version__df=pgtrigger.F("new__protocol_version")
                ),
                func=_VERSION_MOVES_ON_PURPOSE,
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.code

    @property
    def capture_scope(self) -> str:
        """The sync scope that assigned devices write."""
        return f"campaign:{self.id}"


class CampaignMove(models.Model):
    """A campaign went on under another version of its protocol. Never changed.

    `mapping` says for each block of the protocol what an id of the old version is called in the
    new one, null where nothing takes its place; what was captured before is read through it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="moves")
    from_version = models.ForeignKey(ProtocolVersion, models.PROTECT, related_name="+")
    to_version = models.ForeignKey(ProtocolVersion, models.PROTECT, related_name="+")
    mapping = models.JSONField(default=dict)
    why = models.TextField()
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    moved_at = models.DateTimeField()
    revision = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="campaignmove_once", fields=["campaign", "revision"]),
            models.CheckConstraint(
                name="campaignmove_to_another_version",
                condition=~Q(from_version=F("to_version")),
                violation_error_code="same_version",
                violation_error_message="The campaign is under this version already.",
            ),
            models.CheckConstraint(
                name="campaignmove_says_why",
                condition=~Q(why=""),
                violation_error_code="no_reason",
                violation_error_message="Say why the campaign goes on under another version.",
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.campaign} to {self.to_version}"


class PlannedPlot(SyncedModel):
    """What a campaign wants from one plot: how many cores and segments."""

    record_type: ClassVar[str] = "planned_plot"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="plan")
    plot = models.ForeignKey(Plot, models.PROTECT, related_name="+")
    cores = models.PositiveIntegerField()
    segments = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="plannedplot_once", fields=["campaign", "plot"]),
            between("plannedplot_cores_range", "cores", 0, 10_000, "Plan 0 to 10,000 cores."),
        ]
        triggers = ledger_triggers("planned_plot")

    def __str__(self) -> str:
        return f"{self.plot}: {self.cores} cores"


ASSIGNMENT_MODES = [("rw", "read and write"), ("ro", "read"), ("append", "append")]


class Assignment(models.Model):
    """Leave for one device, or all devices of one person, to work in a campaign.

    `generation` grows when a grant is renewed, so that old cursors do not outlive a revoked
    grant.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="assignments")
    device = models.ForeignKey(
        Device, models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    mode = models.CharField(max_length=6, choices=ASSIGNMENT_MODES, default="rw")
    generation = models.PositiveIntegerField(default=1)
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="assignment_device_or_user",
                condition=Q(device__isnull=False, user__isnull=True)
                | Q(device__isnull=True, user__isnull=False),
                violation_error_code="device_or_user",
                violation_error_message="Assign a device or a person, one of the two.",
            ),
            models.UniqueConstraint(
                name="assignment_device_once",
                fields=["campaign", "device"],
                condition=Q(device__isnull=False),
            ),
            models.UniqueConstraint(
                name="assignment_user_once",
                fields=["campaign", "user"],
                condition=Q(user__isnull=False),
            ),
            one_of("assignment_mode_known", "mode", ASSIGNMENT_MODES),
        ]

    def __str__(self) -> str:
        return f"{self.device or self.user} in {self.campaign}"
