"""What every row that reaches tablets has in common."""

from __future__ import annotations

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

VALUE_CENSORING = [("none", "as given"), ("lt", "below the limit"), ("gt", "above the limit")]

DATE_PRECISION = [("day", "day"), ("month", "month"), ("year", "year"), ("unknown", "unknown")]

MISSING_REASONS = [
    ("not_sampled", "not sampled"),
    ("not_recorded", "not recorded"),
    ("not_enough_material", "not enough material"),
    ("lost", "lost"),
    ("range_given", "a range was given"),
    ("not_a_number", "not readable as a number"),
    ("instrument_fault", "instrument fault"),
    ("other", "other"),
]

_REVISION_MUST_GROW = """
    IF NEW.revision <= OLD.revision THEN
        RAISE EXCEPTION 'ledger: % % was written without a new revision', TG_TABLE_NAME, OLD.id
            USING ERRCODE = 'RF001';
    END IF;
    IF NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id THEN
        RAISE EXCEPTION 'ledger: the id and project of a record never change'
            USING ERRCODE = 'RF001';
    END IF;
    RETURN NEW;
"""

_DELETE_IS_VOID = """
    RAISE EXCEPTION 'ledger: % rows are voided, never deleted', TG_TABLE_NAME
        USING ERRCODE = 'RF002';
"""

_NOTE_WHAT_IS_DUE = """
    -- Statistics lag behind growing tables; only an index answers in constant time.
    PERFORM set_config('enable_seqscan', 'off', true);
    SELECT w.id INTO orphan FROM written AS w WHERE {orphaned} LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger: {record_type} % refers to a row that does not exist', orphan
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
    END IF;
    INSERT INTO sampling_ledgerdue (type, records, revisions, scopes)
    SELECT '{record_type}', array_agg(id), array_agg(revision), array_agg(scope)
    FROM written HAVING count(*) > 0;
    RETURN NULL;
"""

CAPTURED = {
    "device": "sampling_device",
    "captured_version": "sampling_protocolversion",
    "edited_version": "sampling_protocolversion",
}


def _orphaned(references: dict[str, str]) -> str:
    """Return the condition that a row refers to another that is not there."""
    return " OR ".join(
        f"(w.{name}_id IS NOT NULL AND"
        f" (SELECT p.id FROM {table} AS p WHERE p.id = w.{name}_id) IS NULL)"
        for name, table in {"project": "sampling_project", **references}.items()
    )


def ledger_triggers(
    record_type: str, references: dict[str, str] | None = None
) -> list[pgtrigger.Trigger]:
    """Return the triggers that keep a synced table visible to tablets, whoever writes.

    `references` names the foreign keys without a constraint of their own, and their tables: they
    are checked once a statement instead of once a row. Rows referred to are never deleted, so
    looking when the reference is written is enough.
    """
    note = _NOTE_WHAT_IS_DUE.format(record_type=record_type, orphaned=_orphaned(references or {}))
    return [
        pgtrigger.Trigger(
            name="revision_must_grow",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            func=_REVISION_MUST_GROW,
        ),
        pgtrigger.Trigger(
            name="delete_is_void",
            when=pgtrigger.Before,
            operation=pgtrigger.Delete,
            func=_DELETE_IS_VOID,
        ),
        *(
            pgtrigger.Trigger(
                name=f"due_after_{verb}",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=operation,
                referencing=pgtrigger.Referencing(new="written"),  # type: ignore[no-untyped-call]
                declare=[("orphan", "uuid")],
                func=note,
            )
            for verb, operation in (("insert", pgtrigger.Insert), ("update", pgtrigger.Update))
        ),
    ]


def never_deleted() -> pgtrigger.Trigger:
    """Return a trigger that refuses every removal of a row."""
    return pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)


