"""Putting a backup back: all of it in one transaction, under a new epoch."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Max

from rootfield.backup.archive import Manifest, flush_directory, pieces_of, read_manifest
from rootfield.backup.errors import BackupDamaged, BackupRefused
from rootfield.backup.tables import (
    LEFT_OUT,
    MADE_BY_MIGRATIONS,
    Table,
    applied_migrations,
    content_of,
    quoted,
    site_tables,
)
from sampling.actions.code_blocks import next_code_number
from sampling.models import AuditEvent, Device, SyncEpoch

CODES_SKIPPED = 1_000_000  # many times what a season needs; the codes last for a thousand restores


def restore_backup(path: Path, *, replaces: bool, at: datetime) -> Manifest:
    """Make the site what it was when the backup was written, and return what that held.

    The file is checked to its last byte first. Tables, sequences and the new epoch are one
    transaction: it is all there or nothing changed. A database somebody worked in is refused
    unless `replaces` says so. Raises BackupRefused, BackupDamaged.
    """
    manifest = read_manifest(path, is_checked=True)
    tables = site_tables()
    _refuse_other_schema(manifest, tables)
    with zipfile.ZipFile(path) as archive:
        _put_files(archive, manifest, Path(settings.MEDIA_ROOT))
        try:
            with transaction.atomic(durable=True):
                _refuse_used(tables, replaces=replaces)
                _fill(archive, tables)
                _compare(manifest, tables)
                _begin_anew(path, at=at)
        except DatabaseError as error:
            raise BackupRefused(f"The database refused the backup: {error}") from error
    return manifest


def _refuse_other_schema(manifest: Manifest, tables: Sequence[Table]) -> None:
    """Raise unless the database has exactly the migrations of the backup."""
    here = {tuple(one) for one in applied_migrations()}
    there = {tuple(one) for one in manifest.migrations}
    if here != there:
        raise BackupRefused(
            "The backup was written under other migrations than this database has:"
            f" only the backup has {_named(there - here)}, only the database"
            f" {_named(here - there)}. Restore it with the release that wrote it, then migrate."
        )
    missing = {table.name for table in tables} ^ {*manifest.tables}
    if missing:
        raise BackupDamaged(f"These tables are in one of the two only: {sorted(missing)}.")


def _named(migrations: set[tuple[str, ...]]) -> str:
    """Return the first of some migrations in words."""
    return ", ".join(".".join(one) for one in sorted(migrations)[:5]) or "none"


def _refuse_used(tables: Sequence[Table], *, replaces: bool) -> None:
    if replaces:
        return
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {quoted(table.name)})")
            is_used = cursor.fetchone()[0] and table.name not in MADE_BY_MIGRATIONS
            if is_used:
                raise BackupRefused(
                    f"This database is in use ({table.name} has rows). Restore into an empty one,"
                    " or say --replace to lose what is in it."
                )


def _fill(archive: zipfile.ZipFile, tables: Sequence[Table]) -> None:
    """Replace the rows of all tables. Their triggers rest meanwhile; constraints are checked."""
    cursor: Any
    names = ", ".join(quoted(name) for name in (*(table.name for table in tables), *LEFT_OUT))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # pending checks keep tables locked
        cursor.execute(f"TRUNCATE {names}")
        for table in tables:
            cursor.execute(f"ALTER TABLE {quoted(table.name)} DISABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED; SET LOCAL TIME ZONE 'UTC'")
        for table in tables:
            with archive.open(f"tables/{table.name}") as member, cursor.copy(table.copy_in) as copy:
                for piece in pieces_of(member):
                    copy.write(piece)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {quoted(table.name)} ENABLE TRIGGER USER")
            if table.sequence is not None:
                _continue_numbers(cursor, table)


def _continue_numbers(cursor: Any, table: Table) -> None:
    """Let the next row get the number after the last one restored."""
    number = quoted(table.sequence or "")
    cursor.execute(
        f"SELECT setval(pg_get_serial_sequence(%s, %s), coalesce(max({number}), 0) + 1, false)"
        f" FROM {quoted(table.name)}",
        [table.name, table.sequence],
    )


def _compare(manifest: Manifest, tables: Sequence[Table]) -> None:
    """Raise unless the database now holds, row by row, what was written."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL DateStyle = 'ISO'; SET LOCAL extra_float_digits = 1")
    differing = [table.name for table in tables if content_of(table) != manifest.tables[table.name]]
    if differing:
        raise BackupDamaged(f"Restored, these tables differ from the backup: {differing}.")


def _begin_anew(path: Path, *, at: datetime) -> None:
    """Begin a new life of the database: cursors end, tablets send again what came later.

    Tablets may write codes on bags that were given to them after the backup: these are skipped.
    """
    last = SyncEpoch.objects.aggregate(last=Max("started_at"))["last"]
    started_at = max(at, last + timedelta(microseconds=1)) if last else at
    SyncEpoch.objects.create(
        started_at=started_at,
        reason=f"restored from {path.name}"[:200],
        codes_from=next_code_number() + CODES_SKIPPED,
    )
    Device.objects.update(backed_up_upto=F("have_upto"))
    AuditEvent.objects.create(
        at=at, action="backup.restored", subject_type="backup", subject=path.name[:64]
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _put_files(archive: zipfile.ZipFile, manifest: Manifest, root: Path) -> None:
    """Write the files of the backup that are not there, or not whole, each under its name at once.

    Others are left where they are: what nobody refers to does no harm.
    """
    for name, content in manifest.files.items():
        target = (root / name).resolve()
        if not target.is_relative_to(root.resolve()):
            raise BackupDamaged(f"{name} would be written outside {root}.")
        if target.is_file() and _sha256(target) == content.sha256:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{target.name}.unfinished")
        with archive.open(f"files/{name}") as member, unfinished.open("wb") as stream:
            shutil.copyfileobj(member, stream)
        unfinished.rename(target)
        flush_directory(target.parent)
