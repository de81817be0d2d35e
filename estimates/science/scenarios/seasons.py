"""Which weather each modelled year has: the mean year, a recorded series, or years drawn from it.

A series is repeated in its order, or years are drawn from it with replacement for every draw. Both
scenarios of a contrast, and every method and model, meet the same weather in the same year.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from estimates.science.distributions import Array
from estimates.science.errors import ImpossibleScenario
from estimates.science.scenarios.describe import MONTHS, Weather
from estimates.science.scenarios.draws import Draws

WEATHER_YEARS = "weather of the years"
MOST_YEARS = 40
MOST_YEARS_BY_DRAWS = 160_000
"""What a worker holds in memory: 40 years of 4,000 draws."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Seasons:
    """Monthly weather of the modelled years, each (months, 1, draws or 1)."""

    temperature_c: Array
    rain_mm: Array
    pan_evaporation_mm: Array


def modelled_years(
    weather: Weather, *, rotations: Sequence[int], horizons: Sequence[int], draws: int
) -> int:
    """Return how many years are modelled before they repeat; every rotation divides them.

    A single year of weather repeats with the rotation, so each rotation is enough by itself: 0.
    Raises ImpossibleScenario for more than a worker can hold.
    """
    if weather.years == 1:
        return 0
    together = math.lcm(*rotations)
    wanted = max(horizons) if weather.order == "bootstrap" else weather.years
    years = together * -(-min(wanted, MOST_YEARS) // together)
    if years > 2 * MOST_YEARS or years * draws > MOST_YEARS_BY_DRAWS:
        raise ImpossibleScenario(
            f"{years} years of weather with {draws} draws are too many: take fewer draws, a "
            "shorter part of the series, or rotations of one length."
        )
    return years


def seasons_of(weather: Weather, *, years: int, draws: Draws) -> Seasons:
    """Return the weather of so many years."""
    found = _chosen(weather, years, draws)
    return Seasons(
        temperature_c=_monthly(weather.temperature_c, found),
        rain_mm=_monthly(weather.rain_mm, found),
        pan_evaporation_mm=_monthly(weather.pan_evaporation_mm, found),
    )


def mean_year(weather: Weather) -> Weather:
    """Return the mean of every month over the years."""
    return replace(
        weather,
        temperature_c=_mean_of_months(weather.temperature_c),
        rain_mm=_mean_of_months(weather.rain_mm),
        pan_evaporation_mm=_mean_of_months(weather.pan_evaporation_mm),
        order="repeat",
        first_year=None,
    )


def _mean_of_months(values: Sequence[float]) -> tuple[float, ...]:
    means: list[float] = np.reshape(values, (-1, MONTHS)).mean(axis=0).tolist()
    return tuple(means)


def _chosen(weather: Weather, years: int, draws: Draws) -> NDArray[np.intp]:
    """Return which recorded year each modelled year takes, as (years, draws or 1)."""
    if weather.order == "bootstrap" and weather.years > 1:
        return draws.picked(WEATHER_YEARS, of=weather.years, number=years)
    return np.arange(years)[:, None] % weather.years


def _monthly(values: Sequence[float], chosen: NDArray[np.intp]) -> Array:
    by_year = np.reshape(np.asarray(values, dtype=np.float64), (-1, MONTHS))
    months = np.swapaxes(by_year[chosen], 1, 2)  # (years, draws, months) to (years, months, draws)
    return np.ascontiguousarray(months.reshape(-1, 1, chosen.shape[1]))
