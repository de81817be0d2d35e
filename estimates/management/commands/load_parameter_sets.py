"""Loads the parameter sets that ship with the site, and the whole table of AMG v2 on request."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from estimates.orders import load_parameter_sets
from estimates.orders.parameter_sets import add_amg_table
from sampling.errors import RootfieldError


class Command(BaseCommand):
    help = "Load the parameter sets that ship with the site. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--amg",
            type=Path,
            help="the whole crop table of AMG v2 as CSV; its rows make a new version",
        )
        parser.add_argument("--as-version", default="", help="the name of that version")

    def handle(self, *args: Any, **options: Any) -> None:
        for parameter_set in load_parameter_sets(now=timezone.now()):
            self.stdout.write(f"{parameter_set} {parameter_set.sha256[:12]}")
        if options["amg"]:
            self._load_amg(options["amg"], options["as_version"])

    def _load_amg(self, path: Path, version: str) -> None:
        if not version:
            raise CommandError("Name the new version: --as-version 2026.1-amg")
        try:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                rows = list(csv.DictReader(stream))
            parameter_set, left_out = add_amg_table(rows, version=version, now=timezone.now())
        except (OSError, RootfieldError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{parameter_set} {parameter_set.sha256[:12]}")
        for sentence in left_out:
            self.stdout.write(f"left out: {sentence}")
