"""Loads the parameter sets that ship with the site."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from estimates.orders import load_parameter_sets


class Command(BaseCommand):
    help = "Load the parameter sets that ship with the site. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        for parameter_set in load_parameter_sets(now=timezone.now()):
            self.stdout.write(f"{parameter_set} {parameter_set.sha256[:12]}")
