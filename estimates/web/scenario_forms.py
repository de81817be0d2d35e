"""Forms that write down a scenario and ask what it does against another."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from estimates.models import INTERVENTIONS, Scenario
from estimates.orders.contrast_options import INPUT_METHODS, OPTIONS, SOIL_MODELS
from estimates.orders.place import LARGEST_SEED
from estimates.orders.scenarios import LONGEST_NAME, ContrastWish, Draft
from sampling.models import Project, Site

STANDS, AMENDMENTS = 6, 2
"""Rows on the page; what is left blank is not grown."""

USES = [
    ("main", "main crop"),
    ("cover", "cover crop"),
    ("grass", "grass"),
    ("tree", "tree row"),
]
TILLAGE = [("full", "full"), ("reduced", "reduced"), ("none", "none")]
MONTHS = [(number, calendar.month_abbr[number]) for number in range(1, 13)]
STATED = ("root_t_ha", "rhizodeposit_t_ha", "shoot_t_ha")
PLACES = ("soc_t_ha", "soc_variation", "stock_depth_cm", "clay_percent", "sand_percent", "ph")


class ScenarioForm(forms.Form):
    """What a scenario is called and what it is for."""

    name = forms.CharField(max_length=LONGEST_NAME)
    intervention = forms.ChoiceField(choices=INTERVENTIONS)
    tillage = forms.ChoiceField(choices=TILLAGE)
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))


class StandForm(forms.Form):
    """A crop of one year of the rotation."""

    year = forms.IntegerField(min_value=1, max_value=12, initial=1, label="Year of the rotation")
    crop = forms.CharField(max_length=80, help_text="winter wheat, spring barley, radish ...")
    use = forms.ChoiceField(choices=USES)
    yield_t_ha = forms.FloatField(
        min_value=0,
        max_value=100,
        label="Yield, t dry matter per ha",
        help_text="Of cover crops and grass the whole shoot.",
    )
    yield_variation = forms.FloatField(
        min_value=0, max_value=2, initial=0.1, label="Its coefficient of variation"
    )
    first_month = forms.TypedChoiceField(choices=MONTHS, coerce=int, label="Grows from")
    last_month = forms.TypedChoiceField(choices=MONTHS, coerce=int, label="to", initial=12)
    residues_returned = forms.FloatField(
        min_value=0, max_value=1, initial=1, label="Share of the straw that stays"
    )
    ground_share = forms.FloatField(
        min_value=0, max_value=1, initial=1, label="Share of the ground it covers"
    )
    variety = forms.CharField(max_length=80, required=False)
    root_factor = forms.FloatField(
        min_value=0, max_value=20, initial=1, label="Roots against the usual variety"
    )
    root_factor_variation = forms.FloatField(
        min_value=0, max_value=2, initial=0, label="Coefficient of variation of that"
    )
    beta = forms.FloatField(
        min_value=0.5, max_value=0.9999, required=False, label="Beta of rooting depth"
    )
    deepest_cm = forms.FloatField(
        min_value=1, max_value=1000, required=False, label="Deepest root, cm"
    )
    root_t_ha = forms.FloatField(
        min_value=0, max_value=50, required=False, label="Known C input of roots, t per ha"
    )
    rhizodeposit_t_ha = forms.FloatField(
        min_value=0, max_value=50, required=False, label="Known rhizodeposits, t C per ha"
    )
    shoot_t_ha = forms.FloatField(
        min_value=0, max_value=50, required=False, label="Known litter above ground, t C per ha"
    )

    def stand(self) -> tuple[int, dict[str, Any]]:
        """Return the year and the stand as a document says it."""
        given = {name: value for name, value in self.cleaned_data.items() if value is not None}
        stated = {name: given.pop(name) for name in STATED if name in given}
        year = given.pop("year")
        if stated:
            given["stated"] = {"root_t_ha": 0.0, "rhizodeposit_t_ha": 0.0, **stated}
        return year, given


class AmendmentForm(forms.Form):
    """Organic matter brought in one year of the rotation."""

    year = forms.IntegerField(min_value=1, max_value=12, initial=1, label="Year of the rotation")
    kind = forms.CharField(max_length=80, help_text="farmyard manure, compost ...")
    carbon_t_ha = forms.FloatField(min_value=0, max_value=50, label="t C per ha")
    month = forms.TypedChoiceField(choices=MONTHS, coerce=int, initial=10)
    variation = forms.FloatField(
        min_value=0, max_value=2, initial=0.1, label="Coefficient of variation"
    )

    def amendment(self) -> tuple[int, dict[str, Any]]:
        """Return the year and the amendment as a document says it."""
        given = dict(self.cleaned_data)
        return given.pop("year"), given


StandSet = forms.formset_factory(StandForm, extra=STANDS, max_num=20)
AmendmentSet = forms.formset_factory(AmendmentForm, extra=AMENDMENTS, max_num=10)


def draft_of(form: ScenarioForm, stands: Any, amendments: Any) -> Draft:
    """Return the draft that the forms together write."""
    grown = [each.stand() for each in stands if each.has_changed()]
    brought = [each.amendment() for each in amendments if each.has_changed()]
    length = max((year for year, _ in (*grown, *brought)), default=0)
    tillage = form.cleaned_data["tillage"]
    years = [
        {
            "stands": [stand for place, stand in grown if place == number],
            "amendments": [item for place, item in brought if place == number],
            "tillage": tillage,
        }
        for number in range(1, length + 1)
    ]
    return Draft(
        name=form.cleaned_data["name"],
        intervention=form.cleaned_data["intervention"],
        note=form.cleaned_data["note"],
        document={"years": years},
    )


def filled_from(scenario: Scenario | None) -> tuple[ScenarioForm, Any, Any]:
    """Return the forms as a scenario has them, to be changed into another; blank without one."""
    if scenario is None:
        return ScenarioForm(), StandSet(prefix="stands"), AmendmentSet(prefix="amendments")
    years = scenario.document["years"]
    form = ScenarioForm(
        initial={
            "name": f"{scenario.name}, changed"[:LONGEST_NAME],
            "intervention": scenario.intervention,
            "tillage": years[0]["tillage"],
        }
    )
    stands = [
        {"year": number, **stand, **(stand["stated"] or {})}
        for number, year in enumerate(years, start=1)
        for stand in year["stands"]
    ]
    amendments = [
        {"year": number, **item}
        for number, year in enumerate(years, start=1)
        for item in year["amendments"]
    ]
    return (
        form,
        StandSet(prefix="stands", initial=stands),
        AmendmentSet(prefix="amendments", initial=amendments),
    )


class ContrastForm(forms.Form):
    """What is asked: which scenario against which, where, and by which methods and models."""

    baseline = forms.ModelChoiceField(queryset=Scenario.objects.none(), empty_label=None)
    intervention = forms.ModelChoiceField(queryset=Scenario.objects.none(), empty_label=None)
    site = forms.ModelChoiceField(
        queryset=Site.objects.none(),
        empty_label=None,
        help_text="It needs clay, sand and the weather of one whole year or more.",
    )
    soc_t_ha = forms.FloatField(min_value=0.1, max_value=1000, label="SOC at the start, t per ha")
    soc_variation = forms.FloatField(
        min_value=0, max_value=2, initial=0.1, label="Its coefficient of variation"
    )
    stock_depth_cm = forms.FloatField(
        min_value=5, max_value=100, initial=30, label="Depth of that stock, cm"
    )
    clay_percent = forms.FloatField(
        min_value=0, max_value=100, required=False, label="Clay, %, if not that of the site"
    )
    sand_percent = forms.FloatField(
        min_value=0, max_value=100, required=False, label="Sand, %, if not that of the site"
    )
    ph = forms.FloatField(
        min_value=2, max_value=12, required=False, label="pH, if not that of the site"
    )
    weather_order = forms.ChoiceField(
        choices=[
            ("repeat", "the years as recorded, again and again"),
            ("bootstrap", "years drawn from those recorded"),
        ],
        initial="repeat",
        required=False,
        label="Weather of the years to come",
    )
    methods = forms.MultipleChoiceField(
        choices=[(name, name.replace("_", " ")) for name in INPUT_METHODS],
        initial=list(INPUT_METHODS),
        widget=forms.CheckboxSelectMultiple,
        label="Ways to the C input",
    )
    soil_models = forms.MultipleChoiceField(
        choices=[(name, name.replace("_", " ")) for name in SOIL_MODELS],
        initial=list(SOIL_MODELS),
        widget=forms.CheckboxSelectMultiple,
        label="Soil models",
    )
    seed = forms.IntegerField(
        min_value=0,
        max_value=LARGEST_SEED,
        initial=1,
        help_text="The same contrast with the same seed gives the same numbers.",
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scenarios = Scenario.objects.filter(project=project).order_by("-created_at", "pk")
        sites = Site.objects.filter(project=project, voided_at=None).order_by("code")
        self._choose({"baseline": scenarios, "intervention": scenarios, "site": sites})

    def _choose(self, querysets: Mapping[str, Any]) -> None:
        for name, queryset in querysets.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset

    def wish(self) -> ContrastWish:
        """Return what the form asks for."""
        cleaned = self.cleaned_data
        return ContrastWish(
            site=cleaned["site"].pk,
            baseline=cleaned["baseline"].pk,
            intervention=cleaned["intervention"].pk,
            methods=cleaned["methods"],
            soil_models=cleaned["soil_models"],
            options=_given(cleaned, PLACES)
            | ({"weather_order": "bootstrap"} if cleaned["weather_order"] == "bootstrap" else {}),
            seed=cleaned["seed"],
        )


def _given(cleaned: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: cleaned[name] for name in names if name in OPTIONS and cleaned[name] is not None}
