"""Addresses of the door for people."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from estimates.web.orders import CancelOrder, OrderFile, OrderPage, OrdersPage, ProgressPart
from estimates.web.planning import PlanningPage
from estimates.web.runs import RunFigure, RunPage
from estimates.web.scenarios import (
    CancelContrast,
    ContrastDrawing,
    ContrastFile,
    ContrastPage,
    NewScenario,
    ScenarioPage,
    ScenariosPage,
)
from estimates.web.traits import TraitsFile, TraitsPage

pages: list[URLPattern] = [
    path("", OrdersPage.as_view(), name="orders"),
    path("planning/", PlanningPage.as_view(), name="planning"),
    path("traits/<uuid:campaign_id>/", TraitsPage.as_view(), name="traits"),
    path("traits/<uuid:campaign_id>/traits.csv", TraitsFile.as_view(), name="traits-file"),
    path("<uuid:order_id>/", OrderPage.as_view(), name="order"),
    path("<uuid:order_id>/progress", ProgressPart.as_view(), name="progress"),
    path("<uuid:order_id>/cancel", CancelOrder.as_view(), name="cancel"),
    path("<uuid:order_id>/results.csv", OrderFile.as_view(), name="file"),
    path("runs/<uuid:run_id>/", RunPage.as_view(), name="run"),
    path("runs/<uuid:run_id>/<slug:name>.svg", RunFigure.as_view(), name="figure"),
]

scenarios: list[URLPattern] = [
    path("", ScenariosPage.as_view(), name="home"),
    path("new/", NewScenario.as_view(), name="new"),
    path("<uuid:scenario_id>/", ScenarioPage.as_view(), name="scenario"),
    path("contrasts/<uuid:contrast_id>/", ContrastPage.as_view(), name="contrast"),
    path("contrasts/<uuid:contrast_id>/cancel", CancelContrast.as_view(), name="cancel"),
    path("contrasts/<uuid:contrast_id>/results.csv", ContrastFile.as_view(), name="file"),
    path("contrasts/<uuid:contrast_id>/<slug:name>.svg", ContrastDrawing.as_view(), name="figure"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/<uuid:project_id>/estimates/", include((pages, "estimates"))),
    path("projects/<uuid:project_id>/scenarios/", include((scenarios, "scenarios"))),
]
