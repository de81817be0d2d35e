"""What a run found, what it found it from, and how that looks."""

from __future__ import annotations

import uuid
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Q

from estimates.models.runs import EstimateRun
from sampling.models import Treatment
from sampling.models.base import append_only, between, one_of

QUANTITIES = [
    ("root_c_stock", "root C stock"),
    ("c_input", "C input"),
    ("root_c_input", "C input of roots"),
    ("rhizodeposit_c_input", "C input of rhizodeposits"),
    ("standing_c_input", "C input of standing roots"),
    ("turnover_c_input", "C input of root turnover"),
    ("deep_root_c_input", "C input of roots below the sampled depth"),
    ("crown_c_input", "C input of crowns and taproots"),
    ("crown_c_stock", "C of crowns and taproots"),
    ("rhizodeposit_limit", "detection limit of rhizodeposits"),
    ("new_soil_c", "soil C of the crop"),
    ("new_soil_c_limit", "detection limit of soil C of the crop"),
    ("root_n_stock", "N of roots"),
    ("rhizodeposit_n_input", "N input of rhizodeposits"),
    ("rhizodeposit_n_limit", "detection limit of N of rhizodeposits"),
    ("straw_c", "C of straw"),
]
LEVELS = [
    ("plot", "plot"),
    ("species", "species"),
    ("layer", "depth layer"),
    ("treatment", "treatment"),
    ("plot_spread", "between methods, plot"),
    ("treatment_spread", "between methods, treatment"),
]
TREATMENT_LEVELS = ("treatment", "treatment_spread")
SPREAD_LEVELS = ("plot_spread", "treatment_spread")

UNITS = {
    "root_c_stock": "g m-2",
    "c_input": "g m-2 a-1",
    "root_c_input": "g m-2 a-1",
    "rhizodeposit_c_input": "g m-2 a-1",
    "standing_c_input": "g m-2 a-1",
    "turnover_c_input": "g m-2 a-1",
    "deep_root_c_input": "g m-2 a-1",
    "crown_c_input": "g m-2 a-1",
    "crown_c_stock": "g m-2",
    "rhizodeposit_limit": "g m-2 a-1",
    "new_soil_c": "g m-2",
    "new_soil_c_limit": "g m-2",
    "root_n_stock": "kg N ha-1",
    "rhizodeposit_n_input": "kg N ha-1 a-1",
    "rhizodeposit_n_limit": "kg N ha-1 a-1",
    "straw_c": "g m-2 a-1",
}
"""Of C where no element is named, per area of ground; the input also per year."""

LARGEST = 1e9  # g C per m2; NaN and infinity are above it for PostgreSQL


class EstimateResultQuerySet(models.QuerySet["EstimateResult"]):
    """Sets of results with a name in the office."""

    def current(self) -> EstimateResultQuerySet:
        """Those of the last run that succeeded for each order, plot and method."""
        return self.filter(run__in=EstimateRun.objects.current())

    def for_display(self) -> EstimateResultQuerySet:
        """Those with what a table names, read along."""
        return self.select_related(
            "run__plot__study__site",
            "run__plot__block",
            "run__plot__treatment",
            "run__parameter_set",
            "run__order",
            "treatment__study__site",
        ).order_by("id")


