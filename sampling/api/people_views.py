"""Projects, the people in them, and their leave to work in campaigns."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sampling.actions.health import sync_health
from sampling.actions.members import (
    add_member,
    create_project,
    grant_assignment,
    remove_member,
    revoke_assignment,
)
from sampling.api.base import MEMBER, ProjectViewSet, as_uuid, person
from sampling.api.filters import AssignmentFilters, plain_filters
from sampling.api.health_serializers import SyncHealthSerializer
from sampling.api.people_serializers import (
    AssignmentSerializer,
    MemberSerializer,
    MeSerializer,
    NewAssignmentSerializer,
    NewMemberSerializer,
    ProjectSerializer,
)
from sampling.errors import Forbidden, NotFound, StateConflict
from sampling.models import Assignment, Campaign, Device, Membership, Project, User
from sampling.rules.roles import PERMISSIONS, grants


class MeView(APIView):
    """Who asks, and what they may do where."""

    permission_classes = [IsAuthenticated]
    http_method_names = ["get", "head"]

    @extend_schema(responses=MeSerializer, summary="Who I am, and what I may do in which project")
    def get(self, request: Request) -> Response:
        """Return the person with their projects, roles and permissions."""
        user = person(request)
        held: dict[Any, list[str]] = {}
        for membership in user.memberships.order_by("role"):
            held.setdefault(membership.project_id, []).append(membership.role)
        projects = [
            {
                "id": project.pk,
                "slug": project.slug,
                "title": project.title,
                "roles": held[project.pk],
                "permissions": sorted(p for p in PERMISSIONS if grants(held[project.pk], p)),
            }
            for project in Project.objects.filter(pk__in=held).order_by("slug")
        ]
        name = user.get_full_name()
        me = {"id": user.pk, "username": user.username, "name": name, "projects": projects}
        return Response(MeSerializer(me).data)


class ProjectViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Projects."""

    queryset = Project.objects.all()
    serializer_class = ProjectSerializer
    filterset_class = plain_filters(Project, "slug")
    needs = {
        "list": MEMBER,
        "retrieve": MEMBER,
        "create": MEMBER,
        "partial_update": "member.manage",
        "sync_health": "device.read",
    }
    project_path = "pk"

    def project_of(self, row: Project) -> Any:
        """Return the project itself."""
        return row.pk

    @extend_schema(summary="Make a project; for staff of the site")
    def create(self, request: Request) -> Response:
        """Make a project; who makes it becomes its admin."""
        user = person(request)
        if not user.is_staff:
            raise Forbidden("Staff of the site make projects.")
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        project = create_project(
            slug=values["slug"], title=values["title"], by=user, at=timezone.now()
        )
        return Response(self.get_serializer(project).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Rename a project")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change the title or the slug of a project."""
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)

    @extend_schema(
        responses=SyncHealthSerializer,
        filters=False,
        parameters=[OpenApiParameter("campaign", OpenApiTypes.UUID)],
        summary="How the tablets of a project sync",
    )
    @action(detail=True, url_path="sync-health", pagination_class=None, filter_backends=[])
    def sync_health(self, request: Request, pk: str) -> Response:
        """Return who is silent, what waits and how late records come; of one campaign if asked."""
        project = self.get_object()
        campaign = None
        if asked := request.query_params.get("campaign"):
            campaign = Campaign.objects.filter(project=project, pk=as_uuid(asked)).first()
            if campaign is None:
                raise NotFound
        health = sync_health(project, campaign=campaign, at=timezone.now())
        return Response(SyncHealthSerializer(health).data)


class MemberViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Roles of people in projects."""

    queryset = Membership.objects.select_related("user")
    serializer_class = MemberSerializer
    filterset_class = plain_filters(Membership, "project", "user", "role")
    needs = {
        "list": "member.read",
        "retrieve": "member.read",
        "create": "member.manage",
        "destroy": "member.manage",
    }

    @extend_schema(
        request=NewMemberSerializer, responses={201: MemberSerializer}, summary="Give a role"
    )
    def create(self, request: Request) -> Response:
        """Give a person a role; nobody gives one to themselves."""
        wanted = NewMemberSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = wanted.validated_data
        by = self.require(values["project"])
        user = User.objects.filter(username=values["username"], is_active=True).first()
        if user is None:
            raise NotFound("Nobody has this user name.")
        project = Project.objects.get(pk=values["project"])
        membership = add_member(
            project=project, user=user, role=values["role"], by=by, at=timezone.now()
        )
        return Response(self.get_serializer(membership).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Take a role away")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a role from a person; with the last one, their devices are revoked."""
        membership = self.get_object()
        remove_member(membership, by=person(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class AssignmentViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Leave of devices and people to work in campaigns."""

    queryset = Assignment.objects.select_related("campaign")
    serializer_class = AssignmentSerializer
    filterset_class = AssignmentFilters
    needs = {
        "list": "campaign.read",
        "retrieve": "campaign.read",
        "create": "assignment.manage",
        "revoke": "assignment.manage",
    }
    project_path = "campaign__project"

    @extend_schema(
        request=NewAssignmentSerializer,
        responses={201: AssignmentSerializer},
        summary="Let a device or a person work in a campaign",
    )
    def create(self, request: Request) -> Response:
        """Grant or renew leave to work in a campaign."""
        wanted = NewAssignmentSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = wanted.validated_data
        campaign = Campaign.objects.filter(pk=values["campaign"]).first()
        if campaign is None:
            raise NotFound
        by = self.require(campaign.project_id)
        worker: Device | User | None
        if "device" in values:
            worker = Device.objects.filter(pk=values["device"]).first()
        else:
            worker = User.objects.filter(pk=values["user"]).first()
        if worker is None:
            raise NotFound
        try:
            granted = grant_assignment(
                campaign, worker=worker, mode=values["mode"], by=by, at=timezone.now()
            )
        except IntegrityError:
            raise StateConflict("Somebody granted this at the same moment.") from None
        return Response(self.get_serializer(granted).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=AssignmentSerializer, summary="End leave to work")
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """End leave to work in a campaign; what was captured stays."""
        assignment = revoke_assignment(self.get_object(), by=person(request), at=timezone.now())
        return Response(self.get_serializer(assignment).data)
