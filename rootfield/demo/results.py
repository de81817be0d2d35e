"""The fifth part of the demo day: what the estimates say, plot by plot, and their drawings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.urls import reverse

from rootfield.demo.person import Person
from rootfield.demo.telling import Say, SetAside, say_list, table

HEADINGS = (
    "land use",
    "plot",
    "root C stock",
    "95 % interval",
    "C input",
    "95 % interval",
    "method",
    "parameter set",
)
UNITS_LINE = "  root C stock in g C/m2, C input in g C/m2 a year; method and parameter set named"


def say_results(
    analyst: Person, orders: Sequence[str], land_uses: Mapping[str, str], say: Say
) -> int:
    """Say a table of the current results per land use and plot; return how many plots are in it."""
    by_plot: dict[str, dict[str, Any]] = {}
    for order in orders:
        rows = analyst.every(
            reverse("estimate-result-list"), order=order, level="plot", current="true"
        )
        for row in rows:
            by_plot.setdefault(row["plot"], {})[row["quantity"]] = row
    lines = sorted(
        (land_uses.get(plot, ""), *_cells(quantities)) for plot, quantities in by_plot.items()
    )
    say(UNITS_LINE)
    say_list(say, table(HEADINGS, lines, right="  rrrr"))
    return len(lines)


def failed_runs(analyst: Person, orders: Sequence[str]) -> list[SetAside]:
    """Return the plots without an estimate, with the reason a person can read."""
    runs = [run for order in orders for run in analyst.every(reverse("estimate-list"), order=order)]
    replaced = {run["supersedes"] for run in runs}
    return [
        SetAside(
            type="summary" if run["is_summary"] else "plot",
            key=run["plot_code"] or "of the order",
            status="not estimated",
            reason=run["failure_reason"],
        )
        for run in runs
        if run["state"] == "failed" and run["id"] not in replaced
    ]


def save_figures(analyst: Person, orders: Sequence[str], directory: Path) -> list[Path]:
    """Save every drawing of the current runs as SVG and return the paths, summaries first."""
    directory.mkdir(parents=True, exist_ok=True)
    summaries: list[Path] = []
    plots: list[Path] = []
    for number, order in enumerate(orders, start=1):
        for run in analyst.every(reverse("estimate-list"), order=order, current="true"):
            details = analyst.get(reverse("estimate-detail", args=[run["id"]]))
            for name in details["figures"]:
                owner = f"order-{number}" if run["is_summary"] else _file_name(run["plot_code"])
                path = directory / f"{owner}-{name}.svg"
                path.write_text(analyst.text(reverse("estimate-figure", args=[run["id"], name])))
                (summaries if run["is_summary"] else plots).append(path)
    return [*summaries, *sorted(plots)]


def _cells(quantities: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    some = next(iter(quantities.values()))
    stock, flow = quantities.get("root_c_stock"), quantities.get("c_input")
    return (
        some["plot_code"],
        *_number(stock),
        *_number(flow),
        some["method"],
        some["parameter_set_version"],
    )


def _number(result: Mapping[str, Any] | None) -> tuple[str, str]:
    if result is None:
        return "-", "-"
    return f"{result['mean']:.1f}", f"{result['lower']:.1f} to {result['upper']:.1f}"


def _file_name(code: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in code)
