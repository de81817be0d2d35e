"""Protocols, their versions, and the methods of the laboratory."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from sampling.actions import protocols
from sampling.api.base import ProjectViewSet, as_uuid, person
from sampling.api.filters import MethodVersionFilters, plain_filters
from sampling.api.protocol_serializers import (
    DifferenceSerializer,
    EditedVersionSerializer,
    ImportSerializer,
    MethodSerializer,
    MethodVersionSerializer,
    NewVersionSerializer,
    ProblemListSerializer,
    ProtocolSerializer,
    ProtocolVersionSerializer,
    VersionDocumentSerializer,
)
from sampling.errors import NotFound
from sampling.models import Method, MethodVersion, Project, Protocol, ProtocolVersion
from sampling.rules.canonical_json import canonical_sha256
from sampling.rules.content_diff import differences
from sampling.rules.protocol_content import content_problems


class ProtocolViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Protocols."""

    queryset = Protocol.objects.all()
    serializer_class = ProtocolSerializer
    filterset_class = plain_filters(Protocol, "project", "slug")
    needs = {"list": "protocol.read", "retrieve": "protocol.read", "create": "protocol.draft"}

    @extend_schema(summary="Make a protocol")
    def create(self, request: Request) -> Response:
        """Make a protocol without versions yet."""
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = wanted.validated_data
        user = self.require(values["project_id"])
        protocol = protocols.create_protocol(
            project=Project.objects.get(pk=values["project_id"]),
            slug=values["slug"],
            title=values["title"],
            by=user,
            at=timezone.now(),
        )
        return Response(self.get_serializer(protocol).data, status=status.HTTP_201_CREATED)


class ProtocolVersionViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Versions of protocols: drafted by one person, published by another."""

    queryset = ProtocolVersion.objects.all()
    serializer_class = ProtocolVersionSerializer
    filterset_class = plain_filters(
        ProtocolVersion, "project", "protocol", "number", "state", "sha256"
    )
    needs = {
        "list": "protocol.read",
        "retrieve": "protocol.read",
        "create": "protocol.draft",
        "partial_update": "protocol.draft",
        "problems": "protocol.read",
        "publish": "protocol.publish",
        "retire": "protocol.publish",
        "diff": "protocol.read",
        "export": "protocol.read",
        "take_in": "protocol.draft",
    }

    def answer(self, version: ProtocolVersion, *, code: int = status.HTTP_200_OK) -> Response:
        """Answer with a version."""
        return Response(self.get_serializer(version).data, status=code)

    @extend_schema(
        request=NewVersionSerializer,
        responses={201: ProtocolVersionSerializer},
        summary="Keep a draft; it may be unfinished",
    )
    def create(self, request: Request) -> Response:
        """Keep a draft of a protocol under a new number."""
        wanted = NewVersionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = wanted.validated_data
        protocol = Protocol.objects.filter(pk=values.pop("protocol")).first()
        if protocol is None:
            raise NotFound
        user = self.require(protocol.project_id)
        version = protocols.draft_version(protocol=protocol, by=user, at=timezone.now(), **values)
        return self.answer(version, code=status.HTTP_201_CREATED)

    @extend_schema(
        request=EditedVersionSerializer,
        responses=ProtocolVersionSerializer,
        summary="Edit a draft; for who drafted it",
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Replace the content of a draft."""
        version = self.get_object()
        wanted = EditedVersionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = wanted.validated_data
        edited = protocols.edit_draft(version, by=person(request), at=timezone.now(), **values)
        return self.answer(edited)

    @extend_schema(
        responses=ProblemListSerializer(many=True),
        filters=False,
        summary="What hinders publication",
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def problems(self, request: Request, pk: str) -> Response:
        """Return everything wrong with the content, by pointer."""
        found = content_problems(self.get_object().content)
        return Response([problem.as_wire() for problem in found])

    @extend_schema(
        request=None,
        responses=ProtocolVersionSerializer,
        summary="Publish a draft; for another person than who drafted it",
    )
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Put a draft in force."""
        version = self.get_object()
        return self.answer(
            protocols.publish_version(version, by=person(request), at=timezone.now())
        )

    @extend_schema(
        request=None, responses=ProtocolVersionSerializer, summary="Take a version out of use"
    )
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str) -> Response:
        """Take a version out of use; what was captured under it is still accepted."""
        version = self.get_object()
        return self.answer(protocols.retire_version(version, by=person(request), at=timezone.now()))

    @extend_schema(
        parameters=[OpenApiParameter("against", str, required=True)],
        responses=DifferenceSerializer(many=True),
        filters=False,
        summary="What another version says differently",
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def diff(self, request: Request, pk: str) -> Response:
        """Return what differs from this version to the one given as `against`."""
        version = self.get_object()
        other = (
            ProtocolVersion.objects.filter(
                pk=as_uuid(request.query_params.get("against", "")), project=version.project_id
            )
            .only("content")
            .first()
        )
        if other is None:
            raise NotFound
        found = differences(version.content, other.content)
        return Response([difference.as_wire() for difference in found])

    @extend_schema(
        responses=VersionDocumentSerializer, summary="The version as a document for partners"
    )
    @action(detail=True)
    def export(self, request: Request, pk: str) -> Response:
        """Return the version as a document that can be imported elsewhere."""
        return Response(protocols.export_version(self.get_object()))

    @extend_schema(
        request=ImportSerializer,
        responses={201: ProtocolVersionSerializer},
        summary="Take in a document as a draft",
    )
    @action(detail=False, methods=["post"], url_path="import")
    def take_in(self, request: Request) -> Response:
        """Take in an exported version; a known one is returned as it is."""
        wanted = ImportSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = wanted.validated_data
        user = self.require(values["project"])
        version = protocols.import_version(
            project=Project.objects.get(pk=values["project"]),
            document=values["document"],
            by=user,
            at=timezone.now(),
        )
        return self.answer(version, code=status.HTTP_201_CREATED)


class MethodViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Methods of the laboratory."""

    queryset = Method.objects.all()
    serializer_class = MethodSerializer
    filterset_class = plain_filters(Method, "project", "code")
    needs = {"list": "method.read", "retrieve": "method.read", "create": "method.manage"}

    @extend_schema(summary="Name a method")
    def create(self, request: Request) -> Response:
        """Name a method; its versions say how it works."""
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        self.require(wanted.validated_data["project_id"])
        wanted.save()
        return Response(wanted.data, status=status.HTTP_201_CREATED)


class MethodVersionViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Wordings of methods; never changed, only followed by another."""

    queryset = MethodVersion.objects.select_related("method")
    serializer_class = MethodVersionSerializer
    filterset_class = MethodVersionFilters
    needs = {"list": "method.read", "retrieve": "method.read", "create": "method.manage"}
    project_path = "method__project"

    @extend_schema(summary="Add a wording of a method")
    def create(self, request: Request) -> Response:
        """Keep a wording of a method under a new number."""
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        method = Method.objects.filter(pk=wanted.validated_data["method_id"]).first()
        if method is None:
            raise NotFound
        self.require(method.project_id)
        content = wanted.validated_data.get("content", {})
        wanted.save(sha256=canonical_sha256(content), created_at=timezone.now())
        return Response(wanted.data, status=status.HTTP_201_CREATED)
