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
