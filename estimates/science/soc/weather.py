"""Monthly weather for soil models: what to do when nobody measured open-pan evaporation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from estimates.science.errors import ImpossibleForcing, NotEnoughData
from estimates.science.soc.engine import FloatArray
from estimates.science.soc.rothc_moisture import PAN_FACTOR
from estimates.science.soc.streams import MONTHS, by_step

DAYS_OF_MONTH = (31.0, 28.25, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0)
MIDDLE_DAYS = (15, 46, 75, 105, 135, 162, 198, 228, 258, 288, 318, 344)
HOT_C = 26.5
HOURS_PER_RADIAN = 24.0 / math.pi


def pan_from_pet(pet_mm: ArrayLike) -> FloatArray:
    """Return open-pan evaporation in mm from potential evapotranspiration: PET / 0.75.

    RothC takes 0.75 of pan evaporation as evapotranspiration (Coleman & Jenkinson 1996,
    doi:10.1007/978-3-642-61094-3_17), so a series of PET is divided by it first. An energy
    balance can be a little below 0 in winter, and is taken as it is.
    """
    pet = by_step(pet_mm)
    if not np.isfinite(pet).all():
        raise ImpossibleForcing("Evapotranspiration has a gap: every month needs its number.")
    return np.asarray(pet / PAN_FACTOR)


def thornthwaite_pet_mm(temp_c: ArrayLike, *, latitude_deg: float) -> FloatArray:
    """Return potential evapotranspiration in mm per month from monthly mean temperature.

    Thornthwaite 1948, doi:10.2307/210739: 16 (10 T / I)^a mm in a month of 30 days of 12 hours,
    with the heat index I of the mean year of the series; above 26.5 degrees by the parabola of
    Willmott, Rowe & Mintz 1985, doi:10.1002/joc.3370050602. It knows neither wind nor humidity
    and is poor in dry climates; measured evaporation is better. Needs whole years.
    """
    temp = by_step(temp_c)
    if len(temp) % MONTHS or not len(temp):
        raise NotEnoughData("Thornthwaite's method needs whole years of monthly temperature.")
    warm = np.maximum(temp, 0.0)
    years = len(temp) // MONTHS
    mean_year = warm.reshape(years, MONTHS, *temp.shape[1:]).mean(axis=0)
    index = ((mean_year / 5.0) ** 1.514).sum(axis=0)
    power = 6.75e-7 * index**3 - 7.71e-5 * index**2 + 1.792e-2 * index + 0.49239
    safe = np.where(index > 0, index, 1.0)
    plain = 16.0 * (10.0 * warm / safe) ** power
    hot = -415.85 + 32.24 * temp - 0.43 * temp**2
    standard = np.where(temp >= HOT_C, hot, np.where(index > 0, plain, 0.0))
    hours = daylight_hours(latitude_deg)
    length = [hour / 12.0 * days / 30.0 for hour, days in zip(hours, DAYS_OF_MONTH, strict=True)]
    return np.asarray(standard * np.tile(length, years)[:, None, None])


def daylight_hours(latitude_deg: float) -> Sequence[float]:
    """Return hours of daylight in the middle of each month: 24 / pi times the sunset angle.

    Declination 0.409 sin(2 pi J / 365 - 1.39), Allen et al. 1998 (FAO 56), equations 24 and 34.
    """
    if not -90.0 <= latitude_deg <= 90.0:
        raise ImpossibleForcing("A latitude lies between -90 and 90 degrees.")
    latitude = math.radians(latitude_deg)
    hours = []
    for day in MIDDLE_DAYS:
        declination = 0.409 * math.sin(2.0 * math.pi * day / 365.0 - 1.39)
        cosine = -math.tan(latitude) * math.tan(declination)
        hours.append(HOURS_PER_RADIAN * math.acos(max(-1.0, min(1.0, cosine))))
    return hours
