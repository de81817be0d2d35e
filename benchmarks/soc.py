"""RothC in batches against one plot in plain floats; equilibria; draws by superposition.

The scalar step is a straight transcription of the model's equations kept here: one plot, Python
floats and `math`, all modifiers, nothing of NumPy. Upstream's own Python program, on NumPy
scalars, is some fifty times slower than that, so ratios against it would be that much larger.
Every plot of a batch has a soil, weather, cover and inputs of its own, so nothing is shared;
`rothc_draws` is the other usual case: draws of a plot share its climate.

Times are CPU seconds of this one process, so that neighbours on the machine count for neither
side; both sides run in turn, five times.
"""

from __future__ import annotations

import json
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from estimates.science.soc.engine import FloatArray
from estimates.science.soc.rothc import RothcSite, rothc_start, run_rothc
from estimates.science.soc.rothc_equilibrium import rothc_equilibrium
from estimates.science.soc.rothc_moisture import classic_limits
from estimates.science.soc.rothc_rates import Climate, Weather
from estimates.science.soc.series import Wish, every
from estimates.science.soc.streams import Source, Stream, by_column
from estimates.science.soc.superposition import basis_of

RUNS = 5
SEED = 1851
SCALAR_MONTHS = 12_000
START = (0.15, 4.5, 0.67, 25.9)
MONTHS_ALIKE = [(9.0, 60.0, 40.0, 1.0, 0.1, 0.0, 1.44)] * SCALAR_MONTHS
EQUILIBRIA = 20_000
PLOTS, DRAWS, YEARS = 1_000, 1_000, 50
DIRECT_PLOTS = 50  # of the 1,000; the direct time is scaled from them


@dataclass(frozen=True, kw_only=True)
class Field:
    """Plots with soils, weather, cover and inputs of their own, (months, plots, 1)."""

    site: RothcSite
    plant: FloatArray
    manure: FloatArray

    def streams(self) -> list[Stream]:
        """Return plant C and manure."""
        return [
            Stream(name="plant", source=Source.SHOOT, amount=self.plant),
            Stream(name="manure", source=Source.MANURE, amount=self.manure),
        ]


def field(plots: int, months: int) -> Field:
    """Return a field whose plots differ in everything."""
    draw = np.random.default_rng(SEED)
    shape = (months, plots, 1)
    season = np.cos(2.0 * np.pi * (np.arange(months) - 6) / 12.0)[:, None, None]
    clay = draw.uniform(5.0, 50.0, (plots, 1))
    climate = Climate(
        weather=Weather(
            temp_c=9.0 + 7.0 * season + draw.normal(0.0, 1.5, shape),
            rain_mm=draw.gamma(4.0, 15.0, shape),
            pan_evap_mm=np.maximum(50.0 + 45.0 * season + draw.normal(0.0, 5.0, shape), 0.0),
        ),
        is_covered=draw.random(shape) < 0.6,
        limits=classic_limits(clay, by_column(23.0)),
        start_deficit_mm=by_column(0.0),
    )
    february = (np.arange(months) % 12 == 1)[:, None, None]
    return Field(
        site=RothcSite(clay_pct=clay, climate=climate),
        plant=draw.uniform(0.0, 0.5, shape),
        manure=np.where(february, draw.uniform(0.0, 3.0, shape), 0.0),
    )


