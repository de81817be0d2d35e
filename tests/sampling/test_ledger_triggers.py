"""No road past the ledger: tablets learn of what raw SQL does to records, or it is refused."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from sampling.actions.ledger import announce
from sampling.models import (
    RECORD_MODELS,
    Campaign,
    Device,
    LedgerDue,
    Project,
    ProtocolVersion,
    RecordVersion,
    SyncBatch,
    SyncConflict,
    SyncedModel,
    SyncOperation,
    User,
)
from tests.any_records import AnyRecords, word
from tests.people import FRIDAY

pytestmark = pytest.mark.django_db

EVERY_TYPE = pytest.mark.parametrize("name", RECORD_MODELS)


def sql(statement: str, *values: Any) -> None:
    """Run a statement as a transaction of its own, with what is checked at its end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def write(row: SyncedModel, *announced: SyncedModel) -> None:
    """Store a new row and announce what is said to have been written."""
    with transaction.atomic():
        row.save(force_insert=True)
        announce(announced)
        sql("SELECT 1")


def rewrite(row: SyncedModel, **columns: Any) -> None:
    """Change a row by SQL, as its next revision, and announce it."""
    settings = ", ".join(f"{column} = %s" for column in columns)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {row._meta.db_table} SET revision = revision + 1, {settings}"
                " WHERE id = %s",
                [*columns.values(), row.pk],
            )
        row.revision += 1
        announce([row])
        sql("SELECT 1")


class Rows:
    """Rows of every type, made past the intake."""

    def __init__(self, records: AnyRecords) -> None:
        self.records = records

    def unsaved(self, name: str, **changed: Any) -> SyncedModel:
        """Return a whole row of a type that is not stored yet."""
        model, records = RECORD_MODELS[name], self.records
        if model is ProtocolVersion:
            fields: dict[str, Any] = {
                "protocol": records.campaign.protocol_version.protocol,
                "number": word()[:20],
                "content": {},
                "sha256": word() * 2,
                "drafted_by": records.device.user,
                "drafted_at": FRIDAY,
            }
        else:
            fields = {field: make() for field, make in records.fields(name).items()}
        is_captured = model.scope_kind == "campaign"
        scope = records.campaign.capture_scope if is_captured else records.project.scope
        row = model(project=records.project, scope=scope, received_at=FRIDAY, **fields)
        for field, value in changed.items():
            setattr(row, field, value)
        return row

    def stored(self, name: str) -> SyncedModel:
        """Return a stored row that tablets know of."""
        row = self.unsaved(name)
        write(row, row)
        return row


@pytest.fixture
def rows(project: Project, campaign: Campaign, device: Device) -> Rows:
    return Rows(AnyRecords(project, campaign, device))


@EVERY_TYPE
def test_an_update_without_a_new_revision_is_refused(rows: Rows, name: str) -> None:
    row = rows.stored(name)

    for revision in ("revision", "revision - 1", "0"):
        with pytest.raises(DatabaseError, match=r"without a new revision|Cannot update"):
            sql(
                f"UPDATE {row._meta.db_table} SET voided_at = now(), revision = {revision}"
                " WHERE id = %s",
                row.pk,
            )


@EVERY_TYPE
def test_an_update_that_is_not_in_the_change_log_is_refused_at_commit(
    rows: Rows, name: str
) -> None:
    row = rows.stored(name)

    with pytest.raises(DatabaseError, match=r"is not in the change log|Cannot update"):
        sql(
            f"UPDATE {row._meta.db_table} SET revision = revision + 1, voided_at = now()"
            " WHERE id = %s",
            row.pk,
        )


@EVERY_TYPE
def test_a_row_that_is_not_in_the_change_log_is_refused_at_commit(rows: Rows, name: str) -> None:
    row = rows.unsaved(name)

    with pytest.raises(DatabaseError, match="is not in the change log"):
        write(row)


def test_a_row_announced_in_another_scope_is_refused_at_commit(
    rows: Rows, other_project: Project
) -> None:
    row = rows.unsaved("site")
    elsewhere = rows.unsaved("site", pk=row.pk, scope=other_project.scope)

    with pytest.raises(DatabaseError, match="is not in the change log"):
        write(row, elsewhere)


@EVERY_TYPE
def test_a_row_is_never_deleted(rows: Rows, name: str) -> None:
    row = rows.stored(name)

    with pytest.raises(DatabaseError, match="voided, never deleted"):
        sql(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk)


