"""Small soils, climates and streams, and the reference files where they are at hand."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from estimates.science.soc.rothc import RothcSite
from estimates.science.soc.rothc_moisture import classic_limits
from estimates.science.soc.rothc_rates import Climate, Weather
from estimates.science.soc.streams import Source, Stream, by_column, by_step

REFERENCE = Path(__file__).resolve().parents[4] / "shared" / "reference" / "soc"

# average weather of Rothamsted as in part 2 of the description of RothC 2.0.0
TEMP_C = (3.4, 3.6, 5.1, 7.3, 11.0, 13.9, 16.0, 16.0, 13.5, 10.2, 6.1, 4.6)
RAIN_MM = (74, 59, 62, 51, 52, 57, 34, 55, 58, 56, 75, 71)
PAN_MM = (8, 10, 27, 49, 83, 99, 103, 91, 69, 34, 16, 8)


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a reference file; skips the test where there is none."""
    path = REFERENCE / name
    if not path.exists():
        pytest.skip(f"{path} is not here: the full reference files lie outside the project")
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def column(rows, name) -> np.ndarray:
    """Return a column of numbers."""
    return np.array([float(row[name]) for row in rows])


def worst(found, rows, name) -> float:
    """Return the largest difference of a series (records, 1, 1) from a column."""
    return float(np.abs(np.ravel(found) - column(rows, name)).max())


def climate(
    *,
    temp_c=TEMP_C,
    rain_mm=RAIN_MM,
    pan_evap_mm=PAN_MM,
    is_covered=(True,) * 12,
    clay_pct=23.4,
    depth_cm=23.0,
    deficit_mm=0.0,
    limits=None,
) -> Climate:
    """Return a climate; the average year of Rothamsted under plants unless told otherwise."""
    return Climate(
        weather=Weather(
            temp_c=by_step(temp_c), rain_mm=by_step(rain_mm), pan_evap_mm=by_step(pan_evap_mm)
        ),
        is_covered=by_step(is_covered) != 0,
        limits=limits or classic_limits(by_column(clay_pct), by_column(depth_cm)),
        start_deficit_mm=by_column(deficit_mm),
    )


def site(clay_pct=23.4, **changes) -> RothcSite:
    """Return a site of RothC."""
    return RothcSite(clay_pct=by_column(clay_pct), climate=climate(clay_pct=clay_pct, **changes))


def stream(amount, *, source=Source.SHOOT, name="") -> Stream:
    """Return a stream named after its source."""
    return Stream(name=name or source.value, source=source, amount=np.asarray(amount, dtype=float))


def forcing_climate(rows, *, clay_pct, depth_cm, deficit_mm=0.0, limits=None) -> Climate:
    """Return the climate of a forcing file."""
    return climate(
        temp_c=column(rows, "temp_c"),
        rain_mm=column(rows, "rain_mm"),
        pan_evap_mm=column(rows, "pan_evap_mm"),
        is_covered=column(rows, "plant_cover"),
        clay_pct=clay_pct,
        depth_cm=depth_cm,
        deficit_mm=deficit_mm,
        limits=limits,
    )


def forcing_streams(rows) -> list[Stream]:
    """Return plant C and farmyard manure of a forcing file."""
    return [
        stream(column(rows, "c_input_t_ha"), name="plant"),
        stream(column(rows, "fym_t_ha"), source=Source.MANURE, name="manure"),
    ]
