"""What nobody asked for again: pushes never judged, runs that got lost, estimates gone stale."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from estimates import tasks
from estimates.runs.plausibility import review_values
from rootfield.site import stop_on_sigterm
from sampling.actions.findings import review_changes
from sampling.actions.lab_batches import link_all_held_results
from sampling.actions.pushes import sweep_batches
from sampling.actions.stored_files import sweep_files
from sampling.actions.uploads import sweep_uploads

EVERY_S = 3.0
FILES_EVERY_S = 3600.0
LEFT_ALONE = dt.timedelta(seconds=30)
"""A push this old is not being judged any more: the request that brought it has ended."""

logger = structlog.get_logger("rootfield.sweep")


class Command(BaseCommand):
    """`manage.py sweep`: once, or every few seconds until it is stopped."""

    help = "Finishes pushes and estimate runs that got lost, and orders stale estimates again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add whether to go on, and how often."""
        parser.add_argument("--forever", action="store_true")
        parser.add_argument("--every", type=float, default=EVERY_S, help="seconds between sweeps")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep; with --forever outlive a database that is away for a while."""
        if not options["forever"]:
            self.stdout.write(", ".join(f"{name}: {count}" for name, count in sweep().items()))
            return
        stop_on_sigterm()
        try:
            last = -FILES_EVERY_S
            while True:
                is_time = time.monotonic() - last >= FILES_EVERY_S
                if sweep_or_wait(with_files=is_time) and is_time:
                    last = time.monotonic()
                time.sleep(options["every"])
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")


def sweep(*, with_files: bool = True) -> dict[str, int]:
    """Sweep once and return how many of each were taken up again."""
    return {
        "pushes": sweep_batches(older_than=LEFT_ALONE),
        "reviewed": review_changes(),
        "values": review_values(),
        "linked": link_all_held_results(),
        "files": sweep_old_files() if with_files else 0,
        "stale": tasks.refresh_stale(),
        "runs": tasks.sweep(),
    }


def sweep_old_files() -> int:
    """Remove files and uploads whose time has come; return how many."""
    now = timezone.now()
    return sweep_uploads(at=now) + sweep_files(at=now)


def sweep_or_wait(*, with_files: bool) -> bool:
    """Sweep once; a database that does not answer is tried again at the next turn: False."""
    close_old_connections()
    try:
        counts = sweep(with_files=with_files)
    except (OperationalError, InterfaceError) as error:
        logger.warning("database silent", error=str(error))
        return False
    if any(counts.values()):
        logger.info("swept", **counts)
    return True
