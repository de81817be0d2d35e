"""What lists of scenarios and contrasts can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from estimates.models import (
    CONTRAST_KINDS,
    CONTRAST_QUANTITIES,
    INTERVENTIONS,
    Contrast,
    ContrastResult,
    ContrastRun,
    EstimateRun,
    Scenario,
    TreatmentContrast,
)


class ScenarioFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Scenarios by project and intervention."""

    project = django_filters.UUIDFilter(field_name="project")
    intervention = django_filters.ChoiceFilter(field_name="intervention", choices=INTERVENTIONS)

    class Meta:
        model = Scenario
        fields = ["project", "intervention"]


class ContrastFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Contrasts by project, site and scenario."""

    project = django_filters.UUIDFilter(field_name="project")
    site = django_filters.UUIDFilter(field_name="site")
    baseline = django_filters.UUIDFilter(field_name="baseline")
    intervention = django_filters.UUIDFilter(field_name="intervention")

    class Meta:
        model = Contrast
        fields = ["project", "site", "baseline", "intervention"]


class ContrastResultFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Results by what they are and what they belong to."""

    project = django_filters.UUIDFilter(field_name="run__contrast__project")
    contrast = django_filters.UUIDFilter(field_name="run__contrast")
    run = django_filters.UUIDFilter(field_name="run")
    quantity = django_filters.ChoiceFilter(field_name="quantity", choices=CONTRAST_QUANTITIES)
    kind = django_filters.ChoiceFilter(field_name="kind", choices=CONTRAST_KINDS)
    horizon_years = django_filters.NumberFilter(field_name="horizon_years")
    method = django_filters.CharFilter(field_name="method")
    model = django_filters.CharFilter(field_name="model")
    current = django_filters.BooleanFilter(
        method="keep_current", help_text="Only of the last run that succeeded for each contrast."
    )

    class Meta:
        model = ContrastResult
        fields = ["project", "contrast", "run", "quantity", "kind", "method", "model"]

    def keep_current(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        """Keep what is to be read, when asked to."""
        return rows.filter(run__in=ContrastRun.objects.current()) if value else rows


class TreatmentContrastFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Differences between measured treatments by what they belong to."""

    project = django_filters.UUIDFilter(field_name="run__order__project")
    campaign = django_filters.UUIDFilter(field_name="run__order__campaign")
    order = django_filters.UUIDFilter(field_name="run__order")
    treatment = django_filters.UUIDFilter(field_name="treatment")
    method = django_filters.CharFilter(field_name="method")
    quantity = django_filters.CharFilter(field_name="quantity")
    current = django_filters.BooleanFilter(
        method="keep_current", help_text="Only of the last run that succeeded for each order."
    )

    class Meta:
        model = TreatmentContrast
        fields = ["project", "campaign", "order", "treatment", "method", "quantity"]

    def keep_current(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        """Keep what is to be read, when asked to."""
        return rows.filter(run__in=EstimateRun.objects.current()) if value else rows
