"""AMG v2: one active pool, a stable one that stays, yearly steps.

Clivot et al. 2019, doi:10.1016/j.envsoft.2019.04.004. Inputs act one year after they fell; the
rate is that of the year. The published script rounds on the way; `Rounding.AS_SHIPPED` does too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from estimates.science.errors import ImpossibleForcing
from estimates.science.soc.engine import Entry, FloatArray, Step, Window, mean_exp
from estimates.science.soc.series import Feed, SocSeries, Start, Wish, every, simulate
from estimates.science.soc.streams import Stream, by_column, by_step, check_names, chosen

NAME = "AMG v2"
RATE_PER_YEAR = 0.29
STABLE_SHARE_ARABLE = 0.65
STABLE_SHARE_AFTER_GRASSLAND = 0.40
FROZEN_FACTOR = 1e-6


class Rounding(StrEnum):
    """Whether numbers are rounded between steps, as the published script does."""

    NONE = "none"
    AS_SHIPPED = "as_shipped"


@dataclass(frozen=True, kw_only=True)
class AmgSoil:
    """The soil: clay and CaCO3 in g per kg, each (plots or 1, draws or 1)."""

    clay_g_kg: FloatArray
    carbonate_g_kg: FloatArray
    ph: FloatArray
    carbon_to_nitrogen: FloatArray


@dataclass(frozen=True, kw_only=True)
class AmgWeather:
    """Yearly mean temperature, and rain plus irrigation minus PET in mm, by year."""

    temp_c: FloatArray
    water_balance_mm: FloatArray


@dataclass(frozen=True, kw_only=True)
class AmgRate:
    """The factors and the rate of the active pool per year, by year."""

    temperature: FloatArray
    moisture: FloatArray
    clay: FloatArray
    carbonate: FloatArray
    ph: FloatArray
    carbon_to_nitrogen: FloatArray
    per_year: FloatArray


@dataclass(frozen=True, kw_only=True)
class Amg:
    """The compartments: the active pool; rate (years, plots or 1, draws or 1) of each year."""

    rate_per_year: FloatArray
    humification: tuple[FloatArray, ...]
    pools: tuple[str, ...] = ("active",)

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (plots or 1, draws or 1)."""
        return np.broadcast_shapes(
            self.rate_per_year.shape[1:], *(part.shape for part in self.humification)
        )

    def steps(self, window: Window) -> Iterator[Step]:
        """Yield the years of these columns."""
        humified = [window.of(part) for part in self.humification]
        for rate in window.of(self.rate_per_year):
            left = mean_exp(-rate)
            yield Step(
                kept=np.exp(-rate)[None, None],
                routes=(),
                entries=tuple(
                    (Entry(pools=slice(0, 1), share=(part * left)[None, None]),)
                    for part in humified
                ),
            )


def amg_rate(soil: AmgSoil, weather: AmgWeather, *, rounding: Rounding = Rounding.NONE) -> AmgRate:
    """Return 0.29 times the factors of temperature, moisture, clay, CaCO3, pH and C/N."""
    shipped = rounding is Rounding.AS_SHIPPED
    temp = _rounded(weather.temp_c, 1, shipped)
    water = _rounded(weather.water_balance_mm, 0, shipped)
    warmth = 25.0 / (1.0 + 24.0 * np.exp(0.12 * 15.0) * np.exp(-0.12 * temp))
    factors = (
        np.where(weather.temp_c > 0, warmth, FROZEN_FACTOR),
        1.0 / (1.0 + 0.03 * np.exp(-5.247 * water / 1_000.0)),
        np.exp(-0.002519 * soil.clay_g_kg)[None],
        1.0 / (1.0 + 0.0015 * soil.carbonate_g_kg)[None],
        np.exp(-0.112 * (soil.ph - 8.5) ** 2)[None],
        (0.8 * np.exp(-0.06 * (soil.carbon_to_nitrogen - 11.0) ** 2) + 0.2)[None],
    )
    rounded = [_rounded(factor, 6, shipped) for factor in factors]
    rate = np.asarray(RATE_PER_YEAR)
    for factor in rounded:
        rate = rate * factor
    return AmgRate(
        temperature=rounded[0],
        moisture=rounded[1],
        clay=rounded[2],
        carbonate=rounded[3],
        ph=rounded[4],
        carbon_to_nitrogen=rounded[5],
        per_year=_rounded(rate, 7, shipped),
    )


def amg_start(soc_t_ha: ArrayLike, *, stable_share: ArrayLike = STABLE_SHARE_ARABLE) -> Start:
    """Return the start from SOC and its stable share: 0.65 under long arable use."""
    soc, stable = by_column(soc_t_ha), by_column(stable_share)
    if not ((soc >= 0).all() and ((stable >= 0) & (stable <= 1)).all()):
        raise ImpossibleForcing("SOC is 0 or more and its stable share lies between 0 and 1.")
    # one way of rounding: what is stable and what is not are SOC together
    inert = soc * stable
    return Start(pools=np.asarray(soc - inert)[None], inert_t_ha=np.asarray(inert))


def amg_model(
    rate_per_year: ArrayLike, streams: Sequence[Stream], *, humification: Mapping[str, ArrayLike]
) -> tuple[Amg, Feed]:
    """Return the compartments and what feeds them: each year by the inputs of the year before.

    The rate of the first year is not used: the state of that year is the start.
    """
    check_names(streams)
    shares = tuple(by_column(chosen(humification, stream)) for stream in streams)
    if not all(((share >= 0) & (share <= 1)).all() for share in shares):
        raise ImpossibleForcing("A humification coefficient lies between 0 and 1.")
    model = Amg(rate_per_year=by_step(rate_per_year)[1:], humification=shares)
    amounts = tuple(stream.amount_in(0)[:-1] for stream in streams)
    return model, Feed(names=tuple(stream.name for stream in streams), amounts=amounts)


def run_amg(
    rate_per_year: ArrayLike,
    streams: Sequence[Stream],
    start: Start,
    *,
    humification: Mapping[str, ArrayLike],
    wish: Wish | None = None,
) -> SocSeries:
    """Return SOC of every year: the first is the start, the last still lacks its own inputs."""
    model, feed = amg_model(rate_per_year, streams, humification=humification)
    record = every(1, len(model.rate_per_year))
    return simulate(model, feed, start, name=NAME, steps_a_year=1, wish=wish or Wish(record=record))


def amg_as_shipped(
    rate_per_year: Sequence[float], humified_t_ha: Sequence[float], start: Start
) -> list[float]:
    """Return SOC of one plot by year with every stock rounded to 4 decimals."""
    first = float(start.inert_t_ha[0, 0] + start.pools[0, 0, 0])
    stable = round(float(start.inert_t_ha[0, 0]), 4)
    soc = [round(first, 4)]
    for rate, humified in zip(rate_per_year[1:], humified_t_ha, strict=False):
        kept = float(np.exp(-rate))
        active = round((soc[-1] - stable) * kept + humified / rate * (1.0 - kept), 4)
        soc.append(round(stable + active, 4))
    return soc


def _rounded(values: FloatArray, digits: int, is_wanted: bool) -> FloatArray:
    if not is_wanted:
        return values
    # as text has it: 11.65 is 11.7, where NumPy scales first and answers 11.6
    rounded = [round(value, digits) for value in values.ravel().tolist()]
    return np.array(rounded, dtype=np.float64).reshape(values.shape)
