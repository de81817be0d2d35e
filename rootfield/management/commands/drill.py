"""The restore drill, on a scratch database."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rootfield.backup.errors import BackupRefused
from rootfield.backup.restore import restore_backup
from rootfield.backup.tables import contents
from rootfield.drill.practice import CHANGED_BY_RESTORING, Line, compared, practise
from rootfield.drill.scratch import scratch_site


class Command(BaseCommand):
    """`manage.py drill [FILE]`: practise a restore, of a fleet made up or of a real backup."""

    help = (
        "Loses a day of a fleet of tablets, restores the backup before it, lets the tablets send"
        " again and compares everything. With a FILE it restores that backup beside the site and"
        " compares every table with it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add a backup to try, or the size of the fleet."""
        parser.add_argument("file", type=Path, nargs="?", help="a backup to try")
        parser.add_argument("--tablets", type=int, default=6, help="3 or more")
        parser.add_argument("--cores", type=int, default=20, help="a tablet and day")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the drill and print the table; what does not agree is an error."""
        if options["tablets"] < 3:
            raise CommandError("The drill takes three tablets or more: two disagree, one decides.")
        logging.getLogger("rootfield.requests").setLevel(logging.WARNING)
        try:
            with scratch_site() as directory:
                if options["file"]:
                    lines = self.try_backup(options["file"])
                else:
                    lines = practise(
                        directory,
                        tablets=options["tablets"],
                        cores=options["cores"],
                        say=self.stdout.write,
                    )
        except (BackupRefused, OSError) as error:
            raise CommandError(str(error)) from error
        self.print_table(lines)
        differing = [line.name for line in lines if not line.agrees]
        if differing:
            raise CommandError(f"These do not agree: {', '.join(differing)}.")
        empty = sum(not (line.before or line.after) for line in lines)
        self.stdout.write(f"All {len(lines)} agree ({empty} of them empty).")

    def try_backup(self, path: Path) -> list[Line]:
        """Restore a backup and compare every table with what was written."""
        manifest = restore_backup(path.resolve(), replaces=True, at=timezone.now())
        return compared("restored", manifest.tables, contents(), but=CHANGED_BY_RESTORING)

    def print_table(self, lines: Sequence[Line]) -> None:
        """Print one line for each thing compared, but for what is empty and was."""
        width = max(len(line.name) for line in lines)
        self.stdout.write(f"{'':12} {'':{width}} {'before':>9} {'after':>9}")
        for line in lines:
            if line.agrees and not line.before:
                continue
            word = "same" if line.agrees else "DIFFERS"
            self.stdout.write(
                f"{line.part:12} {line.name:{width}} {line.before:9} {line.after:9}  {word}"
            )