def append_only(name: str = "append_only") -> pgtrigger.Trigger:
    """Return a trigger that refuses every change and removal of a row."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


def value_constraints(
    model: str, *, value: str, censoring: str, limit: str, reason: str
) -> list[models.CheckConstraint]:
    """Return the rules of a value in three columns.

    A plain value has a number and no limit, or no number and a reason; a censored one has a
    limit and no number.
    """
    plain = Q(**{censoring: "none", f"{limit}__isnull": True}) & (
        Q(**{f"{value}__isnull": False, reason: ""})
        | (Q(**{f"{value}__isnull": True}) & ~Q(**{reason: ""}))
    )
    censored = Q(
        **{
            f"{censoring}__in": ["lt", "gt"],
            f"{limit}__isnull": False,
            f"{value}__isnull": True,
            reason: "",
        }
    )
    return [
        models.CheckConstraint(
            name=f"{model}_{value}_is_number_limit_or_reason",
            condition=plain | censored,
            violation_error_code="value_needs_number_limit_or_reason",
            violation_error_message=(
                "Give a number, or a limit with its censoring, or a reason why there is none."
            ),
        )
    ]


class SyncedModel(models.Model):
    """A row that tablets read. It is written through the ledger only.

    `scope` is the set of rows a device is granted (`project:<uuid>` or `campaign:<uuid>`);
    `revision` grows with every accepted operation; `voided_at` withdraws a record without
    removing it; `extra` keeps the fields a newer app sent and this server does not know.
    """

    record_type: ClassVar[str]
    merge_groups: ClassVar[tuple[tuple[str, ...], ...]] = ()
    scope_kind: ClassVar[str] = "project"
    read_only: ClassVar[bool] = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(
        "sampling.Project", models.PROTECT, related_name="+", db_constraint=False
    )
    scope = models.CharField(max_length=48, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    received_at = models.DateTimeField(editable=False)
    voided_at = models.DateTimeField(null=True, blank=True, editable=False)
    extra = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        abstract = True


class CapturedModel(SyncedModel):
    """A row a technician captured in the field, under one protocol version.

    `collected_at` is the field's clock, `received_at` the server's; they are never mixed. A
    date known only to the year is stored as its first day with `date_precision` year.
    """

    scope_kind: ClassVar[str] = "campaign"

    collected_at = models.DateTimeField(null=True, blank=True)
    collected_on = models.DateField(null=True, blank=True)
    date_precision = models.CharField(max_length=8, choices=DATE_PRECISION, default="unknown")
    device = models.ForeignKey(
        "sampling.Device",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        db_index=False,
        db_constraint=False,
    )
    captured_version = models.ForeignKey(
        "sampling.ProtocolVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    edited_version = models.ForeignKey(
        "sampling.ProtocolVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True


def between(name: str, field: str, low: float, high: float, message: str) -> models.CheckConstraint:
    """Return a constraint that keeps a number between two limits, both included."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{field}__gte": low, f"{field}__lte": high}),
        violation_error_code="out_of_range",
        violation_error_message=message,
    )


def one_of(name: str, field: str, choices: list[tuple[str, str]]) -> models.CheckConstraint:
    """Return a constraint that binds a field to its choices."""
    words = [value for value, _ in choices]
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{field}__in": words}),
        violation_error_code="not_a_choice",
        violation_error_message=f"{field} must be one of: {', '.join(words)}.",
    )


def exactly_one(names: tuple[str, ...]) -> Q:
    """Return the condition that one of the fields is given and the others are not."""
    condition = Q()
    for chosen in names:
        condition |= Q(**{f"{name}__isnull": name != chosen for name in names})
    return condition


def captured_constraints(model: str) -> list[models.CheckConstraint]:
    """Return the constraints every captured table shares."""
    return [one_of(f"{model}_date_precision_known", "date_precision", DATE_PRECISION)]


def in_order(name: str, lower: str, upper: str, message: str) -> models.CheckConstraint:
    """Return a constraint that keeps one field at or before another; blanks pass."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{lower}__lte": F(upper)}),
        violation_error_code="out_of_order",
        violation_error_message=message,
    )
