"""The worked study: written anew it is the same, and the page in docs/ holds what is computed."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from estimates.management.commands.study import HOME, PARAMETER_SET
from estimates.management.study.question import question
from estimates.science.parameters import load_parameter_set
from estimates.science.scenarios import methods, models
from estimates.science.scenarios.contrast import Key, contrast_of

FILES = {"README.md", "inputs.svg", "stocks.svg", "shares.svg"}


def written(folder):
    call_command("study", "--out", str(folder), "--draws", "200", stdout=io.StringIO())
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_study_is_the_same_each_time_it_is_written(tmp_path):
    first, second = written(tmp_path / "one"), written(tmp_path / "two")

    assert first == second
    assert set(first) == FILES
    page = first["README.md"].decode()
    assert all(f"`{name}`" in page for name in (*methods.NAMES, *models.NAMES))
    assert "36 combinations" in page
    assert "200 and 2026" in page


def test_every_drawing_carries_methods_parameter_sets_and_seed():
    for name in FILES - {"README.md"}:
        drawn = (HOME / name).read_text()
        assert "yield_allometry 2026.1" in drawn
        assert "ICBM, holos_4, continuous" in drawn
        assert "Seed 2026, 2000 draws" in drawn


def test_the_page_in_docs_holds_what_is_computed_today():
    """One method and model of it, with all draws."""
    numbers = load_parameter_set(PARAMETER_SET.read_text(encoding="utf-8"))
    answer = contrast_of(
        question(),
        methods=methods.input_methods(numbers, ("bolinder_2007",)),
        models=models.soil_models(numbers, ("icbm",)),
    )
    cells = {cell.key: cell for cell in answer.cells}
    found = cells[Key(quantity="c_input", horizon_years=0, method="bolinder_2007")].difference
    soc = cells[
        Key(quantity="soc", horizon_years=50, method="bolinder_2007", model="icbm")
    ].difference
    page = (HOME / "README.md").read_text()

    row = next(line for line in page.splitlines() if line.startswith("| `bolinder_2007`"))
    assert f"{found.mean:.2f} ({found.lower:.2f} to {found.upper:.2f})" in row
    icbm = [line for line in page.splitlines() if line.startswith("| `icbm` |")][1]
    highest = float(icbm.split(" | ")[2].split(" to ")[1])
    assert highest == pytest.approx(soc.mean, abs=0.0051)
