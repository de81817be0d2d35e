"""Trying held operations again, once what held them is mended."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sampling.actions.overview import HELD_REASON, held_operations
from sampling.actions.quarantine import try_again
from sampling.models import Project, User


class Command(BaseCommand):
    """`manage.py rerun_quarantine PROJECT --by USERNAME`: each by itself, all are tried."""

    help = "Tries the held operations of a project again, on the word of a person."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add which operations, and on whose word."""
        parser.add_argument("project", help="slug of the project")
        parser.add_argument("--by", required=True, help="username of who decides")
        parser.add_argument("--reason", help="only those held for this code")
        parser.add_argument("--type", help="only those on records of this type")

    def handle(self, *args: Any, **options: Any) -> None:
        """Try them and say how each ended."""
        project = Project.objects.filter(slug=options["project"]).first()
        by = User.objects.filter(username=options["by"], memberships__project=project).first()
        if project is None or by is None:
            raise CommandError("There is no such project, or nobody of that name in it.")
        held = held_operations(project).annotate(reason=HELD_REASON)
        chosen = {"reason": options["reason"], "type": options["type"]}
        held = held.filter(**{name: value for name, value in chosen.items() if value})
        operations = list(held.order_by("received_at", "device", "n").values_list("op", flat=True))
        ended = try_again(operations, project=project, by=by, at=timezone.now())
        for status, count in sorted(ended.items()):
            self.stdout.write(f"{status}: {count}")
        self.stdout.write(f"{ended.total()} operations tried")
