"""Addresses of the laboratory's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from sampling.web import lab, lab_batches

app_name = "lab"

urlpatterns: list[URLPattern] = [
    path("projects/<uuid:project_id>/lab/", lab.Queue.as_view(), name="home"),
    path("projects/<uuid:project_id>/lab/batches/", lab_batches.Batches.as_view(), name="batches"),
    path(
        "projects/<uuid:project_id>/lab/batches/<uuid:batch_id>/",
        lab_batches.Batch.as_view(),
        name="batch",
    ),
    path(
        "projects/<uuid:project_id>/lab/campaigns/<uuid:campaign_id>/",
        lab.ResultsGrid.as_view(),
        name="results",
    ),
]
