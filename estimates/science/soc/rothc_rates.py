"""What slows or speeds decay in RothC: temperature, moisture, plant cover.

Coleman & Jenkinson 1996, doi:10.1007/978-3-642-61094-3_17; constants as in the description of
version 2.0.0 (Rothamsted Research 2025). Worked in blocks of months: only the moisture deficit
needs the month before.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from estimates.science.errors import ImpossibleForcing
from estimates.science.soc.engine import CHUNK_COLUMNS, FloatArray, Window
from estimates.science.soc.rothc_moisture import PAN_FACTOR, MoistureLimits

FROST_C = -5.0  # no decay below; at exactly this temperature there is
COVERED_RATE = 0.6


@dataclass(frozen=True, kw_only=True)
class Weather:
    """Monthly weather, each (months, plots or 1, draws or 1).

    pan_evap_mm is open-pan evaporation; `weather.pan_from_pet` makes it from another measure.
    """

    temp_c: FloatArray
    rain_mm: FloatArray
    pan_evap_mm: FloatArray


@dataclass(frozen=True, kw_only=True)
class Climate:
    """All that decides the rate of decay month by month.

    is_covered (months, plots or 1, draws or 1): whether plants cover the soil. start_deficit_mm
    (plots or 1, draws or 1) is 0 at field capacity.
    """

    weather: Weather
    is_covered: NDArray[np.bool_]
    limits: MoistureLimits
    start_deficit_mm: FloatArray

    def __post_init__(self) -> None:
        """Refuse series of unequal length, and a start so dry that decay would run backwards."""
        weather = self.weather
        lengths = {
            len(series)
            for series in (weather.temp_c, weather.rain_mm, weather.pan_evap_mm, self.is_covered)
        }
        if len(lengths) > 1:
            raise ImpossibleForcing(
                "Temperature, rain, evaporation and cover have the same months; "
                f"found {sorted(lengths)}."
            )
        shape = np.broadcast_shapes(self.start_deficit_mm.shape, self.limits.slowest.shape)
        if (moisture_modifier(self.start_deficit_mm, self.limits, out=np.empty(shape)) < 0).any():
            raise ImpossibleForcing(
                "The moisture deficit at the start is drier than this soil can be; "
                f"at most {-float(self.limits.driest.max()):.1f} mm."
            )

    @property
    def months(self) -> int:
        """Return the number of months."""
        return len(self.weather.temp_c)

    def within(self, window: Window) -> Climate:
        """Return the climate of the columns of a chunk."""
        limits = self.limits
        return Climate(
            weather=Weather(
                temp_c=window.of(self.weather.temp_c),
                rain_mm=window.of(self.weather.rain_mm),
                pan_evap_mm=window.of(self.weather.pan_evap_mm),
            ),
            is_covered=window.of(self.is_covered),
            limits=replace(
                limits,
                driest=window.of(limits.driest),
                bare=window.of(limits.bare),
                full_rate=window.of(limits.full_rate),
                slowest=window.of(limits.slowest),
            ),
            start_deficit_mm=window.of(self.start_deficit_mm),
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (plots or 1, draws or 1): how many columns differ in climate."""
        return np.broadcast_shapes(self.water_shape, self.weather.temp_c.shape[1:])

    @property
    def water_shape(self) -> tuple[int, ...]:
        """Return (plots or 1, draws or 1): how many columns differ in moisture and cover."""
        return np.broadcast_shapes(
            self.weather.rain_mm.shape[1:],
            self.weather.pan_evap_mm.shape[1:],
            self.is_covered.shape[1:],
            self.limits.driest.shape,
            self.start_deficit_mm.shape,
        )


@dataclass(frozen=True, kw_only=True)
class Modifiers:
    """Modifiers and deficits of some months: each (months, plots or 1, draws or 1).

    Valid until the next block is asked for.
    """

    temperature: FloatArray
    moisture: FloatArray
    cover: FloatArray
    deficit_mm: FloatArray
    rate: FloatArray


