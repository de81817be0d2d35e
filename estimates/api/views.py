"""Estimates for machines: orders, runs, results, where they came from and what they went into."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from estimates.api.filters import OrderFilter, ResultFilter, RunFilter
from estimates.api.serializers import (
    LineageSerializer,
    OrderSerializer,
    OrderWithProgressSerializer,
    ParameterSetSerializer,
    ParameterSetWithContentSerializer,
    ResultSerializer,
    RunSerializer,
    RunWithDetailsSerializer,
    WishSerializer,
)
from estimates.models import EstimateOrder, EstimateResult, EstimateRun, ParameterSet
from estimates.orders import Wish, cancel_order, order_estimates
from estimates.orders.table import CSV_TYPE, csv_answer
from estimates.runs.provenance import origins_of, runs_made_from
from sampling.actions.access import require
from sampling.errors import NotFound
from sampling.models import Campaign, User

M = TypeVar("M", bound=Model)

READ = "estimate.read"
SVG_TYPE = "image/svg+xml"
UNKNOWN = OpenApiResponse(description="Not there, or another project's.")


class EstimateViews(GenericViewSet[M]):
    """Rows of the projects in which the person may read estimates.

    Asking for a project (`?project=`) or a row one may not read is 403 for its members and 404
    for all others.
    """

    permission_classes = (IsAuthenticated,)
    lookup_value_regex: ClassVar[str] = "[0-9a-f-]{36}"

    @property
    def person(self) -> User:
        """Who asks."""
        return cast(User, self.request.user)

    def asked_project(self) -> None:
        """Raise unless the person may read the project the list is narrowed to."""
        asked = self.request.query_params.get("project")
        if asked:
            require(self.person, as_uuid(asked), READ)


@extend_schema_view(
    list=extend_schema(summary="Orders of estimates, by the projects one may read"),
    retrieve=extend_schema(summary="One order, with how far it is"),
)
class OrderViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, EstimateViews[EstimateOrder]):
    """Orders: ask, look, cancel, download."""

    queryset = EstimateOrder.objects.all()
    filterset_class = OrderFilter

    def get_serializer_class(self) -> type[OrderSerializer]:
        """Show progress on single orders only."""
        return OrderSerializer if self.action == "list" else OrderWithProgressSerializer

    def get_queryset(self) -> QuerySet[EstimateOrder]:
        """Return the readable orders for a list, any for a single one."""
        rows = EstimateOrder.objects.for_display()
        if self.action != "list":
            return rows
        self.asked_project()
        return rows.for_user(self.person)

    def order(self, permission: str = READ) -> EstimateOrder:
        """Return the order of the address, if the person may."""
        order = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if order is None:
            raise NotFound
        require(self.person, order.project_id, permission)
        return order

    def get_object(self) -> EstimateOrder:
        """Return the order of the address, if the person may read it."""
        return self.order()

    @extend_schema(
        summary="Order estimates of a campaign",
        request=WishSerializer,
        responses={201: OrderWithProgressSerializer, 404: UNKNOWN},
    )
    def create(self, request: Request) -> Response:
        """Order estimates; the answer comes at once, the results as workers finish."""
        serializer = WishSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wish = dict(serializer.validated_data)
        campaign = Campaign.objects.filter(pk=wish.pop("campaign"), voided_at=None).first()
        if campaign is None:
            raise NotFound
        require(self.person, campaign.project_id, "estimate.order")
        order = order_estimates(campaign, Wish(**wish), ordered_by=self.person, now=timezone.now())
        body = OrderWithProgressSerializer(order).data
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Cancel what is not finished of an order",
        request=None,
        responses={200: OrderWithProgressSerializer, 404: UNKNOWN},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Cancel what is not finished; what is finished stays."""
        order = self.order("estimate.order")
        cancelled = cancel_order(order, cancelled_by=self.person, now=timezone.now())
        return Response(OrderWithProgressSerializer(cancelled).data)

    @extend_schema(
        summary="The current results of an order as CSV",
        responses={(200, CSV_TYPE): OpenApiTypes.STR, 404: UNKNOWN},
    )
    @action(detail=True, url_path="results.csv")
    def results(self, request: Request, pk: str) -> HttpResponse:
        """Answer a file with one line a result."""
        return csv_answer(self.order())


