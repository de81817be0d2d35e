"""Raw delta values brought to a scale by standards measured in the same batch.

Two standards give a line, more give the line of least squares of assigned on raw values (Paul et
al. 2007, doi:10.1002/rcm.3185). Replicates of one standard count as one point, their mean.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import linregress

from estimates.science.errors import BeyondSample, ImpossibleLayer, NotEnoughData
from estimates.science.findings import Finding
from estimates.science.isotopes.scales import Isotope, Scale, check_one_scale

USUAL_SLOPE = (0.97, 1.03)
CONTROL_LIMIT_PERMIL: Mapping[Isotope, float] = {"13C": 0.2, "15N": 0.3}
LEAST_DRIFT_POINTS = 3
DRIFT_SIGNIFICANCE = 0.05
DRIFT_SDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Calibrator:
    """One standard of a batch: what was read, and what it is on the scale."""

    material: str
    raw_permil: float
    assigned_permil: float
    scale: Scale
    raw_uncertainty_permil: float | None = None
    assigned_uncertainty_permil: float | None = None


@dataclass(frozen=True, kw_only=True)
class NormalisedDelta:
    """A delta value on the scale; is_within_span says whether standards lie on both sides."""

    delta_permil: float
    uncertainty_permil: float | None
    is_within_span: bool


@dataclass(frozen=True, kw_only=True)
class Normalisation:
    """The line from raw to assigned values of one batch, and the standards it rests on.

    residual_sd_permil is None with two standards: nothing is left over to judge the line by.
    """

    calibrators: tuple[Calibrator, ...]
    slope: float
    intercept_permil: float
    residual_sd_permil: float | None
    scale: Scale

    @property
    def method(self) -> str:
        """Return two_point or multi_point."""
        return "two_point" if len(self.calibrators) == 2 else "multi_point"

    def apply(
        self, raw_permil: float, *, raw_uncertainty_permil: float | None = None
    ) -> NormalisedDelta:
        """Return a raw value on the scale."""
        raws = [calibrator.raw_permil for calibrator in self.calibrators]
        return NormalisedDelta(
            delta_permil=self.intercept_permil + self.slope * raw_permil,
            uncertainty_permil=self._uncertainty(raw_permil, raw_uncertainty_permil, raws),
            is_within_span=min(raws) <= raw_permil <= max(raws),
        )

    def _uncertainty(
        self, raw_permil: float, raw_uncertainty: float | None, raws: Sequence[float]
    ) -> float | None:
        """Return the first-order uncertainty from the sample, the standards and the line."""
        if raw_uncertainty is None:
            return None
        number = len(raws)
        middle = sum(raws) / number
        spread = sum((raw - middle) ** 2 for raw in raws)
        weights = [1 / number + (raw_permil - middle) * (raw - middle) / spread for raw in raws]
        variance = (self.slope * raw_uncertainty) ** 2
        for weight, calibrator in zip(weights, self.calibrators, strict=True):
            own = self._calibrator_variance(calibrator)
            if own is None:
                return None
            variance += weight**2 * own
        return math.sqrt(variance)

    def _calibrator_variance(self, calibrator: Calibrator) -> float | None:
        known = (calibrator.raw_uncertainty_permil, calibrator.assigned_uncertainty_permil)
        if known[0] is not None and known[1] is not None:
            return (self.slope * known[0]) ** 2 + known[1] ** 2
        return None if self.residual_sd_permil is None else self.residual_sd_permil**2


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How a control drifted over the run; is_applied when it is beyond chance and beyond noise."""

    permil_per_position: float
    middle_position: float
    p_value: float
    over_run_permil: float
    noise_permil: float
    is_applied: bool

    def corrected(self, raw_permil: float, position: float) -> float:
        """Return a raw value as it would have been in the middle of the run."""
        if not self.is_applied:
            return raw_permil
        return raw_permil - self.permil_per_position * (position - self.middle_position)


def normalisation(readings: Sequence[Calibrator]) -> Normalisation:
    """Return the line of a batch through its standards.

    Raises NotEnoughData with fewer than two standards, MixedScales when they are on several scales,
    ImpossibleLayer when they were read alike.
    """
    if not readings:
        raise NotEnoughData("A batch without standards cannot be normalised.")
    scale = check_one_scale(reading.scale for reading in readings)
    points = _means(readings)
    if len(points) < 2:
        raise NotEnoughData("A scale needs two different standards in the batch, better three.")
    raws = [point.raw_permil for point in points]
    assigned = [point.assigned_permil for point in points]
    middle_raw, middle_assigned = sum(raws) / len(raws), sum(assigned) / len(assigned)
    spread = sum((raw - middle_raw) ** 2 for raw in raws)
    if not spread > 0 or max(assigned) - min(assigned) == 0:
        raise ImpossibleLayer("The standards do not differ: no scale follows from them.")
    slope = (
        sum(
            (raw - middle_raw) * (value - middle_assigned)
            for raw, value in zip(raws, assigned, strict=True)
        )
        / spread
    )
    intercept = middle_assigned - slope * middle_raw
    residuals = [value - intercept - slope * raw for raw, value in zip(raws, assigned, strict=True)]
    free = len(points) - 2
    return Normalisation(
        calibrators=tuple(points),
        slope=slope,
        intercept_permil=intercept,
        residual_sd_permil=math.sqrt(sum(r**2 for r in residuals) / free) if free else None,
        scale=scale,
    )


