"""The form that asks for estimates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from estimates.orders import DEFAULT_METHODS, Wish
from estimates.orders.options import BACKGROUNDS, LABELS, TRACERS
from estimates.orders.place import LARGEST_SEED
from estimates.runs.registry import REGISTRY
from sampling.models import Campaign, Project

EXTRANEOUS = [
    ("none", "no correction"),
    ("unpicked", "not picked: take off the prior share"),
    ("picked", "picked by hand: take off the smaller prior share"),
    ("hand_check", "as checked by hand; plots without a check fail"),
    ("isotope", "by delta 13C of sample, clean root and extraneous matter"),
]
SOIL_BY = [("ash", "ash"), ("carbon", "C of sample, clean root and soil")]
RHIZODEPOSITION = [
    ("crop", "annual crops"),
    ("cover_crop", "cover crops"),
    ("ley", "leys"),
    ("labelled", "labelled crops; then no roots count as lost in washing"),
]
ROUTES = [
    ("B", "C of the washed sample times its mass"),
    ("A", "C of clean root times the mass of clean root"),
]


PERCENT = 100.0
OPTIONS = (
    "route",
    "soil_by",
    "extraneous",
    "rhizodeposition",
    "target_depth_cm",
    "extrapolate",
    "yield_moisture_percent",
    "season_water_mm",
    "renewal_years",
    "crop_years",
    "tracer",
    "label",
    "background",
)


def _named(words: Sequence[str]) -> list[tuple[str, str]]:
    return [(word, word.replace("_", " ")) for word in words]


class OrderForm(forms.Form):
    """A wish in the words of an analyst; what is left blank takes the default of the method."""

    campaign = forms.ModelChoiceField(queryset=Campaign.objects.none(), empty_label=None)
    methods = forms.MultipleChoiceField(
        choices=[
            (method.name, f"{method.name.replace('_', ' ')}: needs {method.needs}")
            for method in REGISTRY.values()
        ],
        initial=list(DEFAULT_METHODS),
        widget=forms.CheckboxSelectMultiple,
    )
    route = forms.ChoiceField(choices=ROUTES, required=False, label="Way to carbon")
    extraneous = forms.ChoiceField(
        choices=EXTRANEOUS, required=False, label="Extraneous organic matter"
    )
    soil_by = forms.ChoiceField(choices=SOIL_BY, required=False, label="Adhering soil is told by")
    washing_loss = forms.FloatField(
        required=False, min_value=0, max_value=90, label="Roots lost in washing, by a test, %"
    )
    washing_loss_sd = forms.FloatField(
        required=False, min_value=0, max_value=50, label="Standard deviation of that, %"
    )
    rhizodeposition = forms.ChoiceField(
        choices=RHIZODEPOSITION, required=False, label="Rhizodeposits per root C, prior of"
    )
    target_depth_cm = forms.FloatField(
        required=False, min_value=1, max_value=2000, label="Down to a depth of, cm"
    )
    extrapolate = forms.BooleanField(
        required=False, label="Add the roots below the deepest layer, by depth models"
    )
    yield_moisture_percent = forms.FloatField(
        required=False, min_value=0, max_value=99, label="Moisture of yields without one, %"
    )
    season_water_mm = forms.FloatField(
        required=False, min_value=0, max_value=9000, label="Rain and irrigation of the season, mm"
    )
    renewal_years = forms.FloatField(
        required=False, min_value=1, max_value=100, label="Perennials are renewed after, years"
    )
    crop_years = forms.FloatField(
        required=False, min_value=0.1, max_value=1000, label="Years since the vegetation changed"
    )
    tracer = forms.ChoiceField(choices=_named(TRACERS), required=False, label="Tracer of a label")
    label = forms.ChoiceField(
        choices=_named(LABELS), required=False, initial="repeated", label="How it was given"
    )
    background = forms.ChoiceField(
        choices=_named(BACKGROUNDS), required=False, label="Unlabelled soil is that of"
    )
    seed = forms.IntegerField(
        min_value=0,
        max_value=LARGEST_SEED,
        initial=1,
        help_text="The same order with the same seed gives the same numbers.",
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["campaign"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Campaign.objects.filter(project=project, voided_at=None).order_by(
                "-opens_on", "code"
            )

    def wish(self) -> Wish:
        """Return what the form asks for."""
        cleaned = self.cleaned_data
        options = {name: cleaned[name] for name in OPTIONS if cleaned[name] not in ("", None)}
        if cleaned["washing_loss"] is not None:
            options["washing_loss"] = {
                "value": cleaned["washing_loss"] / PERCENT,
                "uncertainty": (cleaned["washing_loss_sd"] or 0.0) / PERCENT,
            }
        return Wish(methods=cleaned["methods"], options=options, seed=cleaned["seed"])
