"""Isotopes carried through a model: radiocarbon of pools, and delta-13C after labelling.

An isotope is C like any other to a linear model, so it is one more run with other amounts: C
times its activity or its atom fraction. No fractionation during decay is assumed. Radiocarbon
decays as well; giving all activities as of the end of the run takes that out of the steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from estimates.science.errors import ImpossibleForcing
from estimates.science.isotopes.scales import VPDB
from estimates.science.soc.engine import FloatArray
from estimates.science.soc.series import Feed, Start
from estimates.science.soc.streams import by_step

LIBBY_HALF_LIFE_YEARS = 5_568.0  # as RothC has it
LIBBY_MEAN_LIFE_YEARS = 8_035.0  # as RothC turns an age into per mille
DECAY_PER_YEAR = np.log(2.0) / LIBBY_HALF_LIFE_YEARS
INERT_AGE_YEARS = 50_000.0


def activity_feed(feed: Feed, modern_pct: ArrayLike, *, steps_a_year: int) -> Feed:
    """Return what feeds the radiocarbon of a model, as activity seen from the start.

    modern_pct is that of the air by step: 100 before the bombs. An amount that enters n steps
    after the start counts exp(decay x n) times, which `activity_at` takes back.
    """
    modern = by_step(modern_pct) / 100.0
    age = np.arange(1, len(modern) + 1)[:, None, None] / steps_a_year
    grown = modern * np.exp(DECAY_PER_YEAR * age)
    return replace(feed, amounts=tuple(amount * grown for amount in feed.amounts))


def activity_start(start: Start, ages_years: FloatArray) -> Start:
    """Return the activity of the pools at the start from their radiocarbon ages.

    Inert C counts as 50,000 years old, for ever.
    """
    return Start(
        pools=start.pools * np.exp(-DECAY_PER_YEAR * ages_years),
        inert_t_ha=start.inert_t_ha * float(np.exp(-DECAY_PER_YEAR * INERT_AGE_YEARS)),
    )


def activity_at(grown: FloatArray, years: FloatArray) -> FloatArray:
    """Return activities (records, ...) as they are at these times after the start."""
    decayed = np.exp(-DECAY_PER_YEAR * years)
    return np.asarray(grown * decayed.reshape(-1, *(1,) * (grown.ndim - 1)))


def radiocarbon_age_years(carbon: FloatArray, activity: FloatArray) -> FloatArray:
    """Return the age: ln(C / activity) / decay; 0 where there is no C."""
    is_there = carbon > 0
    ratio = np.where(is_there, carbon, 1.0) / np.where(is_there, activity, 1.0)
    return np.asarray(np.log(ratio) / DECAY_PER_YEAR)


def delta_14c(age_years: FloatArray) -> FloatArray:
    """Return delta-14C in per mille of a radiocarbon age."""
    return np.asarray(1_000.0 * np.expm1(-age_years / LIBBY_MEAN_LIFE_YEARS))


def atom_fraction(delta_13c: ArrayLike) -> FloatArray:
    """Return 13C / (12C + 13C) of a delta-13C in per mille against VPDB."""
    ratio = VPDB.ratio * (1.0 + np.asarray(delta_13c, dtype=np.float64) / 1_000.0)
    return np.asarray(ratio / (1.0 + ratio))


def delta_from_fraction(fraction: ArrayLike) -> FloatArray:
    """Return delta-13C in per mille of an atom fraction."""
    share = np.asarray(fraction, dtype=np.float64)
    if not ((share >= 0) & (share < 1)).all():
        raise ImpossibleForcing("An atom fraction is 0 or more and below 1.")
    return np.asarray(1_000.0 * (share / (1.0 - share) / VPDB.ratio - 1.0))


def labelled_feed(feed: Feed, delta_13c: Mapping[str, ArrayLike]) -> Feed:
    """Return what feeds the 13C of a model: each amount times the atom fraction of its stream.

    delta_13c is by stream, a number or a series by step.
    """
    missing = sorted(set(feed.names) - set(delta_13c))
    if missing:
        raise ImpossibleForcing(f"No delta-13C is given for the stream {missing[0]!r}.")
    return replace(
        feed,
        amounts=tuple(
            amount * by_step(atom_fraction(delta_13c[name]))
            for name, amount in zip(feed.names, feed.amounts, strict=True)
        ),
    )


def labelled_start(start: Start, delta_13c: ArrayLike, *, inert_delta_13c: float) -> Start:
    """Return 13C in the pools at the start; delta_13c is one number or one a pool."""
    fraction = atom_fraction(delta_13c)
    fraction = fraction.reshape(fraction.shape + (1,) * (3 - fraction.ndim))
    return Start(
        pools=start.pools * fraction, inert_t_ha=start.inert_t_ha * atom_fraction(inert_delta_13c)
    )


def pool_deltas(
    carbon: Mapping[str, FloatArray], heavy: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Return delta-13C of each pool over time from its C and its 13C.

    Raises ImpossibleForcing where a pool is empty.
    """
    for name, values in carbon.items():
        if not (values > 0).all():
            raise ImpossibleForcing(f"The pool {name} is empty at times; it has no delta-13C then.")
    return {name: delta_from_fraction(heavy[name] / values) for name, values in carbon.items()}
