"""Root traits of varieties for machines."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from estimates.api.numbers import ReadsEstimates
from estimates.api.views import READ, UNKNOWN
from estimates.traits.table import traits_of
from sampling.actions.access import projects_allowing
from sampling.api.base import as_uuid, person
from sampling.errors import NotFound
from sampling.models import Campaign


class TraitRowSerializer(serializers.Serializer[Any]):
    """One trait of one variety: mean and standard deviation of its plots."""

    species = serializers.CharField()
    variety = serializers.CharField()
    trait = serializers.CharField()
    groot = serializers.CharField(help_text="Its name in GRooT, blank where it has none.")
    unit = serializers.CharField()
    upper_depth_cm = serializers.FloatField(allow_null=True)
    lower_depth_cm = serializers.FloatField(allow_null=True)
    mean = serializers.FloatField()
    sd = serializers.FloatField(allow_null=True)
    plots = serializers.IntegerField()
    method_doi = serializers.CharField()


class TraitTableSerializer(serializers.Serializer[Any]):
    """The traits of a campaign, and what is doubtful or could not be read."""

    rows = TraitRowSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())


class VarietyTraitViewSet(ViewSet):
    """What scans, crowns and depth profiles say of varieties."""

    permission_classes = [ReadsEstimates]
    http_method_names = ["get", "head"]

    @extend_schema(
        summary="Root traits of the varieties of a campaign, under the names of GRooT",
        parameters=[OpenApiParameter("campaign", str, required=True)],
        responses={200: TraitTableSerializer, 404: UNKNOWN},
    )
    def list(self, request: Request) -> Response:
        """Answer every trait that was measured; D50, D95 and beta come from root mass by depth."""
        asked = request.query_params.get("campaign", "")
        if not asked:
            raise ValidationError({"campaign": ["Name the campaign."]})
        projects = projects_allowing(person(request), READ)
        campaign = Campaign.objects.filter(project__in=projects, pk=as_uuid(asked)).first()
        if campaign is None:
            raise NotFound
        return Response(TraitTableSerializer(traits_of(campaign)).data)
