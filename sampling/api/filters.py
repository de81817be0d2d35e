"""What lists can be narrowed by. Ids are compared as they are; nothing is looked up for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import (
    CharField,
    Exists,
    ForeignKey,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Concat
from django_filters.filterset import filterset_factory

from sampling.models import (
    HELD_STATUSES,
    Assignment,
    Campaign,
    CapturedModel,
    Finding,
    MethodVersion,
    Project,
    SyncBatch,
    SyncConflict,
    SyncedModel,
    SyncOperation,
)

# Where the plot of a record is found.
PLOT_PATHS: dict[str, tuple[str, ...]] = {
    "sampling_point": ("plot",),
    "soil_core": ("sampling_point__plot",),
    "core_segment": ("soil_core__sampling_point__plot",),
    "specimen": ("core_segment__soil_core__sampling_point__plot",),
    "root_fraction": ("core_segment__soil_core__sampling_point__plot",),
    "penetration_profile": ("sampling_point__plot",),
    "custody_event": ("specimen__core_segment__soil_core__sampling_point__plot",),
    "measurement": (
        "plot",
        "soil_core__sampling_point__plot",
        "core_segment__soil_core__sampling_point__plot",
        "root_fraction__core_segment__soil_core__sampling_point__plot",
    ),
    "attachment": (
        "plot",
        "sampling_point__plot",
        "soil_core__sampling_point__plot",
        "core_segment__soil_core__sampling_point__plot",
        "specimen__core_segment__soil_core__sampling_point__plot",
        "root_fraction__core_segment__soil_core__sampling_point__plot",
    ),
}

_CHOSEN = ("code", "kind", "state", "number", "season", "species", "purpose", "place", "analyte")


class IdFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Filters whose foreign keys are plain ids."""

    class Meta:
        filter_overrides = {
            ForeignKey: {"filter_class": django_filters.UUIDFilter, "extra": lambda _field: {}}
        }


class RecordFilters(IdFilters):
    """What every record can be narrowed by."""

    is_voided = django_filters.BooleanFilter(
        field_name="voided_at", lookup_expr="isnull", exclude=True
    )
    changed_since = django_filters.IsoDateTimeFilter(method="with_changes_since")

    def with_changes_since(self, rows: QuerySet[Any], name: str, moment: datetime) -> QuerySet[Any]:
        """Return the records received, or written by an operation received, since the moment."""
        written = SyncOperation.objects.filter(record=OuterRef("pk"), received_at__gte=moment)
        return rows.filter(Q(received_at__gte=moment) | Exists(written))


class CapturedFilters(RecordFilters):
    """What captured records can also be narrowed by."""

    campaign = django_filters.UUIDFilter(method="of_campaign")
    plot = django_filters.UUIDFilter(method="of_plot")

    def of_campaign(self, rows: QuerySet[Any], name: str, campaign: Any) -> QuerySet[Any]:
        """Return the records captured in a campaign."""
        return rows.filter(scope=f"campaign:{campaign}")

    def of_plot(self, rows: QuerySet[Any], name: str, plot: Any) -> QuerySet[Any]:
        """Return the records that were captured on a plot."""
        condition = Q()
        for path in PLOT_PATHS.get(rows.model.record_type, ()):
            condition |= Q(**{path: plot})
        return rows.filter(condition)


def record_filters(model: type[SyncedModel]) -> type[RecordFilters]:
    """Return the filters of a record type: its foreign keys, codes and kinds besides the common."""
    base = CapturedFilters if issubclass(model, CapturedModel) else RecordFilters
    names = [
        field.name
        for field in model._meta.concrete_fields
        if field.name in _CHOSEN or isinstance(field, ForeignKey)
    ]
    filters: type[RecordFilters] = filterset_factory(model, filterset=base, fields=names)
    return filters


