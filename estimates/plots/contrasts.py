"""Drawings of contrasts: every method and model for itself, and what the uncertainty comes from.

Every drawing names the methods and models it holds with their parameter sets, and the seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from estimates.plots.frame import (
    LETTER_IN,
    MOST_LABEL_LETTERS,
    SHARE_COLOUR,
    STYLE,
    WIDTH_IN,
    foot_in,
    framed,
    plain,
    svg_of,
)
from estimates.science.budget import VarianceShare
from estimates.science.scenarios.contrast import Cell, EnsembleBudget

ROW_IN = 0.17
HEAD_IN = 0.55
AXIS_IN = 0.5
MOST_SHARES = 8


def draw_stocks(cells: Sequence[Cell], *, title: str, source: str) -> str:
    """Return the difference of SOC at each horizon, a row for each model and method."""
    soc = [cell for cell in cells if cell.key.quantity == "soc"]
    horizons = sorted({cell.key.horizon_years for cell in soc})
    panels = {
        f"SOC after {years} years, t ha$^{{-1}}$": {
            (cell.key.model, cell.key.method): cell
            for cell in soc
            if cell.key.horizon_years == years
        }
        for years in horizons
    }
    return _forest(panels, title=title, source=source)


def draw_inputs(cells: Sequence[Cell], *, title: str, source: str) -> str:
    """Return the difference of C input, all and of roots, a row for each method."""
    panels = {
        label: {("", cell.key.method): cell for cell in cells if cell.key.quantity == quantity}
        for quantity, label in (
            ("c_input", "C input, t ha$^{-1}$ a$^{-1}$"),
            ("root_c_input", "C input of roots, t ha$^{-1}$ a$^{-1}$"),
        )
    }
    return _forest(panels, title=title, source=source)


def draw_budgets(budgets: Sequence[EnsembleBudget], *, title: str, source: str) -> str:
    """Return what the uncertainty of the differences comes from, over all methods and models."""
    chosen = [item for item in budgets if item.quantity in ("root_c_input", "soc")]
    longest = max(
        (len(share.input) for item in chosen for share in largest(item.shares)), default=10
    )
    left_in = 0.3 + longest * LETTER_IN
    rows = max((len(largest(item.shares)) for item in chosen), default=1)
    height = HEAD_IN + AXIS_IN + rows * ROW_IN * 1.3 + foot_in(source)
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, height * len(chosen)))
        axes = figure.subplots(len(chosen), 1, squeeze=False)[:, 0]
        figure.subplots_adjust(
            left=left_in / WIDTH_IN,
            right=0.97,
            top=1 - HEAD_IN / (height * len(chosen)),
            bottom=(AXIS_IN + foot_in(source)) / (height * len(chosen)),
            hspace=0.6,
        )
        for each, item in zip(axes, chosen, strict=True):
            _shares(each, item)
        framed(figure, title, source)
        return svg_of(figure, title)


def largest(shares: Sequence[VarianceShare]) -> list[VarianceShare]:
    """Return the largest shares, the largest first."""
    found = sorted(shares, key=lambda item: (-item.share, item.input))
    return [item for item in found if item.share > 0.001][:MOST_SHARES]


def source_line(
    *, methods: Mapping[str, str], models: Mapping[str, str], seed: int, draws: int, code: str
) -> str:
    """Return the lines that say what a drawing was made by."""
    sets: dict[str, list[str]] = {}
    for name, version in methods.items():
        sets.setdefault(version, []).append(name)
    inputs = "; ".join(f"{', '.join(names)} ({version})" for version, names in sets.items())
    stocks = "; ".join(f"{name} ({version})" for name, version in models.items())
    return f"C inputs: {inputs}.\nSOC: {stocks}.\nSeed {seed}, {draws} draws, {code}."


def _forest(
    panels: Mapping[str, Mapping[tuple[str, str], Cell]], *, title: str, source: str
) -> str:
    rows = list(dict.fromkeys(row for cells in panels.values() for row in cells))
    models = list(dict.fromkeys(model for model, _ in rows))
    longest = max((len(_label(row)) for row in rows), default=10)
    foot = foot_in(source)
    height = HEAD_IN + AXIS_IN + foot + max(len(rows), 2) * ROW_IN
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, height))
        figure.subplots_adjust(
            left=min(0.3 + longest * LETTER_IN, WIDTH_IN / 2) / WIDTH_IN,
            right=0.98,
            top=1 - HEAD_IN / height,
            bottom=(AXIS_IN + foot) / height,
            wspace=0.08,
        )
        axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for each, (label, cells) in zip(axes, panels.items(), strict=True):
            for place, row in enumerate(rows):
                if row in cells:
                    _interval(each, place, cells[row], colour=f"C{models.index(row[0]) % 10}")
            each.axvline(0.0, color="black", linewidth=0.6)
            each.set_xlabel(f"difference of {label}")
        axes[0].set_yticks(range(len(rows)), [_label(row) for row in rows])
        axes[0].set_ylim(len(rows) - 0.4, -0.6)
        framed(figure, title, source)
        return svg_of(figure, title)


def _interval(axes: Axes, place: int, cell: Cell, *, colour: str) -> None:
    found = cell.difference
    axes.plot([found.lower, found.upper], [place, place], color=colour)
    axes.plot([found.mean], [place], marker="o", markersize=4, color=colour)


def _shares(axes: Axes, item: EnsembleBudget) -> None:
    shares = largest(item.shares)
    bars = axes.barh(
        [plain(share.input.replace("_", " ")) for share in shares],
        [share.share * 100 for share in shares],
        color=SHARE_COLOUR,
    )
    for bar, share in zip(bars, shares, strict=True):
        if share.input.startswith(("method", "model")):
            bar.set_color("#7a4a21")
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    what = item.quantity.replace("_", " ").replace("soc", "SOC").replace("c input", "C input")
    when = f" after {item.horizon_years} years" if item.horizon_years else ""
    axes.set_xlabel(f"share of the variance of the difference, {what}{when}, %")


def _label(row: tuple[str, str]) -> str:
    words = " / ".join(part.replace("_", " ") for part in row if part)
    return plain(words, letters=MOST_LABEL_LETTERS)
