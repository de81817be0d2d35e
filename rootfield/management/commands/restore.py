"""The site as a backup has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rootfield.backup.errors import BackupRefused
from rootfield.backup.restore import restore_backup


class Command(BaseCommand):
    """`manage.py restore FILE`: into an empty, migrated database unless told to replace."""

    help = "Restores a backup under a new sync epoch; tablets then send again what came later."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what to restore, and whether something may be lost."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="lose what the database holds now"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore it and say what is there."""
        try:
            manifest = restore_backup(
                options["file"], replaces=options["replace"], at=timezone.now()
            )
        except (BackupRefused, OSError) as error:
            raise CommandError(str(error)) from error
        rows = sum(content.rows for content in manifest.tables.values())
        self.stdout.write(
            f"Restored {rows} rows in {len(manifest.tables)} tables as of {manifest.made_at};"
            " each table has the rows and the SHA-256 of the backup."
        )
