"""The whole site in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rootfield.backup.errors import BackupRefused
from rootfield.backup.write import write_backup


class Command(BaseCommand):
    """`manage.py backup FILE`: tables and files as of one moment, checked when written."""

    help = "Writes the whole site to one file, checks it, and tells tablets what it covers."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add where to write."""
        parser.add_argument("file", type=Path, help="a new file; a directory names it by the time")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say how much it holds."""
        at = timezone.now()
        path: Path = options["file"]
        if path.is_dir():
            path /= f"rootfield-{at:%Y%m%d-%H%M%S}.zip"
        try:
            manifest = write_backup(path, at=at)
        except (BackupRefused, OSError) as error:
            raise CommandError(str(error)) from error
        rows = sum(content.rows for content in manifest.tables.values())
        self.stdout.write(
            f"{path}: {rows} rows in {len(manifest.tables)} tables, {len(manifest.files)} files,"
            f" {path.stat().st_size} bytes; read back and whole"
        )
