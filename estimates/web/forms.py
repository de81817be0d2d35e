"""The form that asks for estimates."""

from __future__ import annotations

from typing import Any

from django import forms

from estimates.orders import METHOD_NAMES, Wish
from estimates.orders.place import LARGEST_SEED
from sampling.models import Campaign, Project

EXTRANEOUS = [
    ("none", "no correction"),
    ("unpicked", "not picked: take off the prior share"),
    ("picked", "picked by hand: take off the smaller prior share"),
]
ROUTES = [
    ("B", "C of the washed sample times its mass"),
    ("A", "C of clean root times the mass of clean root"),
]


class OrderForm(forms.Form):
    """A wish in the words of an analyst; what is left blank takes the default of the method."""

    campaign = forms.ModelChoiceField(queryset=Campaign.objects.none(), empty_label=None)
    methods = forms.MultipleChoiceField(
        choices=[(name, name.replace("_", " ")) for name in METHOD_NAMES],
        initial=list(METHOD_NAMES),
        widget=forms.CheckboxSelectMultiple,
    )
    route = forms.ChoiceField(choices=ROUTES, required=False, label="Way to carbon")
    extraneous = forms.ChoiceField(
        choices=EXTRANEOUS, required=False, label="Extraneous organic matter"
    )
    target_depth_cm = forms.FloatField(
        required=False, min_value=1, max_value=2000, label="Down to a depth of, cm"
    )
    extrapolate = forms.BooleanField(
        required=False, label="Add the roots below the deepest layer, by depth models"
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
        options = {
            name: cleaned[name]
            for name in ("route", "extraneous", "target_depth_cm", "extrapolate")
            if cleaned[name] not in ("", None)
        }
        return Wish(methods=cleaned["methods"], options=options, seed=cleaned["seed"])