@EVERY_TYPE
def test_the_id_and_the_project_of_a_record_never_change(
    rows: Rows, other_project: Project, name: str
) -> None:
    row = rows.stored(name)

    for column, value in (("id", uuid.uuid4()), ("project_id", other_project.pk)):
        with pytest.raises(DatabaseError, match=r"never change|Cannot update"):
            sql(
                f"UPDATE {row._meta.db_table} SET revision = revision + 1, {column} = %s"
                " WHERE id = %s",
                value,
                row.pk,
            )


def foreign_keys() -> list[tuple[str, str]]:
    """Return every foreign key of every synced model."""
    return [
        (name, field.name)
        for name, model in RECORD_MODELS.items()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
    ]


SUBJECTS = {"plot", "sampling_point", "soil_core", "core_segment", "specimen", "root_fraction"}


def with_stranger(name: str, field: str) -> dict[str, Any]:
    """Return what makes a reference point to nothing, and else leaves a row as it should be."""
    changed: dict[str, Any] = {
        RECORD_MODELS[name]._meta.get_field(field).get_attname(): uuid.uuid4()
    }
    if name == "measurement" and field in ("soil_core", "core_segment", "root_fraction"):
        changed["plot_id"] = None
    if name == "attachment" and field in SUBJECTS - {"soil_core"}:
        changed["soil_core_id"] = None
    if field == "published_by":
        changed |= {"state": "published", "published_at": FRIDAY}
    return changed


@pytest.mark.parametrize(("name", "field"), foreign_keys())
def test_a_reference_to_a_row_that_is_not_there_is_refused(
    rows: Rows, name: str, field: str
) -> None:
    row = rows.unsaved(name, **with_stranger(name, field))

    with pytest.raises(IntegrityError, match=r"refers to a row that does not|foreign key"):
        write(row, row)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        (name, field)
        for name, field in foreign_keys()
        if field != "project"
        and name != "custody_event"
        and (name, field) != ("campaign", "protocol_version")  # a move, by a trigger of its own
    ],
)
def test_a_reference_changed_to_a_row_that_is_not_there_is_refused(
    rows: Rows, name: str, field: str
) -> None:
    row = rows.stored(name)

    with pytest.raises(IntegrityError, match=r"refers to a row that does not|foreign key"):
        rewrite(row, **with_stranger(name, field))


@EVERY_TYPE
def test_every_reference_without_a_constraint_of_its_own_is_checked_by_the_trigger(
    name: str,
) -> None:
    model = RECORD_MODELS[name]
    loose = {
        field.get_attname(): field.related_model._meta.db_table
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and not field.db_constraint
    }
    checks = {
        trigger.name: str(trigger.func)
        for trigger in model._meta.triggers  # type: ignore[attr-defined]
        if trigger.name.startswith("due_after_")
    }

    assert set(checks) == {"due_after_insert", "due_after_update"}
    for func in checks.values():
        for column, table in loose.items():
            assert f"FROM {table} AS p WHERE p.id = w.{column})" in func, (name, column)


def test_many_rows_at_once_are_all_looked_at(rows: Rows) -> None:
    stored = [rows.stored("site") for _ in range(3)]

    def announce_all_but_one() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE sampling_site SET revision = revision + 1, note = 'x'")
        for row in (stored[0], stored[2]):
            row.revision += 1
            announce([row])
        sql("SELECT 1")

    with pytest.raises(DatabaseError, match=str(stored[1].pk)), transaction.atomic():
        announce_all_but_one()


def test_nothing_is_due_once_all_is_announced(rows: Rows) -> None:
    rows.stored("site")

    sql("SELECT 1")

    assert LedgerDue.objects.count() == 0


# The ledger's own tables


@pytest.fixture
def batch(device: Device) -> SyncBatch:
    return SyncBatch.objects.create(
        device=device, sha256=bytes(32), received_at=FRIDAY, body=b"{}", headers={}
    )


@pytest.fixture
def operation(device: Device, batch: SyncBatch, technician: User) -> SyncOperation:
    return make_operation(device, batch=batch, by=technician)


def make_operation(device: Device | None, **fields: Any) -> SyncOperation:
    return SyncOperation.objects.create(
        **{
            "op": uuid.uuid4(),
            "device": device,
            "n": 1,
            "via": "tablet",
            "scope": "campaign:x",
            "type": "soil_core",
            "record": uuid.uuid4(),
            "do": "create",
            "status": "applied",
            "content_sha256": bytes(32),
            "received_at": FRIDAY,
        }
        | fields
    )


