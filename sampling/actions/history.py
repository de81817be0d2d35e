"""How records came to be as they are: names, content, operations, earlier bodies. Read only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from sampling.actions.record_types import record_type
from sampling.actions.records import as_json
from sampling.errors import NotFound
from sampling.models import (
    RECORD_MODELS,
    CoreSegment,
    Project,
    RecordVersion,
    RootFraction,
    SoilCore,
    Specimen,
    SyncConflict,
    SyncedModel,
    SyncOperation,
)
from sampling.rules.json_values import same_value

POSITION_FIELDS = frozenset({"latitude", "longitude", "accuracy_m"})

# Where the soil core of a record is found, for the types that belong to one.
_CORE_OF: dict[str, Any] = {
    "soil_core": F("pk"),
    "core_segment": F("soil_core"),
    "specimen": F("core_segment__soil_core"),
    "root_fraction": F("core_segment__soil_core"),
    "measurement": Coalesce(
        "soil_core", "core_segment__soil_core", "root_fraction__core_segment__soil_core"
    ),
}
# What the name of a record is made of besides itself.
_NAMED_WITH = {"planned_plot": "plot", "code_block": "device", "measurement": "variable"}


@dataclass(frozen=True, kw_only=True)
class Named:
    """What people call a record, and the soil core it belongs to."""

    type: str
    name: str
    core: UUID | None = None


def named_records(project: Project, keys: Collection[tuple[str, UUID]]) -> dict[UUID, Named]:
    """Return the names of records by id; one query a type, however many records."""
    found: dict[UUID, Named] = {}
    for name in sorted({kind for kind, _ in keys} & RECORD_MODELS.keys()):
        rows = RECORD_MODELS[name]._default_manager.filter(
            project=project, pk__in=[record for kind, record in keys if kind == name]
        )
        if name in _NAMED_WITH:
            rows = rows.select_related(_NAMED_WITH[name])
        if name in _CORE_OF:
            rows = rows.annotate(core_id=_CORE_OF[name])
        for row in rows:
            core = getattr(row, "core_id", None)
            found[row.pk] = Named(type=name, name=_name_of(row), core=core)
    return found


def _name_of(record: SyncedModel) -> str:
    variable = getattr(record, "variable", None)
    return f"{variable} {record}" if variable else str(record)


def values_of(record: SyncedModel) -> dict[str, Any]:
    """Return the content of a record by the names tablets use."""
    fields = record_type(record.record_type).fields
    return {**record.extra, **{f.name: as_json(getattr(record, f.column)) for f in fields}}


def record_in_conflict(conflict: SyncConflict) -> SyncedModel:
    """Return the record a conflict is about, as it stands now."""
    return RECORD_MODELS[conflict.type]._default_manager.get(pk=conflict.record)


def fields_in_conflict(conflict: SyncConflict) -> list[str]:
    """Return the fields a conflict is about, in the order of the record."""
    sides: list[Any] = [conflict.base, conflict.server, conflict.device_values]
    named: set[str] = set().union(*(side or {} for side in sides))
    return [field.name for field in record_type(conflict.type).fields if field.name in named]


def fields_of_group(type_name: str, group: str) -> tuple[str, ...]:
    """Return the fields of the merge group that goes by the name of its first field."""
    groups = record_type(type_name).groups if type_name in RECORD_MODELS else ()
    return next((tuple(fields) for fields in groups if group in fields), (group,))


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field before and after an operation."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Step:
    """One operation on a record, with what it changed where that was kept."""

    operation: SyncOperation
    changes: list[Change]


@dataclass(frozen=True, kw_only=True)
class CoreRecord:
    """A soil core with everything that hangs on it, in the order of depth."""

    core: SoilCore
    segments: list[CoreSegment]
    fractions: Mapping[UUID, list[RootFraction]]
    specimens: Mapping[UUID | None, list[Specimen]]

    def latest(self) -> dict[UUID, SyncedModel]:
        """Return all its records by id."""
        records: list[SyncedModel] = [self.core.sampling_point, self.core, *self.segments]
        for segment in self.segments:
            records += self.fractions[segment.pk]
            records += self.specimens[segment.pk]
        return {record.pk: record for record in records}


def core_record(project: Project, core_id: UUID) -> CoreRecord:
    """Return a soil core of the project with what hangs on it; raises NotFound."""
    core = (
        SoilCore.objects.filter(project=project, pk=core_id)
        .select_related(
            "sampling_point__plot__study__site",
            "sampling_point__plot__treatment",
            "captured_version__protocol",
            "edited_version__protocol",
            "device__user",
        )
        .first()
    )
    if core is None:
        raise NotFound
    segments = list(
        CoreSegment.objects.filter(soil_core=core).order_by("upper_depth_cm", "purpose", "id")
    )
    fractions: dict[UUID, list[RootFraction]] = {segment.pk: [] for segment in segments}
    specimens: dict[UUID | None, list[Specimen]] = {segment.pk: [] for segment in segments}
    for fraction in RootFraction.objects.filter(core_segment__soil_core=core).order_by(
        "upper_diameter_mm", "living", "code"
    ):
        fractions[fraction.core_segment_id].append(fraction)
    for specimen in Specimen.objects.filter(core_segment__soil_core=core).order_by("code"):
        specimens[specimen.core_segment_id].append(specimen)
    return CoreRecord(core=core, segments=segments, fractions=fractions, specimens=specimens)


def operations_on(records: Collection[UUID]) -> QuerySet[SyncOperation]:
    """Return the operations on some records with who sent them; the batch's bytes stay there."""
    return (
        SyncOperation.objects.filter(record__in=records)
        .select_related("device", "by", "batch")
        .defer("batch__body", "body")
        .order_by("received_at", "device", "n", "op")
    )


def steps_of(whole: CoreRecord) -> list[Step]:
    """Return every operation on a core and what hangs on it, with what it changed."""
    latest = whole.latest()
    bodies: dict[tuple[UUID, int], Mapping[str, Any]] = {
        (kept.record, kept.revision): kept.body
        for kept in RecordVersion.objects.filter(record__in=latest)
    }
    for record in latest.values():
        bodies[record.pk, record.revision] = values_of(record)
    steps = []
    for operation in operations_on(latest):
        revision = operation.revision or 0
        before = bodies.get((operation.record, revision - 1))
        after = bodies.get((operation.record, revision))
        wrote = operation.status in ("applied", "merged", "conflict")
        changes = changes_between(before, after) if wrote and before and after else []
        steps.append(Step(operation=operation, changes=changes))
    return steps


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return the fields that differ between two bodies of one record."""
    return [
        Change(field=name, before=before.get(name), after=after.get(name))
        for name in sorted(before.keys() | after.keys())
        if not same_value(before.get(name), after.get(name))
    ]
