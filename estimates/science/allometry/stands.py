"""What the yield methods are given: a stand with its harvest, in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from estimates.science.errors import ImpossibleOption

StandKind = Literal["main", "cover", "grass"]

GREATEST_YIELD_T_HA = 100.0


@dataclass(frozen=True, kw_only=True)
class YieldStand:
    """One crop of one year, or its part in a mixture.

    The yield is dry matter in t per ha of what was harvested or, of a cover crop, its whole
    shoot; fresh_yield_t_ha is one whose moisture nobody recorded, of use to no method. share is
    the part of the plot the stand counts for. What is given instead of a coefficient
    of a table (harvest_index and shoot_root by mass, deposition_ratio of C) takes its place in
    the methods that use it.
    """

    crop: str
    kind: StandKind = "main"
    share: float = 1.0
    yield_t_ha: float | None = None
    fresh_yield_t_ha: float | None = None
    yield_cv: float | None = None
    duration_days: float | None = None
    season_water_mm: float | None = None
    renewal_years: float | None = None
    harvest_index: float | None = None
    shoot_root: float | None = None
    deposition_ratio: float | None = None

    def check(self) -> None:
        """Raise ImpossibleOption for what no stand can be."""
        self._check("share", lowest=0.0, highest=1.0)
        self._check("yield_t_ha", lowest=0.0, highest=GREATEST_YIELD_T_HA)
        self._check("yield_cv", lowest=0.0, highest=1.0)
        self._check("duration_days", lowest=0.0, highest=1000.0)
        self._check("season_water_mm", lowest=0.0, highest=9000.0)
        self._check("renewal_years", lowest=1.0, highest=100.0)
        self._check("harvest_index", lowest=0.01, highest=1.0)
        self._check("shoot_root", lowest=0.05, highest=200.0)
        self._check("deposition_ratio", lowest=0.0, highest=5.0)

    def _check(self, name: str, *, lowest: float, highest: float) -> None:
        value = getattr(self, name)
        if value is not None and not lowest <= value <= highest:
            raise ImpossibleOption(
                f"{name} is {value}: it must lie from {lowest:g} to {highest:g}."
            )
