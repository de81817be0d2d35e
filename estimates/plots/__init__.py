"""Drawings as SVG, made by workers beside assembly: values of science in, text out.

Outsiders use `draw_profile`, `draw_intervals` and `Interval` for estimates, and the functions of
`estimates.plots.contrasts`.
"""

from __future__ import annotations

from estimates.plots.estimates import Interval, draw_intervals, draw_profile

__all__ = ["Interval", "draw_intervals", "draw_profile"]
