"""Addresses of the door for the bench."""

from __future__ import annotations

from django.urls import path

from sampling.lab import views

app_name = "lab-api"

urlpatterns = [
    path("results:bulk", views.ResultsBulk.as_view(), name="results-bulk"),
    path("results:move", views.ResultsMove.as_view(), name="results-move"),
    path("results", views.ResultList.as_view(), name="results"),
    path("results/<uuid:pk>", views.ResultDetail.as_view(), name="result"),
    path("results/<uuid:result_id>:amend", views.ResultAmend.as_view(), name="result-amend"),
    path("batches", views.BatchList.as_view(), name="batches"),
    path("batches/<uuid:pk>", views.BatchDetail.as_view(), name="batch"),
    path("batches/<uuid:pk>:undo", views.BatchUndo.as_view(), name="batch-undo"),
]
