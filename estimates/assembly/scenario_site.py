"""A site as contrasts need it: soil and the weather of its years, from rows and options."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count, Sum

from estimates.assembly.site_weather import site_weather
from estimates.science.errors import NotEnoughData
from estimates.science.scenarios.describe import Site as SiteFacts
from estimates.science.scenarios.describe import Soil
from sampling.models import Site, WeatherMonth

SOIL_DEFAULTS: Mapping[str, float] = {
    "ph": 7.0,
    "carbonate_g_kg": 0.0,
    "c_to_n": 10.0,
    "stock_depth_cm": 30.0,
    "soc_variation": 0.1,
}


def site_facts(site: Site, options: Mapping[str, Any]) -> SiteFacts:
    """Return the facts of a site; an option says what the rows do not, and goes before them.

    Raises NotEnoughData where texture or weather are missing, ImpossibleScenario for facts that
    contradict each other.
    """
    soil: dict[str, float] = {
        "clay_percent": _number(options, "clay_percent", site.clay_percent, site),
        "sand_percent": _number(options, "sand_percent", site.sand_percent, site),
        "soc_t_ha": float(options["soc_t_ha"]),
    }
    rows = {"ph": site.ph}
    for name, default in SOIL_DEFAULTS.items():
        known = rows.get(name)
        soil[name] = float(options.get(name, default if known is None else known))
    factor = options.get("icbm_climate_factor")
    return SiteFacts(
        name=str(site),
        soil=Soil(**soil, icbm_climate_factor=None if factor is None else float(factor)),
        weather=site_weather(site, options),
    )


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
