"""RothC: monthly steps of four active pools and inert C.

The month step of RothC-26.3, 1.0.0 and 2.0.0, not its differential equation: every pool decays,
the losses are dealt out, and then the month's inputs enter. Coleman & Jenkinson 1996,
doi:10.1007/978-3-642-61094-3_17. Inert C by Falloon et al. 1998,
doi:10.1016/S0038-0717(97)00256-3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from estimates.science.errors import ImpossibleForcing, ImpossibleShares
from estimates.science.soc.engine import Entry, FloatArray, Route, Step, Window, steps_with_input
from estimates.science.soc.rothc_rates import Climate, rate_blocks
from estimates.science.soc.rothc_single import single_months
from estimates.science.soc.series import (
    Feed,
    SocSeries,
    Start,
    Wish,
    every,
    is_single,
    simulate,
    steps_wished,
)
from estimates.science.soc.streams import (
    MONTHS,
    SHARE_TOLERANCE,
    Source,
    Stream,
    by_column,
    by_step,
    check_names,
    chosen,
)

POOLS = ("dpm", "rpm", "bio", "hum")
RATES_PER_YEAR = (10.0, 0.3, 0.66, 0.02)
BIO_SHARE = 0.46  # of what is not respired
HUM_SHARE = 0.54
FYM_SHARES = (0.49, 0.49, 0.0, 0.02)
CROP_DPM_RPM = 1.44
NAME = "RothC"


@dataclass(frozen=True, kw_only=True)
class RothcSite:
    """A soil and its climate; clay in %, each (plots or 1, draws or 1).

    rates_per_year (pools, plots or 1, draws or 1) are those of the model unless they are drawn.
    """

    clay_pct: FloatArray
    climate: Climate
    rates_per_year: FloatArray = field(
        default_factory=lambda: np.asarray(RATES_PER_YEAR)[:, None, None]
    )


@dataclass(frozen=True, kw_only=True)
class RothC:
    """The compartments of RothC; splits (steps or 1, pools, plots or 1, draws or 1) a stream."""

    site: RothcSite
    splits: tuple[FloatArray, ...]
    pools: tuple[str, ...] = POOLS

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (plots or 1, draws or 1)."""
        return np.broadcast_shapes(
            self.site.climate.shape,
            self.site.clay_pct.shape,
            self.site.rates_per_year.shape[1:],
            *(split.shape[2:] for split in self.splits),
        )

    def steps(self, window: Window) -> Iterator[Step]:
        """Yield the months of these columns."""
        shares = transformed_shares(window.of(self.site.clay_pct))
        routes = (Route(sources=slice(0, 4), targets=slice(2, 4), share=shares[:, None]),)
        decay = window.of(self.site.rates_per_year) / -MONTHS
        entries = [_entries(window.of(split)) for split in self.splits]
        kept = np.empty((0, 0, 0, 0))
        month = 0
        for block in rate_blocks(self.site.climate.within(window)):
            shape = np.broadcast_shapes(block.rate[:, None].shape, decay.shape)
            if kept.shape != shape:
                kept = np.empty(shape)
            np.multiply(block.rate[:, None], decay, out=kept)
            np.exp(kept, out=kept)
            for part in np.expand_dims(kept, 2):
                yield Step(
                    kept=part,
                    routes=routes,
                    entries=tuple(table[month % len(table)] for table in entries),
                )
                month += 1


def transformed_shares(clay_pct: FloatArray) -> FloatArray:
    """Return the shares of lost C that become BIO and HUM, (2, plots, draws).

    x = 1.67 (1.85 + 1.60 exp(-0.0786 clay)) is CO2 over what is kept.
    """
    ratio = 1.67 * (1.85 + 1.60 * np.exp(-0.0786 * clay_pct))
    return np.stack([BIO_SHARE / (ratio + 1.0), HUM_SHARE / (ratio + 1.0)])


def plant_split(dpm_rpm: ArrayLike) -> FloatArray:
    """Return the split of plant C with this DPM/RPM: a number, or a series by month."""
    ratio = by_step(dpm_rpm)
    if not (np.isfinite(ratio).all() and (ratio >= 0).all()):
        raise ImpossibleShares("DPM/RPM must be 0 or more: 1.44 for crops, 0.25 for woodland.")
    decomposable = ratio / (1.0 + ratio)
    nothing = np.zeros_like(ratio)
    return np.stack([decomposable, 1.0 / (1.0 + ratio), nothing, nothing], axis=1)


def pool_split(*, dpm: ArrayLike, rpm: ArrayLike, bio: ArrayLike, hum: ArrayLike) -> FloatArray:
    """Return a split of a stream over the four pools; the shares add up to 1."""
    shares = np.stack(np.broadcast_arrays(*(by_column(share) for share in (dpm, rpm, bio, hum))))
    if (shares < 0).any() or (np.abs(shares.sum(axis=0) - 1.0) > SHARE_TOLERANCE).any():
        raise ImpossibleShares("The shares to DPM, RPM, BIO and HUM are 0 or more and sum to 1.")
    return shares[None]


