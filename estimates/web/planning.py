"""The page that plans precision before fieldwork."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from estimates.models import EstimateOrder
from estimates.orders.planning import PlanRow, PlanWish, Typed, measured_plan, typed_plan
from sampling.models import Project
from sampling.web.pages import ProjectPage

PERCENT = 100.0
LARGEST = 1e9


class PlanForm(forms.Form):
    """What precision is wanted, from an order's variances or from typed ones."""

    order = forms.ModelChoiceField(
        queryset=EstimateOrder.objects.none(),
        required=False,
        empty_label="numbers typed below",
        label="Variances of",
    )
    mean = forms.FloatField(required=False, min_value=1e-9, max_value=LARGEST, label="Mean")
    sd_block = forms.FloatField(
        required=False, min_value=0, max_value=LARGEST, label="Standard deviation between blocks"
    )
    sd_plot = forms.FloatField(
        required=False, min_value=0, max_value=LARGEST, label="between plots of a block"
    )
    sd_core = forms.FloatField(
        required=False, min_value=0, max_value=LARGEST, label="between cores of a plot"
    )
    half_width_percent = forms.FloatField(
        min_value=0.1, max_value=1000, initial=20, label="Half the 95 % interval wanted, % of mean"
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["order"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = EstimateOrder.objects.filter(project=project).for_display()

    def clean(self) -> dict[str, Any]:
        """Ask for an order or a mean."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned.get("order") and not cleaned.get("mean"):
            self.add_error("mean", "Choose an order, or type a mean and its variation.")
        return cleaned

    def rows(self) -> list[PlanRow]:
        """Return the plan."""
        cleaned = self.cleaned_data
        wish = PlanWish(relative_half_width=cleaned["half_width_percent"] / PERCENT)
        if cleaned["order"]:
            return measured_plan(cleaned["order"], wish)
        names = ("mean", "sd_block", "sd_plot", "sd_core")
        return typed_plan(Typed(**{name: cleaned[name] or 0.0 for name in names}), wish)


class PlanningPage(ProjectPage):
    """How many blocks and cores a wanted interval needs."""

    permission = "estimate.read"
    template = "estimates/planning.html"

    def get(self, request: HttpRequest, **_ids: object) -> HttpResponse:
        """Show the form and, once it is filled in, the plan."""
        is_asked = "half_width_percent" in request.GET
        given = request.GET if is_asked else None
        form = PlanForm(given, project=self.project)
        is_planned = is_asked and form.is_valid()
        context = {"form": form, "rows": form.rows() if is_planned else (), "asked": is_planned}
        return self.shown(context, status=422 if is_asked and not is_planned else 200)
