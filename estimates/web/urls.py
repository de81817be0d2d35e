"""Addresses of the door for people."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from estimates.web.orders import CancelOrder, OrderFile, OrderPage, OrdersPage, ProgressPart
from estimates.web.runs import RunFigure, RunPage

pages: list[URLPattern] = [
    path("", OrdersPage.as_view(), name="orders"),
    path("<uuid:order_id>/", OrderPage.as_view(), name="order"),
    path("<uuid:order_id>/progress", ProgressPart.as_view(), name="progress"),
    path("<uuid:order_id>/cancel", CancelOrder.as_view(), name="cancel"),
    path("<uuid:order_id>/results.csv", OrderFile.as_view(), name="file"),
    path("runs/<uuid:run_id>/", RunPage.as_view(), name="run"),
    path("runs/<uuid:run_id>/<slug:name>.svg", RunFigure.as_view(), name="figure"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/<uuid:project_id>/estimates/", include((pages, "estimates"))),
]
