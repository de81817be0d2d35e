"""How records look to machines.

These serializers show rows and describe requests; what is sent in is judged by the ledger, which
names every problem.
"""

from __future__ import annotations

import uuid
from functools import cache
from typing import Any

from rest_framework import serializers

from sampling.api.positions import public_position
from sampling.models import CapturedModel, SamplingPoint, Site, SyncedModel

CLOSED = ("scope",)  # an address inside the ledger, said by project and campaign


class CampaignOfScope(serializers.UUIDField):
    """The campaign a captured record belongs to, which its scope names."""

    def get_attribute(self, instance: SyncedModel) -> uuid.UUID | None:
        """Return the campaign's id."""
        kind, _, name = instance.scope.partition(":")
        return uuid.UUID(name) if kind == "campaign" else None


class RecordSerializer(serializers.ModelSerializer[Any]):
    """A record: its fields, and what the ledger knows of it."""

    id = serializers.UUIDField(required=False, help_text="Chosen by the sender, or given.")
    revision = serializers.IntegerField(
        required=False, min_value=1, help_text="On a change: the revision that was seen."
    )


class CapturedSerializer(RecordSerializer):
    """A record captured in a campaign."""

    campaign = CampaignOfScope(source="scope")


class PlaceSerializer(RecordSerializer):
    """A record with a place: exact for those who may see it, else the public point."""

    is_exact = serializers.SerializerMethodField(help_text="Whether the point is the exact one.")

    def get_is_exact(self, row: Site | SamplingPoint) -> bool:
        """Return whether the point shown is the exact one."""
        return row.project_id in self.context.get("exact", frozenset())

    def to_representation(self, instance: Site | SamplingPoint) -> dict[str, Any]:
        """Return the row, with the public point for those who may not see the exact one."""
        shown: dict[str, Any] = super().to_representation(instance)
        if not shown["is_exact"]:
            # What a newer app sent may tell the place as well.
            shown.update(public_position(instance), extra={})
        return shown


class CapturedPlaceSerializer(PlaceSerializer, CapturedSerializer):
    """A captured record with a place."""


@cache
def record_serializer(model: type[SyncedModel]) -> type[RecordSerializer]:
    """Return the serializer of a record type, with every field of its table."""
    base: type[RecordSerializer] = RecordSerializer
    if issubclass(model, Site):
        base = PlaceSerializer
    elif issubclass(model, SamplingPoint):
        base = CapturedPlaceSerializer
    elif issubclass(model, CapturedModel):
        base = CapturedSerializer
    own = [field.name for field in model._meta.concrete_fields if field.name not in CLOSED]
    declared = [name for name in base._declared_fields if name not in own]
    meta = {
        "model": model,
        "fields": [*own, *declared],
        "read_only_fields": ["received_at", "voided_at", "extra", "device"],
        "validators": [],
    }
    name = f"{model.__name__}Serializer"
    return type(name, (base,), {"Meta": type("Meta", (), meta), "__doc__": model.__doc__})


class VoidSerializer(serializers.Serializer[Any]):
    """Why a record is withdrawn."""

    why = serializers.CharField(max_length=2000)


class NewRecordSerializer(serializers.Serializer[Any]):
    """One record of a list to be made."""

    type = serializers.CharField(max_length=32)
    id = serializers.UUIDField(required=False)
    fields = serializers.DictField()  # type: ignore[assignment]


class NewRecordsSerializer(serializers.Serializer[Any]):
    """Records to be made together."""

    project = serializers.UUIDField()
    records = NewRecordSerializer(many=True, allow_empty=False)


class RecordProblemSerializer(serializers.Serializer[Any]):
    """One thing wrong with a record."""

    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class RecordAnswerSerializer(serializers.Serializer[Any]):
    """What became of one record of a list."""

    type = serializers.CharField()
    id = serializers.UUIDField()
    status = serializers.CharField()
    revision = serializers.IntegerField(allow_null=True)
    problems = RecordProblemSerializer(many=True)


class RecordAnswersSerializer(serializers.Serializer[Any]):
    """What became of a list of records, in its order; stored only when none was refused."""

    is_stored = serializers.BooleanField()
    records = RecordAnswerSerializer(many=True)
