"""Writes the worked study: a page and its drawings, from published figures alone."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from estimates.management.study.question import DRAWS, SEED, question
from estimates.management.study.text import page
from estimates.plots import contrasts as plots
from estimates.runs.parameters import DIRECTORY
from estimates.science.parameters import load_parameter_set
from estimates.science.scenarios.contrast import ContrastResult, contrast_of
from estimates.science.scenarios.methods import input_methods, notes_on
from estimates.science.scenarios.models import notes_on_models, soil_models

PARAMETER_SET = DIRECTORY / "yield_allometry_2026_1.json"
TITLE = "Cover crop before spring barley"
HOME = Path(settings.BASE_DIR) / "docs" / "study"


class Command(BaseCommand):
    help = (
        "Write the worked study, winter wheat with and without a deep-rooting cover crop. "
        "Needs no database and no broker."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, default=HOME, help="the folder to write to")
        parser.add_argument("--draws", type=int, default=DRAWS)
        parser.add_argument("--seed", type=int, default=SEED)

    def handle(self, *args: Any, **options: Any) -> None:
        numbers = load_parameter_set(PARAMETER_SET.read_text(encoding="utf-8"))
        asked = question(draws=options["draws"], seed=options["seed"])
        answer = contrast_of(asked, methods=input_methods(numbers), models=soil_models(numbers))
        rotations = (asked.baseline, asked.intervention)
        notes = sorted({*notes_on(rotations, numbers), *notes_on_models(rotations)})
        folder: Path = options["out"]
        folder.mkdir(parents=True, exist_ok=True)
        files = {"README.md": page(answer, notes, seed=asked.seed), **drawings(answer, asked.seed)}
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
            self.stdout.write(f"{folder / name}")


def drawings(answer: ContrastResult, seed: int) -> dict[str, str]:
    """Return the drawings of the study by the name of their file."""
    source = plots.source_line(
        methods=answer.method_versions,
        models=answer.model_versions,
        seed=seed,
        draws=answer.draws,
        code="make study",
    )
    return {
        "inputs.svg": plots.draw_inputs(answer.cells, title=f"{TITLE}: C input", source=source),
        "stocks.svg": plots.draw_stocks(answer.cells, title=f"{TITLE}: SOC", source=source),
        "shares.svg": plots.draw_budgets(
            answer.budgets, title=f"{TITLE}: what the uncertainty comes from", source=source
        ),
    }
