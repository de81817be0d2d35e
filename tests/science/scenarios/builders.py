"""Scenarios, a method and a model small enough to work out by hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from estimates.science.distributions import Lognormal
from estimates.science.parameters import load_parameter_set
from estimates.science.scenarios.describe import Scenario, Site, Soil, Stand, Weather, Year
from estimates.science.scenarios.evaluate import Question
from estimates.science.scenarios.stock import PreparedModel, YearMap
from estimates.science.scenarios.streams import StandCarbon

ROOT = Path(__file__).resolve().parents[3]
PARAMETERS = ROOT / "estimates" / "parameter_sets" / "yield_allometry_2026_1.json"

# Mean weather of Rothamsted as printed with Hoosfield in the description of RothC-26.3 and 2.0.0
# (Coleman & Jenkinson; Electronic Rothamsted Archive, CC BY 4.0).
ROTHAMSTED = Weather(
    temperature_c=(3.4, 3.6, 5.1, 7.3, 11.0, 13.9, 16.0, 16.0, 13.5, 10.2, 6.1, 4.6),
    rain_mm=(74, 59, 62, 51, 52, 57, 34, 55, 58, 56, 75, 71),
    pan_evaporation_mm=(8, 10, 27, 49, 83, 99, 103, 91, 69, 34, 16, 8),
)
HOOSFIELD = Soil(
    clay_percent=23.4, sand_percent=20.0, soc_t_ha=40.0, soc_variation=0.1, stock_depth_cm=23.0
)
SITE = Site(name="Hoosfield", soil=HOOSFIELD, weather=ROTHAMSTED)


def wheat(**others):
    given = {"crop": "winter wheat", "yield_t_ha": 6.0, "first_month": 10, "last_month": 8}
    return Stand(**{**given, **others})


def scenario(*years, name="baseline"):
    return Scenario(name=name, years=years)


def of_stands(*stands, name="baseline"):
    return scenario(Year(stands=stands), name=name)


def question(baseline, intervention, **others):
    given = {"site": SITE, "draws": 400, "seed": 7}
    return Question(baseline=baseline, intervention=intervention, **{**given, **others})


@cache
def allometry():
    """Return the parameter set of yield allometry as it ships."""
    return load_parameter_set(PARAMETERS.read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class Proportional:
    """Roots are a share of the yield, rhizodeposits and shoots too."""

    name: str = "proportional"
    version: str = "1"
    root: float = 0.2
    gsd: float = 1.2

    def carbon(self, stand, draws):
        ratio = draws.of("root ratio", Lognormal(median=self.root, gsd=self.gsd))
        crop = stand.yield_t_ha * draws.factor(f"yield of {stand.crop}", stand.yield_variation)
        return StandCarbon(
            root=crop * ratio,
            rhizodeposit=crop * ratio * 0.5,
            shoot=crop * 0.4 * stand.residues_returned,
        )

    def beta(self, stand):
        return 0.96


@dataclass(frozen=True, kw_only=True)
class OnePool:
    """Every year a share of the pool is left; a tonne that enters counts whole at its end."""

    name: str = "one pool"
    version: str = "1"
    kept: float = 0.95
    gsd: float = 1.001
    depth_cm: float = 30.0
    inert_t_ha: float = 0.0

    def prepare(self, setting, scenario):
        rate = Lognormal(median=1 - self.kept, gsd=self.gsd)
        loss = setting.draws.of(f"rate of {self.name}", rate)
        one = YearMap(
            step=(1.0 - loss)[:, None, None],
            entries={kind: [np.ones((1, 1, 1))] for kind in setting.kinds},
        )
        return PreparedModel(
            maps=[one] * len(scenario.years),
            layers=[(0.0, self.depth_cm)],
            counted=np.ones(1),
            measured=np.ones(1),
            adjusted=np.ones(1),
            inert_t_ha=np.full(1, self.inert_t_ha),
        )
