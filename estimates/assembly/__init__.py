"""The only bridge from sampling to science: reads rows, hands over plain values.

Rows become frozen dataclasses of `estimates.science.inputs`, together with the lineage (which
record, at which revision) and notes on every decision taken on the way. Outsiders use
`assemble`, `PlotInputs`, `Lineage`, `science_options` and `ledger_mark`.
"""

from __future__ import annotations

from estimates.assembly.ledger import Mark, ledger_mark
from estimates.assembly.lineage import Lineage
from estimates.assembly.options import science_options
from estimates.assembly.plots import PlotInputs, assemble

__all__ = [
    "Lineage",
    "Mark",
    "PlotInputs",
    "assemble",
    "ledger_mark",
    "science_options",
]
