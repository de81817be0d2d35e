"""The numbers behind estimates for machines: methods, parameter sets and their new versions."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet, ViewSet

from estimates.api.serializers import (
    EstimateMethodSerializer,
    ParameterSetSerializer,
    ParameterSetWithContentSerializer,
    RevisionSerializer,
)
from estimates.api.views import READ
from estimates.models import ParameterSet
from estimates.orders.parameter_sets import add_parameter_set, revise_parameter_set
from estimates.runs.registry import REGISTRY
from sampling.actions.access import projects_allowing
from sampling.api.base import KnownFilters, person
from sampling.models import User


class ReadsEstimates(BasePermission):
    """Lets in who reads the estimates of any project: these numbers belong to none.

    Only staff of the site change them.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether the person may do this."""
        user = request.user
        if not isinstance(user, User):
            return False
        if request.method not in SAFE_METHODS:
            return user.is_staff
        return user.is_staff or projects_allowing(user, READ).exists()


class MethodViewSet(ViewSet):
    """What orders may name."""

    permission_classes = [ReadsEstimates]
    http_method_names = ["get", "head"]

    @extend_schema(
        summary="Methods of estimates, with what each needs and where it comes from",
        responses=EstimateMethodSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Answer every method; the list is short and has one page."""
        return Response(EstimateMethodSerializer(list(REGISTRY.values()), many=True).data)


@extend_schema_view(
    list=extend_schema(summary="Parameter sets"),
    retrieve=extend_schema(summary="One parameter set with all its numbers and their sources"),
)
class ParameterSetViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[ParameterSet]
):
    """The numbers estimates use beyond what was measured."""

    queryset = ParameterSet.objects.all()
    permission_classes = [ReadsEstimates]
    filter_backends = [KnownFilters]

    def get_queryset(self) -> QuerySet[ParameterSet]:
        """Return the sets, for a list without their content."""
        rows: QuerySet[ParameterSet] = super().get_queryset()
        return rows.defer("content") if self.action == "list" else rows

    def get_serializer_class(self) -> type[ParameterSetSerializer]:
        """Show the numbers of single sets only."""
        if self.action == "list":
            return ParameterSetSerializer
        return ParameterSetWithContentSerializer

    @extend_schema(
        summary="Add a whole parameter set as a new version",
        request={"application/json": {"type": "object"}},
        responses={201: ParameterSetSerializer},
    )
    def create(self, request: Request) -> Response:
        """Store a set in the form `content` has; orders from now on read it."""
        content = request.data if isinstance(request.data, dict) else {}
        stored = add_parameter_set(dict(content), loaded_by=person(request), now=timezone.now())
        return Response(ParameterSetSerializer(stored).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change some numbers of a parameter set as a new version",
        request=RevisionSerializer,
        responses={201: ParameterSetSerializer},
    )
    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: str) -> Response:
        """Store the next version; the old one and what was made with it stay."""
        serializer = RevisionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        stored = revise_parameter_set(
            self.get_object(),
            **serializer.validated_data,
            loaded_by=person(request),
            now=timezone.now(),
        )
        return Response(ParameterSetSerializer(stored).data, status=status.HTTP_201_CREATED)
