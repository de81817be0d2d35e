"""Estimates in the administration: to look at, never to change."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
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
    TreatmentContrast,
)
from estimates.orders.parameter_sets import add_parameter_set, check_parameter_content
from sampling.errors import RootfieldError
from sampling.models import User

if TYPE_CHECKING:  # the stubs know what a form is of, Django does not
    AnyModelForm = forms.ModelForm[ParameterSet]
else:
    AnyModelForm = forms.ModelForm


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


class NewVersionForm(AnyModelForm):
    """A whole parameter set as JSON, checked before it is stored."""

    content = forms.JSONField(
        widget=forms.Textarea(attrs={"rows": 40}),
        help_text="The set as it is to be, with a new version and the source of each number.",
    )

    class Meta:
        model = ParameterSet
        fields = ["content"]

    def clean(self) -> dict[str, Any] | None:
        """Refuse what breaks the rules of a set, with the sentence that says what is wrong."""
        content = self.cleaned_data.get("content")
        if content is not None:
            try:
                check_parameter_content(content)
            except RootfieldError as error:
                self.add_error("content", error.detail)
        return self.cleaned_data


@admin.register(ParameterSet)
class ParameterSetAdmin(LookOnly):
    """Versions of the numbers of a method: to look at, and to start the next one from."""

    form = NewVersionForm
    list_display = ("method", "version", "name", "sha256", "loaded_at", "loaded_by")
    list_filter = ("method",)
    list_select_related = ("loaded_by",)
    actions = ("start_new_version",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may add parameter sets."""
        return request.user.has_perm("estimates.add_parameterset")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the content of the set to start from, where one is named."""
        start = request.GET.get("from", "")
        known = ParameterSet.objects.filter(pk=start).first() if is_uuid(start) else None
        return {"content": known.content} if known else {}

    def save_model(self, request: HttpRequest, obj: ParameterSet, form: Any, change: bool) -> None:
        """Store the new version through the one function that does."""
        assert isinstance(request.user, User)
        stored = add_parameter_set(
            form.cleaned_data["content"], loaded_by=request.user, now=timezone.now()
        )
        obj.pk, obj.method, obj.version = stored.pk, stored.method, stored.version

    @admin.action(description="Start a new version from this set", permissions=["add"])
    def start_new_version(
        self, request: HttpRequest, chosen: QuerySet[ParameterSet]
    ) -> HttpResponse:
        """Open the form of a new version with the numbers of the first set chosen."""
        first = chosen.order_by("method", "-loaded_at").first()
        start = f"?from={first.pk}" if first else ""
        return redirect(reverse("admin:estimates_parameterset_add") + start)


def is_uuid(text: str) -> bool:
    """Return whether a text is an id."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


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

    list_display = ("run", "level", "quantity", "species", "mean", "lower", "upper", "unit")
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


@admin.register(TreatmentContrast)
class TreatmentContrastAdmin(LookOnly):
    """Measured treatments minus the control of their study."""

    list_display = ("treatment", "baseline", "quantity", "method", "mean", "lower", "upper")
    list_filter = ("quantity", "method")
    list_select_related = ("treatment__study", "baseline__study")
