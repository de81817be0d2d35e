"""Planned precision for machines."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from estimates.api.numbers import ReadsEstimates
from estimates.api.views import READ, UNKNOWN
from estimates.models import EstimateOrder
from estimates.orders.planning import CORES, PlanWish, Typed, measured_plan, typed_plan
from sampling.actions.access import projects_allowing
from sampling.api.base import person
from sampling.errors import NotFound

TYPED = ("mean", "sd_block", "sd_plot", "sd_core")


class PlanWishSerializer(serializers.Serializer[Any]):
    """What precision is wanted, and what is known of the variation."""

    order = serializers.UUIDField(
        required=False, help_text="An order whose measured variances are taken."
    )
    mean = serializers.FloatField(
        required=False, min_value=1e-9, max_value=1e9, help_text="Without an order: the mean."
    )
    sd_block = serializers.FloatField(required=False, min_value=0, max_value=1e9)
    sd_plot = serializers.FloatField(required=False, min_value=0, max_value=1e9)
    sd_core = serializers.FloatField(required=False, min_value=0, max_value=1e9)
    relative_half_width = serializers.FloatField(
        default=0.2, min_value=1e-3, max_value=10, help_text="Half the interval over the mean."
    )
    coverage = serializers.FloatField(default=0.95, min_value=0.5, max_value=0.9999)
    cores = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=100),
        default=list(CORES),
        min_length=1,
        max_length=10,
        help_text="Cores a plot; one line of the answer for each.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an order beside typed numbers, neither, and words nobody knows."""
        unknown = sorted(set(self.initial_data) - set(self.fields))
        if unknown:
            raise ValidationError({name: ["Not known."] for name in unknown})
        typed = [name for name in TYPED if name in attrs]
        if ("order" in attrs) == bool(typed):
            raise ValidationError({"order": ["Name an order, or type a mean and its variation."]})
        if typed and "mean" not in attrs:
            raise ValidationError({"mean": ["Type the mean the variation belongs to."]})
        return attrs

    def wish(self) -> PlanWish:
        """Return what is wanted."""
        given = self.validated_data
        return PlanWish(
            relative_half_width=given["relative_half_width"],
            cores=given["cores"],
            coverage=given["coverage"],
        )


class PlanRowSerializer(serializers.Serializer[Any]):
    """What one comparison needs with so many cores a plot."""

    of = serializers.CharField()
    comparison = serializers.CharField()
    quantity = serializers.CharField()
    method = serializers.CharField()
    unit = serializers.CharField()
    mean = serializers.FloatField(help_text="Of a difference: that of the control.")
    cores = serializers.IntegerField()
    blocks = serializers.IntegerField(allow_null=True)
    half_width = serializers.FloatField(allow_null=True)
    relative_half_width = serializers.FloatField(allow_null=True)
    shared_half_width = serializers.FloatField(
        help_text="What no replicate narrows; it comes on top."
    )
    parameter_set = serializers.CharField()
    code_version = serializers.CharField()
    reason = serializers.CharField()


class PlannedPrecisionViewSet(ViewSet):
    """How many blocks a wanted interval needs."""

    permission_classes = [ReadsEstimates]
    http_method_names = ["get", "head"]

    @extend_schema(
        summary="Blocks needed for a wanted half-width, from an order or from typed numbers",
        parameters=[PlanWishSerializer],
        responses={200: PlanRowSerializer(many=True), 404: UNKNOWN},
    )
    def list(self, request: Request) -> Response:
        """Answer a line for each treatment, contrast and number of cores."""
        serializer = PlanWishSerializer(data=request.query_params)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        if "order" not in given:
            typed = Typed(**{name: given[name] for name in TYPED if name in given})
            rows = typed_plan(typed, serializer.wish())
        else:
            projects = projects_allowing(person(request), READ)
            order = EstimateOrder.objects.filter(project__in=projects, pk=given["order"]).first()
            if order is None:
                raise NotFound
            rows = measured_plan(order, serializer.wish())
        return Response(PlanRowSerializer(rows, many=True).data)