def temperature_modifier(temp_c: FloatArray, *, out: FloatArray) -> FloatArray:
    """Return 47.91 / (1 + exp(106.06 / (T + 18.27))), and 0 below -5 degrees."""
    has_frost = bool(np.min(temp_c) < FROST_C)
    if has_frost:
        np.maximum(temp_c, FROST_C, out=out)
        np.add(out, 18.27, out=out)
    else:
        np.add(temp_c, 18.27, out=out)
    np.divide(106.06, out, out=out)
    np.exp(out, out=out)
    np.add(out, 1.0, out=out)
    np.divide(47.91, out, out=out)
    if has_frost:
        np.multiply(out, temp_c >= FROST_C, out=out)
    return out


def moisture_modifier(
    deficit_mm: FloatArray, limits: MoistureLimits, *, out: FloatArray
) -> FloatArray:
    """Return 1 down to the full-rate deficit, then a straight line to the least rate."""
    slope = (1.0 - limits.least_rate) / (limits.slowest - limits.full_rate)
    np.subtract(limits.slowest, deficit_mm, out=out)
    np.multiply(out, slope, out=out)
    np.add(out, limits.least_rate, out=out)
    np.minimum(out, 1.0, out=out)
    if limits.may_dry_below:
        np.maximum(out, limits.least_rate, out=out)
    return out


def rate_blocks(climate: Climate) -> Iterator[Modifiers]:
    """Yield the modifiers of all months, as many months at a time as stay in the cache."""
    columns = math.prod(climate.shape)
    length = max(1, min(climate.months, CHUNK_COLUMNS // columns))
    buffers = _Buffers(climate, length)
    for first in range(0, climate.months, length):
        yield buffers.work(slice(first, min(first + length, climate.months)))


class _Buffers:
    """The arrays one block of months is worked out in."""

    def __init__(self, climate: Climate, length: int) -> None:
        water = (length, *climate.water_shape)
        self.climate = climate
        self.temperature = np.empty((length, *climate.weather.temp_c.shape[1:]))
        self.gain, self.floor, self.deficit = np.empty(water), np.empty(water), np.empty(water)
        self.moisture = np.empty(water)
        self.cover = np.empty((length, *climate.is_covered.shape[1:]))
        self.rate = np.empty((length, *climate.shape))
        self.now = np.array(np.broadcast_to(climate.start_deficit_mm, climate.water_shape))
        # below the driest only where the start says so: a covered soil then wets to it
        self.may_start_below = bool((climate.start_deficit_mm < climate.limits.driest).any())

    def work(self, months: slice) -> Modifiers:
        """Return the modifiers of these months, which follow those asked for before."""
        size = months.stop - months.start
        block = Modifiers(
            temperature=self.temperature[:size],
            moisture=self.moisture[:size],
            cover=self.cover[:size],
            deficit_mm=self.deficit[:size],
            rate=self.rate[:size],
        )
        temperature_modifier(self.climate.weather.temp_c[months], out=block.temperature)
        np.copyto(block.cover, self.climate.is_covered[months])
        self._dry(months, block.cover)
        np.multiply(block.cover, COVERED_RATE - 1.0, out=block.cover)
        np.add(block.cover, 1.0, out=block.cover)
        moisture_modifier(block.deficit_mm, self.climate.limits, out=block.moisture)
        np.multiply(block.temperature, block.moisture, out=block.rate)
        np.multiply(block.rate, block.cover, out=block.rate)
        return block

    def _dry(self, months: slice, cover: FloatArray) -> None:
        weather, limits = self.climate.weather, self.climate.limits
        size = len(cover)
        gain, floor = self.gain[:size], self.floor[:size]
        np.multiply(weather.pan_evap_mm[months], -PAN_FACTOR, out=gain)
        np.add(gain, weather.rain_mm[months], out=gain)
        np.multiply(cover, limits.driest - limits.bare, out=floor)
        np.add(floor, limits.bare, out=floor)
        for month in range(size):
            np.minimum(floor[month], self.now, out=floor[month])
            if self.may_start_below:
                is_covered = self.climate.is_covered[months.start + month]
                np.copyto(floor[month], limits.driest, where=is_covered)
            now = self.deficit[month]
            np.add(self.now, gain[month], out=now)
            np.minimum(now, 0.0, out=now)
            np.maximum(floor[month], now, out=now)
            self.now = now
