"""Tablets and the one-time codes that enrol them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from sampling.actions.devices import issue_enrolment_code, revoke
from sampling.actions.rescue import import_outbox
from sampling.api.base import ProjectViewSet, person
from sampling.api.device_serializers import (
    DeviceSerializer,
    EnrolmentCodeSerializer,
    IssuedCodeSerializer,
    NewEnrolmentCodeSerializer,
    OutboxFileSerializer,
    ReasonSerializer,
    RescueSerializer,
)
from sampling.api.filters import plain_filters
from sampling.errors import NotFound, TooLarge
from sampling.models import Campaign, Device, EnrolmentCode, Project, User
from sampling.rules.secrets import enrolment_qr

MAX_OUTBOX_BYTES = 256 * 1024 * 1024


class DeviceViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Tablets."""

    queryset = Device.objects.all()
    serializer_class = DeviceSerializer
    filterset_class = plain_filters(Device, "project", "user", "state", "install")
    needs = {
        "list": "device.read",
        "retrieve": "device.read",
        "partial_update": "device.manage",
        "revoke": "device.manage",
        "outbox": "device.rescue",
    }

    @extend_schema(summary="Rename a device")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give a device another name."""
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)

    @extend_schema(
        request=ReasonSerializer, responses=DeviceSerializer, summary="Revoke a device at once"
    )
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Withdraw a device; what it still sends is kept for a data steward."""
        device = self.get_object()
        wanted = ReasonSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        reason = wanted.validated_data["reason"]
        revoked = revoke(device, by=person(request), reason=reason, at=timezone.now())
        return Response(self.get_serializer(revoked).data)

    @extend_schema(
        request={"multipart/form-data": OutboxFileSerializer},
        responses=RescueSerializer,
        summary="Take in the outbox of a tablet that cannot send any more, from its file",
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def outbox(self, request: Request, pk: str) -> Response:
        """Push what the file holds as the tablet would have; sending it again changes nothing."""
        device = self.get_object()
        wanted = OutboxFileSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        with stored_upload(wanted.validated_data["file"]) as path:
            rescue = import_outbox(path, device=device, by=person(request), at=timezone.now())
        return Response(RescueSerializer(rescue).data)


@contextmanager
def stored_upload(upload: UploadedFile[Any]) -> Iterator[Path]:
    """Keep an uploaded file on the disk for a while; raises TooLarge above the limit."""
    if (upload.size or 0) > MAX_OUTBOX_BYTES:
        raise TooLarge(limits={"max_outbox": MAX_OUTBOX_BYTES})
    with NamedTemporaryFile(prefix="outbox-") as kept:
        for chunk in upload.chunks():
            kept.write(chunk)
        kept.flush()
        yield Path(kept.name)


class EnrolmentCodeViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """One-time codes."""

    queryset = EnrolmentCode.objects.all()
    serializer_class = EnrolmentCodeSerializer
    filterset_class = plain_filters(EnrolmentCode, "project", "user", "device")
    needs = {"list": "device.manage", "retrieve": "device.manage", "create": "device.manage"}

    @extend_schema(
        request=NewEnrolmentCodeSerializer,
        responses={201: IssuedCodeSerializer},
        summary="Make a one-time code, shown in this answer only",
    )
    def create(self, request: Request) -> Response:
        """Make a code for a person's tablet, in plain and as QR."""
        wanted = NewEnrolmentCodeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = wanted.validated_data
        issued_by = self.require(values["project"])
        project = Project.objects.get(pk=values["project"])
        user = User.objects.filter(pk=values["user"]).first()
        campaigns = list(Campaign.objects.filter(pk__in=values["campaigns"]))
        if user is None or len(campaigns) < len(set(values["campaigns"])):
            raise NotFound
        code, plain = issue_enrolment_code(
            project=project,
            user=user,
            issued_by=issued_by,
            device_name=values["device_name"],
            campaigns=campaigns,
            at=timezone.now(),
        )
        shown = {
            **EnrolmentCodeSerializer(code).data,
            "code": plain,
            "printed_label": f"{code.device_name} ({project.title}): {plain}",
            "qr_svg": enrolment_qr(plain, site_url=settings.SITE_URL),
        }
        return Response(
            shown, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"}
        )
