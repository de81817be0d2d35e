"""Rescue of a tablet's outbox from its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sampling.actions.rescue import import_outbox
from sampling.errors import RootfieldError
from sampling.models import User


class Command(BaseCommand):
    """`manage.py import_outbox FILE --by USERNAME`: push what the file holds."""

    help = "Takes in the operations of a tablet that cannot send any more, from its outbox file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the file and who brings it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="username of who brings the file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the file in and say what became of its operations."""
        by = User.objects.filter(username=options["by"]).first()
        if by is None:
            raise CommandError(f"Nobody is called {options['by']} here.")
        try:
            rescue = import_outbox(options["file"], device=None, by=by, at=timezone.now())
        except (RootfieldError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{rescue.operations} operations of {rescue.device}")
        for status, count in sorted(rescue.outcomes.items()):
            self.stdout.write(f"  {status}: {count}")
        if rescue.held:
            self.stdout.write(f"  kept for a data steward, the device is withdrawn: {rescue.held}")
        for problem in rescue.problems:
            self.stdout.write(f"  {problem}")
