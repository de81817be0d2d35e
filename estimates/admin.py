"""Estimates in the administration: to look at, never to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from estimates.models import EstimateOrder, EstimateResult, EstimateRun, ParameterSet


class LookOnly(ModelAdmin):  # type: ignore[misc]
    """Rows that only orders and workers write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: orders are placed by analysts."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: results are superseded, never changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: results are superseded, never deleted."""
        return False


@admin.register(ParameterSet)
class ParameterSetAdmin(LookOnly):
    """Versions of the numbers of a method."""

    list_display = ("method", "version", "name", "sha256", "loaded_at")
    list_filter = ("method",)


@admin.register(EstimateOrder)
class EstimateOrderAdmin(LookOnly):
    """Orders, the latest first."""

    list_display = ("campaign", "project", "methods", "seed", "ordered_by", "ordered_at")
    list_filter = ("project",)
    list_select_related = ("campaign", "project", "ordered_by")
    date_hierarchy = "ordered_at"


@admin.register(EstimateRun)
class EstimateRunAdmin(LookOnly):
    """Runs with their state, attempts and reasons."""

    list_display = (
        "plot",
        "method",
        "state",
        "attempt",
        "worker",
        "is_stale",
        "failure_reason",
        "finished_at",
    )
    list_filter = ("state", "is_stale", "cause", "is_summary", "method")
    list_select_related = ("plot",)


@admin.register(EstimateResult)
class EstimateResultAdmin(LookOnly):
    """Numbers with their intervals."""

    list_display = ("run", "level", "quantity", "mean", "lower", "upper", "unit")
    list_filter = ("level", "quantity", "method")
    list_select_related = ("run",)
