"""Pushes that were kept and not applied, for a data steward to decide on."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from sampling.actions import kept_pushes
from sampling.api.base import ProjectViewSet, person
from sampling.api.device_serializers import ReasonSerializer
from sampling.api.filters import KeptPushFilters
from sampling.models import SyncBatch


class KeptPushSerializer(serializers.ModelSerializer[SyncBatch]):
    """A push that was not applied, without its bytes."""

    project = serializers.UUIDField(source="device.project_id")
    device_name = serializers.CharField(source="device.name")
    device_state = serializers.CharField(source="device.state")
    sha256 = serializers.SerializerMethodField()

    class Meta:
        model = SyncBatch
        fields = [
            "id",
            "project",
            "device",
            "device_name",
            "device_state",
            "received_at",
            "sha256",
            "state",
            "error",
            "decided_by",
            "decided_at",
        ]

    def get_sha256(self, batch: SyncBatch) -> str:
        """Return the digest of the bytes, 64 hex digits."""
        return bytes(batch.sha256).hex()


class LettingInSerializer(serializers.Serializer[Any]):
    """Why a push is let in, if there is something to say."""

    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class DecisionSerializer(serializers.Serializer[Any]):
    """What became of a push: how many of its operations ended how."""

    push = KeptPushSerializer(source="batch")
    outcomes = serializers.DictField(child=serializers.IntegerField())


class KeptPushViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Pushes of withdrawn devices, and others whose bytes are kept and were not applied."""

    queryset = kept_pushes.kept_pushes()
    serializer_class = KeptPushSerializer
    filterset_class = KeptPushFilters
    project_path = "device__project"
    needs = {
        "list": "device.read",
        "retrieve": "device.read",
        "let_in": "quarantine.decide",
        "refuse": "quarantine.decide",
    }

    @extend_schema(
        request=LettingInSerializer, responses=DecisionSerializer, summary="Let a kept push in"
    )
    @action(detail=True, methods=["post"], url_path="let-in")
    def let_in(self, request: Request, pk: str) -> Response:
        """Judge a push as if it came from the device before it was withdrawn."""
        wanted = LettingInSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        decision = kept_pushes.let_in(
            self.get_object(),
            by=person(request),
            at=timezone.now(),
            why=wanted.validated_data["reason"],
        )
        return Response(DecisionSerializer(decision).data)

    @extend_schema(
        request=ReasonSerializer, responses=DecisionSerializer, summary="Refuse a kept push"
    )
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Leave a push out, with a reason; its bytes stay."""
        wanted = ReasonSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        decision = kept_pushes.refuse(
            self.get_object(),
            by=person(request),
            at=timezone.now(),
            why=wanted.validated_data["reason"],
        )
        return Response(DecisionSerializer(decision).data)
