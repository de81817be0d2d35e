"""RothC at three long-term experiments of Rothamsted, with the assumptions each run makes.

Measurements: Electronic Rothamsted Archive, Rothamsted Research, CC BY 4.0: Broadbalk
doi:10.23637/KeyRefOABKsoc-02, Highfield bare fallow doi:10.23637/rrs1-SOILCN1959-2014-1, Fosters
ley-arable dataset SOC5014. t C per ha in 0-23 cm; Fosters from % C and bulk density, those
without one taken at the 1.176 g per cm3 of arable plots.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from estimates.science.soc.rothc import (
    falloon_iom_t_ha,
    plant_split,
    run_rothc,
    standard_splits,
)
from estimates.science.soc.rothc_equilibrium import rothc_equilibrium, rothc_input_factor
from estimates.science.soc.series import Start, Wish, every
from estimates.science.soc.streams import Source, by_column
from estimates.science.soc.superposition import basis_of, fitted_factor
from tests.science.soc.worlds import PAN_MM, RAIN_MM, TEMP_C, site, stream

CLAY_PCT = 25.0
CROP_COVER = (0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0)
CROP_INPUT = (0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0, 0, 0, 0, 0)  # shares, as spring barley at Hoosfield
GRASS_COVER = (1,) * 12
GRASS_INPUT = (1 / 12,) * 12
OLD_GRASS_DPM_RPM, CROP_DPM_RPM = 0.67, 1.44
FYM_T_HA, FYM_MONTH = 3.0, 9  # 35 t fresh, in October
LAST_YEAR = 2015

HIGHFIELD = {
    1959: 63.02, 1963: 52.282, 1971: 42.983, 1978: 42.538, 1987: 38.02, 2000: 31.075,
    2008: 28.568, 2014: 30.688,
}  # fmt: skip
BROADBALK_YEARS = (
    1843, 1865, 1881, 1893, 1914, 1936, 1944, 1966, 1987, 1992, 1997, 2000, 2005, 2010, 2015,
)  # fmt: skip
BROADBALK: Mapping[str, Sequence[float]] = {
    "nil": (28.8, 27.072, 26.784, 22.464, 24.192, 26.208, 27.648, 25.056, 25.92, 22.176, 21.6,
            24.48, 23.904, 24.48, 25.056),
    "PK": (28.8, 28.224, 27.648, 25.632, 26.208, 26.208, 27.648, 27.072, 26.208, 27.072, 23.616,
           26.208, 25.344, 25.92, 26.153),
    "FYM since 1843": (28.8, 50.71, 53.038, 58.098, 71.176, 63.428, 64.895, 69.618, 74.778,
                       71.195, 77.465, 76.428, 78.948, 78.444, 84.26),
}  # fmt: skip
BROADBALK_1968 = {
    1967: 23.328, 1992: 55.665, 1997: 54.026, 2000: 62.532, 2005: 53.436, 2010: 52.432,
    2015: 53.192,
}  # fmt: skip
FOSTERS_FIRST = 1949
FOSTERS_ARABLE = {
    1950: 41.113, 1956: 41.667, 1961: 42.790, 1967: 39.084, 1969: 39.490, 1972: 43.344,
    1975: 40.572, 1979: 40.099, 1981: 38.341, 1984: 39.220, 1987: 37.597, 2000: 39.761,
    2008: 37.529, 2014: 39.963,
}  # fmt: skip
FOSTERS_GRASS = {
    1956: 46.005, 1961: 53.211, 1967: 55.569, 1972: 62.764, 1975: 62.919, 1979: 61.648,
    1981: 59.440, 1984: 65.304, 1987: 61.412, 2000: 63.297, 2008: 63.301, 2014: 67.792,
}  # fmt: skip
FOSTERS_LEYS = {
    1967: 42.646, 1969: 43.322, 1972: 46.455, 1975: 44.471, 1979: 41.676, 1981: 42.578,
    1984: 42.150, 1987: 42.465, 2008: 47.064, 2014: 48.484,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One treatment: SOC modelled by year, what was measured, and the plant C input it took."""

    name: str
    modelled: Mapping[int, float]
    measured: Mapping[int, float]
    plant_input_t_ha: float
    is_fitted: bool

    def misses(self) -> np.ndarray:
        """Return modelled less measured after the first year, which the run starts from."""
        first = min(self.modelled)
        return np.array([self.modelled[y] - v for y, v in self.measured.items() if y > first])

    @property
    def rmse(self) -> float:
        """Return the root mean square of the misses."""
        return math.sqrt(float((self.misses() ** 2).mean()))

    @property
    def bias(self) -> float:
        """Return the mean of the misses."""
        return float(self.misses().mean())


def start_at(
    soc_t_ha: float, *, cover: Sequence[int], shares: Sequence[float], ratio: float
) -> Start:
    """Return the equilibrium that holds this stock, with inert C by Falloon."""
    ground = site(clay_pct=CLAY_PCT, is_covered=cover)
    inert = falloon_iom_t_ha(soc_t_ha)
    splits = {"shoot": plant_split(ratio)}
    factor = rothc_input_factor(
        ground, [stream(shares)], soc_t_ha=by_column(soc_t_ha), iom_t_ha=inert,
        scaled=["shoot"], splits=splits,
    )  # fmt: skip
    held = stream(np.array(shares) * factor[0, 0])
    return rothc_equilibrium(ground, [held], iom_t_ha=inert, splits=splits).start