def scalar_months(clay: float, depth: float, months: Sequence[Sequence[float]]) -> float:
    """Return SOC of one plot after these months: RothC as its description writes it."""
    dpm, rpm, bio, hum = START
    deficit = 0.0
    for temp, rain, pan, cover, plant, fym, ratio in months:
        a = 0.0 if temp < -5.0 else 47.91 / (1.0 + math.exp(106.06 / (temp + 18.27)))
        c = 0.6 if cover else 1.0
        most = -(20.0 + 1.3 * clay - 0.01 * clay * clay) * depth / 23.0
        wet = min(0.0, deficit + rain - 0.75 * pan)
        deficit = max(most, wet) if cover else max(min(0.556 * most, deficit), wet)
        slope = 0.8 / (most - 0.444 * most)
        b = 1.0 if deficit > 0.444 * most else 0.2 + (most - deficit) * slope
        rate = a * b * c
        left_dpm = dpm * math.exp(-rate * 10.0 / 12.0)
        left_rpm = rpm * math.exp(-rate * 0.3 / 12.0)
        left_bio = bio * math.exp(-rate * 0.66 / 12.0)
        left_hum = hum * math.exp(-rate * 0.02 / 12.0)
        lost = (dpm - left_dpm) + (rpm - left_rpm) + (bio - left_bio) + (hum - left_hum)
        x = 1.67 * (1.85 + 1.60 * math.exp(-0.0786 * clay))
        dpm = left_dpm + plant * ratio / (1.0 + ratio) + 0.49 * fym
        rpm = left_rpm + plant / (1.0 + ratio) + 0.49 * fym
        bio = left_bio + 0.46 * lost / (x + 1.0)
        hum = left_hum + 0.54 * lost / (x + 1.0) + 0.02 * fym
    return dpm + rpm + bio + hum


def batch(land: Field, months: int) -> FloatArray:
    """Return SOC of every plot after these months."""
    wish = Wish(record=(months,), keeps_pools=False, keeps_respired=False)
    start = rothc_start(pools=START, iom_t_ha=0.0)
    return run_rothc(land.site, land.streams(), start, wish=wish).soc_t_ha[0]


def rothc_ratio(name: str, *, plots: int, months: int) -> None:
    """Print plot-months per second of a batch over those of the scalar step."""
    one, land = field(1, SCALAR_MONTHS), field(plots, months)
    weather = one.site.climate.weather
    rows = np.column_stack(
        [np.ravel(part) for part in (weather.temp_c, weather.rain_mm, weather.pan_evap_mm,
                                     one.site.climate.is_covered, one.plant, one.manure)]
    )  # fmt: skip
    table = [(*row, 1.44) for row in rows.tolist()]
    clay = float(one.site.clay_pct[0, 0])
    alone = float(batch(one, SCALAR_MONTHS)[0, 0])
    if not math.isclose(scalar_months(clay, 23.0, table), alone, rel_tol=1e-11):
        raise RuntimeError("The batch and the scalar step do not agree.")
    ratios = []
    for _ in range(RUNS):
        scalar = _seconds(lambda: scalar_months(clay, 23.0, table)) / SCALAR_MONTHS
        ratios.append(scalar / (_seconds(lambda: batch(land, months)) / (plots * months)))
    _print(name, ratios, "plot-months per second over the scalar step in plain floats")


def draws_ratio() -> None:
    """Print the same for 100 draws of amounts on each of 1,000 plots, without superposition."""
    months = 60
    land = field(1_000, months)
    factor = np.random.default_rng(SEED).lognormal(0.0, 0.3, (1, 1_000, 100))
    drawn = Field(site=land.site, plant=land.plant * factor, manure=land.manure)
    rates = []
    for _ in range(RUNS):
        scalar = _seconds(lambda: scalar_months(20.0, 23.0, MONTHS_ALIKE)) / SCALAR_MONTHS
        rates.append(scalar / (_seconds(lambda: batch(drawn, months)) / (100_000 * months)))
    _print("rothc_draws", rates, "the same where 100 draws share the climate of their plot")


def equilibria() -> None:
    """Print exact equilibria per second, each of a soil, year and inputs of its own."""
    land = field(EQUILIBRIA, 12)
    inert = by_column(2.7)
    rates = []
    for _ in range(RUNS):
        seconds = _seconds(lambda: rothc_equilibrium(land.site, land.streams(), iom_t_ha=inert))
        rates.append(EQUILIBRIA / seconds)
    _print("rothc_equilibria", rates, "sites per second")