@extend_schema_view(
    list=extend_schema(summary="Runs: one for each plot and method, and one that sums up"),
    retrieve=extend_schema(summary="One run with its notes and budgets"),
)
class RunViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, EstimateViews[EstimateRun]):
    """Runs: how they stand, what they were made from, how they look."""

    queryset = EstimateRun.objects.all()
    filterset_class = RunFilter

    def get_serializer_class(self) -> type[RunSerializer]:
        """Show details on single runs only."""
        return RunSerializer if self.action == "list" else RunWithDetailsSerializer

    def get_queryset(self) -> QuerySet[EstimateRun]:
        """Return the readable runs for a list, any for a single one."""
        rows = EstimateRun.objects.select_related("order", "plot", "parameter_set")
        if self.action != "list":
            return rows
        self.asked_project()
        return rows.for_user(self.person).defer("details")

    def get_object(self) -> EstimateRun:
        """Return the run of the address, if the person may read it."""
        run = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if run is None:
            raise NotFound
        require(self.person, run.order.project_id, READ)
        return run

    @extend_schema(
        summary="What a run was made from, down to the push of the tablet",
        responses={200: LineageSerializer, 404: UNKNOWN},
    )
    @action(detail=True)
    def lineage(self, request: Request, pk: str) -> Response:
        """Answer every input with the operations, pushes, devices and people behind it."""
        run = self.get_object()
        body = {"run": run, "parameter_set": run.parameter_set, "inputs": origins_of(run)}
        return Response(LineageSerializer(body).data)

    @extend_schema(
        summary="A drawing of a run",
        responses={(200, SVG_TYPE): OpenApiTypes.STR, 404: UNKNOWN},
    )
    @action(detail=True, url_path=r"figures/(?P<name>[-\w]+)")
    def figure(self, request: Request, pk: str, name: str) -> HttpResponse:
        """Answer a drawing as SVG."""
        figure = self.get_object().figures.filter(name=name).first()
        if figure is None:
            raise NotFound
        return HttpResponse(figure.svg, content_type=SVG_TYPE)


@extend_schema_view(list=extend_schema(summary="Results with their intervals"))
class ResultViews(mixins.ListModelMixin, EstimateViews[EstimateResult]):
    """Results: numbers with their intervals, of plots, depth layers and treatments."""

    queryset = EstimateResult.objects.all()
    filterset_class = ResultFilter
    serializer_class = ResultSerializer

    def get_queryset(self) -> QuerySet[EstimateResult]:
        """Return the readable results."""
        self.asked_project()
        return EstimateResult.objects.for_user(self.person).for_display().defer("run__details")


@extend_schema_view(
    list=extend_schema(
        summary="The runs that a record or determination went into",
        description="`kind` is a record type such as `root_fraction`, or `determination`.",
    )
)
class ImpactViews(mixins.ListModelMixin, EstimateViews[EstimateRun]):
    """What a change of a record would touch."""

    queryset = EstimateRun.objects.all()
    serializer_class = RunSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[EstimateRun]:
        """Return the readable runs made from the record, and their summaries."""
        runs = runs_made_from(self.kwargs["kind"], as_uuid(self.kwargs["record"]), user=self.person)
        return runs.select_related("order", "plot", "parameter_set").defer("details")


@extend_schema_view(
    list=extend_schema(summary="Parameter sets"),
    retrieve=extend_schema(summary="One parameter set with all its numbers and their sources"),
)
class ParameterSetViews(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, EstimateViews[ParameterSet]
):
    """The numbers estimates use beyond what was measured; for everybody who is signed in."""

    queryset = ParameterSet.objects.all()
    filter_backends = ()

    def get_serializer_class(self) -> type[ParameterSetSerializer]:
        """Show the numbers of single sets only."""
        if self.action == "list":
            return ParameterSetSerializer
        return ParameterSetWithContentSerializer


def as_uuid(text: Any) -> uuid.UUID:
    """Return the id a text spells; raises NotFound for any other text."""
    try:
        return uuid.UUID(str(text))
    except ValueError:
        raise NotFound from None
