"""ICBM: one young pool a stream, one old pool, yearly steps solved exactly.

Andren & Katterer 1997, doi:10.1890/1051-0761(1997)007[1226:ITICBM]2.0.CO;2. How inputs arrive is
an option because published programs differ: evenly over the year as in the paper, or in one
pulse as the year begins (regional version, Andren, Katterer & Karlsson 2004,
doi:10.1023/B:FRES.0000048471.59164.ff).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from estimates.science.errors import ImpossibleForcing, NotEnoughData
from estimates.science.soc.engine import Entry, FloatArray, Route, Step, Window, mean_exp
from estimates.science.soc.equilibrium import cycle_of, equilibrium
from estimates.science.soc.series import Feed, SocSeries, Start, Wish, every, simulate
from estimates.science.soc.streams import Stream, by_column, by_step, check_names, chosen

OLD = "old"
NAME = "ICBM"
YOUNG_RATE_PER_YEAR = 0.8  # Ultuna, Andren & Katterer 1997
OLD_RATE_PER_YEAR = 0.00605


class Arrival(StrEnum):
    """When a year's input enters the young pool."""

    CONTINUOUS = "continuous"
    PULSE_START_OF_YEAR = "pulse_start_of_year"


@dataclass(frozen=True, kw_only=True)
class IcbmSite:
    """Climate and rates: r (years, plots or 1, draws or 1), 1 at Ultuna; rates per year."""

    climate_factor: FloatArray
    arrival: Arrival
    young_rate_per_year: FloatArray
    old_rate_per_year: FloatArray


@dataclass(frozen=True, kw_only=True)
class Icbm:
    """The compartments: a young pool for each humification, and the old pool."""

    site: IcbmSite
    names: tuple[str, ...]
    humification: tuple[FloatArray, ...]

    @property
    def pools(self) -> tuple[str, ...]:
        """Return the young pools by stream, then the old one."""
        return (*(f"young_{name}" for name in self.names), OLD)

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (plots or 1, draws or 1)."""
        return np.broadcast_shapes(
            self.site.climate_factor.shape[1:],
            self.site.young_rate_per_year.shape,
            self.site.old_rate_per_year.shape,
            *(part.shape for part in self.humification),
        )

    def steps(self, window: Window) -> Iterator[Step]:
        """Yield the years of these columns."""
        streams = len(self.names)
        humified = _stack([window.of(part) for part in self.humification])
        young = window.of(self.site.young_rate_per_year)
        old = window.of(self.site.old_rate_per_year)
        for factor in window.of(self.site.climate_factor):
            year = _Year(young * factor, old * factor, self.site.arrival)
            route = Route(
                sources=slice(0, streams),
                targets=slice(streams, streams + 1),
                weight=(humified * year.reaching_old)[:, None],
                share=np.ones((1, 1, 1, 1)),
            )
            yield Step(
                kept=_stack([year.young_kept] * streams + [year.old_kept])[:, None],
                routes=(route,) if streams else (),
                entries=tuple(
                    (
                        Entry(pools=slice(row, row + 1), share=year.in_young[None, None]),
                        Entry(
                            pools=slice(streams, streams + 1),
                            share=(humified[row] * year.in_old)[None, None],
                        ),
                    )
                    for row in range(streams)
                ),
            )


class _Year:
    """The shares of one year; young and old are its rates, climate included."""

    def __init__(self, young: FloatArray, old: FloatArray, arrival: Arrival) -> None:
        self.young_kept, self.old_kept = np.exp(-young), np.exp(-old)
        # of what left the young pool and was humified, the part still in the old one
        self.reaching_old = self.old_kept * mean_exp(old - young) / mean_exp(-young)
        if arrival is Arrival.PULSE_START_OF_YEAR:
            self.in_young = self.young_kept
            self.in_old = young * self.old_kept * mean_exp(old - young)
        else:
            self.in_young = mean_exp(-young)
            apart = np.where(old == young, 1.0, old - young)
            gap = mean_exp(-young) - mean_exp(-old)
            alike = mean_exp(-young) - self.young_kept  # the limit where both pools decay alike
            self.in_old = np.where(old == young, alike, young * gap / apart)


def _stack(parts: Sequence[FloatArray]) -> FloatArray:
    return np.stack(np.broadcast_arrays(*parts)) if parts else np.empty((0, 1, 1))


def icbm_site(
    climate_factor: ArrayLike,
    *,
    arrival: Arrival,
    young_rate_per_year: ArrayLike = YOUNG_RATE_PER_YEAR,
    old_rate_per_year: ArrayLike = OLD_RATE_PER_YEAR,
) -> IcbmSite:
    """Return a site; raises ImpossibleForcing on a negative climate factor or rate."""
    site = IcbmSite(
        climate_factor=by_step(climate_factor),
        arrival=arrival,
        young_rate_per_year=by_column(young_rate_per_year),
        old_rate_per_year=by_column(old_rate_per_year),
    )
    for values in (site.climate_factor, site.young_rate_per_year, site.old_rate_per_year):
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise ImpossibleForcing("Climate factor and rates of ICBM are 0 or more.")
    return site


def icbm_start(
    streams: Sequence[Stream], *, young: Mapping[str, ArrayLike], old: ArrayLike
) -> Start:
    """Return the start from C in the young pools by stream (0 where absent) and the old one."""
    unknown = sorted(set(young) - {stream.name for stream in streams})
    if unknown:
        raise ImpossibleForcing(f"C of {unknown[0]!r} stands in the soil, but no such stream.")
    parts = [by_column(young.get(stream.name, 0.0)) for stream in streams]
    pools = np.stack(np.broadcast_arrays(*parts, by_column(old)))
    if not (pools >= 0).all():
        raise ImpossibleForcing("The pools at the start are 0 or more.")
    return Start(pools=pools)


def run_icbm(
    site: IcbmSite,
    streams: Sequence[Stream],
    start: Start,
    *,
    humification: Mapping[str, ArrayLike],
    wish: Wish | None = None,
) -> SocSeries:
    """Return SOC at the start and the end of every year, or of the years wished for."""
    model, feed = icbm_model(site, streams, humification=humification)
    record = every(1, len(site.climate_factor))
    name = f"{NAME}, {site.arrival.value}"
    return simulate(model, feed, start, name=name, steps_a_year=1, wish=wish or Wish(record=record))


def icbm_model(
    site: IcbmSite, streams: Sequence[Stream], *, humification: Mapping[str, ArrayLike]
) -> tuple[Icbm, Feed]:
    """Return the compartments and what feeds them; h by name of the stream or by source."""
    check_names(streams)
    if not streams:
        raise NotEnoughData("ICBM needs at least one stream, if need be of 0.")
    names = tuple(stream.name for stream in streams)
    shares = tuple(by_column(chosen(humification, stream)) for stream in streams)
    if not all(((share >= 0) & (share <= 1)).all() for share in shares):
        raise ImpossibleForcing("A humification coefficient lies between 0 and 1.")
    model = Icbm(site=site, names=names, humification=shares)
    return model, Feed(names=names, amounts=tuple(stream.amount_in(0) for stream in streams))


def icbm_steady_state(
    site: IcbmSite, streams: Sequence[Stream], *, humification: Mapping[str, ArrayLike]
) -> Start:
    """Return the state that the first year's input and climate hold for ever."""
    from_model = icbm_model(site, streams, humification=humification)
    return Start(pools=equilibrium(cycle_of(*from_model, steps=1)))
