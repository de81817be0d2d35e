"""Where roots are studied: project, site, study, block, plot, and what grew there."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from sampling.models.base import (
    DATE_PRECISION,
    SyncedModel,
    between,
    in_order,
    ledger_triggers,
    never_deleted,
    one_of,
)
from sampling.models.people import User
from sampling.rules.coordinates import snap_to_grid

LAND_USES = [
    ("cropland", "cropland"),
    ("grassland", "grassland"),
    ("agroforestry", "agroforestry"),
]


class ProjectQuerySet(models.QuerySet["Project"]):
    """Sets of projects with a name in the field."""

    def for_user(self, user: User) -> ProjectQuerySet:
        """Projects the person is a member of."""
        return self.filter(memberships__user=user).distinct()


class Project(models.Model):
    """The tenant: people, sites and campaigns that belong together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return self.title

    @property
    def scope(self) -> str:
        """The sync scope that holds what tablets of the project read."""
        return f"project:{self.id}"


class Site(SyncedModel):
    """A place with one soil and one climate.

    The exact point is restricted; `public_point` is snapped to a grid and always the same.
    Texture limits say where silt ends: 50 um (USDA) or 63 um (German KA).
    """

    record_type: ClassVar[str] = "site"
    merge_groups = (("latitude", "longitude", "coordinate_precision_m"), ("ph", "ph_medium"))

    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True)
    land_use = models.CharField(max_length=16, choices=LAND_USES)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    coordinate_precision_m = models.PositiveIntegerField(default=10_000)
    elevation_m = models.FloatField(null=True, blank=True)
    soil_type_wrb = models.CharField(max_length=80, blank=True)
    texture_class = models.CharField(max_length=40, blank=True)
    clay_percent = models.FloatField(null=True, blank=True)
    silt_percent = models.FloatField(null=True, blank=True)
    sand_percent = models.FloatField(null=True, blank=True)
    silt_upper_limit_um = models.PositiveSmallIntegerField(null=True, blank=True)
    ph = models.FloatField(null=True, blank=True)
    ph_medium = models.CharField(max_length=12, blank=True)
    limiting_layer_cm = models.FloatField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="site_code_once", fields=["project", "code"]),
            one_of("site_land_use_known", "land_use", LAND_USES),
            between("site_latitude_on_earth", "latitude", -90, 90, "Latitude is -90 to 90."),
            between("site_longitude_on_earth", "longitude", -180, 180, "Longitude is -180 to 180."),
            models.CheckConstraint(
                name="site_point_whole",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_code="half_a_point",
                violation_error_message="Give latitude and longitude, or neither.",
            ),
            between("site_ph_possible", "ph", 2, 12, "pH of a soil is 2 to 12."),
        ]
        triggers = ledger_triggers("site")

    def __str__(self) -> str:
        return self.name or self.code

    def public_point(self) -> tuple[float, float] | None:
        """Return latitude and longitude snapped to the site's grid, in degrees."""
        if self.latitude is None or self.longitude is None:
            return None
        return snap_to_grid(self.latitude, self.longitude, precision_m=self.coordinate_precision_m)


class Study(SyncedModel):
    """An experiment at a site."""

    record_type: ClassVar[str] = "study"

    site = models.ForeignKey(Site, models.PROTECT, related_name="studies")
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=200, blank=True)
    design = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "studies"
        constraints = [models.UniqueConstraint(name="study_code_once", fields=["site", "code"])]
        triggers = ledger_triggers("study")

    def __str__(self) -> str:
        return self.title or self.code


class Treatment(SyncedModel):
    """What a study compares."""

    record_type: ClassVar[str] = "treatment"

    study = models.ForeignKey(Study, models.PROTECT, related_name="treatments")
    code = models.CharField(max_length=80)
    name = models.CharField(max_length=200, blank=True)
    is_control = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="treatment_code_once", fields=["study", "code"])
        ]
        triggers = ledger_triggers("treatment")

    def __str__(self) -> str:
        return self.name or self.code


class Block(SyncedModel):
    """Plots of a study that lie together and share what is not treated."""

    record_type: ClassVar[str] = "block"

    study = models.ForeignKey(Study, models.PROTECT, related_name="blocks")
    code = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(name="block_code_once", fields=["study", "code"])]
        triggers = ledger_triggers("block")

    def __str__(self) -> str:
        return self.code


