"""How tablets and enrolment codes look to machines."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from sampling.api.base import ConstraintSerializer
from sampling.models import Device, EnrolmentCode


class DeviceSerializer(ConstraintSerializer):
    """A tablet, without anything that opens a door."""

    class Meta:
        model = Device
        fields = [
            "id",
            "project",
            "user",
            "name",
            "model",
            "app_version",
            "incarnation",
            "token_prefix",
            "state",
            "state_reason",
            "enrolled_at",
            "last_push_at",
            "last_pull_at",
            "clock_offset_s",
            "clock_offset_max_s",
            "queued_reported",
            "backed_up_upto",
        ]
        read_only_fields = [name for name in fields if name != "name"]


class ReasonSerializer(serializers.Serializer[Any]):
    """Why something is done."""

    reason = serializers.CharField(max_length=200)


class OutboxFileSerializer(serializers.Serializer[Any]):
    """The outbox of a tablet."""

    file = serializers.FileField()


class RescueSerializer(serializers.Serializer[Any]):
    """What became of the operations of an outbox: counts by how they ended."""

    device = serializers.UUIDField(source="device.pk")
    operations = serializers.IntegerField()
    outcomes = serializers.DictField(child=serializers.IntegerField())
    held = serializers.IntegerField(help_text="Kept for a steward: the device is withdrawn.")
    problems = serializers.ListField(child=serializers.CharField())


class EnrolmentCodeSerializer(serializers.ModelSerializer[EnrolmentCode]):
    """An enrolment code, without the code itself."""

    class Meta:
        model = EnrolmentCode
        fields = [
            "id",
            "project",
            "user",
            "issued_by",
            "device_name",
            "issued_at",
            "expires_at",
            "used_at",
            "device",
        ]


class NewEnrolmentCodeSerializer(serializers.Serializer[Any]):
    """For whose tablet a code is made, and for which campaigns."""

    project = serializers.UUIDField()
    user = serializers.UUIDField()
    device_name = serializers.CharField(max_length=80)
    campaigns = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=100)


class IssuedCodeSerializer(EnrolmentCodeSerializer):
    """An enrolment code as it is shown once: in plain and as QR."""

    code = serializers.CharField()
    printed_label = serializers.CharField()
    qr_svg = serializers.CharField()

    class Meta(EnrolmentCodeSerializer.Meta):
        fields = [*EnrolmentCodeSerializer.Meta.fields, "code", "printed_label", "qr_svg"]
