from __future__ import annotations

from xml.etree import ElementTree

from estimates.plots import Interval, draw_intervals, draw_profile
from estimates.science.budget import VarianceShare
from estimates.science.monte_carlo import Summary
from estimates.science.results import LayerEstimate

STOCK = Summary(mean=86.2, sd=6.4, median=86.0, lower=74.4, upper=99.6)
LAYERS = [
    LayerEstimate(upper_depth_cm=0, lower_depth_cm=30, root_c=STOCK),
    LayerEstimate(upper_depth_cm=30, lower_depth_cm=None, root_c=STOCK, is_extrapolated=True),
]
SHARES = [VarianceShare(input="cores", share=0.7), VarianceShare(input="remainder", share=-0.01)]


SOURCE = "measured_cores (measured_cores 2026.1). Seed 1, science-0."


def intervals(label):
    return [Interval(label=label, group="T1", summary=STOCK)]


def test_the_same_values_give_the_same_bytes():
    first, again = (draw_profile(LAYERS, SHARES, title="P001", source=SOURCE) for _ in range(2))

    assert first == again
    assert "<dc:date>" not in first
    assert SOURCE in "".join(ElementTree.fromstring(first).itertext())


def test_what_people_wrote_starts_no_formula_and_no_markup():
    label = r"$\frac{ & <script>"

    svg = draw_intervals(intervals(label), intervals(label), title=label, source=SOURCE)

    texts = "".join(ElementTree.fromstring(svg).itertext())
    assert label in texts
    assert "<script>" not in svg


def test_long_names_and_control_characters_do_not_break_a_drawing():
    label = "\x0b\ud800" + 80 * "long name "

    svg = draw_intervals(intervals(label), intervals(label), title=label, source=SOURCE)

    texts = [text for text in ElementTree.fromstring(svg).itertext() if "long name" in text]
    drawn = [text for text in texts if text.endswith("\N{HORIZONTAL ELLIPSIS}")]
    assert {len(text) for text in drawn} == {50, 110}
    assert all(text.startswith(2 * "\N{REPLACEMENT CHARACTER}") for text in texts)


def test_an_order_without_plots_is_drawn_empty():
    assert "<svg" in draw_intervals([], [], title="nothing", source=SOURCE)
