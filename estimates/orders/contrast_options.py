"""What a contrast may be asked with, as plain data: a web process does not load the science."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimates.errors import OrderRefused

INPUT_METHODS = (
    "bolinder_2007",
    "harvest_index",
    "fixed_root_c",
    "amg_v2",
    "ipcc_2019_tier1",
    "ipcc_2019_tier2",
)
SOIL_MODELS = (
    "rothc",
    "rothc_root_hum",
    "rothc_two_layers",
    "icbm",
    "amg",
    "ipcc_tier2_soc",
)
HORIZONS_YEARS = (20, 50)
LEAST_DRAWS, MOST_DRAWS = 200, 20_000

OPTIONS: Mapping[str, tuple[float, float]] = {
    "soc_t_ha": (0.1, 1000),
    "soc_variation": (0, 2),
    "stock_depth_cm": (5, 100),
    "clay_percent": (0, 100),
    "sand_percent": (0, 100),
    "ph": (2, 12),
    "carbonate_g_kg": (0, 1000),
    "c_to_n": (1, 100),
    "icbm_climate_factor": (0.05, 10),
    "draws": (LEAST_DRAWS, MOST_DRAWS),
    "weather_from_year": (1600, 2300),
    "weather_to_year": (1600, 2300),
}
"""Each a number between two limits; those that the rows of the site hold may be left out."""

WORDS: Mapping[str, tuple[str, ...]] = {"weather_order": ("repeat", "bootstrap")}
WHOLE = ("draws", "weather_from_year", "weather_to_year")

NEEDED = ("soc_t_ha",)


def checked_contrast_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options; raises OrderRefused with every problem."""
    problems = [
        *(
            _problem(name, f"{name} is needed: the stock to start from.")
            for name in NEEDED
            if name not in options
        ),
        *(problem for name, value in options.items() if (problem := _wrong(name, value))),
    ]
    if problems:
        raise OrderRefused(problems[0]["detail"], problems=problems)
    return dict(options)


def refused(pointer: str, detail: str) -> OrderRefused:
    """Return a refusal that names the part of the order it is about."""
    return OrderRefused(
        detail, problems=[{"pointer": pointer, "code": "invalid", "detail": detail}]
    )


def _wrong(name: str, value: Any) -> dict[str, str] | None:
    if name in WORDS:
        known = WORDS[name]
        return None if value in known else _problem(name, f"{name} is {' or '.join(known)}.")
    limits = OPTIONS.get(name)
    if limits is None:
        options = ", ".join((*OPTIONS, *WORDS))
        return _problem(name, f"{name} is no option; the options are: {options}.")
    kind = int if name in WHOLE else int | float
    if isinstance(value, bool) or not isinstance(value, kind):
        return _problem(name, f"{name} is a {'whole ' if name in WHOLE else ''}number.")
    if not limits[0] <= value <= limits[1]:
        return _problem(name, f"{name} is {limits[0]:g} to {limits[1]:g}.")
    return None


def _problem(name: str, detail: str) -> dict[str, str]:
    return {"pointer": f"/options/{name}", "code": "invalid", "detail": detail}
