"""The raw pushes, byte by byte, for safekeeping elsewhere or for looking into."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sampling.models import Project, SyncBatch

STATES = [state for state, _ in SyncBatch._meta.get_field("state").flatchoices]
AT_ONCE = 20  # batches in memory, 4 MiB each at most


class Command(BaseCommand):
    """`manage.py export_batches DIRECTORY`: one file a push, and index.ndjson."""

    help = "Writes pushes exactly as they came, each to a file, with an index as NDJSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add where to write, and which pushes."""
        parser.add_argument("directory", type=Path)
        parser.add_argument("--project", help="slug of a project")
        parser.add_argument("--device", type=UUID, help="id of a device")
        parser.add_argument("--since", type=date.fromisoformat, help="first day, YYYY-MM-DD")
        parser.add_argument("--state", choices=STATES)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the files; a push whose bytes do not fit its digest is an error."""
        project = options["project"]
        if project and not Project.objects.filter(slug=project).exists():
            raise CommandError(f"There is no project {project!r}.")
        chosen = {
            "device__project__slug": project,
            "device": options["device"],
            "received_at__date__gte": options["since"],
            "state": options["state"],
        }
        batches = SyncBatch.objects.filter(
            **{name: value for name, value in chosen.items() if value}
        )
        directory: Path = options["directory"]
        directory.mkdir(parents=True, exist_ok=True)
        count = 0
        with (directory / "index.ndjson").open("w") as index:
            for batch in batches.order_by("id").iterator(chunk_size=AT_ONCE):
                index.write(json.dumps(self.write(directory, batch)) + "\n")
                count += 1
        self.stdout.write(f"{count} pushes in {directory}")

    def write(self, directory: Path, batch: SyncBatch) -> dict[str, Any]:
        """Write one push and return its line of the index."""
        body = bytes(batch.body)
        if hashlib.sha256(body).digest() != bytes(batch.sha256):
            raise CommandError(f"The bytes of batch {batch.pk} are not those that came.")
        name = f"{batch.pk}.json.gz" if batch.encoding == "gzip" else f"{batch.pk}.json"
        (directory / name).write_bytes(body)
        return {
            "batch": batch.pk,
            "file": name,
            "sha256": bytes(batch.sha256).hex(),
            "device": str(batch.device_id),
            "received_at": batch.received_at.isoformat(),
            "state": batch.state,
            "error": batch.error,
            "headers": batch.headers,
        }
