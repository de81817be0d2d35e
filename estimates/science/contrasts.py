"""Differences between treatments that were measured: with blocks respected, and what is shared.

All treatments of a study stand in one model, so that what cores, plots and blocks differ by is
learned from all of them: treatment fixed, block and plot in block random, by REML. The difference
of two treatments has Satterthwaite's degrees of freedom. Intervals are those of single contrasts;
nothing is adjusted for looking at many.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from estimates.science.distributions import Array
from estimates.science.errors import NotEnoughData
from estimates.science.hierarchy import (
    COVERAGE,
    LEAST_UNITS_TO_RESAMPLE,
    Observation,
    levels_above_core,
    student_half_width,
)
from estimates.science.mixed import WITHIN, MixedFit, fit_mixed, residuals
from estimates.science.results import Note, PlotEstimate, Quantity
from estimates.science.treatments import observations_of

NO_SPREAD = 1e-12  # of the largest value: what is left differs by rounding only


@dataclass(frozen=True, kw_only=True)
class TreatedObservation(Observation):
    """One value of a core, with its plot, its block and the treatment of the plot."""

    treatment: str


@dataclass(frozen=True, kw_only=True)
class ContrastEstimate:
    """Treatment minus baseline, with its 95 % interval, in the unit of the values.

    standard_error comes from the differences between cores, plots and blocks; shared_sd from
    inputs shared by the batch, as far as they move the two apart; sd is both together.
    """

    treatment: str
    baseline: str
    mean: float
    baseline_mean: float
    standard_error: float
    shared_sd: float
    sd: float
    degrees_of_freedom: float
    lower: float
    upper: float
    variance_block: float
    variance_plot: float
    variance_core: float
    blocks: int
    notes: tuple[Note, ...] = ()


def contrasts(
    observations: Sequence[TreatedObservation], *, baseline: str
) -> tuple[ContrastEstimate, ...]:
    """Return every other treatment minus the baseline.

    Raises NotEnoughData without the baseline or another treatment, where no treatment is
    replicated, and where treatments and blocks cannot be told apart.
    """
    names = _treatments(observations, baseline)
    values = np.array([item.value for item in observations], dtype=float)
    design = np.array([[float(item.treatment == name) for name in names] for item in observations])
    levels = levels_above_core(observations)
    _check_layout(observations, design, levels)
    is_exact = _largest(residuals(values, design)) <= NO_SPREAD * max(_largest(values), 1e-300)
    fit = None if is_exact else fit_mixed(values, design, levels)
    plain = np.linalg.lstsq(design, values, rcond=None)[0]
    blocks = len({item.block for item in observations})
    return tuple(
        _contrast(fit, plain, names, number, blocks=blocks) for number in range(1, len(names))
    )


def contrasts_of_plots(
    plots: Sequence[PlotEstimate], *, baseline: str, quantity: Quantity
) -> tuple[ContrastEstimate, ...]:
    """Return every treatment of these plots minus the baseline, from their estimates.

    Inputs that plots share move both treatments; only what they move them apart by adds to the
    standard deviation. Raises NotEnoughData as `contrasts` does.
    """
    known = [plot for plot in plots if plot.treatment is not None and plot.has_roots]
    observations = [
        TreatedObservation(
            value=item.value, plot=item.plot, block=item.block, treatment=plot.treatment or ""
        )
        for plot in sorted(known, key=lambda plot: plot.plot_key)
        for item in observations_of(plot, quantity)
    ]
    effects = {
        name: _mean_effects([plot for plot in known if plot.treatment == name], quantity)
        for name in {plot.treatment for plot in known if plot.treatment is not None}
    }
    return tuple(
        _with_shared(found, _apart(effects[found.treatment], effects[found.baseline]))
        for found in contrasts(observations, baseline=baseline)
    )


def resampled_contrast(
    observations: Sequence[TreatedObservation],
    *,
    treatment: str,
    baseline: str,
    generator: np.random.Generator,
    repeats: int = 10_000,
) -> tuple[float, float]:
    """Return the 95 % interval of the mean difference within blocks, by resampling whole blocks.

    Raises NotEnoughData below five blocks that hold both treatments.
    """
    by_block: dict[Hashable, dict[str, list[float]]] = {}
    for item in observations:
        by_block.setdefault(item.block, {}).setdefault(item.treatment, []).append(item.value)
    differences = np.array(
        [
            np.mean(block[treatment]) - np.mean(block[baseline])
            for block in by_block.values()
            if treatment in block and baseline in block
        ]
    )
    if len(differences) < LEAST_UNITS_TO_RESAMPLE:
        raise NotEnoughData(
            f"Resampling needs {LEAST_UNITS_TO_RESAMPLE} blocks or more with both treatments, "
            f"not {len(differences)}."
        )
    chosen = generator.integers(0, len(differences), size=(repeats, len(differences)))
    means = differences[chosen].mean(axis=1)
    lower, upper = np.quantile(means, ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2))
    return float(lower), float(upper)


def _treatments(observations: Sequence[TreatedObservation], baseline: str) -> list[str]:
    """Return the baseline, then the others in the order of their names."""
    found = {item.treatment for item in observations}
    if baseline not in found:
        raise NotEnoughData(f"Nothing was measured in the baseline {baseline!r}.")
    others = sorted(found - {baseline})
    if not others:
        raise NotEnoughData("A contrast needs a treatment beside the baseline.")
    return [baseline, *others]


def _check_layout(
    observations: Sequence[TreatedObservation], design: Array, levels: dict[str, Array]
) -> None:
    """Refuse a layout where a level above the core cannot be told from the treatments."""
    known = int(np.linalg.matrix_rank(design))
    if len(observations) <= known:
        raise NotEnoughData("A contrast needs two plots of a treatment: none is replicated.")
    for name, same in levels.items():
        if int(np.linalg.matrix_rank(np.hstack([design, same]))) > known:
            continue
        if name == "plot":
            raise NotEnoughData(
                "Every treatment stands in one plot only: cores of a plot are no replicates."
            )
        raise NotEnoughData(
            f"Treatments and {name}s cannot be told apart: every {name} holds one treatment."
        )


def _contrast(
    fit: MixedFit | None, plain: Array, names: Sequence[str], number: int, *, blocks: int
) -> ContrastEstimate:
    weights = [-1.0, *(float(place == number) for place in range(1, len(names)))]
    if fit is None:  # values that do not differ within treatments have no error to tell
        difference, base, error, freedom = float(plain @ weights), float(plain[0]), 0.0, math.inf
        variances = {WITHIN: 0.0}
    else:
        found = fit.combination(weights)
        difference, error = found.value, math.sqrt(found.variance)
        freedom = found.degrees_of_freedom
        base = fit.combination([1.0, *(0.0 for _ in names[1:])]).value
        variances = dict(fit.variances)
    half = student_half_width(error, freedom) if error else 0.0
    return ContrastEstimate(
        treatment=names[number],
        baseline=names[0],
        mean=difference,
        baseline_mean=base,
        standard_error=error,
        shared_sd=0.0,
        sd=error,
        degrees_of_freedom=freedom,
        lower=difference - half,
        upper=difference + half,
        variance_block=variances.get("block", 0.0),
        variance_plot=variances.get("plot", 0.0),
        variance_core=variances[WITHIN],
        blocks=blocks,
        notes=_notes(blocks),
    )


def _notes(blocks: int) -> tuple[Note, ...]:
    if blocks > 1:
        return ()
    text = "One block only: the difference holds for this block."
    return (Note(code="single_block", message=text),)


def _mean_effects(plots: Sequence[PlotEstimate], quantity: Quantity) -> dict[str, float]:
    """Return how far one sd of each shared input moves the mean of these plots; signed."""
    sums: dict[str, float] = {}
    for plot in plots:
        for effect in plot.shared_effects:
            stock = quantity == "root_c_stock"
            sd = effect.root_c_stock_sd if stock else effect.c_input_sd
            sums[effect.input] = sums.get(effect.input, 0.0) + sd / len(plots)
    return sums


def _apart(one: dict[str, float], other: dict[str, float]) -> float:
    names = one.keys() | other.keys()
    return math.hypot(*(one.get(name, 0.0) - other.get(name, 0.0) for name in sorted(names)))


def _with_shared(found: ContrastEstimate, shared_sd: float) -> ContrastEstimate:
    """Return the contrast with what shared inputs move it by; they count as well known."""
    sd = math.hypot(found.standard_error, shared_sd)
    freedom = math.inf
    if found.standard_error > 0:
        freedom = found.degrees_of_freedom * (sd / found.standard_error) ** 4
    half = student_half_width(sd, freedom)
    return ContrastEstimate(
        **{
            **vars(found),
            "shared_sd": shared_sd,
            "sd": sd,
            "degrees_of_freedom": freedom,
            "lower": found.mean - half,
            "upper": found.mean + half,
        }
    )


def _largest(values: Array) -> float:
    return float(np.abs(values).max())
