"""ICBM at the Ultuna frame trial: inputs by hand, and every treatment against measurements."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from estimates.science.errors import ImpossibleForcing
from estimates.science.soc.frame_trial import (
    AMENDMENTS,
    DEFAULT_SET,
    RECALIBRATED_SET,
    YIELDS,
    FrameTrialYears,
    frame_trial_inputs,
    frame_trial_soc,
)
from tests.science.soc.worlds import column, table

# root mean square errors of the default set in the README of the reference data, t per ha
PRINTED_RMSE = {
    "A": 3.21, "C": 1.93, "F": 3.05, "H": 4.04, "J": 4.76, "L": 3.59, "N": 3.58, "O": 9.54,
}  # fmt: skip


def years(*, cereals=5.0, first=43.0, has_crop=True, number=3):
    return FrameTrialYears(
        yields_t_ha={name: [cereals if name == "cereals" else 0.0] * number for name in YIELDS},
        amendments_t_ha={name: [0.0] * number for name in AMENDMENTS},
        climate_factor=[1.0] * number,
        first_soc_t_ha=first,
        has_crop=has_crop,
    )


def test_roots_and_stubble_by_hand():
    """5 t of cereals: roots 5 / 11 x 2.65 x 0.7 x 0.45 = 0.37943; stubble 5 x 0.04 x 0.45."""
    inputs = frame_trial_inputs(years(), DEFAULT_SET)

    assert inputs["root"][0] == pytest.approx(0.37943, abs=1e-5)
    assert inputs["shoot"][0] == pytest.approx(0.09)


def test_the_yield_offset_is_for_crops_only():
    fallow = frame_trial_inputs(years(cereals=0.0, has_crop=False), RECALIBRATED_SET)
    sown = frame_trial_inputs(years(cereals=0.0), RECALIBRATED_SET)

    assert fallow["root"][0] == 0.0
    assert sown["root"][0] > 0.0


def test_a_year_of_bare_fallow_by_hand():
    """43 t: O = 39.954 e^-0.00605 + h k1 Y (e^-0.00605 - e^-0.8) / (k1 - k2) by stream."""
    found = frame_trial_soc(years(cereals=0.0, has_crop=False), DEFAULT_SET)

    old = 43.0 * 0.9291667
    young = 43.0 - old
    passed = 0.8 * (math.exp(-0.00605) - math.exp(-0.8)) / (0.8 - 0.00605)
    expected = (
        old * math.exp(-0.00605)
        + young * math.exp(-0.8)
        + young / 2 * (0.35 + 0.125) * passed
    )  # fmt: skip
    assert found[0] == pytest.approx(43.0)
    assert found[1] == pytest.approx(expected, rel=1e-12)
    assert len(frame_trial_soc(years(number=1), DEFAULT_SET)) == 1


def test_a_trial_needs_its_first_measurement():
    with pytest.raises(ImpossibleForcing, match="first year"):
        frame_trial_soc(years(first=0.0), DEFAULT_SET)


def test_every_treatment_misses_by_what_was_printed():
    rows = table("icbm/ultuna_frame_trial.csv")
    for treatment, group in itertools.groupby(rows, key=lambda row: row["treatment"]):
        known = list(group)
        trial = FrameTrialYears(
            yields_t_ha={name: column(known, f"yield_{name}") for name in YIELDS},
            amendments_t_ha={name: column(known, f"i_{name}") for name in AMENDMENTS},
            climate_factor=column(known, "re"),
            first_soc_t_ha=float(known[0]["soc_measured_t_ha"]),
            has_crop=treatment != "A",
        )
        modelled = frame_trial_soc(trial, DEFAULT_SET)
        seen = [(float(row["soc_measured_t_ha"]), found)
                for row, found in zip(known, modelled, strict=True)
                if row["soc_measured_t_ha"]]  # fmt: skip
        misses = np.array([found - measured for measured, found in seen])

        assert len(seen) == 23
        assert math.sqrt((misses**2).mean()) == pytest.approx(PRINTED_RMSE[treatment], abs=0.005)
        assert modelled == pytest.approx(column(known, "soc_icbm_default"), abs=1e-6)
        other = frame_trial_soc(trial, RECALIBRATED_SET)
        assert other == pytest.approx(column(known, "soc_icbm_recalibrated"), abs=1e-6)
