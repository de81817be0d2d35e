"""How the health of the sync looks to machines."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class DelaySerializer(serializers.Serializer[Any]):
    """From capture to server, over the latest operations; null where none says when."""

    operations = serializers.IntegerField()
    median_s = serializers.FloatField(allow_null=True)
    p95_s = serializers.FloatField(allow_null=True)


class UsedVersionSerializer(serializers.Serializer[Any]):
    """A protocol version cores were captured under."""

    number = serializers.CharField()
    cores = serializers.IntegerField()


class TabletHealthSerializer(serializers.Serializer[Any]):
    """One tablet."""

    device = serializers.UUIDField(source="device.pk")
    name = serializers.CharField(source="device.name")
    user = serializers.UUIDField(source="device.user_id")
    state = serializers.CharField(source="device.state")
    last_push_at = serializers.DateTimeField(source="device.last_push_at", allow_null=True)
    last_pull_at = serializers.DateTimeField(source="device.last_pull_at", allow_null=True)
    queued_reported = serializers.IntegerField(source="device.queued_reported", allow_null=True)
    held = serializers.IntegerField(source="device.held")
    clock_offset_s = serializers.FloatField(source="device.clock_offset_s", allow_null=True)
    is_clock_off = serializers.BooleanField()
    is_silent = serializers.BooleanField()
    app_version = serializers.CharField(source="device.app_version")
    sync_protocol = serializers.CharField()
    protocol_versions = UsedVersionSerializer(source="versions", many=True)
    capture_to_server = DelaySerializer(source="delay")


class WaitingSerializer(serializers.Serializer[Any]):
    """What waits for one reason, how much of it and since when."""

    reason = serializers.CharField(source="name")
    status = serializers.CharField(source="kind")
    count = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)


class CampaignHealthSerializer(serializers.Serializer[Any]):
    """Plan against actual of one campaign."""

    campaign = serializers.UUIDField()
    code = serializers.CharField()
    planned_cores = serializers.IntegerField()
    arrived_cores = serializers.IntegerField()
    planned_segments = serializers.IntegerField()
    arrived_segments = serializers.IntegerField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return a campaign with its counts in one row."""
        campaign, counts = instance
        names = list(self.fields)[2:]
        return {
            "campaign": str(campaign.pk),
            "code": campaign.code,
            **{name: getattr(counts.progress, name) for name in names},
        }


class SyncHealthSerializer(serializers.Serializer[Any]):
    """The tablets of a project, and what waits there."""

    at = serializers.DateTimeField()
    silent = serializers.IntegerField(help_text="Active tablets without a push for 3 days.")
    queued = serializers.IntegerField(help_text="Still on tablets, as they last reported.")
    capture_to_server = DelaySerializer(source="delay")
    open_conflicts = serializers.IntegerField(source="conflicts.count")
    oldest_conflict = serializers.DateTimeField(source="conflicts.oldest", allow_null=True)
    held = WaitingSerializer(many=True)
    tablets = TabletHealthSerializer(many=True)
    campaigns = CampaignHealthSerializer(many=True)
