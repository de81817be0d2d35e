"""Equilibrium and inverse mode of RothC, whose soil water must repeat before its carbon can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimates.science.errors import ImpossibleForcing, NotEnoughData
from estimates.science.soc.engine import FloatArray
from estimates.science.soc.equilibrium import Cycle, cycle_of, equilibrium, input_factor_for
from estimates.science.soc.rothc import RothcSite, rothc_model, standard_splits
from estimates.science.soc.rothc_rates import Climate, rate_blocks
from estimates.science.soc.series import Start
from estimates.science.soc.streams import MONTHS, Stream

MOST_YEARS = 20_000  # a soil that gains 0.01 mm a year has reached a bound long before
STOP_T_HA = 1e-6


@dataclass(frozen=True, kw_only=True)
class RothcEquilibrium:
    """The December state that a year of weather, cover and inputs holds.

    deficit_mm (plots or 1, draws or 1) is the moisture deficit at the end of that year.
    """

    start: Start
    soc_t_ha: FloatArray
    deficit_mm: FloatArray


def repeating_deficit_mm(climate: Climate) -> FloatArray:
    """Return the deficit at which a year of weather begins when it repeats for ever.

    Years follow each other until the deficit comes back exactly. Raises ImpossibleForcing when
    it has not after 20,000 years.
    """
    shape = climate.water_shape
    now = np.array(np.broadcast_to(climate.start_deficit_mm, shape))
    for _ in range(MOST_YEARS):
        before = now
        for block in rate_blocks(replace(climate, start_deficit_mm=before)):
            now = block.deficit_mm[-1].copy()
        if np.array_equal(now, before):
            return now
    raise ImpossibleForcing(
        f"The soil water of this weather does not repeat within {MOST_YEARS} years."
    )


def rothc_cycle(
    site: RothcSite,
    streams: Sequence[Stream],
    *,
    splits: Mapping[str, FloatArray] | None = None,
) -> tuple[Cycle, FloatArray]:
    """Return the affine map of a year of 12 months, and the deficit the year begins with."""
    if site.climate.months != MONTHS:
        raise NotEnoughData(
            f"An equilibrium needs one year of 12 months, not {site.climate.months}."
        )
    deficit = repeating_deficit_mm(site.climate)
    settled = replace(site, climate=replace(site.climate, start_deficit_mm=deficit))
    model, feed = rothc_model(settled, streams, splits=splits or standard_splits())
    return cycle_of(model, feed, steps=MONTHS), deficit


def rothc_equilibrium(
    site: RothcSite,
    streams: Sequence[Stream],
    *,
    iom_t_ha: FloatArray,
    splits: Mapping[str, FloatArray] | None = None,
) -> RothcEquilibrium:
    """Return the exact state at the end of a year that repeats for ever."""
    cycle, deficit = rothc_cycle(site, streams, splits=splits)
    pools = equilibrium(cycle)
    return RothcEquilibrium(
        start=Start(pools=pools, inert_t_ha=iom_t_ha),
        soc_t_ha=pools.sum(axis=0) + iom_t_ha,
        deficit_mm=deficit,
    )


def rothc_input_factor(
    site: RothcSite,
    streams: Sequence[Stream],
    *,
    soc_t_ha: FloatArray,
    iom_t_ha: FloatArray,
    scaled: Sequence[str],
    splits: Mapping[str, FloatArray] | None = None,
) -> FloatArray:
    """Return what the streams named must be multiplied with to hold a SOC stock."""
    if (soc_t_ha < iom_t_ha).any():
        raise ImpossibleForcing(
            "Inert C exceeds SOC: check the units of both, t per ha over the same depth."
        )
    cycle, _ = rothc_cycle(site, streams, splits=splits)
    return input_factor_for(
        cycle,
        soc_t_ha=soc_t_ha,
        inert_t_ha=iom_t_ha,
        scaled=tuple(stream.name in scaled for stream in streams),
    )


@dataclass(frozen=True, kw_only=True)
class SpinUp:
    """Where the rule of the reference programs stops: months run, and the four pools then."""

    months: int
    pools: tuple[float, ...]


def spin_up(
    site: RothcSite,
    streams: Sequence[Stream],
    *,
    splits: Mapping[str, FloatArray] | None = None,
) -> SpinUp:
    """Return where years from nothing stop by the rule of RothC_Py and the Fortran program.

    They stop when the four pools together change by no more than 1e-6 t per ha in a year, short
    of equilibrium; for comparison only. One plot.
    """
    model, feed = rothc_model(site, streams, splits=splits or standard_splits())
    first = cycle_of(model, feed, steps=MONTHS)  # soil water starts at field capacity
    later, _ = rothc_cycle(site, streams, splits=splits)
    state = first.brought[0, 0].sum(axis=-1)
    carried, brought = later.carried[0, 0], later.brought[0, 0].sum(axis=-1)
    years, before, now = 1, 0.0, float(state.sum())
    while abs(now - before) > STOP_T_HA:
        state = carried @ state + brought
        years, before, now = years + 1, now, float(state.sum())
    return SpinUp(months=years * MONTHS, pools=tuple(state.tolist()))