def run(start: Start, *, cover: np.ndarray, plant: np.ndarray, fym: np.ndarray):
    """Return SOC by stream at the end of every year under average weather."""
    years = len(plant) // 12
    weather = {"temp_c": TEMP_C, "rain_mm": RAIN_MM, "pan_evap_mm": PAN_MM}
    ground = site(
        clay_pct=CLAY_PCT, is_covered=cover,
        **{name: np.tile(values, years) for name, values in weather.items()},
    )  # fmt: skip
    streams = [stream(plant), stream(fym, source=Source.MANURE)]
    splits = dict(standard_splits()) | {"shoot": plant_split(CROP_DPM_RPM)}
    wish = Wish(record=every(12, 12 * years), by_stream=True)
    return run_rothc(ground, streams, start, splits=splits, wish=wish)


def fitted(
    name: str,
    start: Start,
    measured: Mapping[int, float],
    *,
    first: int,
    cover: Sequence[int] = CROP_COVER,
    shares: Sequence[float] = CROP_INPUT,
    fym_years: Sequence[int] = (),
) -> Outcome:
    """Return a treatment whose yearly plant C is the one number fitted to its stocks."""
    years = LAST_YEAR - first + 1
    fym = np.zeros(12 * years)
    fym[[(year - first) * 12 + FYM_MONTH for year in fym_years]] = FYM_T_HA
    series = run(start, cover=np.tile(cover, years), plant=np.tile(shares, years), fym=fym)
    basis = basis_of(series)
    plant = basis.by_stream["shoot"][:, 0]
    rest = (basis.initial + basis.by_stream["manure"])[:, 0]
    seen = [year for year in measured if year > first]
    rows = [year - first for year in seen]
    factor = fitted_factor(rest[rows], plant[rows], np.array([measured[y] for y in seen]))
    modelled = {first + row: float(rest[row] + factor * plant[row]) for row in range(years + 1)}
    return Outcome(
        name=name, modelled=modelled, measured=measured, plant_input_t_ha=factor, is_fitted=True
    )


def highfield() -> Outcome:
    """Old grass ploughed in 1959 and kept bare: nothing is fitted."""
    start = start_at(
        HIGHFIELD[1959], cover=GRASS_COVER, shares=GRASS_INPUT, ratio=OLD_GRASS_DPM_RPM
    )
    years = LAST_YEAR - 1959 + 1
    nothing = np.zeros(12 * years)
    soc = run(start, cover=nothing, plant=nothing, fym=nothing).soc_t_ha[:, 0, 0]
    return Outcome(
        name="Highfield bare fallow",
        modelled={1959 + year: float(value) for year, value in enumerate(soc)},
        measured=HIGHFIELD,
        plant_input_t_ha=0.0,
        is_fitted=False,
    )


def broadbalk() -> list[Outcome]:
    """Continuous wheat: no manure, PK, FYM since 1843, and FYM from 1968 to 2000."""
    start = start_at(28.8, cover=CROP_COVER, shares=CROP_INPUT, ratio=CROP_DPM_RPM)
    outcomes = [
        fitted(
            f"Broadbalk {name}", start, dict(zip(BROADBALK_YEARS, stocks, strict=True)),
            first=1843, fym_years=range(1843, 2016) if "FYM" in name else (),
        )
        for name, stocks in BROADBALK.items()
    ]  # fmt: skip
    late = start_at(23.328, cover=CROP_COVER, shares=CROP_INPUT, ratio=CROP_DPM_RPM)
    return [
        *outcomes,
        fitted("Broadbalk FYM 1968-2000", late, BROADBALK_1968, first=1967,
               fym_years=range(1968, 2001)),
    ]  # fmt: skip


def fosters() -> list[Outcome]:
    """Arable, grass resown in 1949, and leys between crops, which are predicted from both."""
    start = start_at(FOSTERS_ARABLE[1950], cover=CROP_COVER, shares=CROP_INPUT, ratio=CROP_DPM_RPM)
    arable = fitted("Fosters arable", start, FOSTERS_ARABLE, first=FOSTERS_FIRST)
    grass = fitted(
        "Fosters reseeded grass", start, FOSTERS_GRASS, first=FOSTERS_FIRST, cover=GRASS_COVER,
        shares=GRASS_INPUT,
    )  # fmt: skip
    return [arable, grass, leys(start, arable.plant_input_t_ha, grass.plant_input_t_ha)]


def leys(start: Start, arable_t_ha: float, grass_t_ha: float) -> Outcome:
    """Three years of ley with the input of grass, three of crops with that of arable."""
    years = LAST_YEAR - FOSTERS_FIRST + 1
    is_ley = [year % 6 < 3 for year in range(years)]
    plant = [
        np.array(GRASS_INPUT) * grass_t_ha if ley else np.array(CROP_INPUT) * arable_t_ha
        for ley in is_ley
    ]
    cover = [GRASS_COVER if ley else CROP_COVER for ley in is_ley]
    soc = run(
        start, cover=np.concatenate(cover), plant=np.concatenate(plant), fym=np.zeros(12 * years)
    ).soc_t_ha[:, 0, 0]
    return Outcome(
        name="Fosters ley-arable",
        modelled={FOSTERS_FIRST + year: float(value) for year, value in enumerate(soc)},
        measured=FOSTERS_LEYS,
        plant_input_t_ha=(arable_t_ha + grass_t_ha) / 2,
        is_fitted=False,
    )


def all_outcomes() -> list[Outcome]:
    """Return every treatment of the three experiments."""
    return [highfield(), *broadbalk(), *fosters()]
