"""A site with weather and two scenarios, as rows.

Mean weather of Rothamsted as printed with Hoosfield in the description of RothC-26.3 and 2.0.0
(Coleman & Jenkinson; Electronic Rothamsted Archive, CC BY 4.0).
"""

from __future__ import annotations

from typing import Any

from estimates.models import Contrast, ContrastRun, Scenario
from estimates.orders.scenarios import ContrastWish, Draft, create_scenario, order_contrast
from estimates.runs.contrasts import complete_contrast
from sampling.models import Project, Site, User, WeatherMonth
from tests.estimates.trial import change
from tests.people import FRIDAY

TEMPERATURE_C = (3.4, 3.6, 5.1, 7.3, 11.0, 13.9, 16.0, 16.0, 13.5, 10.2, 6.1, 4.6)
RAIN_MM = (74, 59, 62, 51, 52, 57, 34, 55, 58, 56, 75, 71)
PAN_MM = (8, 10, 27, 49, 83, 99, 103, 91, 69, 34, 16, 8)

WHEAT = {"crop": "winter wheat", "yield_t_ha": 6.0, "first_month": 10, "last_month": 8}
BASELINE: dict[str, Any] = {"years": [{"stands": [WHEAT]}]}
ROOTY: dict[str, Any] = {
    "years": [{"stands": [{**WHEAT, "variety": "deep", "root_factor": 1.216}]}]
}
OPTIONS = {"soc_t_ha": 40.0, "draws": 200}


def furnish(site: Site) -> Site:
    """Give a site its texture and its weather."""
    change(site, clay_percent=23.4, sand_percent=20.0, ph=7.0, latitude=51.8, longitude=-0.4)
    WeatherMonth.objects.bulk_create(
        WeatherMonth(
            site=site,
            year=2000,
            month=month,
            mean_temperature_c=TEMPERATURE_C[month - 1],
            rain_mm=RAIN_MM[month - 1],
            evaporation_mm=PAN_MM[month - 1],
            evaporation_method="open pan",
            source="Rothamsted means",
        )
        for month in range(1, 13)
    )
    return site


def write(project: Project, author: User, name: str, document: dict[str, Any]) -> Scenario:
    """Store a scenario."""
    intervention = "baseline" if name == "as it is" else "variety"
    draft = Draft(name=name, intervention=intervention, document=document)
    return create_scenario(project, draft, created_by=author, now=FRIDAY)


def ask(site: Site, analyst: User, **others: Any) -> Contrast:
    """Order a contrast between the usual and a deep-rooting variety."""
    project = site.project
    wish = {
        "site": site.pk,
        "baseline": write(project, analyst, "as it is", BASELINE).pk,
        "intervention": write(project, analyst, "deep roots", ROOTY).pk,
        "methods": ["bolinder_2007", "amg_v2"],
        "soil_models": ["rothc", "icbm"],
        "options": OPTIONS,
        "seed": 3,
    }
    return order_contrast(
        project, ContrastWish(**{**wish, **others}), ordered_by=analyst, now=FRIDAY
    )


def carry_out(contrast: Contrast) -> ContrastRun:
    """Carry out the waiting run of a contrast in this process and return it."""
    run = ContrastRun.objects.active().get(contrast=contrast)
    assert complete_contrast(run.pk, worker="here")
    run.refresh_from_db()
    return run
