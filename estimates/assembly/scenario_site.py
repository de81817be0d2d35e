"""A site as contrasts need it: soil and the mean weather of its months, from rows and options."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Avg, Count, Sum

from estimates.science.errors import NotEnoughData
from estimates.science.scenarios.describe import MONTHS, Soil, Weather
from estimates.science.scenarios.describe import Site as SiteFacts
from estimates.science.soc.weather import pan_from_pet, thornthwaite_pet_mm
from sampling.models import Site, WeatherMonth

PAN = "pan"
THORNTHWAITE = "Thornthwaite 1948, over 0.75"

SOIL_DEFAULTS: Mapping[str, float] = {
    "ph": 7.0,
    "carbonate_g_kg": 0.0,
    "c_to_n": 10.0,
    "stock_depth_cm": 30.0,
    "soc_variation": 0.1,
    "icbm_climate_factor": 1.0,
}


def site_facts(site: Site, options: Mapping[str, Any]) -> SiteFacts:
    """Return the facts of a site; an option says what the rows do not, and goes before them.

    Raises NotEnoughData where texture or weather are missing, ImpossibleScenario for facts that
    contradict each other.
    """
    soil = {
        "clay_percent": _number(options, "clay_percent", site.clay_percent, site),
        "sand_percent": _number(options, "sand_percent", site.sand_percent, site),
        "soc_t_ha": float(options["soc_t_ha"]),
    }
    rows = {"ph": site.ph}
    for name, default in SOIL_DEFAULTS.items():
        known = rows.get(name)
        soil[name] = float(options.get(name, default if known is None else known))
    return SiteFacts(name=str(site), soil=Soil(**soil), weather=_weather(site))


def site_marks(sites: Collection[uuid.UUID]) -> dict[uuid.UUID, list[float]]:
    """Return for each site what changes when its row or its weather does, in two queries."""
    revisions = dict(Site.objects.filter(pk__in=sites).values_list("pk", "revision"))
    weather = {
        row["site"]: [
            float(row[name] or 0) for name in ("months", "temperature", "rain", "evaporation")
        ]
        for row in WeatherMonth.objects.filter(site__in=sites)
        .values("site")
        .annotate(
            months=Count("pk"),
            temperature=Sum("mean_temperature_c"),
            rain=Sum("rain_mm"),
            evaporation=Sum("evaporation_mm"),
        )
        .order_by()
    }
    return {pk: [float(revision), *weather.get(pk, [])] for pk, revision in revisions.items()}


def _number(options: Mapping[str, Any], name: str, known: float | None, site: Site) -> float:
    value = options.get(name, known)
    if value is None:
        word = name.removesuffix("_percent")
        raise NotEnoughData(f"Site {site} has no {word}: enter its texture, or give {name}.")
    return float(value)


def _weather(site: Site) -> Weather:
    rows = {
        row["month"]: row
        for row in WeatherMonth.objects.filter(site=site)
        .values("month")
        .annotate(
            temperature=Avg("mean_temperature_c"),
            rain=Avg("rain_mm"),
            evaporation=Avg("evaporation_mm"),
            measured=Count("evaporation_mm"),
        )
        .order_by("month")
    }
    missing = [str(month) for month in range(1, MONTHS + 1) if month not in rows]
    if missing:
        raise NotEnoughData(
            f"Site {site} has no weather of month {', '.join(missing)}: load all twelve."
        )
    temperature = [float(rows[month]["temperature"]) for month in range(1, MONTHS + 1)]
    pan, method = _evaporation(site, rows, temperature)
    sources = WeatherMonth.objects.filter(site=site).values_list("source", flat=True)
    return Weather(
        temperature_c=tuple(temperature),
        rain_mm=tuple(float(rows[month]["rain"]) for month in range(1, MONTHS + 1)),
        pan_evaporation_mm=pan,
        evaporation_method=method,
        source="; ".join(sorted(set(sources.order_by().distinct()))),
    )


def _evaporation(
    site: Site, rows: Mapping[int, Mapping[str, Any]], temperature: Sequence[float]
) -> tuple[tuple[float, ...], str]:
    """Return open-pan evaporation by month, measured or by a stated method."""
    if all(row["measured"] for row in rows.values()):
        known = WeatherMonth.objects.filter(site=site, evaporation_mm__isnull=False)
        methods = sorted(set(known.order_by().values_list("evaporation_method", flat=True)))
        values = [float(rows[month]["evaporation"]) for month in range(1, MONTHS + 1)]
        if all(PAN in method.lower() for method in methods):
            return tuple(values), "open pan"
        named = ", ".join(method or "evapotranspiration" for method in methods)
        return _series(pan_from_pet(values)), f"{named}, over 0.75"
    if site.latitude is None:
        raise NotEnoughData(
            f"Site {site} lacks evaporation in some month, and has no latitude to reckon it from."
        )
    pet = thornthwaite_pet_mm(list(temperature), latitude_deg=site.latitude)
    return _series(pan_from_pet(pet)), THORNTHWAITE


def _series(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values.ravel())
