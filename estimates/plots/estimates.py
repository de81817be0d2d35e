"""Drawings of estimates: root C by depth, and plots side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from estimates.plots.frame import (
    LETTER_IN,
    MOST_LABEL_LETTERS,
    ROW_HEIGHT_IN,
    SHARE_COLOUR,
    STYLE,
    WIDTH_IN,
    foot_in,
    framed,
    plain,
    svg_of,
)
from estimates.science.budget import VarianceShare
from estimates.science.monte_carlo import Summary
from estimates.science.results import LayerEstimate

ROOT_COLOUR = "#7a4a21"
GUESS_COLOUR = "#d8c3a5"
MOST_SHARES = 8


@dataclass(frozen=True, kw_only=True)
class Interval:
    """One line of an interval plot."""

    label: str
    group: str
    summary: Summary


def draw_profile(
    layers: Sequence[LayerEstimate],
    shares: Sequence[VarianceShare],
    *,
    title: str,
    source: str,
) -> str:
    """Return root C by depth beside the inputs its uncertainty comes from.

    Without layers there are only the inputs. source says what the drawing was made by.
    """
    if not layers:
        return draw_shares(shares, title=title, source=source)
    with rc_context(STYLE):
        figure = _panel(3.2, left=0.09, title=title, source=source, wspace=0.95)
        left, right = figure.subplots(1, 2)
        _depth_axes(left, layers)
        _share_axes(right, shares)
        return svg_of(figure, title)


def draw_shares(shares: Sequence[VarianceShare], *, title: str, source: str) -> str:
    """Return the inputs that the uncertainty of an estimate comes from."""
    with rc_context(STYLE):
        figure = _panel(2.6, left=0.45, title=title, source=source)
        _share_axes(figure.subplots(), shares)
        return svg_of(figure, title)


def draw_intervals(
    stocks: Sequence[Interval], inputs: Sequence[Interval], *, title: str, source: str
) -> str:
    """Return root C stock and C input of every plot with their 95 % intervals."""
    height = 1.2 + max(len(stocks), 1) * ROW_HEIGHT_IN
    longest = max((len(_label(interval)) for interval in stocks), default=0)
    left_in = min(0.4 + longest * LETTER_IN, WIDTH_IN / 2)
    with rc_context(STYLE):
        figure = _panel(height, left=left_in / WIDTH_IN, title=title, source=source, wspace=0.08)
        left, right = figure.subplots(1, 2, sharey=True)
        _interval_axes(left, stocks, "root C stock, g m$^{-2}$")
        _interval_axes(right, inputs, "C input, g m$^{-2}$ a$^{-1}$")
        return svg_of(figure, title)


def _panel(
    height_in: float, *, left: float, title: str, source: str, wspace: float | None = None
) -> Figure:
    """Return an empty drawing with its title and its source, which adds to the height."""
    foot = foot_in(source)
    whole = height_in + foot
    figure = Figure(figsize=(WIDTH_IN, whole))
    figure.subplots_adjust(
        left=left, right=0.98, top=1 - 0.5 / whole, bottom=(0.5 + foot) / whole, wspace=wspace
    )
    framed(figure, title, source)
    return figure


def _depth_axes(axes: Axes, layers: Sequence[LayerEstimate]) -> None:
    deepest = max((layer.lower_depth_cm or layer.upper_depth_cm for layer in layers), default=1.0)
    for layer in layers:
        lower = layer.lower_depth_cm or max(deepest, layer.upper_depth_cm) * 1.1
        middle = (layer.upper_depth_cm + lower) / 2
        axes.barh(
            middle,
            layer.root_c.mean,
            height=(lower - layer.upper_depth_cm) * 0.94,
            color=GUESS_COLOUR if layer.is_extrapolated else ROOT_COLOUR,
        )
        axes.plot([layer.root_c.lower, layer.root_c.upper], [middle, middle], color="black")
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel("root C, g m$^{-2}$")
    axes.set_ylabel("depth, cm")


def _share_axes(axes: Axes, shares: Sequence[VarianceShare]) -> None:
    largest = sorted(shares, key=lambda item: (-item.share, item.input))[:MOST_SHARES]
    names = [item.input.replace("_", " ").replace(".", " ") for item in largest]
    axes.barh(names, [max(item.share, 0.0) * 100 for item in largest], color=SHARE_COLOUR)
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("share of the variance, %")


def _interval_axes(axes: Axes, intervals: Sequence[Interval], label: str) -> None:
    groups = list(dict.fromkeys(interval.group for interval in intervals))
    for row, interval in enumerate(intervals):
        colour = f"C{groups.index(interval.group) % 10}"
        ends = [interval.summary.lower, interval.summary.upper]
        axes.plot(ends, [row, row], color=colour)
        axes.plot([interval.summary.mean], [row], marker="o", markersize=4, color=colour)
    axes.set_yticks(range(len(intervals)), [_label(interval) for interval in intervals])
    if not axes.yaxis_inverted():
        axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel(label)


def _label(interval: Interval) -> str:
    words = f"{interval.label}, {interval.group}" if interval.group else interval.label
    return plain(words, letters=MOST_LABEL_LETTERS)
