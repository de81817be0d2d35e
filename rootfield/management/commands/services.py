"""Embedded PostgreSQL and Redis in the foreground."""

from __future__ import annotations

import os
import signal
from typing import Any

from django.core.management.base import BaseCommand

from rootfield.site import stop_on_sigterm


class Command(BaseCommand):
    """`manage.py services`: print where they answer and stay until Ctrl-C."""

    help = "Runs embedded PostgreSQL and Redis until Ctrl-C and prints their addresses."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Wait: manage.py has started the services, and stops them afterwards."""
        stop_on_sigterm()
        try:
            for name in ("DATABASE_URL", "REDIS_URL"):
                self.stdout.write(f"{name}={os.environ[name]}")
            self.stdout.flush()
            signal.pause()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
