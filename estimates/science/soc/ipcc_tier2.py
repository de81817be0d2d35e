"""The steady-state method of IPCC 2019, Tier 2: three pools, yearly steps, 0 to 30 cm.

2019 Refinement to the 2006 IPCC Guidelines, volume 4, chapter 5, equations 5.0A to 5.0G. Each
year has a steady state; each pool moves towards it by its rate. Lignin and N are those of all
inputs of a year together, weighed by their C.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from estimates.science.errors import ImpossibleForcing, NotEnoughData
from estimates.science.soc.engine import Entry, FloatArray, Step, Window
from estimates.science.soc.series import Feed, SocSeries, Start, Wish, every, simulate
from estimates.science.soc.streams import Stream, by_step, check_names, chosen

NAME = "IPCC 2019 Tier 2"
POOLS = ("active", "slow", "passive")
RUN_IN_YEARS = 5
HOTTEST_C = 45.0
BEST_C = 33.69
IRRIGATED_MONTH = 0.775
WETTEST_RATIO = 1.25

METABOLIC_TO_ACTIVE = 0.378  # f1
STRUCTURAL_TO_SLOW = 0.455  # f3
ACTIVE_TO_PASSIVE = 0.0855  # f5
SLOW_TO_PASSIVE = 0.0504  # f6
SLOW_TO_ACTIVE = 0.42  # f7
PASSIVE_TO_ACTIVE = 0.45  # f8


class Tillage(StrEnum):
    """How the soil is tilled."""

    FULL = "full"
    REDUCED = "reduced"
    NONE = "none"
    UNKNOWN = "unknown"


TILLAGE_FACTOR = {"full": 3.036, "reduced": 2.075, "none": 1.0, "unknown": 3.036}
STRUCTURAL_TO_ACTIVE = {"full": 0.455, "reduced": 0.477, "none": 0.5, "unknown": 0.368}  # f2


@dataclass(frozen=True, kw_only=True)
class Tier2Site:
    """Sand as a fraction, (plots or 1, draws or 1); factors and tillage by year.

    The factors are (years, plots or 1, draws or 1), from `temperature_factor` and
    `water_factor`; tillage is one word a year.
    """

    sand_fraction: FloatArray
    temperature: FloatArray
    water: FloatArray
    tillage: Sequence[Tillage]


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Lignin and N of an input as fractions of dry matter: the sole chemistry of this method."""

    lignin: FloatArray
    nitrogen: FloatArray


@dataclass(frozen=True, kw_only=True)
class Steady:
    """What a year's mean input makes of its steady state, all (years, plots, draws)."""

    beta: FloatArray  # metabolic C
    alpha: FloatArray  # C that reaches the active pool, t per ha and year
    rates: FloatArray  # (pools, years, plots, draws), per year
    pools: FloatArray  # the same axes, t per ha


