"""Attachments, and their files."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from sampling.actions.attachments import has_file, with_files
from sampling.actions.file_copies import copy_of, file_of
from sampling.api.base import person
from sampling.api.filters import record_filters
from sampling.api.record_serializers import record_serializer
from sampling.api.record_views import WritableRecordViewSet
from sampling.models import Attachment

_Base: Any = record_serializer(Attachment)
RANGE = OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="Part, RFC 9110.")


class AttachmentSerializer(_Base):  # type: ignore[misc]
    """An attachment, and whether its file has come."""

    is_here = serializers.SerializerMethodField(help_text="Whether the file has come.")

    class Meta(_Base.Meta):  # type: ignore[misc]
        fields = [*_Base.Meta.fields, "is_here"]

    def get_is_here(self, row: Attachment) -> bool:
        """Return whether the file has come; a list has read it along."""
        known = getattr(row, "is_here", None)
        return has_file(row) if known is None else bool(known)


class AttachmentViewSet(WritableRecordViewSet):
    """Photos, scans and other files that were attached to something."""

    record_model = Attachment
    queryset = Attachment.objects.all()
    serializer_class = AttachmentSerializer
    filterset_class = record_filters(Attachment)
    needs = {
        "list": "record.read",
        "retrieve": "record.read",
        "file": "record.read",
        "create": "record.write",
        "partial_update": "record.write",
        "void": "record.write",
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Return the attachments, each with whether its file has come."""
        return with_files(super().get_queryset())

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        parameters=[RANGE],
        filters=False,
        summary="The file of an attachment",
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def file(self, request: Request, pk: str) -> StreamingHttpResponse:
        """Hand out the file, or a part of it; exact places only to who may see them."""
        copy = copy_of(
            file_of(self.get_object()),
            asked=request.headers.get("Range", ""),
            user=person(request),
            at=timezone.now(),
        )
        return StreamingHttpResponse(copy.pieces(), status=copy.status, headers=copy.headers)
