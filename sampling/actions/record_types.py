"""The record types, read off the models once so that each field is described in one place."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED

from sampling.models import RECORD_MODELS, CapturedModel, SyncedModel
from sampling.rules.record_types import Field, Kind, RecordType

SYSTEM_FIELDS = frozenset(
    {"id", "project", "scope", "revision", "received_at", "voided_at", "extra"}
)

_KINDS: tuple[tuple[type[models.Field[Any, Any]], Kind], ...] = (
    (models.BooleanField, "boolean"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.UUIDField, "uuid"),
    (models.ForeignKey, "uuid"),
    (models.IntegerField, "integer"),
    (models.FloatField, "number"),
    (models.JSONField, "json"),
    (ArrayField, "numbers"),
    (models.CharField, "text"),
    (models.TextField, "text"),
)

APPEND_ONLY = frozenset({"custody_event"})
"""Types whose records are never edited, by nobody."""

_ON_CREATE = frozenset({"device"})
"""Fields of captured records that the ledger fills in itself."""


def _kind(field: models.Field[Any, Any]) -> Kind:
    return next(kind for django_type, kind in _KINDS if isinstance(field, django_type))


def _default(field: models.Field[Any, Any]) -> Any:
    """Return what stands in for a field nobody named."""
    if field.default is not NOT_PROVIDED:
        return field.get_default()
    if not field.null and field.blank and isinstance(field, models.CharField | models.TextField):
        return ""
    return None


def _limits(field: models.Field[Any, Any]) -> tuple[int | None, int | None]:
    if not isinstance(field, models.IntegerField):
        return None, None
    low, high = connection.ops.integer_field_range(field.get_internal_type())
    return low, high


def _describe(field: models.Field[Any, Any]) -> Field:
    low, high = _limits(field)
    default = _default(field)
    references = None
    if isinstance(field, models.ForeignKey):
        related = field.related_model
        references = related.record_type if issubclass(related, SyncedModel) else None
    return Field(
        name=field.name,
        column=cast(str, field.column),
        sql_type=cast(str, field.db_type(connection)),
        kind=_kind(field),
        is_nullable=field.null,
        is_required=not field.null and default is None,
        default=default,
        choices=tuple(str(value) for value, _ in field.flatchoices),
        max_length=field.max_length,
        lowest=low,
        highest=high,
        references=references,
    )


@cache
def record_type(name: str) -> RecordType:
    """Return the description of a record type; raises KeyError for an unknown one."""
    model = RECORD_MODELS[name]
    hidden = SYSTEM_FIELDS | (_ON_CREATE if issubclass(model, CapturedModel) else frozenset())
    fields = tuple(
        _describe(field) for field in model._meta.concrete_fields if field.name not in hidden
    )
    return RecordType(
        name=name,
        table=model._meta.db_table,
        scope_kind=model.scope_kind,
        is_read_only=model.read_only,
        fields=fields,
        groups=model.merge_groups,
    )


@cache
def captured_types() -> frozenset[str]:
    """Return the types a device captures, which carry the device and protocol version."""
    return frozenset(
        name for name, model in RECORD_MODELS.items() if issubclass(model, CapturedModel)
    )


TYPE_ORDER = {name: place for place, name in enumerate(RECORD_MODELS)}
