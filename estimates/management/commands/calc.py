"""Carries out calculations on CSV files, without database and broker."""

from __future__ import annotations

import json
import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from estimates.calculations.declaration import Calculation
from estimates.calculations.describing import description, description_lines
from estimates.calculations.problems import Problem, ProblemsFound
from estimates.calculations.registry import UnknownCalculation, calculation_named, calculations
from estimates.calculations.running import run_calculation
from estimates.calculations.writing import csv_text

USUAL_TABLES = ("in", "site", "soil", "meteo")
REFUSED, MISUSED = 1, 2  # exit codes: the tables are wrong, the command is


class Command(BaseCommand):
    help = (
        "Carry out a calculation on CSV files: `calc list`, `calc describe NAME`, "
        "`calc NAME --in in.csv --out out.csv`. Needs no database and no broker."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("words", nargs="+", metavar="list | describe NAME | NAME")
        for table in USUAL_TABLES:
            parser.add_argument(f"--{table}", dest=f"table_{table}", metavar="FILE")
        parser.add_argument(
            "--table", action="append", default=[], metavar="NAME=FILE", help="a further table"
        )
        parser.add_argument("--set", action="append", default=[], metavar="OPTION=VALUE")
        parser.add_argument(
            "--blank",
            action="append",
            default=[],
            metavar="WORD",
            help="a cell of NA, say, is blank",
        )
        parser.add_argument("--out", metavar="FILE", help="where to write; else standard output")
        parser.add_argument(
            "--with-sources",
            action="store_true",
            help="put formula, units and sources above the header, behind #",
        )
        parser.add_argument("--json", action="store_true", help="list and describe as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        words = options["words"]
        if words == ["list"]:
            self.list_all(as_json=options["json"])
        elif words[0] == "describe" and len(words) == 2:
            self.describe(named(words[1]), as_json=options["json"])
        elif len(words) == 1 and words[0] != "describe":
            self.calculate(named(words[0]), options)
        else:
            raise misuse("usage", "Use: calc list | describe NAME | NAME.")

    def list_all(self, *, as_json: bool) -> None:
        """Write the name of every calculation and what it does."""
        known = calculations()
        if as_json:
            summaries = {name: calculation.summary for name, calculation in known.items()}
            self.stdout.write(json.dumps(summaries, indent=2, ensure_ascii=False))
            return
        width = max(len(name) for name in known)
        for name, calculation in known.items():
            self.stdout.write(f"{name:<{width}}  {calculation.summary}")

    def describe(self, calculation: Calculation, *, as_json: bool) -> None:
        """Write what a calculation reads and answers."""
        if as_json:
            self.stdout.write(json.dumps(description(calculation), indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(description_lines(calculation)))

    def calculate(self, calculation: Calculation, options: Mapping[str, Any]) -> None:
        """Write what the calculation answers, or name every problem and write nothing."""
        paths = {
            table: options[f"table_{table}"] for table in USUAL_TABLES if options[f"table_{table}"]
        } | pairs(options["table"], "--table NAME=FILE")
        refuse_to_overwrite(options["out"], paths)
        try:
            answer = run_calculation(
                calculation,
                files={table: content(path) for table, path in paths.items()},
                options=pairs(options["set"], "--set OPTION=VALUE"),
                file_names={table: Path(path).name for table, path in paths.items()},
                blanks=options["blank"],
            )
            text = csv_text(
                calculation,
                columns=answer.columns,
                rows=answer.rows,
                with_sources=options["with_sources"],
            )
        except ProblemsFound as found:
            for problem in found.problems:
                self.stderr.write(problem_line(problem, paths))
            number = len(found.problems)
            raise CommandError(
                f"{number} problem{'s' * (number > 1)}; nothing was written.", returncode=REFUSED
            ) from None
        for remark in answer.remarks:
            self.stderr.write(f"note: {remark}")
        if options["out"]:
            write_whole(Path(options["out"]), text)
        else:
            self.stdout.write(text, ending="")


def misuse(code: str, sentence: str) -> CommandError:
    """Return the error of a command that cannot be carried out as it is written."""
    return CommandError(f"{code}: {sentence}", returncode=MISUSED)


def refuse_to_overwrite(out: str | None, paths: Mapping[str, str]) -> None:
    """Raise CommandError where the answer would be written over a table that was read."""
    for table, path in paths.items():
        if out and Path(out).is_file() and Path(path).exists() and Path(out).samefile(path):
            raise misuse(
                "would_overwrite",
                f"--out is the table {table} itself ({path}); write to a file of its own.",
            )


def named(name: str) -> Calculation:
    """Return a calculation by its name."""
    try:
        return calculation_named(name)
    except UnknownCalculation as error:
        raise misuse("unknown_calculation", str(error)) from None


def pairs(given: Iterable[str], form: str) -> dict[str, str]:
    """Return name=value arguments as a mapping."""
    split = [pair.partition("=") for pair in given]
    for name, sign, _ in split:
        if not (name and sign):
            raise misuse("usage", f"Write {form}, not {name!r}.")
    return {name: value for name, _, value in split}


def content(path: str) -> bytes:
    """Return the bytes of a file."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise misuse("unreadable_file", f"{path} cannot be read: {error.strerror}.") from None


def problem_line(problem: Problem, paths: Mapping[str, str]) -> str:
    """Return file, line, column, code and sentence of a problem on one line."""
    place = paths.get(problem.table, f"--{problem.table}".replace("----", "--"))
    line = "" if problem.line is None else f":{problem.line}"
    column = "" if problem.column is None else f" {problem.column}:"
    return f"{place}{line}:{column} {problem.code}: {problem.message}"


def write_whole(path: Path, text: str) -> None:
    """Write a file at once or not at all; what is no file, such as a pipe, is written to."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_text(text, encoding="utf-8", newline="")
            return
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink()
            raise
    except OSError as error:
        raise misuse("unwritable_file", f"{path} cannot be written: {error.strerror}.") from None
