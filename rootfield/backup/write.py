"""Writing a backup, and telling tablets what they need not keep any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from rootfield.backup.archive import FORMAT, MANIFEST, Manifest, add, new_archive, pieces_of
from rootfield.backup.tables import Content, applied_migrations, one_moment, read_table, site_tables
from sampling.actions.ledger import current_epoch
from sampling.models import AuditEvent, Device

UNFINISHED_UPLOADS = "uploads"


def write_backup(path: Path, *, at: datetime) -> Manifest:
    """Write the whole site to a new file, as of one moment, and return what it holds.

    Nobody has to stop working. When the file is whole, on the disk and read back, each tablet is
    told with its next push how far its operations are in it. Raises BackupRefused.
    """
    epoch = current_epoch()
    tables: dict[str, Content] = {}
    files: dict[str, Content] = {}
    with new_archive(path) as archive:
        with one_moment():
            stored = dict(Device.objects.values_list("pk", "have_upto"))
            for table in site_tables():
                rows, _, sha256 = add(archive, f"tables/{table.name}", read_table(table))
                tables[table.name] = Content(rows=rows, sha256=sha256)
            migrations = applied_migrations()
        # What rows of that moment refer to was on the disk before them, and stays there.
        for name in stored_files(Path(settings.MEDIA_ROOT)):
            with suppress(FileNotFoundError):  # forgotten meanwhile: no record names it
                with (Path(settings.MEDIA_ROOT) / name).open("rb") as stream:
                    _, size, sha256 = add(archive, f"files/{name}", pieces_of(stream))
                files[name] = Content(rows=size, sha256=sha256)
        manifest = Manifest(
            format=FORMAT,
            made_at=at.isoformat(),
            epoch=epoch,
            migrations=migrations,
            tables=tables,
            files=files,
        )
        archive.writestr(MANIFEST, manifest.as_json())
    with transaction.atomic():
        tell_devices(stored)
        AuditEvent.objects.create(
            at=at,
            action="backup.written",
            subject_type="backup",
            subject=path.name[:64],
            detail={"tables": len(tables), "files": len(files), "epoch": epoch},
        )
    return manifest


def stored_files(directory: Path) -> Iterator[str]:
    """Yield the files that were taken in whole, by their path below the directory."""
    root = Path(directory)
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        name = path.relative_to(root)
        if path.is_file() and name.parts[0] != UNFINISHED_UPLOADS:
            yield name.as_posix()


def tell_devices(stored: Mapping[UUID, int]) -> None:
    """Note up to which number a backup has the operations of each device; it never falls."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sampling_device AS d SET backed_up_upto = w.upto"
            " FROM unnest(%s::uuid[], %s::bigint[]) AS w(id, upto)"
            " WHERE d.id = w.id AND d.backed_up_upto < w.upto",
            [list(stored), list(stored.values())],
        )