def operations_of(rows: QuerySet[Any], projects: Any) -> QuerySet[Any]:
    """Return the operations on records of some projects, and those their devices sent."""

    def keys(kind: str, model: type[Model], **condition: Any) -> QuerySet[Any]:
        key = Concat(Value(f"{kind}:"), Cast("pk", CharField()), output_field=CharField())
        named: QuerySet[Any] = model._default_manager.filter(**condition).annotate(key=key)
        return named.order_by().values("key")

    found: QuerySet[Any] = rows.filter(
        Q(device__project__in=projects)
        | Q(scope__in=keys("project", Project, pk__in=projects))
        | Q(scope__in=keys("campaign", Campaign, project__in=projects))
    )
    return found


class OperationFilters(IdFilters):
    """Operations by outcome, device, record and scope."""

    project = django_filters.UUIDFilter(method="of_project")
    campaign = django_filters.UUIDFilter(method="of_campaign")
    is_held = django_filters.BooleanFilter(method="held")
    changed_since = django_filters.IsoDateTimeFilter("received_at", lookup_expr="gte")

    class Meta(IdFilters.Meta):
        model = SyncOperation
        fields = ["status", "type", "record", "device", "via", "do"]

    def of_project(self, rows: QuerySet[Any], name: str, project: Any) -> QuerySet[Any]:
        """Return the operations on records of a project, and those its devices sent."""
        return operations_of(rows, [project])

    def of_campaign(self, rows: QuerySet[Any], name: str, campaign: Any) -> QuerySet[Any]:
        """Return the operations on records of a campaign."""
        return rows.filter(scope=f"campaign:{campaign}")

    def held(self, rows: QuerySet[Any], name: str, is_held: bool) -> QuerySet[Any]:
        """Return the operations that wait for a person or a record, or those that do not."""
        condition = Q(status__in=HELD_STATUSES)
        return rows.filter(condition) if is_held else rows.exclude(condition)


class ConflictFilters(IdFilters):
    """Conflicts by record and campaign, and whether they wait."""

    campaign = django_filters.UUIDFilter(method="of_campaign")
    is_resolved = django_filters.BooleanFilter("resolved_at", lookup_expr="isnull", exclude=True)
    changed_since = django_filters.IsoDateTimeFilter("raised_at", lookup_expr="gte")

    class Meta(IdFilters.Meta):
        model = SyncConflict
        fields = ["project", "type", "record", "kind"]

    def of_campaign(self, rows: QuerySet[Any], name: str, campaign: Any) -> QuerySet[Any]:
        """Return the conflicts about records of a campaign."""
        return rows.filter(scope=f"campaign:{campaign}")


class FindingFilters(IdFilters):
    """Findings by rule, record, state and campaign."""

    campaign = django_filters.UUIDFilter(method="of_campaign")
    changed_since = django_filters.IsoDateTimeFilter("raised_at", lookup_expr="gte")

    class Meta(IdFilters.Meta):
        model = Finding
        fields = ["project", "rule", "severity", "record_type", "record", "state"]

    def of_campaign(self, rows: QuerySet[Any], name: str, campaign: Any) -> QuerySet[Any]:
        """Return the findings about records of a campaign."""
        return rows.filter(scope=f"campaign:{campaign}")


def plain_filters(model: type[Model], *names: str) -> type[IdFilters]:
    """Return filters that compare some fields of a table as they are."""
    filters: type[IdFilters] = filterset_factory(model, filterset=IdFilters, fields=list(names))
    return filters


class AssignmentFilters(IdFilters):
    """Assignments by project, campaign and worker."""

    project = django_filters.UUIDFilter("campaign__project")
    is_revoked = django_filters.BooleanFilter("revoked_at", lookup_expr="isnull", exclude=True)

    class Meta(IdFilters.Meta):
        model = Assignment
        fields = ["campaign", "device", "user", "mode"]


class KeptPushFilters(IdFilters):
    """Pushes that were not applied, by project, device and state."""

    project = django_filters.UUIDFilter("device__project")

    class Meta(IdFilters.Meta):
        model = SyncBatch
        fields = ["device", "state"]


class MethodVersionFilters(IdFilters):
    """Wordings of methods by project and method."""

    project = django_filters.UUIDFilter("method__project")

    class Meta(IdFilters.Meta):
        model = MethodVersion
        fields = ["method", "number"]