class Plot(SyncedModel):
    """A piece of ground treated alike."""

    record_type: ClassVar[str] = "plot"

    study = models.ForeignKey(Study, models.PROTECT, related_name="plots")
    block = models.ForeignKey(Block, models.PROTECT, null=True, blank=True, related_name="plots")
    treatment = models.ForeignKey(
        Treatment, models.PROTECT, null=True, blank=True, related_name="plots"
    )
    code = models.CharField(max_length=80)
    area_m2 = models.FloatField(null=True, blank=True)
    row_distance_cm = models.FloatField(null=True, blank=True)
    tree_row_distance_m = models.FloatField(null=True, blank=True)
    limiting_layer_cm = models.FloatField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="plot_code_once", fields=["study", "code"]),
            between("plot_area_positive", "area_m2", 0.0001, 1e8, "A plot has an area."),
        ]
        triggers = ledger_triggers("plot")

    def __str__(self) -> str:
        return self.code


CROP_STAND_KINDS = [
    ("main", "main crop"),
    ("cover", "cover crop"),
    ("grass", "grass"),
    ("tree", "tree"),
]


class CropStand(SyncedModel):
    """What grew on a plot in a season: a species, or a mixture with its shares.

    `species_shares` maps species to its share of the stand, 0 to 1; a pure stand leaves it
    empty. Yield is the harvested product in t per ha at the stated moisture.
    """

    record_type: ClassVar[str] = "crop_stand"
    merge_groups = (("yield_t_ha", "yield_moisture_percent"), ("species", "species_shares"))

    plot = models.ForeignKey(Plot, models.PROTECT, related_name="stands")
    season = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=CROP_STAND_KINDS, default="main")
    species = models.CharField(max_length=120)
    species_shares = models.JSONField(default=dict, blank=True)
    variety = models.CharField(max_length=120, blank=True)
    sown_on = models.DateField(null=True, blank=True)
    harvested_on = models.DateField(null=True, blank=True)
    growth_stage_bbch = models.PositiveSmallIntegerField(null=True, blank=True)
    yield_t_ha = models.FloatField(null=True, blank=True)
    yield_moisture_percent = models.FloatField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            one_of("cropstand_kind_known", "kind", CROP_STAND_KINDS),
            between("cropstand_season_plausible", "season", 1840, 2200, "The season is a year."),
            between("cropstand_bbch_range", "growth_stage_bbch", 0, 99, "BBCH is 0 to 99."),
            between("cropstand_yield_range", "yield_t_ha", 0, 500, "Yield is 0 to 500 t/ha."),
            in_order(
                "cropstand_sown_before_harvest",
                "sown_on",
                "harvested_on",
                "A stand is sown before it is harvested.",
            ),
        ]
        triggers = ledger_triggers("crop_stand")

    def __str__(self) -> str:
        return f"{self.species} {self.season}"


MANAGEMENT_EVENT_KINDS = [
    ("tillage", "tillage"),
    ("fertiliser", "fertiliser"),
    ("manure", "manure"),
    ("cover_crop_sown", "cover crop sown"),
    ("cover_crop_terminated", "cover crop terminated"),
    ("stand_ended", "stand ended"),
    ("irrigation", "irrigation"),
    ("other", "other"),
]


class ManagementEvent(SyncedModel):
    """Something done to a plot on a day: tillage, fertiliser, manure, sowing, irrigation."""

    record_type: ClassVar[str] = "management_event"
    merge_groups = (("happened_on", "date_precision"), ("amount", "amount_unit"))

    plot = models.ForeignKey(Plot, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=24, choices=MANAGEMENT_EVENT_KINDS)
    happened_on = models.DateField(null=True, blank=True)
    date_precision = models.CharField(max_length=8, choices=DATE_PRECISION, default="unknown")
    product = models.CharField(max_length=120, blank=True)
    amount = models.FloatField(null=True, blank=True)
    amount_unit = models.CharField(max_length=20, blank=True)
    carbon_kg_ha = models.FloatField(null=True, blank=True)
    nitrogen_kg_ha = models.FloatField(null=True, blank=True)
    depth_cm = models.FloatField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            one_of("managementevent_kind_known", "kind", MANAGEMENT_EVENT_KINDS),
            one_of("managementevent_date_precision_known", "date_precision", DATE_PRECISION),
        ]
        triggers = ledger_triggers("management_event")

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_on or ''}".strip()


class WeatherMonth(models.Model):
    """Weather of one month at a site. Not sent to tablets.

    Temperature is the mean of the month in degC; rain and evaporation are sums in mm.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="weather")
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    mean_temperature_c = models.FloatField()
    rain_mm = models.FloatField()
    evaporation_mm = models.FloatField(null=True, blank=True)
    evaporation_method = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="weathermonth_once", fields=["site", "year", "month"]),
            between("weathermonth_month_range", "month", 1, 12, "Months are 1 to 12."),
            between("weathermonth_rain_positive", "rain_mm", 0, 5000, "Rain is 0 to 5000 mm."),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.year}-{self.month:02d}"
