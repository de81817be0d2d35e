"""Table and drawing of the long-term experiments: `python -m tests.science.soc.long_term_page`.

Writes docs/science/soc-long-term.svg and prints the table that docs/science/soc.md holds.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from tests.science.soc.long_term import Outcome, all_outcomes

DOCS = Path(__file__).resolve().parents[3] / "docs" / "science"
PAGE, DRAWING = DOCS / "soc.md", DOCS / "soc-long-term.svg"
WIDTH, HEIGHT, ACROSS = 300, 190, 3
LEFT, RIGHT, UPPER, LOWER = 38, 8, 26, 24


def table_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """Return one line of a Markdown table a treatment."""
    return [
        f"| {one.name} | {len(one.misses())} | "
        f"{one.plant_input_t_ha:.2f}{' fitted' if one.is_fitted else ''} | {one.rmse:.2f} | "
        f"{one.bias:+.2f} |"
        for one in outcomes
    ]


def figure_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """Return an SVG: a panel a treatment, a line modelled, circles measured."""
    down = -(-len(outcomes) // ACROSS)
    across = ACROSS * WIDTH
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {down * HEIGHT}">',
        "<title>RothC (line) against measured topsoil SOC (circles), t C per ha in 0-23 cm</title>",
        "<style>text {font: 11px sans-serif}</style>",
        f'<rect width="{across}" height="{down * HEIGHT}" fill="white"/>',
    ]
    for number, outcome in enumerate(outcomes):
        x, y = number % ACROSS * WIDTH, number // ACROSS * HEIGHT
        lines.append(f'<g transform="translate({x} {y})">')
        lines += _panel(outcome)
        lines.append("</g>")
    return [*lines, "</svg>"]


def _panel(outcome: Outcome) -> list[str]:
    first, last = min(outcome.modelled), max(outcome.modelled)
    most = max(*outcome.modelled.values(), *outcome.measured.values()) * 1.08
    base, span = HEIGHT - LOWER, WIDTH - LEFT - RIGHT

    def place(year: int, soc: float) -> tuple[float, float]:
        share = (year - first) / (last - first)
        return LEFT + share * span, base - soc / most * (base - UPPER)

    points = " ".join(
        f"{x:.1f},{y:.1f}" for x, y in (place(*at) for at in outcome.modelled.items())
    )
    circles = [place(*at) for at in outcome.measured.items()]
    return [
        f'<text x="{LEFT}" y="15" font-weight="bold">{escape(outcome.name)}</text>',
        f'<text x="{WIDTH - RIGHT}" y="15" text-anchor="end">RMSE {outcome.rmse:.1f}</text>',
        f'<path d="M{LEFT} {UPPER}V{base}H{WIDTH - RIGHT}" fill="none" stroke="#555"/>',
        *(
            f'<text x="{LEFT - 4}" y="{place(first, soc)[1]:.1f}" text-anchor="end">{soc}</text>'
            for soc in range(0, int(most) + 1, 20)
        ),
        *(
            f'<text x="{place(year, 0)[0]:.1f}" y="{base + 15}" text-anchor="middle">{year}</text>'
            for year in range(-(-first // 20) * 20, last, 20 if last - first < 100 else 40)
        ),
        f'<polyline points="{points}" fill="none" stroke="#1b6e3c" stroke-width="1.6"/>',
        *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#b5482a"/>' for x, y in circles),
    ]


if __name__ == "__main__":
    found = all_outcomes()
    DRAWING.write_text("\n".join(figure_lines(found)) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(table_lines(found)) + "\n")
