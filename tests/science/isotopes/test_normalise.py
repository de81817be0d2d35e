from __future__ import annotations

import math

import pytest

from estimates.science.errors import BeyondSample, ImpossibleLayer, MixedScales, NotEnoughData
from estimates.science.isotopes.normalise import (
    Calibrator,
    batch_findings,
    check_peak_area,
    control_findings,
    drift_of,
    normalisation,
)


def standard(material, raw, assigned, *, scale="VPDB-LSVEC", u_raw=None, u_assigned=None):
    return Calibrator(
        material=material,
        raw_permil=raw,
        assigned_permil=assigned,
        scale=scale,
        raw_uncertainty_permil=u_raw,
        assigned_uncertainty_permil=u_assigned,
    )


USGS40 = standard("USGS40", -26.10, -26.39)
USGS41 = standard("USGS41", 37.20, 37.63)


@pytest.mark.parametrize(("raw", "delta"), [(-26.95, -27.250), (-12.00, -12.130)])
def test_two_standards_bring_raw_values_to_a_scale(raw, delta):
    """By hand: slope (37.63 + 26.39) / (37.20 + 26.10) = 1.01137."""
    line = normalisation([USGS40, USGS41])

    assert line.slope == pytest.approx(1.01137, abs=5e-6)
    assert line.apply(raw).delta_permil == pytest.approx(delta, abs=5e-4)
    assert (line.method, line.residual_sd_permil) == ("two_point", None)


def test_a_value_outside_the_standards_is_told():
    line = normalisation([USGS40, USGS41])

    assert not line.apply(-26.95).is_within_span
    assert line.apply(-12.0).is_within_span
    assert line.apply(-26.10).is_within_span


def test_more_standards_give_the_line_of_least_squares():
    """By hand: 0, 10, 21 on 0, 10, 20: slope 210 / 200, intercept 31 / 3 - 10.5, residuals 1/6,
    -1/3 and 1/6, so that their sd is sqrt(1/6 / 1)."""
    line = normalisation([standard("a", 0, 0), standard("b", 10, 10), standard("c", 20, 21)])

    assert line.method == "multi_point"
    assert line.slope == pytest.approx(1.05)
    assert line.intercept_permil == pytest.approx(-1 / 6)
    assert line.residual_sd_permil == pytest.approx(0.4082483)


def test_readings_of_one_standard_are_one_point():
    readings = [standard("USGS40", -26.0, -26.39), standard("USGS40", -26.2, -26.39), USGS41]

    assert normalisation(readings).slope == pytest.approx(normalisation([USGS40, USGS41]).slope)


def test_uncertainty_comes_from_sample_standards_and_line():
    """By hand, half way between the standards, slope 1: weights 0.5; each standard has 0.1 raw and
    0.2 assigned: 0.5 x sqrt(0.05) x sqrt(2) = 0.158; with 0.1 of the sample 0.187."""
    line = normalisation(
        [
            standard("a", 0, 0, u_raw=0.1, u_assigned=0.2),
            standard("b", 10, 10, u_raw=0.1, u_assigned=0.2),
        ]
    )

    found = line.apply(5, raw_uncertainty_permil=0.1).uncertainty_permil

    assert found == pytest.approx(math.sqrt(0.01 + 2 * 0.25 * 0.05))


def test_readings_of_a_standard_share_its_uncertainty():
    twice = [standard("a", 0, 0, u_raw=0.2, u_assigned=0)] * 4
    line = normalisation([*twice, standard("b", 10, 10, u_raw=0, u_assigned=0)])

    assert line.apply(0, raw_uncertainty_permil=0).uncertainty_permil == pytest.approx(0.1)


def test_uncertainty_is_unknown_where_nobody_said():
    line = normalisation([USGS40, USGS41])

    assert line.apply(5).uncertainty_permil is None
    assert line.apply(5, raw_uncertainty_permil=0.1).uncertainty_permil is None


def test_scatter_of_standards_stands_in_for_their_uncertainty():
    line = normalisation([standard("a", 0, 0), standard("b", 10, 10), standard("c", 20, 21)])

    found = line.apply(10, raw_uncertainty_permil=0.0).uncertainty_permil

    assert found == pytest.approx(0.4082483 / math.sqrt(3))


@pytest.mark.parametrize(
    ("readings", "error"),
    [
        ([], NotEnoughData),
        ([USGS40, USGS40], NotEnoughData),
        ([USGS40, standard("USGS41", 37.2, 37.63, scale="VPDB")], MixedScales),
        ([USGS40, standard("USGS41", -26.10, 37.63)], ImpossibleLayer),
        ([USGS40, standard("USGS41", 37.2, -26.39)], ImpossibleLayer),
        ([USGS40, standard("USGS40", -26.1, -26.4), USGS41], ImpossibleLayer),
    ],
)
def test_batches_without_a_scale_are_refused(readings, error):
    with pytest.raises(error):
        normalisation(readings)


def test_drift_beyond_chance_and_noise_is_taken_off():
    """0.01 permil a position over 40 positions is 0.4 permil, the noise some 0.01."""
    positions = [1, 11, 21, 31, 41]
    values = [-26.10, -26.01, -25.90, -25.79, -25.70]

    drift = drift_of(positions, values)

    assert drift.is_applied
    assert drift.permil_per_position == pytest.approx(0.0102)
    assert drift.corrected(-25.70, 41) == pytest.approx(-25.904)
    assert drift.corrected(-12.0, 21) == -12.0


@pytest.mark.parametrize(
    "values", [[-26.1, -25.9, -26.1, -25.9, -26.1], [-26.1, -26.1, -26.1, -26.1, -26.1]]
)
def test_drift_within_noise_is_left_alone(values):
    drift = drift_of([1, 11, 21, 31, 41], values)

    assert not drift.is_applied
    assert drift.corrected(-12.0, 41) == -12.0


def test_a_drift_needs_three_readings():
    with pytest.raises(NotEnoughData):
        drift_of([1, 1, 20], [0, 0, 0])


def test_an_unusual_slope_is_a_finding():
    steep = normalisation([standard("a", 0, 0), standard("b", 10, 11)])
    usual = normalisation([USGS40, USGS41])
    batch = {"has_labelled": False, "has_natural": True, "has_blank": False}

    assert [finding.code for finding in batch_findings(steep, **batch)] == ["slope_unusual"]
    assert batch_findings(usual, **batch) == []


def test_labelled_and_natural_samples_need_blanks():
    usual = normalisation([USGS40, USGS41])
    mixed = {"has_labelled": True, "has_natural": True}

    (finding,) = batch_findings(usual, **mixed, has_blank=False)

    assert finding.code == "memory_unseen"
    assert batch_findings(usual, **mixed, has_blank=True) == []


@pytest.mark.parametrize(
    ("isotope", "off", "codes"),
    [("13C", 0.19, []), ("13C", -0.21, ["control_off"]), ("15N", 0.29, []), ("15N", 0.31, 1)],
)
def test_a_control_may_lie_a_little_off(isotope, off, codes):
    found = control_findings(10 + off, assigned_permil=10, isotope=isotope)

    assert [finding.code for finding in found] == (["control_off"] if codes == 1 else codes)


def test_a_sample_outside_the_peak_areas_of_the_standards_is_refused():
    check_peak_area(20, calibrator_areas=[10, 30])
    with pytest.raises(BeyondSample, match="weigh the sample again"):
        check_peak_area(31, calibrator_areas=[10, 30])
