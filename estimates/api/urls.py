"""Addresses of the door for machines."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from estimates.api.views import (
    ImpactViews,
    OrderViews,
    ParameterSetViews,
    ResultViews,
    RunViews,
)

router = SimpleRouter()
router.register("estimate-orders", OrderViews, basename="estimate-order")
router.register("estimates", RunViews, basename="estimate")
router.register("estimate-results", ResultViews, basename="estimate-result")
router.register("parameter-sets", ParameterSetViews, basename="parameter-set")

impact: URLPattern = path(
    "estimate-impact/<slug:kind>/<uuid:record>/",
    ImpactViews.as_view({"get": "list"}),
    name="estimate-impact",
)

urlpatterns: list[URLPattern | URLResolver] = [*router.urls, impact]
