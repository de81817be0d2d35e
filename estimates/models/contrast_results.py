"""What a contrast found: differences by method and model, how far those lie apart, drawings."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from estimates.models.scenarios import ContrastRun
from sampling.models.base import append_only, between, one_of

CONTRAST_QUANTITIES = [
    ("c_input", "C input"),
    ("root_c_input", "C input of roots"),
    ("soc", "SOC"),
    ("soc_equilibrium", "SOC at equilibrium"),
    ("co2e", "CO2 equivalent"),
    ("co2e_equilibrium", "CO2 equivalent at equilibrium"),
]
CONTRAST_UNITS = {
    "c_input": "t ha-1 a-1",
    "root_c_input": "t ha-1 a-1",
    "soc": "t ha-1",
    "soc_equilibrium": "t ha-1",
    "co2e": "t CO2 ha-1",
    "co2e_equilibrium": "t CO2 ha-1",
}
"""Of C, but for the CO2 equivalent; per area of ground; inputs also per year."""

CONTRAST_KINDS = [
    ("difference", "difference by one method and model"),
    ("methods", "how far methods lie apart"),
    ("models", "how far models lie apart"),
]

LARGEST = 1e9  # NaN and infinity are above it for PostgreSQL

_UNIT_OF_QUANTITY = Q()
for _quantity, _unit in CONTRAST_UNITS.items():
    _UNIT_OF_QUANTITY |= Q(quantity=_quantity, unit=_unit)


class ContrastResultQuerySet(models.QuerySet["ContrastResult"]):
    """Sets of results of contrasts with a name in the office."""

    def current(self) -> ContrastResultQuerySet:
        """Those of the last run that succeeded for each contrast."""
        return self.filter(run__in=ContrastRun.objects.current())

    def for_display(self) -> ContrastResultQuerySet:
        """Those with what a table names, read along, in the order of a table."""
        return self.select_related(
            "run__contrast__site", "run__contrast__baseline", "run__contrast__intervention"
        ).order_by("quantity", "horizon_years", "kind", "method", "model", "id")


class ContrastResult(models.Model):
    """Intervention minus baseline with its 95 % interval, by one method and model. Never changed.

    Where `kind` is a spread, lower and upper are the lowest and highest mean difference of the
    methods or models, sd is that between them, and there is no mean: they are not pooled. A
    quantity that depends on no soil model leaves `model` blank; horizon 0 means for ever.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(ContrastRun, models.PROTECT, related_name="results")
    quantity = models.CharField(max_length=20, choices=CONTRAST_QUANTITIES)
    kind = models.CharField(max_length=12, choices=CONTRAST_KINDS)
    horizon_years = models.PositiveSmallIntegerField(default=0)
    method = models.CharField(max_length=40, blank=True)
    method_version = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=40, blank=True)
    model_version = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=24)
    baseline_mean = models.FloatField(null=True, blank=True)
    baseline_lower = models.FloatField(null=True, blank=True)
    baseline_upper = models.FloatField(null=True, blank=True)
    intervention_mean = models.FloatField(null=True, blank=True)
    intervention_lower = models.FloatField(null=True, blank=True)
    intervention_upper = models.FloatField(null=True, blank=True)
    mean = models.FloatField(null=True, blank=True)
    sd = models.FloatField()
    median = models.FloatField(null=True, blank=True)
    lower = models.FloatField()
    upper = models.FloatField()
    details = models.JSONField(default=dict, blank=True)

    objects = ContrastResultQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("contrastresult_kind_known", "kind", CONTRAST_KINDS),
            models.UniqueConstraint(
                name="contrastresult_once",
                fields=["run", "quantity", "kind", "horizon_years", "method", "model"],
            ),
            models.CheckConstraint(
                name="contrastresult_unit_of_quantity",
                condition=_UNIT_OF_QUANTITY,
                violation_error_code="wrong_unit",
                violation_error_message="Each quantity has its own unit.",
            ),
            models.CheckConstraint(
                name="contrastresult_spread_has_no_mean",
                condition=Q(kind="difference", mean__isnull=False, baseline_mean__isnull=False)
                | (~Q(kind="difference") & Q(mean__isnull=True, median__isnull=True)),
                violation_error_code="pooled",
                violation_error_message="A difference has a mean; methods and models have none.",
            ),
            *(
                between(
                    f"contrastresult_{name}_is_a_number",
                    name,
                    -LARGEST,
                    LARGEST,
                    "A result is a finite number.",
                )
                for name in ("mean", "median", "lower", "upper")
            ),
            between(
                "contrastresult_sd_from_zero",
                "sd",
                0,
                LARGEST,
                "A standard deviation is a finite number, 0 or above.",
            ),
            models.CheckConstraint(
                name="contrastresult_interval_in_order",
                condition=Q(lower__lte=F("upper")),
                violation_error_code="out_of_order",
                violation_error_message="An interval starts below its end.",
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.quantity} {self.lower:.3g} to {self.upper:.3g} {self.unit}"


class ContrastInput(models.Model):
    """One record a contrast was made from, at the revision it had."""

    run = models.ForeignKey(ContrastRun, models.PROTECT, related_name="inputs")
    kind = models.CharField(max_length=32)
    record = models.UUIDField()
    revision = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="contrastinput_once", fields=["run", "kind", "record"])
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.kind} {self.record} revision {self.revision}"


class ContrastFigure(models.Model):
    """A drawing of what a contrast found, as SVG. Never changed."""

    run = models.ForeignKey(ContrastRun, models.PROTECT, related_name="figures")
    name = models.SlugField(max_length=40)
    title = models.CharField(max_length=200)
    svg = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(name="contrastfigure_once", fields=["run", "name"])]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.title
