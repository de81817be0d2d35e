"""The demo day on a site of its own."""

from __future__ import annotations

import json
import os
import time
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from rootfield.children import ChildDied
from rootfield.demo.builtin import read_builtin
from rootfield.demo.counts import holds_a_project
from rootfield.demo.day import Day, live_through
from rootfield.demo.ordering import Patience, TookTooLong
from rootfield.demo.people import CARETAKER, CAST, PASSWORD, open_accounts, sign_in_everybody
from rootfield.demo.person import Refused
from rootfield.demo.tables import CampaignFileError, CampaignTables, read_folder
from rootfield.management.commands.run import stay
from rootfield.site import SupervisedSite, free_port, running_site, stop_on_sigterm
from sampling.tablet import TabletError

WORKERS = 2


class Command(BaseCommand):
    """`manage.py demo`: start a fresh site, live through a campaign, stay until Ctrl-C."""

    help = "Lives through a campaign on real figures and leaves the site running until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what to do afterwards, and on which figures."""
        parser.add_argument("--exit", action="store_true", help="stop when the day is done")
        parser.add_argument("--json", action="store_true", help="end with the counts as JSON")
        parser.add_argument("--campaign", type=Path, help="a folder of six CSV files")
        parser.add_argument("--port", type=int, default=0, help="0 takes a free one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the site and the day; say in one message what went wrong."""
        started = time.monotonic()
        stop_on_sigterm()
        try:
            tables = read_folder(options["campaign"]) if options["campaign"] else read_builtin()
            self.prepare()
            port = options["port"] or free_port()
            os.environ["SITE_URL"] = f"http://127.0.0.1:{port}"
            logs = settings.DATA_DIR / "logs"
            with running_site(port=port, concurrency=WORKERS, logs=logs) as site:
                summary = self.live(site, tables, started=started)
                if options["json"]:
                    self.say(json.dumps(summary))
                if not options["exit"]:
                    self.say("The site stays until Ctrl-C.")
                    stay(site, self.say)
        except (ChildDied, CampaignFileError, Refused, TabletError, TookTooLong) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.say("Stopped.")

    def prepare(self) -> None:
        """Migrate an empty database and load what ships with the site."""
        if settings.PRODUCTION:
            raise CommandError("The demo makes accounts with a known password: not in production.")
        call_command("migrate", interactive=False, verbosity=0)
        if holds_a_project():
            raise CommandError("This database is in use; the demo needs an empty one.")
        call_command("load_parameter_sets", verbosity=0, stdout=StringIO())

    def live(
        self, site: SupervisedSite, tables: CampaignTables, *, started: float
    ) -> dict[str, Any]:
        """Live through the day on the running site and return the counts at its end."""
        self.say(f"Rootfield answers at {site.url}/")
        ids = open_accounts()
        people = sign_in_everybody(site.url, ids, slug="demo", title="Roots of ten sites")
        day = Day(
            base_url=site.url,
            people=people,
            directory=settings.DATA_DIR,
            patience=Patience(meanwhile=lambda: self.mend(site)),
            say=self.say,
        )
        counts = live_through(day, tables)
        self.say_where(site.url)
        summary = counts.as_json(seconds=time.monotonic() - started)
        self.say(f"\nThe day took {summary['seconds']:g} s.")
        return summary

    def say_where(self, url: str) -> None:
        """Say the addresses and the logins."""
        self.say("\nWhere to look:")
        for path, what in (
            ("/", "pages of the campaign"),
            ("/api/docs", "the API, with its documentation"),
            ("/admin/", f"the admin, for {CARETAKER}"),
            ("/health/ready", "whether all is well"),
        ):
            self.say(f"  {url}{path:<14} {what}")
        self.say(f"Who may sign in, all with the password: {PASSWORD}")
        for person in CAST:
            self.say(f"  {person.username:<10} {person.role.replace('_', ' ')}")
        self.say(f"  {CARETAKER:<10} looks after the site")

    def mend(self, site: SupervisedSite) -> None:
        """Start workers again that have ended, and say so."""
        for name in site.mend():
            self.say(f"  {name} had ended and was started again")

    def say(self, line: str) -> None:
        """Write one line at once."""
        self.stdout.write(line)
        self.stdout.flush()
