"""Estimates in the administration: to look at, never to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from estimates.models import (
    Contrast,
    ContrastResult,
    ContrastRun,
    EstimateOrder,
    EstimateResult,
    EstimateRun,
    ParameterSet,
    Scenario,
)


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


@admin.register(Scenario)
class ScenarioAdmin(LookOnly):
    """Scenarios, the latest first."""

    list_display = ("name", "project", "intervention", "created_by", "created_at")
    list_filter = ("project", "intervention")
    list_select_related = ("project", "created_by")
    date_hierarchy = "created_at"


@admin.register(Contrast)
class ContrastAdmin(LookOnly):
    """Contrasts, the latest first."""

    list_display = ("intervention", "baseline", "site", "project", "seed", "ordered_at")
    list_filter = ("project",)
    list_select_related = ("intervention", "baseline", "site", "project")
    date_hierarchy = "ordered_at"


@admin.register(ContrastRun)
class ContrastRunAdmin(LookOnly):
    """Runs of contrasts with their state and reasons."""

    list_display = ("contrast", "state", "attempt", "worker", "is_stale", "finished_at")
    list_filter = ("state", "is_stale", "cause")
    list_select_related = ("contrast__baseline", "contrast__intervention")


@admin.register(ContrastResult)
class ContrastResultAdmin(LookOnly):
    """Differences by method and model, and how far those lie apart."""

    list_display = ("quantity", "horizon_years", "method", "model", "mean", "lower", "upper")
    list_filter = ("kind", "quantity", "method", "model")
