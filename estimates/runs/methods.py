"""The one table of methods, and which code a result was made by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Protocol

from estimates import science
from estimates.models import EstimateRun
from estimates.science import labelled_cores, measured_cores, natural_cores
from estimates.science.allometry.estimate import estimate_harvest
from estimates.science.allometry.methods import METHODS as YIELD_METHODS
from estimates.science.inputs import Options, Plot
from estimates.science.parameters import ParameterSet
from estimates.science.results import PlotEstimate


class PlotMethod(Protocol):
    """A way to estimate one plot; raises a ScienceError that says what is missing."""

    def __call__(self, plot: Plot, *, parameters: ParameterSet, options: Options) -> PlotEstimate:
        """Return the estimate of the plot."""


METHODS: Mapping[str, PlotMethod] = {
    measured_cores.METHOD: measured_cores.estimate_plot,
    labelled_cores.METHOD: labelled_cores.estimate_labelled,
    natural_cores.METHOD: natural_cores.estimate_natural,
    **{name: partial(estimate_harvest, method=name) for name in YIELD_METHODS},
}


def source_line(runs: Iterable[EstimateRun]) -> str:
    """Return what a drawing was made by: methods, parameter sets with versions, seed and code."""
    by_set: dict[str, list[str]] = {}
    seeds = set()
    for run in runs:
        seeds.add(run.order.seed)
        methods = by_set.setdefault(str(run.parameter_set), [])
        if run.method not in methods:
            methods.append(run.method)
    made = "; ".join(f"{', '.join(names)} ({version})" for version, names in by_set.items())
    return f"{made}. Seed {', '.join(map(str, sorted(seeds)))}, {code_version()}."


@cache
def code_version() -> str:
    """Return a digest of the science as it is installed: other code, other version."""
    digest = hashlib.sha256()
    room = Path(science.__file__ or "").parent
    for path in sorted(room.rglob("*.py")):
        digest.update(path.relative_to(room).as_posix().encode())
        digest.update(path.read_bytes())
    return f"science-{digest.hexdigest()[:16]}"
