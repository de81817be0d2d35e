"""What the site's sweeper does for sync, and no more: pushes never judged, and who still waits."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from datetime import timedelta

import django
from django.db import InterfaceError, OperationalError, close_old_connections

django.setup()

from sampling.actions.pushes import sweep_batches  # noqa: E402

EVERY_S = 2.0
LEFT_ALONE = timedelta(seconds=10)


def sweep_for_ever() -> None:
    """Sweep until killed; a database that does not answer is tried again."""
    while True:
        close_old_connections()
        with suppress(OperationalError, InterfaceError):
            sweep_batches(older_than=LEFT_ALONE)
        time.sleep(EVERY_S)


def sweep_up() -> None:
    """Sweep until nothing is left to judge."""
    while sweep_batches(older_than=timedelta(0), limit=1000):
        pass


if __name__ == "__main__":
    sweep_up() if "--once" in sys.argv else sweep_for_ever()
