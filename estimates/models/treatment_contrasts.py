"""What treatments that were measured differ by."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from estimates.models.runs import EstimateRun
from sampling.models import Treatment
from sampling.models.base import append_only, between

CONTRASTED = {"root_c_stock": "g m-2", "c_input": "g m-2 a-1"}
"""The quantities contrasted, with their units: of C, the input also per year."""

LARGEST = 1e9  # g C per m2; NaN and infinity are above it for PostgreSQL


class TreatmentContrastQuerySet(models.QuerySet["TreatmentContrast"]):
    """Sets of differences with a name in the office."""

    def current(self) -> TreatmentContrastQuerySet:
        """Those of the last run that succeeded for each order and method."""
        return self.filter(run__in=EstimateRun.objects.current())

    def for_display(self) -> TreatmentContrastQuerySet:
        """Those with what a table names, read along, in the order of a table."""
        return self.select_related(
            "run__order", "run__parameter_set", "treatment__study__site", "baseline"
        ).order_by("quantity", "treatment__study__code", "treatment__code", "id")


class TreatmentContrast(models.Model):
    """A treatment minus the control of its study, with blocks respected. Never changed.

    The interval is Student's t at 95 % with Satterthwaite's degrees of freedom (blank where what
    varies is known for certain). `standard_error` comes from cores, plots and blocks, `shared_sd`
    from inputs shared by the batch, as far as they move the two apart; `sd` is both together.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(EstimateRun, models.PROTECT, related_name="contrasts")
    quantity = models.CharField(max_length=20)
    treatment = models.ForeignKey(Treatment, models.PROTECT, related_name="+")
    baseline = models.ForeignKey(Treatment, models.PROTECT, related_name="+")
    method = models.CharField(max_length=40)
    unit = models.CharField(max_length=24)
    mean = models.FloatField()
    baseline_mean = models.FloatField()
    standard_error = models.FloatField()
    shared_sd = models.FloatField()
    sd = models.FloatField()
    degrees_of_freedom = models.FloatField(null=True, blank=True)
    lower = models.FloatField()
    upper = models.FloatField()
    variance_block = models.FloatField()
    variance_plot = models.FloatField()
    variance_core = models.FloatField()
    blocks = models.PositiveIntegerField()

    objects = TreatmentContrastQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="treatmentcontrast_once", fields=["run", "quantity", "treatment"]
            ),
            models.CheckConstraint(
                name="treatmentcontrast_of_two",
                condition=~Q(treatment=F("baseline")),
                violation_error_code="same_treatment",
                violation_error_message="A treatment is compared with another.",
            ),
            models.CheckConstraint(
                name="treatmentcontrast_unit_of_quantity",
                condition=Q(quantity="root_c_stock", unit=CONTRASTED["root_c_stock"])
                | Q(quantity="c_input", unit=CONTRASTED["c_input"]),
                violation_error_code="wrong_unit",
                violation_error_message="Each quantity has its own unit.",
            ),
            *(
                between(
                    f"treatmentcontrast_{name}_is_a_number",
                    name,
                    -LARGEST,
                    LARGEST,
                    "A result is a finite number.",
                )
                for name in ("mean", "lower", "upper")
            ),
            between(
                "treatmentcontrast_sd_from_zero",
                "sd",
                0,
                LARGEST,
                "A standard deviation is a finite number, 0 or above.",
            ),
            models.CheckConstraint(
                name="treatmentcontrast_interval_in_order",
                condition=Q(lower__lte=F("upper")),
                violation_error_code="out_of_order",
                violation_error_message="An interval starts below its end.",
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.quantity} {self.mean:.3g} {self.unit}"
