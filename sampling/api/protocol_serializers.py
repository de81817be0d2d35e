"""How protocols and methods look to machines."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from sampling.api.base import ConstraintSerializer
from sampling.models import Method, MethodVersion, Protocol, ProtocolVersion


class ProtocolSerializer(ConstraintSerializer):
    """A protocol."""

    project = serializers.UUIDField(source="project_id")

    class Meta:
        model = Protocol
        fields = ["id", "project", "slug", "title"]


class ProtocolVersionSerializer(serializers.ModelSerializer[ProtocolVersion]):
    """A version of a protocol."""

    class Meta:
        model = ProtocolVersion
        fields = [
            "id",
            "project",
            "protocol",
            "number",
            "state",
            "revision",
            "content",
            "sha256",
            "change_note",
            "drafted_by",
            "drafted_at",
            "published_by",
            "published_at",
            "retired_at",
        ]


class NewVersionSerializer(serializers.Serializer[Any]):
    """A draft to be kept."""

    protocol = serializers.UUIDField()
    number = serializers.CharField(max_length=20)
    content = serializers.DictField()
    change_note = serializers.CharField(required=False, allow_blank=True, max_length=20_000)


class EditedVersionSerializer(serializers.Serializer[Any]):
    """The new content of a draft, and the revision that was seen."""

    revision = serializers.IntegerField(min_value=1)
    content = serializers.DictField()
    change_note = serializers.CharField(required=False, allow_blank=True, max_length=20_000)


class VersionDocumentSerializer(serializers.Serializer[Any]):
    """A version as partners exchange it."""

    format = serializers.CharField()
    protocol = serializers.DictField()
    number = serializers.CharField()
    state = serializers.CharField(required=False)
    change_note = serializers.CharField(required=False, allow_blank=True)
    sha256 = serializers.CharField()
    content = serializers.DictField()


class ImportSerializer(serializers.Serializer[Any]):
    """A document and the project it is taken into."""

    project = serializers.UUIDField()
    document = serializers.DictField()


class DifferenceSerializer(serializers.Serializer[Any]):
    """One place where two versions differ."""

    pointer = serializers.CharField()
    kind = serializers.ChoiceField(choices=["added", "removed", "changed"])
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class ProblemListSerializer(serializers.Serializer[Any]):
    """One thing wrong with a content."""

    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class MethodSerializer(ConstraintSerializer):
    """A way of determining something."""

    project = serializers.UUIDField(source="project_id")

    class Meta:
        model = Method
        fields = ["id", "project", "code", "title"]


class MethodVersionSerializer(ConstraintSerializer):
    """One wording of a method."""

    method = serializers.UUIDField(source="method_id")

    class Meta:
        model = MethodVersion
        fields = ["id", "method", "number", "content", "sha256", "created_at"]
        read_only_fields = ["sha256", "created_at"]