@pytest.mark.parametrize("status", ["applied", "merged", "conflict", "noop", "rejected"])
@pytest.mark.parametrize("change", ["status = 'noop'", "revision = 9", "detail = '{}'"])
def test_an_outcome_that_was_given_is_final(device: Device, status: str, change: str) -> None:
    operation = make_operation(device, status=status)

    with pytest.raises(DatabaseError, match="is final"):
        sql(f"UPDATE sampling_syncoperation SET {change} WHERE op = %s", operation.pk)


@pytest.mark.parametrize("status", ["deferred", "quarantined"])
def test_a_held_operation_is_settled_but_never_rewritten(device: Device, status: str) -> None:
    operation = make_operation(device, status=status)

    for column, value in (
        ("op", uuid.uuid4()),
        ("device_id", None),
        ("content_sha256", bytes(31) + b"x"),
        ("record", uuid.uuid4()),
    ):
        with pytest.raises(DatabaseError, match="never rewritten"):
            sql(
                f"UPDATE sampling_syncoperation SET {column} = %s WHERE op = %s",
                value,
                operation.pk,
            )
    sql("UPDATE sampling_syncoperation SET status = 'applied' WHERE op = %s", operation.pk)


@pytest.mark.parametrize("sender", ["device_id", "batch_id", "by_id"])
def test_an_operation_of_a_sender_that_does_not_exist_is_refused(
    device: Device, sender: str
) -> None:
    nobody = 10**9 if sender == "batch_id" else uuid.uuid4()

    with pytest.raises(IntegrityError, match="sender that does not exist"), transaction.atomic():
        make_operation(None, **{sender: nobody})


@pytest.mark.parametrize(
    "change",
    ["body = '\\x00'", "sha256 = '\\x00'", "received_at = received_at + interval '1 second'"],
)
def test_the_bytes_of_a_batch_never_change(batch: SyncBatch, change: str) -> None:
    with pytest.raises(DatabaseError, match="bytes of a batch never change"):
        sql(f"UPDATE sampling_syncbatch SET {change} WHERE id = %s", batch.pk)
    sql("UPDATE sampling_syncbatch SET state = 'applied' WHERE id = %s", batch.pk)


def test_what_the_ledger_remembers_is_never_removed(
    rows: Rows, operation: SyncOperation, project: Project
) -> None:
    rows.stored("site")
    RecordVersion.objects.create(
        record=uuid.uuid4(),
        revision=1,
        type="site",
        op=operation.pk,
        body={},
        replaced_at=FRIDAY,
    )
    make_conflict(operation, project)

    for table in ("syncoperation", "syncbatch", "syncscope", "syncchange", "syncconflict"):
        with pytest.raises(DatabaseError, match="Cannot delete"):
            sql(f"DELETE FROM sampling_{table}")
    for change in (
        "DELETE FROM sampling_recordversion",
        "UPDATE sampling_recordversion SET body = '[]'",
    ):
        with pytest.raises(DatabaseError, match=r"Cannot (delete|update)"):
            sql(change)


def make_conflict(operation: SyncOperation, project: Project, **fields: Any) -> SyncConflict:
    return SyncConflict.objects.create(
        operation=operation,
        project=project,
        scope=operation.scope,
        type=operation.type,
        record=operation.record,
        group="note",
        raised_at=FRIDAY,
        **fields,
    )


def test_a_conflict_is_resolved_once(operation: SyncOperation, project: Project) -> None:
    conflict = make_conflict(operation, project)
    sql("UPDATE sampling_syncconflict SET resolved_at = now() WHERE id = %s", conflict.pk)

    with pytest.raises(DatabaseError, match="Cannot update"):
        sql("UPDATE sampling_syncconflict SET resolved_at = NULL WHERE id = %s", conflict.pk)


def test_a_custody_event_is_never_edited(rows: Rows) -> None:
    event = rows.stored("custody_event")

    with pytest.raises(DatabaseError, match="Cannot update"):
        sql(
            "UPDATE sampling_custodyevent SET place = 'cold store', revision = revision + 1"
            " WHERE id = %s",
            event.pk,
        )


def test_what_identifies_an_entry_is_used_once(
    device: Device, operation: SyncOperation, batch: SyncBatch
) -> None:
    with pytest.raises(IntegrityError, match="syncoperation_number_once"), transaction.atomic():
        make_operation(device, n=operation.n)
    with pytest.raises(IntegrityError, match="syncoperation_pkey"), transaction.atomic():
        make_operation(device, n=2, op=operation.op)
    with pytest.raises(IntegrityError, match="syncbatch_once"), transaction.atomic():
        SyncBatch.objects.create(
            device=device, sha256=batch.sha256, received_at=FRIDAY, body=b"", headers={}
        )
