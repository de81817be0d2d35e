"""What all drawings have in common. The same values give the same bytes: no date, no random ids."""

from __future__ import annotations

import io
import re
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
MOST_LETTERS = 110  # of a title, across the drawing
MOST_LABEL_LETTERS = 50  # of what stands beside an axis, at most half the drawing wide
SHARE_COLOUR = "#46703f"


# Characters that XML 1.0 (W3C 2008, section 2.2) has no place for.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(words: str, *, letters: int = MOST_LETTERS) -> str:
    """Return words of a person: no dollar sign starts a formula, and they end in the drawing."""
    shown = words if len(words) <= letters else words[: letters - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return readable(shown).replace("$", r"\$")


def readable(words: str) -> str:
    """Return words without what would break a drawing for whoever opens it."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", words)


def svg_of(figure: Figure, title: str) -> str:
    """Return the drawing as SVG."""
    text = io.StringIO()
    metadata = {"Date": None, "Title": readable(title), "Creator": None}
    figure.savefig(text, format="svg", metadata=metadata)
    return text.getvalue()


def framed(figure: Figure, title: str, source: str) -> None:
    """Write the title above a drawing, and below it what it was made by."""
    figure.suptitle(plain(title), x=0.01, ha="left", fontsize=10)
    height = figure.get_size_inches()[1]
    figure.text(
        0.01,
        0.05 / height,
        plain(_wrapped(source), letters=len(_wrapped(source))),
        fontsize=6.5,
        color="#444444",
        va="bottom",
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
