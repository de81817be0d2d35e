"""What lists of estimates can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from estimates.models import (
    LEVELS,
    QUANTITIES,
    RUN_STATES,
    EstimateOrder,
    EstimateResult,
    EstimateRun,
)


class OrderFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Orders by project or campaign."""

    project = django_filters.UUIDFilter(field_name="project")
    campaign = django_filters.UUIDFilter(field_name="campaign")

    class Meta:
        model = EstimateOrder
        fields = ["project", "campaign"]


class RunFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Runs by what they belong to and how they stand."""

    project = django_filters.UUIDFilter(field_name="order__project")
    campaign = django_filters.UUIDFilter(field_name="order__campaign")
    order = django_filters.UUIDFilter(field_name="order")
    plot = django_filters.UUIDFilter(field_name="plot")
    method = django_filters.CharFilter(field_name="method")
    state = django_filters.ChoiceFilter(field_name="state", choices=RUN_STATES)
    is_stale = django_filters.BooleanFilter(field_name="is_stale")
    is_summary = django_filters.BooleanFilter(field_name="is_summary")
    current = django_filters.BooleanFilter(
        method="keep_current", help_text="Only the last that succeeded for each plot and method."
    )

    class Meta:
        model = EstimateRun
        fields = ["project", "campaign", "order", "plot", "method", "state", "is_stale"]

    def keep_current(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        """Keep what is to be read, when asked to."""
        return rows.filter(pk__in=EstimateRun.objects.current().values("pk")) if value else rows


class ResultFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Results by what they are and what they belong to."""

    project = django_filters.UUIDFilter(field_name="run__order__project")
    campaign = django_filters.UUIDFilter(field_name="run__order__campaign")
    order = django_filters.UUIDFilter(field_name="run__order")
    run = django_filters.UUIDFilter(field_name="run")
    plot = django_filters.UUIDFilter(field_name="run__plot")
    treatment = django_filters.UUIDFilter(field_name="treatment")
    method = django_filters.CharFilter(field_name="method")
    quantity = django_filters.ChoiceFilter(field_name="quantity", choices=QUANTITIES)
    level = django_filters.ChoiceFilter(field_name="level", choices=LEVELS)
    is_stale = django_filters.BooleanFilter(field_name="run__is_stale")
    current = django_filters.BooleanFilter(
        method="keep_current", help_text="Only of the last run that succeeded for each plot."
    )

    class Meta:
        model = EstimateResult
        fields = ["project", "campaign", "order", "run", "plot", "treatment", "method"]

    def keep_current(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        """Keep what is to be read, when asked to."""
        return rows.filter(run__in=EstimateRun.objects.current()) if value else rows