@dataclass(frozen=True, kw_only=True)
class Tier2:
    """The compartments: rates and what a t of input holds at steady state, by year."""

    rates: FloatArray  # (pools, years, plots or 1, draws or 1)
    per_input: FloatArray  # the same axes
    streams: int
    pools: tuple[str, ...] = POOLS

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (plots or 1, draws or 1)."""
        return np.broadcast_shapes(self.rates.shape[2:], self.per_input.shape[2:])

    def steps(self, window: Window) -> Iterator[Step]:
        """Yield the years of these columns."""
        moved = np.minimum(1.0, window.of(self.rates))
        entering = moved * window.of(self.per_input)
        for year in range(moved.shape[1]):
            entry = Entry(pools=slice(0, 3), share=entering[:, year, None])
            yield Step(
                kept=1.0 - moved[:, year, None], routes=(), entries=((entry,),) * self.streams
            )


def temperature_factor(temp_c: FloatArray) -> FloatArray:
    """Return by year the mean factor of months (years x 12, plots, draws); eq. 5.0E."""
    left = np.maximum(HOTTEST_C - temp_c, 0.0) / (HOTTEST_C - BEST_C)
    months = left**0.2 * np.exp(0.2 / 2.63 * (1.0 - left**2.63))
    return np.asarray(np.mean(by_year(months), axis=1))


def water_factor(
    rain_mm: FloatArray, pet_mm: FloatArray, is_irrigated: NDArray[np.bool_]
) -> FloatArray:
    """Return by year 1.5 times the mean factor of months; eq. 5.0F. PET 0 counts as wet."""
    dry = np.where(pet_mm > 0, pet_mm, 1.0)
    ratio = np.where(pet_mm > 0, np.minimum(WETTEST_RATIO, rain_mm / dry), WETTEST_RATIO)
    months = 0.2129 + 1.331 * ratio - 0.2413 * ratio**2
    return np.asarray(
        1.5 * np.mean(by_year(np.where(is_irrigated, IRRIGATED_MONTH, months)), axis=1)
    )


def by_year(months: FloatArray) -> FloatArray:
    """Return (years, 12, plots, draws); raises NotEnoughData on a year that is not whole."""
    if len(months) % 12:
        raise NotEnoughData("Each year needs twelve months of weather.")
    return months.reshape(len(months) // 12, 12, *months.shape[1:])


def steady_states(site: Tier2Site, c_input_t_ha: FloatArray, quality: Quality) -> Steady:
    """Return the steady state of every year; equations 5.0B to 5.0D and 5.0G."""
    sand = site.sand_fraction
    tillage = by_step([TILLAGE_FACTOR[word] for word in site.tillage])
    to_active = by_step([STRUCTURAL_TO_ACTIVE[word] for word in site.tillage])
    active_to_slow = 1.0 - ACTIVE_TO_PASSIVE - (0.17 + 0.68 * sand)  # f4
    lignin, nitrogen = quality.lignin, quality.nitrogen
    beta = c_input_t_ha * (0.85 - 0.018 * lignin / nitrogen)
    structural = c_input_t_ha * (1.0 - lignin) - beta
    lignified = c_input_t_ha * lignin * STRUCTURAL_TO_SLOW
    alpha = (
        beta * METABOLIC_TO_ACTIVE
        + structural * to_active
        + lignified * (SLOW_TO_ACTIVE + SLOW_TO_PASSIVE * PASSIVE_TO_ACTIVE)
    ) / (
        1.0
        - active_to_slow * SLOW_TO_ACTIVE
        - ACTIVE_TO_PASSIVE * PASSIVE_TO_ACTIVE
        - active_to_slow * SLOW_TO_PASSIVE * PASSIVE_TO_ACTIVE
    )
    climate = site.temperature * site.water
    rates = np.stack(
        np.broadcast_arrays(
            climate * tillage * (0.25 + 0.75 * sand) * 7.4,
            climate * tillage * 0.209,
            climate * 0.00689,
        )
    )
    if not (rates > 0).all():
        raise ImpossibleForcing(
            "A year without decay (every month at 45 degrees or more) has no steady state."
        )
    active = alpha / rates[0]
    slow = (lignified + active * rates[0] * active_to_slow) / rates[1]
    passive = (active * rates[0] * ACTIVE_TO_PASSIVE + slow * rates[1] * SLOW_TO_PASSIVE) / rates[2]
    pools = np.stack(np.broadcast_arrays(active, slow, passive))
    return Steady(beta=beta, alpha=alpha, rates=rates, pools=pools)


def mean_quality(
    streams: Sequence[Stream], qualities: Mapping[str, Quality], total: FloatArray
) -> Quality:
    """Return lignin and N of all inputs of each year, weighed by C; a year of 0 takes the mean."""
    lignin, nitrogen = (
        [by_step(getattr(chosen(qualities, stream), name)) for stream in streams]
        for name in ("lignin", "nitrogen")
    )
    amounts = [stream.amount_in(0) for stream in streams]
    has_input = total > 0
    safe = np.where(has_input, total, 1.0)

    def weighed(values: Sequence[FloatArray]) -> FloatArray:
        sums = np.sum([a * v for a, v in zip(amounts, values, strict=True)], axis=0) / safe
        plain = np.mean(np.stack(np.broadcast_arrays(*values)), axis=0)
        return np.asarray(np.where(has_input, sums, plain))

    return Quality(lignin=weighed(lignin), nitrogen=weighed(nitrogen))


@dataclass(frozen=True, kw_only=True)
class Tier2Run:
    """A run ready for `simulate`, with the steady states of the run-in and of each later year."""

    model: Tier2
    feed: Feed
    start: Start
    run_in: Steady
    later: Steady


def tier2_model(
    site: Tier2Site,
    streams: Sequence[Stream],
    *,
    qualities: Mapping[str, Quality],
    run_in_years: int = RUN_IN_YEARS,
) -> Tier2Run:
    """Return the compartments, what feeds them and their start: the run-in at steady state.

    The run-in is worked as one year of mean climate, input and quality, under the tillage of its
    last year. Raises NotEnoughData when it is shorter than five years or nothing follows it.
    """
    check_names(streams)
    total = np.sum([stream.amount_in(0) for stream in streams], axis=0)
    quality = mean_quality(streams, qualities, total)
    run_in = _run_in(site, total, quality, run_in_years)
    rest = slice(run_in_years, None)
    later = steady_states(
        Tier2Site(
            sand_fraction=site.sand_fraction,
            temperature=site.temperature[rest],
            water=site.water[rest],
            tillage=site.tillage[rest],
        ),
        total[rest],
        Quality(lignin=_part(quality.lignin, rest), nitrogen=_part(quality.nitrogen, rest)),
    )
    safe = np.where(total[rest] > 0, total[rest], 1.0)
    return Tier2Run(
        model=Tier2(rates=later.rates, per_input=later.pools / safe, streams=len(streams)),
        feed=Feed(
            names=tuple(stream.name for stream in streams),
            amounts=tuple(stream.amount_in(0)[rest] for stream in streams),
        ),
        start=Start(pools=run_in.pools[:, 0]),
        run_in=run_in,
        later=later,
    )


def run_tier2(
    site: Tier2Site,
    streams: Sequence[Stream],
    *,
    qualities: Mapping[str, Quality],
    run_in_years: int = RUN_IN_YEARS,
    wish: Wish | None = None,
) -> SocSeries:
    """Return SOC from the last year of the run-in on, which is its steady state."""
    run = tier2_model(site, streams, qualities=qualities, run_in_years=run_in_years)
    wish = wish or Wish(record=every(1, run.later.rates.shape[1]))
    return simulate(run.model, run.feed, run.start, name=NAME, steps_a_year=1, wish=wish)


def _run_in(site: Tier2Site, total: FloatArray, quality: Quality, years: int) -> Steady:
    """Return the steady state of the mean of the first years."""
    if years < RUN_IN_YEARS or len(total) <= years:
        raise NotEnoughData(
            f"The run-in takes at least {RUN_IN_YEARS} years and a year must follow it; "
            f"there are {len(total)} with a run-in of {years}."
        )
    return steady_states(
        Tier2Site(
            sand_fraction=site.sand_fraction,
            temperature=_mean(site.temperature, years),
            water=_mean(site.water, years),
            tillage=site.tillage[years - 1 : years],
        ),
        _mean(total, years),
        Quality(lignin=_mean(quality.lignin, years), nitrogen=_mean(quality.nitrogen, years)),
    )


def _mean(values: FloatArray, years: int) -> FloatArray:
    return np.asarray(np.mean(values[:years], axis=0, keepdims=True))


def _part(values: FloatArray, years: slice) -> FloatArray:
    return values if len(values) == 1 else values[years]
