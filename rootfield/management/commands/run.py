"""The site without the demo day."""

from __future__ import annotations

import os
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from rootfield.children import ChildDied
from rootfield.site import Site, running_site, stop_on_sigterm


class Command(BaseCommand):
    """`manage.py run`: migrate, start every process of the site, stay until Ctrl-C."""

    help = "Runs the site, its data kept under var/, until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the port and the number of worker processes."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--concurrency", type=int, default=2, help="processes of the worker")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the site; say why when one of its processes ends."""
        stop_on_sigterm()
        os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{options['port']}")
        try:
            call_command("migrate", interactive=False)
            with running_site(
                port=options["port"],
                concurrency=options["concurrency"],
                logs=settings.DATA_DIR / "logs",
            ) as site:
                self.stdout.write(f"Rootfield answers at {site.url}/ until Ctrl-C.")
                self.stdout.write("Make a person who may sign in: manage.py createsuperuser")
                stay(site)
        except ChildDied as death:
            raise CommandError(str(death)) from death
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")


def stay(site: Site) -> None:
    """Wait until Ctrl-C, or until a process of the site ends."""
    while True:
        site.check()
        time.sleep(1)
