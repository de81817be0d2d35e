"""How operations, conflicts, findings and progress look to machines."""

from __future__ import annotations

import json
from typing import Any

from rest_framework import serializers

from sampling.actions.audit import Sent
from sampling.actions.quarantine import LONGEST_SENTENCE
from sampling.api.positions import without_positions
from sampling.models import Finding, SyncConflict, SyncOperation


class _Redacted(serializers.JSONField):
    """Stored JSON; the places in it are blank for those who may not see them."""

    def to_representation(self, value: Any) -> Any:
        """Return the value, blanked where it must be."""
        shown = super().to_representation(value)
        return shown if self.context.get("shows_places") else without_positions(shown)


class ConflictSerializer(serializers.ModelSerializer[SyncConflict]):
    """Two values for one group of fields."""

    base = _Redacted()
    server = _Redacted()
    device_values = _Redacted()

    class Meta:
        model = SyncConflict
        fields = [
            "id",
            "project",
            "scope",
            "type",
            "record",
            "kind",
            "group",
            "base",
            "server",
            "device_values",
            "raised_at",
            "resolved_at",
        ]


class ResolutionSerializer(serializers.Serializer[Any]):
    """What a person decides: the server's values, the device's, or others; or to withdraw."""

    keep = serializers.ChoiceField(choices=["server", "device", "values", "withdraw"])
    values = serializers.DictField(required=False)
    revision = serializers.IntegerField(
        required=False, min_value=1, help_text="The revision of the record that was looked at."
    )
    why = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


class AlikeSerializer(serializers.Serializer[Any]):
    """One answer to all conflicts like one."""

    keep = serializers.ChoiceField(choices=["server", "device", "withdraw"])
    why = serializers.CharField(max_length=2000)


class SettledSerializer(serializers.Serializer[Any]):
    """How many one answer settled, and why it left others, one sentence each."""

    count = serializers.IntegerField()
    left = serializers.ListField(child=serializers.CharField())


class SyncOperationSerializer(serializers.ModelSerializer[SyncOperation]):
    """One change sent to a record, and the answer it got."""

    detail = _Redacted(allow_null=True)
    body = _Redacted(allow_null=True, help_text="The operation itself, while it is held.")

    class Meta:
        model = SyncOperation
        fields = [
            "op",
            "device",
            "n",
            "via",
            "scope",
            "type",
            "record",
            "do",
            "status",
            "revision",
            "by",
            "at",
            "received_at",
            "detail",
            "body",
        ]


class SentSerializer(serializers.Serializer[Any]):
    """An operation as a tablet sent it; `sent` is blank where no push brought it."""

    op = serializers.UUIDField(source="operation.op")
    n = serializers.IntegerField(source="operation.n", allow_null=True)
    received_at = serializers.DateTimeField(source="operation.received_at")
    batch = serializers.IntegerField(source="operation.batch_id", allow_null=True)
    batch_sha256 = serializers.SerializerMethodField()
    sent = serializers.SerializerMethodField()

    def get_batch_sha256(self, found: Sent) -> str | None:
        """Return the digest of the whole push, 64 hex digits."""
        batch = found.operation.batch
        return bytes(batch.sha256).hex() if batch else None

    def get_sent(self, found: Sent) -> dict[str, Any] | None:
        """Return what was sent; the places in it are blank for those who may not see them."""
        if found.text is None:
            return None
        shown: dict[str, Any] = json.loads(found.text)
        return shown if self.context.get("shows_places") else without_positions(shown)


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of an operation tried again."""

    op = serializers.UUIDField()
    status = serializers.CharField()
    v = serializers.IntegerField(required=False)


class VerdictSerializer(serializers.Serializer[Any]):
    """Why a held operation is given back or refused, in a sentence the tablet shows."""

    sentence = serializers.CharField(max_length=LONGEST_SENTENCE)
    alike = serializers.BooleanField(
        default=False, help_text="Also all that are held for the same reason, at most 500."
    )


class CountSerializer(serializers.Serializer[Any]):
    """How many operations a decision settled."""

    count = serializers.IntegerField()


class TriedSerializer(serializers.Serializer[Any]):
    """How the operations ended that were tried again, counted by status or error code."""

    outcomes = serializers.DictField(child=serializers.IntegerField())


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """What is doubtful about a record."""

    detail = _Redacted()

    class Meta:
        model = Finding
        fields = [
            "id",
            "project",
            "scope",
            "rule",
            "severity",
            "record_type",
            "record",
            "key",
            "message",
            "detail",
            "state",
            "raised_at",
            "settled_at",
            "settled_by",
            "reason",
        ]


class PlotProgressSerializer(serializers.Serializer[Any]):
    """What was planned on a plot and what arrived."""

    plot = serializers.UUIDField(allow_null=True)
    code = serializers.CharField()
    planned_cores = serializers.IntegerField()
    arrived_cores = serializers.IntegerField()
    missing_cores = serializers.IntegerField()
    planned_segments = serializers.IntegerField()
    arrived_segments = serializers.IntegerField()
    missing_segments = serializers.IntegerField()
    is_complete = serializers.BooleanField()


class CampaignProgressSerializer(serializers.Serializer[Any]):
    """Plan against actual of a campaign, in all and by plot."""

    total = PlotProgressSerializer()
    plots = PlotProgressSerializer(many=True)
