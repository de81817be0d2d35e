"""What the worked study asks: winter wheat with and without a deep-rooting cover crop.

The weather and the clay are those printed with Hoosfield, Rothamsted, in the description of
RothC-26.3 and 2.0.0 (Coleman & Jenkinson); the stock at the start is that of Broadbalk in 1843
(Electronic Rothamsted Archive, doi:10.23637/KeyRefOABKsoc-02, CC BY 4.0).
"""

from __future__ import annotations

from estimates.science.scenarios.describe import (
    Scenario,
    Site,
    Soil,
    Stand,
    Weather,
    Year,
)
from estimates.science.scenarios.evaluate import Question

SEED = 2026
DRAWS = 2_000

SITE = Site(
    name="Rothamsted-like",
    soil=Soil(
        clay_percent=23.4,
        sand_percent=15.0,
        soc_t_ha=28.8,
        soc_variation=0.1,
        stock_depth_cm=23.0,
        ph=7.5,
        carbonate_g_kg=0.0,
        c_to_n=10.0,
        icbm_climate_factor=1.0,
    ),
    weather=Weather(
        temperature_c=(3.4, 3.6, 5.1, 7.3, 11.0, 13.9, 16.0, 16.0, 13.5, 10.2, 6.1, 4.6),
        rain_mm=(74.0, 59.0, 62.0, 51.0, 52.0, 57.0, 34.0, 55.0, 58.0, 56.0, 75.0, 71.0),
        pan_evaporation_mm=(8.0, 10.0, 27.0, 49.0, 83.0, 99.0, 103.0, 91.0, 69.0, 34.0, 16.0, 8.0),
        source="Rothamsted means, Electronic Rothamsted Archive, CC BY 4.0",
    ),
)

WHEAT = Stand(
    crop="winter wheat",
    yield_t_ha=6.0,
    yield_variation=0.1,
    residues_returned=0.5,
    first_month=10,
    last_month=8,
)
BARLEY = Stand(
    crop="spring barley",
    yield_t_ha=5.0,
    yield_variation=0.1,
    residues_returned=0.5,
    first_month=3,
    last_month=8,
)
RADISH = Stand(
    crop="radish",
    use="cover",
    yield_t_ha=2.5,
    yield_variation=0.3,
    beta=0.975,
    first_month=9,
    last_month=2,
)

WITHOUT = Scenario(
    name="winter wheat, spring barley", years=(Year(stands=(WHEAT,)), Year(stands=(BARLEY,)))
)
WITH = Scenario(
    name="with a cover crop between",
    years=(Year(stands=(WHEAT,)), Year(stands=(RADISH, BARLEY))),
)


def question(*, draws: int = DRAWS, seed: int = SEED) -> Question:
    """Return the question of the study."""
    return Question(site=SITE, baseline=WITHOUT, intervention=WITH, seed=seed, draws=draws)
