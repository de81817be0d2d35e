"""The worked study as a page: every number on it comes from the answer.

The words stand in `page.md`, with a name in braces wherever a number or a table goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from estimates.management.study.question import BARLEY, RADISH, SITE, WHEAT
from estimates.science.budget import VarianceShare
from estimates.science.monte_carlo import Summary
from estimates.science.replicates import replicates_needed
from estimates.science.results import Note
from estimates.science.scenarios.budget import METHOD, METHOD_AND_MODEL, MODEL
from estimates.science.scenarios.contrast import Cell, ContrastResult

WORDS = Path(__file__).with_name("page.md")
HORIZON = 50
HORIZONS = (("soc", 20), ("soc", HORIZON), ("soc_equilibrium", 0))
CHOICES = (METHOD, MODEL, METHOD_AND_MODEL)
REMAINDER = "remainder"
WANTED_HALF_WIDTH = 0.1
LEAST_SHARE = 0.005


def page(answer: ContrastResult, notes: Sequence[Note], *, seed: int) -> str:
    """Return the page in Markdown."""
    return WORDS.read_text(encoding="utf-8").format(
        setting=_setting(answer, seed),
        inputs=_inputs(answer),
        stocks="\n".join(_stocks(answer, *asked) for asked in HORIZONS),
        horizon=HORIZON,
        notes="\n".join(f"- {note.message}" for note in notes),
        **_known(answer),
        **_narrowing(answer),
    )


def _setting(answer: ContrastResult, seed: int) -> str:
    soil = SITE.soil
    stock = (
        f"{soil.soc_t_ha:g} t C per ha to {soil.stock_depth_cm:g} cm (Broadbalk 1843), "
        f"coefficient of variation {soil.soc_variation:g} (assumption)"
    )
    crops = (
        f"{WHEAT.yield_t_ha:g} and {BARLEY.yield_t_ha:g} t dry grain per ha, "
        f"variation {WHEAT.yield_variation:g}, half of the straw stays"
    )
    radish = (
        f"{RADISH.yield_t_ha:g} t dry shoot per ha, variation {RADISH.yield_variation:g}, "
        f"September to February, beta {RADISH.beta:g}: half its roots below 27 cm (assumption)"
    )
    site = f"{SITE.weather.source}; clay {soil.clay_percent:g} %, as printed with Hoosfield"
    rows = [
        ("site", site),
        ("stock at the start", stock),
        ("wheat and barley", crops),
        ("radish", radish),
        ("draws and seed", f"{answer.draws:,} and {seed}"),
        ("input methods", _versions(answer.method_versions)),
        ("SOC models", _versions(answer.model_versions)),
    ]
    return _table(("what", "value"), rows)


def _versions(versions: Mapping[str, str]) -> str:
    sets: dict[str, list[str]] = {}
    for name, version in versions.items():
        sets.setdefault(version, []).append(f"`{name}`")
    return "; ".join(f"{', '.join(names)} ({version})" for version, names in sets.items())


def _inputs(answer: ContrastResult) -> str:
    rows = [
        (
            f"`{whole.key.method}`",
            f"{whole.baseline.mean:.2f}",
            _interval(whole.difference),
            f"{root.baseline.mean:.2f}",
            _interval(root.difference),
        )
        for whole, root in zip(
            _cells(answer, "c_input"), _cells(answer, "root_c_input"), strict=True
        )
    ]
    spread = _low_high([cell.difference.mean for cell in _cells(answer, "root_c_input")], 2)
    whole_spread = _low_high([cell.difference.mean for cell in _cells(answer, "c_input")], 2)
    rows.append(("methods apart, not pooled", "", whole_spread, "", spread))
    heads = ("method", "without", "more with the cover crop", "of roots without", "more of roots")
    return _table(heads, rows)


def _stocks(answer: ContrastResult, quantity: str, years: int) -> str:
    rows = []
    for model in answer.model_versions:
        found = [cell for cell in _cells(answer, quantity, years) if cell.key.model == model]
        lower = min(cell.difference.lower for cell in found)
        upper = max(cell.difference.upper for cell in found)
        rows.append(
            (
                f"`{model}`",
                _low_high([cell.baseline.mean for cell in found], 1),
                _low_high([cell.difference.mean for cell in found], 2),
                f"{lower:.2f} to {upper:.2f}",
            )
        )
    when = f"After {years} years" if years else "At equilibrium"
    heads = ("model", "SOC without", "more with the cover crop", "95 % within")
    return f"### {when}\n\n{_table(heads, rows)}"


def _known(answer: ContrastResult) -> dict[str, str]:
    cells = sorted(_cells(answer, "soc", HORIZON), key=lambda cell: cell.difference.mean)
    lowest, highest = cells[0], cells[-1]
    roots = [cell.difference.mean / cell.baseline.mean for cell in _cells(answer, "root_c_input")]
    gas = [cell.difference.mean / HORIZON for cell in _cells(answer, "co2e", HORIZON)]
    late = {(cell.key.method, cell.key.model): cell.difference.mean for cell in cells}
    gained = [
        cell.difference.mean / late[(cell.key.method, cell.key.model)]
        for cell in _cells(answer, "soc", 20)
    ]
    return {
        "gas": _low_high(gas, 2),
        "above": str(sum(cell.difference.lower > 0 for cell in cells)),
        "cells": str(len(cells)),
        "factor": f"{highest.difference.mean / lowest.difference.mean:.1f}",
        "lowest": f"{lowest.difference.mean:.1f}",
        "lowest_by": f"`{lowest.key.model}`, `{lowest.key.method}`",
        "highest": f"{highest.difference.mean:.1f}",
        "highest_by": f"`{highest.key.model}`, `{highest.key.method}`",
        "root_share": f"{_percent(min(roots))} to {_percent(max(roots))}",
        "gained": f"{_percent(min(gained))} to {_percent(max(gained))}",
    }


def _narrowing(answer: ContrastResult) -> dict[str, str]:
    budgets = {(item.quantity, item.horizon_years): item.shares for item in answer.budgets}
    soc, roots = budgets[("soc", HORIZON)], budgets[("root_c_input", 0)]
    choice = sum(item.share for item in soc if item.input in CHOICES)
    best, root_best, root_next = _measurable(soc)[0], *_measurable(roots)[:2]
    plan = replicates_needed(
        coefficient_of_variation=RADISH.yield_variation, relative_half_width=WANTED_HALF_WIDTH
    )
    of_roots = {item.input: item.share for item in roots}
    rows = [
        (_name(item), f"{item.share:.2f}", f"{of_roots.get(item.input, 0.0):.2f}")
        for item in soc
        if item.share >= LEAST_SHARE
    ]
    heads = ("input", f"of SOC after {HORIZON} years", "of the C input of roots")
    return {
        "shares": _table(heads, rows),
        "choice": _percent(choice),
        "best": _name(best),
        "best_share": _percent(best.share),
        "best_within": _percent(best.share / (1.0 - choice)),
        "variation": f"{RADISH.yield_variation:g}",
        "replicates": str(plan.replicates),
        "half_width": _percent(WANTED_HALF_WIDTH),
        "root_best": _name(root_best),
        "root_best_share": _percent(root_best.share),
        "root_next": _name(root_next),
        "root_next_share": _percent(root_next.share),
    }


def _measurable(shares: Iterable[VarianceShare]) -> list[VarianceShare]:
    """Return the shares of inputs, the largest first, without the choices nobody can measure."""
    found = [item for item in shares if item.input not in (*CHOICES, REMAINDER)]
    return sorted(found, key=lambda item: (-item.share, item.input))


def _cells(answer: ContrastResult, quantity: str, years: int = 0) -> list[Cell]:
    return [c for c in answer.cells if (c.key.quantity, c.key.horizon_years) == (quantity, years)]


def _name(item: VarianceShare) -> str:
    return item.input.replace("_", " ")


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %"


def _interval(found: Summary) -> str:
    return f"{found.mean:.2f} ({found.lower:.2f} to {found.upper:.2f})"


def _low_high(values: Sequence[float], digits: int) -> str:
    low, high = f"{min(values):.{digits}f}", f"{max(values):.{digits}f}"
    return low if low == high else f"{low} to {high}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
