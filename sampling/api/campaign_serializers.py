"""How moves look to machines: of campaigns to other protocol versions, of records between them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from sampling.actions.relocation import MOST_POINTS
from sampling.models import CampaignMove


class WantedMoveSerializer(serializers.Serializer[Any]):
    """To which version, and what its ids are called there."""

    to = serializers.UUIDField()
    mapping = serializers.JSONField(
        default=dict,
        help_text="Old ids to new ones or null, by block: depth_layers, positions, analytes, ...",
    )


class NewMoveSerializer(WantedMoveSerializer):
    """A move to be made, with the revision of the campaign that was seen."""

    why = serializers.CharField(max_length=2000)
    revision = serializers.IntegerField(min_value=1)


class _ProblemSerializer(serializers.Serializer[Any]):
    """One thing wrong with a mapping."""

    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class _VersionDifferenceSerializer(serializers.Serializer[Any]):
    """One place where two versions differ."""

    pointer = serializers.CharField()
    kind = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class MovePreviewSerializer(serializers.Serializer[Any]):
    """What a move would mean."""

    differences = _VersionDifferenceSerializer(many=True)
    captured = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField()),
        help_text="Records by type and the version they were captured under.",
    )
    to_decide = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Ids of the old version that mean something else in the new one, or are gone.",
    )
    problems = _ProblemSerializer(many=True)
    mapping = serializers.JSONField(help_text="What every old id is called; {} with problems.")


class CampaignMoveSerializer(serializers.ModelSerializer[CampaignMove]):
    """A move that was made."""

    class Meta:
        model = CampaignMove
        fields = [
            "id",
            "campaign",
            "from_version",
            "to_version",
            "mapping",
            "why",
            "moved_by",
            "moved_at",
            "revision",
        ]


class MovedPointsSerializer(serializers.Serializer[Any]):
    """Which sampling points go to which campaign, and why."""

    to = serializers.UUIDField()
    sampling_points = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MOST_POINTS
    )
    why = serializers.CharField(max_length=2000)


class MovedRecordsSerializer(serializers.Serializer[Any]):
    """How many records of each type moved."""

    moved = serializers.DictField(child=serializers.IntegerField())