class EstimateResult(models.Model):
    """One number with its interval, of C in g per m2 of ground, or per m2 and year. Never changed.

    Lower and upper are the ends of the 95 % interval. Depth limits are cm down from the
    surface; without a lower depth it reaches down to the deepest root. The number of a
    treatment has no median: its interval is Student's t. The number of a species is its part of
    the plot, and names it. At a level of spread the sd is that
    between the means of methods, and the interval runs from the lowest method to the highest.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(EstimateRun, models.PROTECT, related_name="results")
    quantity = models.CharField(max_length=20, choices=QUANTITIES)
    level = models.CharField(max_length=20, choices=LEVELS)
    treatment = models.ForeignKey(
        Treatment, models.PROTECT, null=True, blank=True, related_name="+"
    )
    species = models.CharField(max_length=120, blank=True, default="")
    method = models.CharField(max_length=40)
    unit = models.CharField(max_length=24)
    upper_depth_cm = models.FloatField(default=0.0)
    lower_depth_cm = models.FloatField(null=True, blank=True)
    mean = models.FloatField()
    sd = models.FloatField()
    median = models.FloatField(null=True, blank=True)
    lower = models.FloatField()
    upper = models.FloatField()
    details = models.JSONField(default=dict, blank=True)

    objects = EstimateResultQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("estimateresult_level_known", "level", LEVELS),
            models.UniqueConstraint(
                name="estimateresult_once",
                fields=[
                    "run",
                    "quantity",
                    "level",
                    "treatment",
                    "species",
                    "upper_depth_cm",
                    "lower_depth_cm",
                ],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="estimateresult_unit_of_quantity",
                condition=reduce(
                    or_, (Q(quantity=name, unit=unit) for name, unit in UNITS.items())
                ),
                violation_error_code="wrong_unit",
                violation_error_message="Each quantity has its own unit.",
            ),
            models.CheckConstraint(
                name="estimateresult_treatment_named",
                condition=Q(level__in=TREATMENT_LEVELS, treatment__isnull=False)
                | (~Q(level__in=TREATMENT_LEVELS) & Q(treatment__isnull=True)),
                violation_error_code="no_treatment",
                violation_error_message="The result of a treatment names it, and no other does.",
            ),
            models.CheckConstraint(
                name="estimateresult_species_named",
                condition=(Q(level="species") & ~Q(species=""))
                | (~Q(level="species") & Q(species="")),
                violation_error_code="no_species",
                violation_error_message="The result of a species names it, and no other does.",
            ),
            *(
                between(
                    f"estimateresult_{name}_is_a_number",
                    name,
                    -LARGEST,
                    LARGEST,
                    "A result is a finite number.",
                )
                for name in ("mean", "median", "lower", "upper")
            ),
            between(
                "estimateresult_sd_from_zero",
                "sd",
                0,
                LARGEST,
                "A standard deviation is a finite number, 0 or above.",
            ),
            models.CheckConstraint(
                name="estimateresult_interval_in_order",
                condition=Q(lower__lte=F("upper")),
                violation_error_code="out_of_order",
                violation_error_message="An interval starts below its end.",
            ),
            models.CheckConstraint(
                name="estimateresult_depths_in_order",
                condition=Q(upper_depth_cm__gte=0)
                & (Q(lower_depth_cm__isnull=True) | Q(upper_depth_cm__lt=F("lower_depth_cm"))),
                violation_error_code="depths_out_of_order",
                violation_error_message="Upper depth must be above lower depth.",
            ),
        ]
        indexes = [models.Index(fields=["quantity", "level"], name="estimateresult_quantity")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.quantity} {self.mean:.3g} {self.unit}"

    @property
    def unit_with_element(self) -> str:
        """Return the unit with the element it counts: C where the unit names no other."""
        return self.unit if " N " in self.unit else f"{self.unit} C"


class EstimateInput(models.Model):
    """One record, determination or run that a run was made from, at the revision it had."""

    run = models.ForeignKey(EstimateRun, models.PROTECT, related_name="inputs")
    kind = models.CharField(max_length=32)
    record = models.UUIDField()
    revision = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="estimateinput_once", fields=["run", "kind", "record"])
        ]
        indexes = [models.Index(fields=["kind", "record"], name="estimateinput_record")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.kind} {self.record} revision {self.revision}"


class EstimateFigure(models.Model):
    """A drawing of what a run found, as SVG. Never changed."""

    run = models.ForeignKey(EstimateRun, models.PROTECT, related_name="figures")
    name = models.SlugField(max_length=40)
    title = models.CharField(max_length=200)
    svg = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(name="estimatefigure_once", fields=["run", "name"])]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.title
