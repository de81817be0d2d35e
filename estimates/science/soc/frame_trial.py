"""ICBM as it was run at the Ultuna frame trial: from yields and amendments to topsoil SOC.

The inputs follow the published function of that recalibration (SLU), kept apart here because its
root factor is not one to copy: it multiplies root C by 1 + 1.65 where Bolinder et al. 2007
(doi:10.1016/j.agee.2006.05.013) mean 1.65 in all. Inputs arrive as a pulse as the year begins;
SOC of a year is what there was before that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from estimates.science.errors import ImpossibleForcing, UnknownParameter
from estimates.science.soc.engine import FloatArray
from estimates.science.soc.icbm import Arrival, icbm_site, icbm_start, run_icbm
from estimates.science.soc.series import Wish, every
from estimates.science.soc.streams import Source, Stream

EXUDATE_FACTOR = 1.0 + 1.65  # as published; see above
TOPSOIL_SHARE = 0.7
ROOT_CROP_SHARE = 0.32
YIELDS = ("cereals", "root_crops", "oilseeds", "maize")
AMENDMENTS = ("fym", "green_manure", "peat", "sawdust", "sludge", "straw")


@dataclass(frozen=True, kw_only=True)
class FrameTrialSet:
    """Humification by stream, rates, stubble and root allometry of one published set."""

    young_rate_per_year: float
    old_rate_per_year: float
    humification: Mapping[str, float]
    shoot_root: Mapping[str, float]
    stubble_share: float
    maize_stubble_share: float
    old_share: float
    yield_offset_t_ha: float
    maize_yield_offset_t_ha: float
    carbon: float


def set_of_symbols(values: Mapping[str, float]) -> FrameTrialSet:
    """Return a set from the symbols of the published table; raises UnknownParameter on a gap."""
    missing = sorted(set(DEFAULT_SYMBOLS) - set(values))
    if missing:
        raise UnknownParameter(f"The set of the frame trial lacks {', '.join(missing)}.")
    return FrameTrialSet(
        young_rate_per_year=values["k1"],
        old_rate_per_year=values["k2"],
        humification={
            "root": values["h_r"],
            "fym": values["h_fym"],
            "peat": values["h_pea"],
            "sawdust": values["h_saw"],
            "sludge": values["h_slu"],
            **dict.fromkeys(("shoot", "green_manure", "straw"), values["h_s"]),
        },
        shoot_root={
            "cereals": values["c"],
            "root_crops": values["rc"],
            "oilseeds": values["o"],
            "maize": values["m"],
        },
        stubble_share=values["st"],
        maize_stubble_share=values["stm"],
        old_share=values["oy"],
        yield_offset_t_ha=values["a"],
        maize_yield_offset_t_ha=values["am"],
        carbon=values["C"],
    )


DEFAULT_SYMBOLS: Mapping[str, float] = {
    "k1": 0.8, "k2": 0.00605, "h_r": 0.35, "h_s": 0.125, "h_fym": 0.27, "h_pea": 0.59,
    "h_saw": 0.25, "h_slu": 0.41, "st": 0.04, "stm": 0.04, "c": 11.0, "rc": 29.49853, "o": 8.0,
    "m": 6.25, "oy": 0.9291667, "a": 0.0, "am": 0.0, "C": 0.45,
}  # fmt: skip
RECALIBRATED_SYMBOLS: Mapping[str, float] = {
    "k1": 0.431, "k2": 0.012, "h_r": 0.276, "h_s": 0.158, "h_fym": 0.338, "h_pea": 0.775,
    "h_saw": 0.293, "h_slu": 0.606, "st": 0.074, "stm": 0.064, "c": 4.103, "rc": 22.068,
    "o": 14.265, "m": 27.047, "oy": 0.965, "a": 0.051, "am": 0.145, "C": 0.498,
}  # fmt: skip
DEFAULT_SET = set_of_symbols(DEFAULT_SYMBOLS)
RECALIBRATED_SET = set_of_symbols(RECALIBRATED_SYMBOLS)


@dataclass(frozen=True, kw_only=True)
class FrameTrialYears:
    """One treatment: yields in t DM and amendments in t C per ha by name, and climate factors.

    has_crop is false for bare fallow, where the yield offset does not apply.
    """

    yields_t_ha: Mapping[str, Sequence[float]]
    amendments_t_ha: Mapping[str, Sequence[float]]
    climate_factor: Sequence[float]
    first_soc_t_ha: float
    has_crop: bool


def frame_trial_inputs(years: FrameTrialYears, numbers: FrameTrialSet) -> dict[str, FloatArray]:
    """Return C in t per ha and year of roots, shoots and each amendment."""
    dry = {name: np.asarray(years.yields_t_ha[name], dtype=np.float64) for name in YIELDS}
    root = np.zeros(len(years.climate_factor))
    for name, amount in dry.items():
        offset = numbers.maize_yield_offset_t_ha if name == "maize" else numbers.yield_offset_t_ha
        grown = amount + (offset if years.has_crop else 0.0)
        share = ROOT_CROP_SHARE if name == "root_crops" else 1.0
        root += grown * share / numbers.shoot_root[name]
    stubble = numbers.maize_stubble_share * dry["maize"] + numbers.stubble_share * (
        dry["cereals"] + dry["root_crops"] + dry["oilseeds"]
    )
    amendments = {
        name: np.asarray(years.amendments_t_ha[name], dtype=np.float64) for name in AMENDMENTS
    }
    return {
        "root": root * EXUDATE_FACTOR * TOPSOIL_SHARE * numbers.carbon,
        "shoot": stubble * numbers.carbon,
    } | amendments


def frame_trial_soc(years: FrameTrialYears, numbers: FrameTrialSet) -> FloatArray:
    """Return topsoil SOC in t per ha of each year, before the inputs of that year."""
    if not years.first_soc_t_ha > 0:
        raise ImpossibleForcing("The first year needs its measured SOC: the run starts from it.")
    sources = {"root": Source.ROOT, "shoot": Source.SHOOT}
    streams = [
        Stream(name=name, source=sources.get(name, Source.MANURE), amount=amount)
        for name, amount in frame_trial_inputs(years, numbers).items()
    ]
    young = years.first_soc_t_ha * (1.0 - numbers.old_share) / 2.0
    start = icbm_start(
        streams,
        young={"root": young, "shoot": young},
        old=years.first_soc_t_ha * numbers.old_share,
    )
    site = icbm_site(
        np.asarray(years.climate_factor),
        arrival=Arrival.PULSE_START_OF_YEAR,
        young_rate_per_year=numbers.young_rate_per_year,
        old_rate_per_year=numbers.old_rate_per_year,
    )
    wish = Wish(record=every(1, max(1, len(years.climate_factor) - 1)))
    result = run_icbm(site, streams, start, humification=numbers.humification, wish=wish)
    return np.asarray(result.soc_t_ha[: len(years.climate_factor), 0, 0])
