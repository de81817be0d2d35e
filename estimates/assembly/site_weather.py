"""The weather of a site as contrasts need it: whole years from monthly rows, nothing guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from estimates.science.errors import NotEnoughData
from estimates.science.scenarios.describe import MONTHS, Weather
from estimates.science.soc.weather import pan_from_pet, thornthwaite_pet_mm
from sampling.models import Site, WeatherMonth

PAN = "pan"
THORNTHWAITE = "Thornthwaite 1948, over 0.75"
MOST_NAMED = 6
Months = Mapping[tuple[int, int], WeatherMonth]


def site_weather(site: Site, options: Mapping[str, Any]) -> Weather:
    """Return every year from the first to the last, or those the options choose.

    Evaporation that a month lacks is reckoned for the whole series by a stated method. Raises
    NotEnoughData with the months that are missing.
    """
    rows = _rows(site, options)
    years = sorted({year for year, _ in rows})
    wanted = [
        (year, month) for year in range(years[0], years[-1] + 1) for month in range(1, MONTHS + 1)
    ]
    missing = [f"{year}-{month:02d}" for year, month in wanted if (year, month) not in rows]
    if missing:
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        raise NotEnoughData(
            f"Site {site} has no weather of {', '.join(missing[:MOST_NAMED])}{more}: load it, or "
            "order whole years with weather_from_year and weather_to_year."
        )
    series = [rows[when] for when in wanted]
    pan, method = _evaporation(site, series)
    return Weather(
        temperature_c=tuple(row.mean_temperature_c for row in series),
        rain_mm=tuple(row.rain_mm for row in series),
        pan_evaporation_mm=pan,
        evaporation_method=method,
        source="; ".join(sorted({row.source for row in series})),
        first_year=years[0],
        order=options.get("weather_order", "repeat"),
    )


def _rows(site: Site, options: Mapping[str, Any]) -> Months:
    found = WeatherMonth.objects.filter(
        site=site,
        year__gte=options.get("weather_from_year", 0),
        year__lte=options.get("weather_to_year", 9999),
    )
    rows = {(row.year, row.month): row for row in found.order_by("year", "month")}
    if not rows:
        raise NotEnoughData(f"Site {site} has no weather of these years: load whole years.")
    return rows


def _evaporation(site: Site, series: Sequence[WeatherMonth]) -> tuple[tuple[float, ...], str]:
    """Return open-pan evaporation by month, measured or by a stated method."""
    values = [row.evaporation_mm for row in series if row.evaporation_mm is not None]
    if len(values) == len(series):
        methods = sorted({row.evaporation_method for row in series})
        if all(PAN in method.lower() for method in methods):
            return tuple(values), "open pan"
        named = ", ".join(method or "evapotranspiration" for method in methods)
        return _series(pan_from_pet(values)), f"{named}, over 0.75"
    if site.latitude is None:
        raise NotEnoughData(
            f"Site {site} lacks evaporation in some month, and has no latitude to reckon it from."
        )
    temperature = [row.mean_temperature_c for row in series]
    pet = thornthwaite_pet_mm(temperature, latitude_deg=site.latitude)
    return _series(pan_from_pet(pet)), THORNTHWAITE


def _series(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values.ravel())
