"""The site without the demo day."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from rootfield.children import ChildDied
from rootfield.site import SupervisedSite, running_site, stop_on_sigterm


class Command(BaseCommand):
    """`manage.py run`: migrate, start every process of the site, stay until Ctrl-C."""

    help = "Runs the site, its data kept under var/, until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the port and the number of workers."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--concurrency", type=int, default=2, help="number of workers")

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
                stay(site, self.stdout.write)
        except ChildDied as death:
            raise CommandError(str(death)) from death
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")


def stay(site: SupervisedSite, say: Callable[[str], Any]) -> None:
    """Wait until Ctrl-C, starting workers again that end; raises ChildDied with the web server."""
    while True:
        for name in site.mend():
            say(f"{name} had ended and was started again.")
        time.sleep(1)
