"""RothC of one plot in plain floats: for a single column NumPy costs more than it saves.

The same month step as `rothc`, which uses this by itself; both agree to 1e-13.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from estimates.science.errors import ImpossibleForcing
from estimates.science.soc.engine import FloatArray
from estimates.science.soc.rothc_moisture import PAN_FACTOR
from estimates.science.soc.rothc_rates import COVERED_RATE, FROST_C, Climate

State = tuple[float, float, float, float]


def single_rates(climate: Climate) -> Iterator[float]:
    """Yield the rate of every month: temperature x moisture x cover."""
    limits = climate.limits
    driest, bare = float(limits.driest[0, 0]), float(limits.bare[0, 0])
    full, slowest = float(limits.full_rate[0, 0]), float(limits.slowest[0, 0])
    least = limits.least_rate
    slope = (1.0 - least) / (slowest - full)
    deficit = float(climate.start_deficit_mm[0, 0])
    weather = climate.weather
    for series in (weather.temp_c, weather.rain_mm, weather.pan_evap_mm):
        if not np.isfinite(series).all():
            raise ImpossibleForcing("The weather has a gap: every month needs all its numbers.")
    for temp, rain, pan, is_covered in zip(
        weather.temp_c[:, 0, 0].tolist(),
        weather.rain_mm[:, 0, 0].tolist(),
        weather.pan_evap_mm[:, 0, 0].tolist(),
        climate.is_covered[:, 0, 0].tolist(),
        strict=True,
    ):
        floor = driest if is_covered else min(bare, deficit)
        deficit = max(floor, min(0.0, deficit + (rain - PAN_FACTOR * pan)))
        rate = 1.0 if deficit > full else least + (slowest - deficit) * slope
        if limits.may_dry_below and rate < least:
            rate = least
        warmth = 47.91 / (1.0 + math.exp(106.06 / (temp + 18.27))) if temp >= FROST_C else 0.0
        yield warmth * rate * (COVERED_RATE if is_covered else 1.0)


def single_months(
    climate: Climate,
    start: State,
    *,
    entering: FloatArray,
    kept_shares: tuple[float, float],
    rates_per_year: State,
) -> Iterator[tuple[float, float, float, float, float]]:
    """Yield DPM, RPM, BIO, HUM and respired C at the end of every month.

    entering (months, 4) is C into each pool; kept_shares are those of lost C to BIO and HUM.
    """
    dpm, rpm, bio, hum = start
    to_bio, to_hum = kept_shares
    k_dpm, k_rpm, k_bio, k_hum = (-rate / 12.0 for rate in rates_per_year)
    gone, exp = 0.0, math.exp
    for rate, (in_dpm, in_rpm, in_bio, in_hum) in zip(
        single_rates(climate), entering.tolist(), strict=False
    ):
        left_dpm, left_rpm = dpm * exp(rate * k_dpm), rpm * exp(rate * k_rpm)
        left_bio, left_hum = bio * exp(rate * k_bio), hum * exp(rate * k_hum)
        lost = (dpm - left_dpm) + (rpm - left_rpm) + (bio - left_bio) + (hum - left_hum)
        made_bio, made_hum = lost * to_bio, lost * to_hum
        gone += lost - made_bio - made_hum
        dpm, rpm = left_dpm + in_dpm, left_rpm + in_rpm
        bio, hum = left_bio + made_bio + in_bio, left_hum + made_hum + in_hum
        yield dpm, rpm, bio, hum, gone