def superposition() -> None:
    """Print the time of all draws by superposition over that of running each, and their gap."""
    months = YEARS * 12
    record = every(12, months)
    land = field(PLOTS, months)
    start = rothc_start(pools=START, iom_t_ha=2.7)
    draw = np.random.default_rng(SEED)
    factors = {name: draw.lognormal(0.0, 0.3, (PLOTS, DRAWS)) for name in ("plant", "manure")}
    ratios, speeds, gap = [], [], 0.0
    for _ in range(RUNS):
        scalar = _seconds(lambda: scalar_months(20.0, 23.0, MONTHS_ALIKE)) / SCALAR_MONTHS
        begun = time.process_time()
        wish = Wish(record=record, keeps_pools=False, keeps_respired=False, by_stream=True)
        basis = basis_of(run_rothc(land.site, land.streams(), start, wish=wish))
        first: list[FloatArray] = []
        for plots, block in basis.blocks(factors):
            if plots.start < DIRECT_PLOTS:
                first.append(block.copy())
        by_basis = time.process_time() - begun
        begun = time.process_time()
        direct = _direct(land, factors, record)
        by_draw = (time.process_time() - begun) * PLOTS / DIRECT_PLOTS
        gap = max(
            gap, float(np.abs(np.concatenate(first, axis=1)[:, :DIRECT_PLOTS] - direct).max())
        )
        ratios.append(by_basis / by_draw)
        speeds.append(scalar / (by_basis / (PLOTS * DRAWS * months)))
    if gap > 1e-9:
        raise RuntimeError(f"Superposition and direct draws differ by {gap} t per ha.")
    _print(
        "superposition", ratios,
        "time over that of running each of 1,000 draws on 1,000 plots for 50 years; direct time "
        f"scaled from {DIRECT_PLOTS} plots; largest difference {gap:.1e} t per ha",
    )  # fmt: skip
    _print(
        "rothc_superposed",
        speeds,
        "plot-months per second answered by superposition over the scalar step in plain floats",
    )


def _plots_of(land: Field, plots: slice) -> Field:
    """Return some plots of a field."""
    climate = land.site.climate
    weather = climate.weather
    clay = land.site.clay_pct[plots]
    return Field(
        site=RothcSite(
            clay_pct=clay,
            climate=Climate(
                weather=Weather(
                    temp_c=weather.temp_c[:, plots],
                    rain_mm=weather.rain_mm[:, plots],
                    pan_evap_mm=weather.pan_evap_mm[:, plots],
                ),
                is_covered=climate.is_covered[:, plots],
                limits=classic_limits(clay, by_column(23.0)),
                start_deficit_mm=climate.start_deficit_mm,
            ),
        ),
        plant=land.plant[:, plots],
        manure=land.manure[:, plots],
    )


def _direct(land: Field, factors: dict[str, FloatArray], record: Sequence[int]) -> FloatArray:
    """Return SOC (records, plots, draws), every draw run; amounts are made plot by plot."""
    start = rothc_start(pools=START, iom_t_ha=2.7)
    out = np.empty((len(record), DIRECT_PLOTS, DRAWS))
    wish = Wish(record=record, keeps_pools=False, keeps_respired=False)
    for plot in range(DIRECT_PLOTS):
        alone = _plots_of(land, slice(plot, plot + 1))
        drawn = Field(
            site=alone.site,
            plant=alone.plant * factors["plant"][plot],
            manure=alone.manure * factors["manure"][plot],
        )
        out[:, plot] = run_rothc(drawn.site, drawn.streams(), start, wish=wish).soc_t_ha[:, 0]
    return out


def main() -> None:
    """Print one JSON line a measurement."""
    rothc_ratio("rothc_1000", plots=1_000, months=240)
    rothc_ratio("rothc_100000", plots=100_000, months=24)
    draws_ratio()
    equilibria()
    superposition()


def _print(name: str, values: Sequence[float], unit: str) -> None:
    digits = 4 if max(values) < 1 else 1
    print(
        json.dumps(
            {
                "name": name,
                "ratio": round(statistics.median(values), digits),
                "runs": [round(value, digits) for value in values],
                "unit": unit,
            }
        ),
        flush=True,
    )


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
