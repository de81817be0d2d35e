"""What would happen if: scenarios, contrasts between them, and every attempt to answer one."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from estimates.models.claimed import ACTIVE_STATES, ClaimedRun, run_triggers
from estimates.models.parameters import ParameterSet
from sampling.models import Project, Site
from sampling.models.base import append_only, one_of

INTERVENTIONS = [
    ("baseline", "as it is"),
    ("cover_crop", "cover crop"),
    ("variety", "variety, targeted breeding"),
    ("mixture", "species mixture"),
    ("tillage", "tillage"),
    ("amendment", "organic amendment"),
    ("deeper_roots", "deeper roots"),
    ("agroforestry", "agroforestry row"),
    ("other", "other"),
]


class Scenario(models.Model):
    """What grows and is done, year after year in a rotation: stands, amendments, tillage.

    `document` is the rotation as `estimates.science.scenarios.document` reads it, `sha256` that
    of its canonical JSON. A scenario is never changed: another content is another scenario.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    intervention = models.CharField(max_length=16, choices=INTERVENTIONS)
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("scenario_intervention_known", "intervention", INTERVENTIONS),
            models.UniqueConstraint(
                name="scenario_name_once",
                fields=["project", "name"],
                violation_error_code="name_taken",
                violation_error_message="The project has a scenario of this name.",
            ),
            models.CheckConstraint(
                name="scenario_has_a_name",
                condition=~Q(name=""),
                violation_error_code="no_name",
                violation_error_message="Give the scenario a name.",
            ),
            models.CheckConstraint(
                name="scenario_sha256_whole",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_code="not_a_digest",
                violation_error_message="A SHA-256 has 64 hexadecimal digits.",
            ),
        ]
        indexes = [models.Index(fields=["project", "-created_at"], name="scenario_recent")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.name


class ContrastQuerySet(models.QuerySet["Contrast"]):
    """Sets of contrasts with a name in the office."""

    def for_display(self) -> ContrastQuerySet:
        """Those with what a page or an answer names, read along; the latest first."""
        return self.select_related(
            "project", "site", "baseline", "intervention", "parameter_set", "ordered_by"
        ).order_by("-ordered_at", "pk")


class Contrast(models.Model):
    """A question: what an intervention does on a site, against a baseline.

    Methods say what C enters the soil, soil models what becomes of it. `options` holds the initial
    stock and what else the site's rows do not say. All of it never changes, so that a
    recomputation differs from the first run by its inputs alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    baseline = models.ForeignKey(Scenario, models.PROTECT, related_name="+")
    intervention = models.ForeignKey(Scenario, models.PROTECT, related_name="+")
    methods = ArrayField(models.CharField(max_length=40))
    soil_models = ArrayField(models.CharField(max_length=40))
    horizons_years = ArrayField(models.PositiveSmallIntegerField())
    options = models.JSONField(default=dict)
    parameter_set = models.ForeignKey(ParameterSet, models.PROTECT, related_name="+")
    seed = models.BigIntegerField()
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = ContrastQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="contrast_of_two_scenarios",
                condition=~Q(baseline=F("intervention")),
                violation_error_code="same_scenario",
                violation_error_message="A contrast compares two different scenarios.",
            ),
            models.CheckConstraint(
                name="contrast_seed_from_zero",
                condition=Q(seed__gte=0),
                violation_error_code="out_of_range",
                violation_error_message="A seed is a whole number, 0 or above.",
            ),
            models.CheckConstraint(
                name="contrast_names_method_and_model",
                condition=Q(methods__len__gte=1, soil_models__len__gte=1),
                violation_error_code="no_method",
                violation_error_message="Choose one method and one soil model or more.",
            ),
            models.CheckConstraint(
                name="contrast_has_a_horizon",
                condition=Q(horizons_years__len__gte=1),
                violation_error_code="no_horizon",
                violation_error_message="Ask for one horizon or more, in years.",
            ),
            models.CheckConstraint(
                name="contrast_cancelled_by_somebody",
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                violation_error_code="cancelled_by_nobody",
                violation_error_message="A cancelled order names who cancelled it.",
            ),
        ]
        indexes = [models.Index(fields=["project", "-ordered_at"], name="contrast_recent")]
        triggers = [
            pgtrigger.Protect(
                name="contrast_is_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "project",
                    "site",
                    "baseline",
                    "intervention",
                    "methods",
                    "soil_models",
                    "horizons_years",
                    "options",
                    "parameter_set",
                    "seed",
                    "ordered_by",
                    "ordered_at",
                ),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.intervention} against {self.baseline}"


class ContrastRunQuerySet(models.QuerySet["ContrastRun"]):
    """Sets of runs of contrasts with a name in the office."""

    def newest(self) -> ContrastRunQuerySet:
        """Those that no later run replaces."""
        return self.filter(superseded_by__isnull=True)

    def active(self) -> ContrastRunQuerySet:
        """Those still to be finished."""
        return self.filter(state__in=ACTIVE_STATES)

    def current(self) -> ContrastRunQuerySet:
        """Those to be read: the last that succeeded for each contrast."""
        later = ContrastRun.objects.filter(
            contrast=models.OuterRef("contrast"),
            generation__gt=models.OuterRef("generation"),
            state="succeeded",
        )
        return self.filter(~models.Exists(later), state="succeeded")


class ContrastRun(ClaimedRun):
    """One computation of a contrast, by all its methods and models together: they share draws."""

    contrast = models.ForeignKey(Contrast, models.PROTECT, related_name="runs")

    objects = ContrastRunQuerySet.as_manager()

    class Meta(ClaimedRun.Meta):
        constraints = [
            *ClaimedRun.Meta.constraints,
            models.UniqueConstraint(
                name="contrastrun_generation_once", fields=["contrast", "generation"]
            ),
            models.UniqueConstraint(
                name="contrastrun_one_active",
                fields=["contrast"],
                condition=Q(state__in=ACTIVE_STATES),
            ),
        ]
        indexes = [*ClaimedRun.Meta.indexes]
        triggers = run_triggers("contrast")

    def __str__(self) -> str:
        return f"{self.contrast_id}: {self.state}"
