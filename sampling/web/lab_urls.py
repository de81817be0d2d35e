"""Addresses of the laboratory's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from sampling.web import lab

app_name = "lab"

urlpatterns: list[URLPattern] = [
    path("projects/<uuid:project_id>/lab/", lab.Queue.as_view(), name="home"),
    path(
        "projects/<uuid:project_id>/lab/campaigns/<uuid:campaign_id>/",
        lab.ResultsGrid.as_view(),
        name="results",
    ),
]
