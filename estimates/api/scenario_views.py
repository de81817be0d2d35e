"""Scenarios for machines: writing them down, contrasting them, reading and downloading."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from estimates.api.scenario_filters import (
    ContrastFilter,
    ContrastResultFilter,
    ScenarioFilter,
    TreatmentContrastFilter,
)
from estimates.api.scenario_serializers import (
    ContrastResultSerializer,
    ContrastSerializer,
    ContrastWishSerializer,
    ContrastWithRunsSerializer,
    DraftSerializer,
    ScenarioSerializer,
    ScenarioWithDocumentSerializer,
    TreatmentContrastSerializer,
)
from estimates.api.views import SVG_TYPE, UNKNOWN
from estimates.models import (
    Contrast,
    ContrastFigure,
    ContrastResult,
    ContrastRun,
    Scenario,
    TreatmentContrast,
)
from estimates.orders.contrast_table import contrast_answer
from estimates.orders.scenarios import (
    ContrastWish,
    Draft,
    cancel_contrast,
    create_scenario,
    order_contrast,
)
from estimates.orders.table import CSV_TYPE
from sampling.api.base import ProjectViewSet, person
from sampling.errors import NotFound
from sampling.models import Project

READ, ORDER = "estimate.read", "estimate.order"
NOT_YOURS = OpenApiResponse(description="No such project, or not yours.")


def project_named(pk: uuid.UUID) -> Project:
    """Return a project; raises NotFound."""
    project = Project.objects.filter(pk=pk).first()
    if project is None:
        raise NotFound
    return project


@extend_schema_view(
    list=extend_schema(summary="Scenarios"),
    retrieve=extend_schema(summary="One scenario with its rotation"),
)
class ScenarioViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Scenarios: what grows and is done, year after year."""

    queryset = Scenario.objects.select_related("created_by").order_by("-created_at", "pk")
    filterset_class = ScenarioFilter
    needs = {"list": READ, "retrieve": READ, "create": ORDER}

    def get_serializer_class(self) -> type[ScenarioSerializer]:
        """Show the rotation of single scenarios only."""
        return ScenarioSerializer if self.action == "list" else ScenarioWithDocumentSerializer

    @extend_schema(
        summary="Write down a scenario",
        request=DraftSerializer,
        responses={201: ScenarioWithDocumentSerializer, 404: NOT_YOURS},
    )
    def create(self, request: Request) -> Response:
        """Store a scenario; it is never changed."""
        serializer = DraftSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = dict(serializer.validated_data)
        project = project_named(asked.pop("project"))
        user = self.require(project.pk)
        scenario = create_scenario(project, Draft(**asked), created_by=user, now=timezone.now())
        return Response(
            ScenarioWithDocumentSerializer(scenario).data, status=status.HTTP_201_CREATED
        )


@extend_schema_view(
    list=extend_schema(summary="Contrasts between scenarios"),
    retrieve=extend_schema(summary="One contrast with its runs"),
)
class ContrastViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Contrasts: ask, look, cancel, download."""

    queryset = Contrast.objects.for_display()
    filterset_class = ContrastFilter
    needs = {
        **dict.fromkeys(("list", "retrieve", "results", "figure"), READ),
        "create": ORDER,
        "cancel": ORDER,
    }

    def get_serializer_class(self) -> type[ContrastSerializer]:
        """Show runs of single contrasts only."""
        return ContrastSerializer if self.action == "list" else ContrastWithRunsSerializer

    @extend_schema(
        summary="Ask what an intervention does against a baseline",
        request=ContrastWishSerializer,
        responses={201: ContrastWithRunsSerializer, 404: NOT_YOURS},
    )
    def create(self, request: Request) -> Response:
        """Order a contrast; the answer comes at once, the results when a worker is done."""
        serializer = ContrastWishSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = dict(serializer.validated_data)
        project = project_named(asked.pop("project"))
        user = self.require(project.pk)
        contrast = order_contrast(
            project, ContrastWish(**asked), ordered_by=user, now=timezone.now()
        )
        return Response(ContrastWithRunsSerializer(contrast).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Cancel a contrast that is not finished",
        request=None,
        responses={200: ContrastWithRunsSerializer, 404: UNKNOWN},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Cancel what is not finished."""
        contrast = cancel_contrast(
            self.get_object(), cancelled_by=person(request), now=timezone.now()
        )
        return Response(ContrastWithRunsSerializer(contrast).data)

    @extend_schema(
        summary="The current results of a contrast as CSV, with units and sources",
        responses={(200, CSV_TYPE): OpenApiTypes.STR, 404: UNKNOWN},
    )
    @action(detail=True, url_path="results.csv")
    def results(self, request: Request, pk: str) -> HttpResponse:
        """Answer a file with one line a result."""
        return contrast_answer(self.get_object())

    @extend_schema(
        summary="A drawing of a contrast: stocks, inputs or shares",
        responses={(200, SVG_TYPE): OpenApiTypes.STR, 404: UNKNOWN},
    )
    @action(detail=True, url_path=r"figures/(?P<name>[-\w]+)")
    def figure(self, request: Request, pk: str, name: str) -> HttpResponse:
        """Answer a drawing of the current run as SVG."""
        contrast = self.get_object()
        current = ContrastRun.objects.current().filter(contrast=contrast)
        figure = ContrastFigure.objects.filter(run__in=current, name=name).first()
        if figure is None:
            raise NotFound
        return HttpResponse(figure.svg, content_type=SVG_TYPE)


@extend_schema_view(list=extend_schema(summary="Results of contrasts with their intervals"))
class ContrastResultViewSet(mixins.ListModelMixin, ProjectViewSet):
    """Differences by method and model, and how far those lie apart."""

    queryset = ContrastResult.objects.for_display().defer("run__details")
    filterset_class = ContrastResultFilter
    serializer_class = ContrastResultSerializer
    project_path = "run__contrast__project"
    needs = {"list": READ}


@extend_schema_view(list=extend_schema(summary="Differences between measured treatments"))
class TreatmentContrastViewSet(mixins.ListModelMixin, ProjectViewSet):
    """Treatments minus the control of their study, from the plots of an order."""

    queryset = TreatmentContrast.objects.for_display().defer(
        "run__details", "run__parameter_set__content"
    )
    filterset_class = TreatmentContrastFilter
    serializer_class = TreatmentContrastSerializer
    project_path = "run__order__project"
    needs = {"list": READ}
