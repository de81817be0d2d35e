"""How projects, people and their leave to work look to machines."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from sampling.api.base import ConstraintSerializer
from sampling.models import ROLES, Assignment, Membership, Project
from sampling.models.campaigns import ASSIGNMENT_MODES


class ProjectSerializer(ConstraintSerializer):
    """A project."""

    class Meta:
        model = Project
        fields = ["id", "slug", "title", "created_at"]
        read_only_fields = ["created_at"]


class MyProjectSerializer(serializers.Serializer[Any]):
    """A project of the person, and what they may do in it."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    permissions = serializers.ListField(child=serializers.CharField())


class MeSerializer(serializers.Serializer[Any]):
    """Who asks."""

    id = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField()
    projects = MyProjectSerializer(many=True)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A role of a person in a project."""

    username = serializers.CharField(source="user.username", read_only=True)
    name = serializers.CharField(source="user.get_full_name", read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "project", "user", "username", "name", "role"]


class NewMemberSerializer(serializers.Serializer[Any]):
    """Whom to give which role."""

    project = serializers.UUIDField()
    username = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=ROLES)


class AssignmentSerializer(serializers.ModelSerializer[Assignment]):
    """Leave to work in a campaign."""

    class Meta:
        model = Assignment
        fields = [
            "id",
            "campaign",
            "device",
            "user",
            "mode",
            "generation",
            "granted_at",
            "revoked_at",
        ]


class NewAssignmentSerializer(serializers.Serializer[Any]):
    """Which device or person may work in which campaign."""

    campaign = serializers.UUIDField()
    device = serializers.UUIDField(required=False)
    user = serializers.UUIDField(required=False)
    mode = serializers.ChoiceField(choices=ASSIGNMENT_MODES, default="rw")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a grant to nobody, or to two."""
        if ("device" in attrs) == ("user" in attrs):
            raise serializers.ValidationError(
                "Assign a device or a person, one of the two.", code="device_or_user"
            )
        return attrs
