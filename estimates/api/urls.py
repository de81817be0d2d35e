"""Addresses of the door for machines."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from estimates.api.numbers import MethodViewSet, ParameterSetViewSet
from estimates.api.planning import PlannedPrecisionViewSet
from estimates.api.scenario_views import (
    ContrastResultViewSet,
    ContrastViewSet,
    ScenarioViewSet,
    TreatmentContrastViewSet,
)
from estimates.api.traits import VarietyTraitViewSet
from estimates.api.views import (
    ImpactViewSet,
    OrderViewSet,
    ResultViewSet,
    RunViewSet,
)

router = SimpleRouter(trailing_slash=False)
router.register("estimate-orders", OrderViewSet, basename="estimate-order")
router.register("estimates", RunViewSet, basename="estimate")
router.register("estimate-results", ResultViewSet, basename="estimate-result")
router.register("scenarios", ScenarioViewSet, basename="scenario")
router.register("contrasts", ContrastViewSet, basename="contrast")
router.register("contrast-results", ContrastResultViewSet, basename="contrast-result")
router.register("estimate-methods", MethodViewSet, basename="estimate-method")
router.register("treatment-contrasts", TreatmentContrastViewSet, basename="treatment-contrast")
router.register("planned-precision", PlannedPrecisionViewSet, basename="planned-precision")
router.register("variety-traits", VarietyTraitViewSet, basename="variety-traits")
router.register("parameter-sets", ParameterSetViewSet, basename="parameter-set")

impact: URLPattern = path(
    "estimate-impact/<slug:kind>/<uuid:record>",
    ImpactViewSet.as_view({"get": "list"}),
    name="estimate-impact",
)

urlpatterns: list[URLPattern | URLResolver] = [*router.urls, impact]
