"""Which tables make up the site, and one way to read and to fill each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from rootfield.backup.errors import BackupRefused

# Signed-in browsers do not survive a restore: whoever has a backup must not be signed in by it.
LEFT_OUT = frozenset({"django_session"})
# Filled by migrations, on a database nobody has worked in yet.
MADE_BY_MIGRATIONS = frozenset({"django_content_type", "auth_permission"})
MIGRATIONS = "django_migrations"


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: its columns that are written, and what puts its rows in one order."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    sequence: str | None

    @property
    def column_list(self) -> str:
        """The columns as SQL."""
        return ", ".join(quoted(column) for column in self.columns)

    @property
    def copy_out(self) -> str:
        """The statement that reads the table, always in the same order."""
        order = ", ".join(quoted(column) for column in self.key)
        return (
            f"COPY (SELECT {self.column_list} FROM {quoted(self.name)} ORDER BY {order}) TO STDOUT"
        )

    @property
    def copy_in(self) -> str:
        """The statement that fills the table with what `copy_out` gave."""
        return f"COPY {quoted(self.name)} ({self.column_list}) FROM STDIN"


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a table holds: how many rows, and the SHA-256 of them all."""

    rows: int
    sha256: str


def quoted(name: str) -> str:
    """Return a name as SQL."""
    return str(connection.ops.quote_name(name))


def site_tables() -> list[Table]:
    """Return the tables of the site by name, without those that are left out.

    Raises BackupRefused when the database holds a table no model knows: it would be lost.
    """
    known = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    strange = sorted(there - {*known} - {MIGRATIONS})
    if strange:
        raise BackupRefused(f"No model knows these tables, so they would be lost: {strange}.")
    return [
        _described(model)
        for name, model in sorted(known.items())
        if name in there and name not in LEFT_OUT
    ]


def _described(model: type[models.Model]) -> Table:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    key = [str(field.column) for field in model._meta.pk_fields]
    serial = next((f for f in fields if isinstance(f, models.AutoField)), None)
    return Table(
        name=model._meta.db_table,
        columns=tuple(str(field.column) for field in fields),
        key=tuple(key),
        sequence=str(serial.column) if serial else None,
    )


def applied_migrations() -> list[list[str]]:
    """Return every migration the database has, as app and name."""
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


@contextmanager
def one_moment() -> Iterator[None]:
    """Let every statement inside see the database as of the first, changing nothing."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL TIME ZONE 'UTC'; SET LOCAL DateStyle = 'ISO'")
        cursor.execute("SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'")
        yield


def read_table(table: Table) -> Iterator[bytes]:
    """Yield the rows of a table as COPY text, in pieces."""
    cursor: Any
    with connection.cursor() as cursor, cursor.copy(table.copy_out) as copy:
        for piece in copy:
            yield bytes(piece)


def content_of(table: Table) -> Content:
    """Return what a table holds now."""
    digest, rows = hashlib.sha256(), 0
    for piece in read_table(table):
        digest.update(piece)
        rows += piece.count(b"\n")
    return Content(rows=rows, sha256=digest.hexdigest())


def contents() -> dict[str, Content]:
    """Return what every table of the site holds, all as of one moment."""
    with one_moment():
        return {table.name: content_of(table) for table in site_tables()}
