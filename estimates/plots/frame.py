"""What all drawings have in common. The same values give the same bytes: no date, no random ids."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure

STYLE: Any = {
    "svg.hashsalt": "rootfield",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
WIDTH_IN = 8.0
ROW_HEIGHT_IN = 0.22
FOOT_IN = 0.15
LETTER_IN = 0.072  # the mean width of a letter of 9 points
SHARE_COLOUR = "#46703f"


def plain(words: str) -> str:
    """Return words of a person so that no dollar sign starts a formula."""
    return words.replace("$", r"\$")


def svg_of(figure: Figure, title: str) -> str:
    """Return the drawing as SVG."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Title": title, "Creator": None})
    return text.getvalue()


def framed(figure: Figure, title: str, source: str) -> None:
    """Write the title above a drawing, and below it what it was made by."""
    figure.suptitle(plain(title), x=0.01, ha="left", fontsize=10)
    height = figure.get_size_inches()[1]
    figure.text(
        0.01, 0.05 / height, plain(_wrapped(source)), fontsize=6.5, color="#444444", va="bottom"
    )


def foot_in(source: str) -> float:
    """Return the height in inches of the lines below a drawing."""
    return FOOT_IN * (_wrapped(source).count("\n") + 1)


def _wrapped(source: str) -> str:
    return "\n".join(part for line in source.split("\n") for part in _lines(line))


def _lines(line: str, *, letters: int = 150) -> list[str]:
    """Return the words of a line in lines no longer than the drawing is wide."""
    lines = [""]
    for word in line.split(" "):
        if len(lines[-1]) + len(word) + 1 > letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
