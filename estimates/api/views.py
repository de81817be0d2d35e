"""Estimates for machines: orders, runs, results, where they came from and what they went into."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from estimates.api.filters import OrderFilter, ResultFilter, RunFilter
from estimates.api.serializers import (
    LineageSerializer,
    OrderSerializer,
    OrderWithProgressSerializer,
    ResultSerializer,
    RunSerializer,
    RunWithDetailsSerializer,
    WishSerializer,
)
from estimates.models import EstimateOrder, EstimateResult, EstimateRun
from estimates.orders import Wish, cancel_order, order_estimates
from estimates.orders.table import CSV_TYPE, csv_answer
from estimates.runs.provenance import origins_of, runs_made_from
from sampling.api.base import ProjectViewSet, person
from sampling.errors import NotFound
from sampling.models import Campaign

READ, ORDER = "estimate.read", "estimate.order"
SVG_TYPE = "image/svg+xml"
UNKNOWN = OpenApiResponse(description="Not there, or another project's.")


@extend_schema_view(
    list=extend_schema(summary="Orders of estimates"),
    retrieve=extend_schema(summary="One order, with how far it is"),
)
class OrderViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Orders: ask, look, cancel, download."""

    queryset = EstimateOrder.objects.for_display()
    filterset_class = OrderFilter
    needs = {"list": READ, "retrieve": READ, "results": READ, "create": ORDER, "cancel": ORDER}

    def get_serializer_class(self) -> type[OrderSerializer]:
        """Show progress on single orders only."""
        return OrderSerializer if self.action == "list" else OrderWithProgressSerializer

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
        user = self.require(campaign.project_id)
        order = order_estimates(campaign, Wish(**wish), ordered_by=user, now=timezone.now())
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
        order = cancel_order(self.get_object(), cancelled_by=person(request), now=timezone.now())
        return Response(OrderWithProgressSerializer(order).data)

    @extend_schema(
        summary="The current results of an order as CSV",
        responses={(200, CSV_TYPE): OpenApiTypes.STR, 404: UNKNOWN},
    )
    @action(detail=True, url_path="results.csv")
    def results(self, request: Request, pk: str) -> HttpResponse:
        """Answer a file with one line a result."""
        return csv_answer(self.get_object())


@extend_schema_view(
    list=extend_schema(summary="Runs: one for each plot and method, and one that sums up"),
    retrieve=extend_schema(summary="One run with its notes and budgets"),
)
class RunViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ProjectViewSet):
    """Runs: how they stand, what they were made from, how they look."""

    queryset = EstimateRun.objects.select_related("order", "plot", "parameter_set")
    filterset_class = RunFilter
    project_path = "order__project"
    needs = dict.fromkeys(("list", "retrieve", "lineage", "figure"), READ)

    def get_serializer_class(self) -> type[RunSerializer]:
        """Show details on single runs only."""
        return RunSerializer if self.action == "list" else RunWithDetailsSerializer

    def get_queryset(self) -> QuerySet[EstimateRun]:
        """Return the readable runs, for a list without what is long."""
        rows: QuerySet[EstimateRun] = super().get_queryset()
        return rows.defer("details") if self.action == "list" else rows

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
class ResultViewSet(mixins.ListModelMixin, ProjectViewSet):
    """Results: numbers with their intervals, of plots, depth layers and treatments."""

    queryset = EstimateResult.objects.for_display().defer(
        "run__details", "run__parameter_set__content"
    )
    filterset_class = ResultFilter
    serializer_class = ResultSerializer
    project_path = "run__order__project"
    needs = {"list": READ}


@extend_schema_view(
    list=extend_schema(
        summary="The runs that a record or determination went into",
        description="`kind` is a record type such as `root_fraction`, or `determination`.",
    )
)
class ImpactViewSet(mixins.ListModelMixin, ProjectViewSet):
    """What a change of a record would touch."""

    queryset = EstimateRun.objects.select_related("order", "plot", "parameter_set")
    serializer_class = RunSerializer
    project_path = "order__project"
    needs = {"list": READ}

    def get_queryset(self) -> QuerySet[EstimateRun]:
        """Return the readable runs made from the record, and their summaries."""
        rows: QuerySet[EstimateRun] = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        touched = runs_made_from(self.kwargs["kind"], self.kwargs["record"])
        return rows.filter(pk__in=touched.values("pk")).defer("details")