def drift_of(positions: Sequence[float], values_permil: Sequence[float]) -> Drift:
    """Return the drift of one control measured at several positions of a run.

    Applied when p < 0.05 and the drift over the run exceeds two residual standard deviations.
    Raises NotEnoughData with fewer than three readings at different positions.
    """
    if len(set(positions)) < LEAST_DRIFT_POINTS:
        raise NotEnoughData(f"A drift needs a control at {LEAST_DRIFT_POINTS} positions or more.")
    middle = sum(positions) / len(positions)
    line = linregress(positions, values_permil)
    residuals = [
        value - line.intercept - line.slope * position
        for position, value in zip(positions, values_permil, strict=True)
    ]
    noise = math.sqrt(sum(r**2 for r in residuals) / (len(residuals) - 2))
    over_run = float(line.slope) * (max(positions) - min(positions))
    p_value = 1.0 if over_run == 0 else float(line.pvalue)
    return Drift(
        permil_per_position=float(line.slope),
        middle_position=middle,
        p_value=p_value,
        over_run_permil=over_run,
        noise_permil=noise,
        is_applied=p_value < DRIFT_SIGNIFICANCE and abs(over_run) > DRIFT_SDS * noise,
    )


def batch_findings(
    line: Normalisation, *, has_labelled: bool, has_natural: bool, has_blank: bool
) -> list[Finding]:
    """Return what is unusual about a batch as a whole."""
    findings = []
    low, high = USUAL_SLOPE
    if not low <= line.slope <= high:
        text = f"The slope {line.slope:.4f} lies outside {low:g} to {high:g}: check standards."
        findings.append(Finding(code="slope_unusual", level="confirm", message=text))
    if has_labelled and has_natural and not has_blank:
        text = "Labelled and natural samples share a batch without blanks: memory is not seen."
        findings.append(Finding(code="memory_unseen", level="confirm", message=text))
    return findings


def control_findings(
    normalised_permil: float, *, assigned_permil: float, isotope: Isotope
) -> list[Finding]:
    """Return a finding when a control, not used for the line, lies off its assigned value."""
    off, limit = normalised_permil - assigned_permil, CONTROL_LIMIT_PERMIL[isotope]
    if abs(off) <= limit:
        return []
    text = f"The control lies {off:+.3f} permil off its value; {limit:g} is allowed."
    return [Finding(code="control_off", level="confirm", message=text)]


def check_peak_area(area: float, *, calibrator_areas: Sequence[float]) -> None:
    """Raise BeyondSample when a peak area lies outside those of the standards."""
    if not min(calibrator_areas) <= area <= max(calibrator_areas):
        raise BeyondSample(
            f"Peak area {area:g} lies outside {min(calibrator_areas):g} to "
            f"{max(calibrator_areas):g} of the standards: weigh the sample again."
        )


def _means(readings: Sequence[Calibrator]) -> list[Calibrator]:
    """Return one calibrator a material, the mean of its readings."""
    by_material: dict[str, list[Calibrator]] = {}
    for reading in readings:
        by_material.setdefault(reading.material, []).append(reading)
    return [_mean(readings) for readings in by_material.values()]


def _mean(readings: Sequence[Calibrator]) -> Calibrator:
    first, number = readings[0], len(readings)
    if any(reading.assigned_permil != first.assigned_permil for reading in readings):
        raise ImpossibleLayer(f"{first.material} has two assigned values in one batch.")
    raws = [reading.raw_permil for reading in readings]
    known = [reading.raw_uncertainty_permil for reading in readings]
    uncertainty = (
        None if None in known else math.sqrt(sum((value or 0.0) ** 2 for value in known)) / number
    )
    return Calibrator(
        material=first.material,
        raw_permil=sum(raws) / number,
        assigned_permil=first.assigned_permil,
        scale=first.scale,
        raw_uncertainty_permil=uncertainty,
        assigned_uncertainty_permil=first.assigned_uncertainty_permil,
    )
