"""Planned precision before fieldwork: how many blocks a wanted interval needs.

From the variances an order measured, or from numbers somebody typed. Plain arithmetic, so that a
page answers at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from estimates.models import EstimateOrder, EstimateResult, TreatmentContrast
from estimates.science.errors import NotEnoughData, ScienceError
from estimates.science.replicates import COVERAGE, Comparison, Spread, blocks_needed

CORES = (1, 2, 4, 8)
NORMAL_95 = 1.959964


@dataclass(frozen=True, kw_only=True)
class PlanWish:
    """Half the interval wanted over the mean, and how many cores a plot may get."""

    relative_half_width: float = 0.2
    cores: Sequence[int] = CORES
    coverage: float = COVERAGE


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A mean and the standard deviations between blocks, plots of a block and cores of a plot."""

    mean: float
    sd_block: float = 0.0
    sd_plot: float = 0.0
    sd_core: float = 0.0


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """What one comparison needs with so many cores a plot; without blocks, reason says why.

    shared_half_width is the part of the interval that no replicate narrows: what all plots share,
    such as the C content of roots. It comes on top.
    """

    of: str
    comparison: Comparison
    quantity: str
    method: str
    unit: str
    mean: float
    cores: int
    blocks: int | None
    half_width: float | None
    relative_half_width: float | None
    shared_half_width: float
    parameter_set: str
    code_version: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class _Case:
    of: str
    comparison: Comparison
    mean: float
    spread: Spread
    quantity: str = ""
    method: str = ""
    unit: str = ""
    shared_sd: float = 0.0
    parameter_set: str = ""
    code_version: str = ""
    are_cores_apart: bool = True


def typed_plan(typed: Typed, wish: PlanWish) -> list[PlanRow]:
    """Return the plan for typed numbers: of a mean, and of a difference between two treatments."""
    spread = Spread(
        variance_block=typed.sd_block**2,
        variance_plot=typed.sd_plot**2,
        variance_core=typed.sd_core**2,
    )
    comparisons: tuple[Comparison, ...] = ("mean", "difference")
    cases = (
        _Case(of="as typed", comparison=comparison, mean=typed.mean, spread=spread)
        for comparison in comparisons
    )
    return [row for case in cases for row in _rows(case, wish)]


def measured_plan(order: EstimateOrder, wish: PlanWish) -> list[PlanRow]:
    """Return the plan for every treatment and contrast of an order, in two queries."""
    means = list(
        EstimateResult.objects.filter(run__order=order, level="treatment")
        .exclude(details__variance_core=None)
        .current()
        .select_related("treatment__study", "run__parameter_set")
        .defer("run__details", "run__parameter_set__content")
        .order_by("quantity", "treatment__study__code", "treatment__code", "method")
    )
    contrasts = TreatmentContrast.objects.filter(run__order=order).current().for_display()
    cases = [*(_of_mean(result) for result in means), *_of_contrasts(contrasts, means)]
    return [row for case in cases for row in _rows(case, wish)]


def _of_mean(result: EstimateResult) -> _Case:
    details = result.details
    return _Case(
        of=str(result.treatment),
        comparison="mean",
        mean=result.mean,
        spread=Spread(
            variance_block=details["variance_block"],
            variance_plot=details["variance_plot"],
            variance_core=details["variance_core"],
        ),
        quantity=result.quantity,
        method=result.method,
        unit=result.unit,
        shared_sd=details["shared_sd"],
        parameter_set=str(result.run.parameter_set),
        code_version=result.run.code_version,
        are_cores_apart=_are_cores_apart(result),
    )


def _of_contrasts(
    contrasts: Iterable[TreatmentContrast], means: Sequence[EstimateResult]
) -> Iterator[_Case]:
    apart = {(item.treatment_id, item.method): _are_cores_apart(item) for item in means}
    for item in contrasts:
        yield _Case(
            of=f"{item.treatment} less {item.baseline.code}",
            comparison="difference",
            mean=item.baseline_mean,
            spread=Spread(
                variance_block=item.variance_block,
                variance_plot=item.variance_plot,
                variance_core=item.variance_core,
            ),
            quantity=item.quantity,
            method=item.method,
            unit=item.unit,
            shared_sd=item.shared_sd,
            parameter_set=str(item.run.parameter_set),
            code_version=item.run.code_version,
            are_cores_apart=apart.get((item.treatment_id, item.method), False),
        )


def _are_cores_apart(result: EstimateResult) -> bool:
    """Return whether plots had several cores, so that cores and plots are told apart."""
    return bool(result.details["cores"] > result.details["plots"])


def _rows(case: _Case, wish: PlanWish) -> Iterator[PlanRow]:
    numbers = wish.cores if case.are_cores_apart else (1,)
    for cores in sorted(set(numbers)):
        blocks, reached, reason = None, None, ""
        try:
            if not case.mean > 0:
                raise NotEnoughData("A share of the mean needs a mean above 0.")
            planned = blocks_needed(
                case.spread,
                case.comparison,
                half_width=wish.relative_half_width * case.mean,
                cores=cores,
                coverage=wish.coverage,
            )
            blocks, reached = planned.blocks, planned.half_width
        except ScienceError as error:
            reason = str(error)
        if not reason and not case.are_cores_apart:
            reason = "One core a plot was taken: what more cores would help is not known."
        yield PlanRow(
            of=case.of,
            comparison=case.comparison,
            quantity=case.quantity,
            method=case.method,
            unit=case.unit,
            mean=case.mean,
            cores=cores,
            blocks=blocks,
            half_width=reached,
            relative_half_width=None if reached is None else reached / case.mean,
            shared_half_width=NORMAL_95 * case.shared_sd,
            parameter_set=case.parameter_set,
            code_version=case.code_version,
            reason=reason,
        )