def with_direct_hum(split: FloatArray, share: ArrayLike) -> FloatArray:
    """Return a split of which this share goes straight to HUM, the rest as before."""
    part = by_column(share)
    if not ((part >= 0) & (part <= 1)).all():
        raise ImpossibleShares("The share that goes straight to HUM lies between 0 and 1.")
    direct = np.zeros((len(POOLS), 1, 1))
    direct[POOLS.index("hum")] = 1.0
    return np.asarray(split * (1.0 - part) + direct * part)


def standard_splits(dpm_rpm: ArrayLike = CROP_DPM_RPM) -> Mapping[str, FloatArray]:
    """Return the model's own splits by source: all plant C alike, manure as FYM."""
    plant = plant_split(dpm_rpm)
    manure = np.asarray(FYM_SHARES)[None, :, None, None]
    return {source.value: plant for source in Source} | {Source.MANURE.value: manure}


def falloon_iom_t_ha(soc_t_ha: ArrayLike) -> FloatArray:
    """Return inert C in t per ha: 0.049 SOC^1.139 (Falloon et al. 1998)."""
    soc = by_column(soc_t_ha)
    if not (soc >= 0).all():
        raise ImpossibleForcing("A SOC stock is 0 or more.")
    return np.asarray(0.049 * soc**1.139)


def rothc_start(*, pools: ArrayLike, iom_t_ha: ArrayLike) -> Start:
    """Return a start from DPM, RPM, BIO, HUM (pools first) and inert C, in t per ha."""
    active = np.asarray(pools, dtype=np.float64)
    active = active.reshape(active.shape + (1,) * (3 - active.ndim))
    inert = by_column(iom_t_ha)
    if len(active) != len(POOLS) or not ((active >= 0).all() and (inert >= 0).all()):
        raise ImpossibleForcing("The start holds DPM, RPM, BIO, HUM and inert C, each 0 or more.")
    return Start(pools=active, inert_t_ha=inert)


def rothc_model(
    site: RothcSite, streams: Sequence[Stream], *, splits: Mapping[str, FloatArray]
) -> tuple[RothC, Feed]:
    """Return the compartments and what feeds them, ready for `simulate`."""
    check_names(streams)
    model = RothC(site=site, splits=tuple(chosen(splits, stream) for stream in streams))
    feed = Feed(
        names=tuple(stream.name for stream in streams),
        amounts=tuple(stream.amount_in(0) for stream in streams),
    )
    return model, feed


def run_rothc(
    site: RothcSite,
    streams: Sequence[Stream],
    start: Start,
    *,
    splits: Mapping[str, FloatArray] | None = None,
    wish: Wish | None = None,
) -> SocSeries:
    """Return SOC at the end of every year, or of the months wished for.

    One column is worked in plain floats, several as arrays; the results agree to 1e-13.
    """
    model, feed = rothc_model(site, streams, splits=splits or standard_splits())
    wish = wish or Wish(record=every(MONTHS, site.climate.months))
    if is_single(model.shape, start.shape, feed) and not wish.by_stream:
        return _run_single(model, feed, start, wish)
    return simulate(model, feed, start, name=NAME, steps_a_year=MONTHS, wish=wish)


def _run_single(model: RothC, feed: Feed, start: Start, wish: Wish) -> SocSeries:
    months = steps_wished(feed.amounts, wish)
    site = model.site
    entering = np.zeros((months, len(POOLS)))
    for amount, split in zip(feed.amounts, model.splits, strict=True):
        steps_with_input(amount)
        entering += amount[:months, 0] * split[:months, :, 0, 0]
    to_bio, to_hum = transformed_shares(site.clay_pct)[:, 0, 0].tolist()
    dpm, rpm, bio, hum = start.pools[:, 0, 0].tolist()
    k_dpm, k_rpm, k_bio, k_hum = site.rates_per_year[:, 0, 0].tolist()
    rows = [(dpm, rpm, bio, hum, 0.0)]
    rows += single_months(
        site.climate,
        (dpm, rpm, bio, hum),
        entering=entering,
        kept_shares=(to_bio, to_hum),
        rates_per_year=(k_dpm, k_rpm, k_bio, k_hum),
    )
    if len(rows) <= months:
        raise ImpossibleForcing(
            f"Climate is given for {len(rows) - 1} months, but {months} are asked for."
        )
    table = np.asarray([rows[number] for number in wish.record])[:, :, None, None]
    return SocSeries(
        model=NAME,
        years=np.asarray(wish.record, dtype=np.float64) / MONTHS,
        soc_t_ha=table[:, :4].sum(axis=1) + start.inert_t_ha,
        respired_t_ha=table[:, 4],
        pools={pool: table[:, row] for row, pool in enumerate(POOLS)},
        by_stream={},
    )


def _entries(split: FloatArray) -> list[tuple[Entry, ...]]:
    """Return by step where a stream goes, leaving out pools that never get any."""
    is_fed = split.any(axis=(0, 2, 3))
    runs: list[slice] = []
    for pool in np.flatnonzero(is_fed).tolist():
        if runs and runs[-1].stop == pool:
            runs[-1] = slice(runs[-1].start, pool + 1)
        else:
            runs.append(slice(pool, pool + 1))
    return [tuple(Entry(pools=pools, share=step[pools, None]) for pools in runs) for step in split]
