"""From stands to streams of carbon: how much, from what, when, and how deep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from estimates.science.distributions import Array
from estimates.science.scenarios.describe import MONTHS, Scenario, Stand
from estimates.science.scenarios.draws import Draws

Kind = tuple["Source", str]
"""The source of a stream, and the crop or amendment it comes from."""

Source = Literal["root", "rhizodeposit", "shoot", "manure"]
SOURCES: tuple[Source, ...] = ("root", "rhizodeposit", "shoot", "manure")
BELOW_GROUND: tuple[Source, ...] = ("root", "rhizodeposit")

DEPTH_VARIATION = 0.15
"""Of -ln beta, an assumption: beta and logistic of one crop differ by 6 % of it, varieties and
years by more."""


@dataclass(frozen=True, kw_only=True, eq=False)
class StandCarbon:
    """C inputs of one stand per ha of the ground it covers, in t C per ha and year.

    Roots and rhizodeposits are those of the whole profile; the shoot is what stays on the ground.
    """

    root: Array
    rhizodeposit: Array
    shoot: Array


class InputMethod(Protocol):
    """A way from yield to C inputs, under its name, parameter set and version."""

    @property
    def name(self) -> str:
        """Return the name of the method."""

    @property
    def version(self) -> str:
        """Return the parameter set and its version."""

    def carbon(self, stand: Stand, draws: Draws) -> StandCarbon:
        """Return the inputs of a stand; raises UnknownCrop where the method knows no number."""

    def beta(self, stand: Stand) -> float:
        """Return the crop's own beta."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Stream:
    """Carbon of one source and stand that enters the soil in one year of the rotation.

    months are the shares of the twelve months, together 1. rate_per_cm is -ln beta; without it
    the carbon is all within the topsoil.
    """

    source: Source
    name: str
    year: int
    months: tuple[float, ...]
    amount_t_ha: Array
    rate_per_cm: Array | None = None
    deepest_cm: float | None = None

    @property
    def kind(self) -> Kind:
        """Return its source and what it comes from."""
        return self.source, self.name

    def share_between(self, upper_cm: float, lower_cm: float) -> Array | float:
        """Return the share of the carbon between two depths."""
        return self.share_within(lower_cm) - self.share_within(upper_cm)

    def share_within(self, depth_cm: float) -> Array | float:
        """Return the share of the carbon above a depth."""
        if depth_cm <= 0:
            return 0.0
        if self.rate_per_cm is None:
            return 1.0
        above = -np.expm1(-self.rate_per_cm * depth_cm)
        if self.deepest_cm is None:
            return above
        if depth_cm >= self.deepest_cm:
            return 1.0
        share: Array = above / -np.expm1(-self.rate_per_cm * self.deepest_cm)
        return share


def streams_of(scenario: Scenario, method: InputMethod, draws: Draws) -> tuple[Stream, ...]:
    """Return all carbon that enters the soil in one rotation."""
    streams: list[Stream] = []
    for number, year in enumerate(scenario.years):
        for stand in year.stands:
            streams += _of_stand(stand, number, len(scenario.years), method, draws)
        for item in year.amendments:
            factor = draws.factor(f"amendment {item.kind}", item.variation)
            streams.append(
                Stream(
                    source="manure",
                    name=item.kind,
                    year=number,
                    months=_all_in(item.month),
                    amount_t_ha=item.carbon_t_ha * factor,
                )
            )
    return tuple(streams)


def yearly_input(
    streams: Sequence[Stream], *, years: int, size: int, sources: Sequence[Source] = SOURCES
) -> Array:
    """Return the mean C input in t C per ha and year, of the whole profile."""
    total = np.zeros(size)
    for stream in streams:
        if stream.source in sources:
            total += stream.amount_t_ha
    return total / years


def carbon_of(stand: Stand, method: InputMethod, draws: Draws) -> StandCarbon:
    """Return the inputs of a stand per ha of ground: stated ones, or those of the method."""
    if stand.stated is not None:
        factor = draws.factor(f"stated input {stand.crop}", stand.stated.variation)
        carbon = StandCarbon(
            root=stand.stated.root_t_ha * factor,
            rhizodeposit=stand.stated.rhizodeposit_t_ha * factor,
            shoot=stand.stated.shoot_t_ha * factor,
        )
    else:
        carbon = method.carbon(stand, draws)
    more = stand.root_factor * draws.factor(
        f"root factor {stand.variety or stand.crop}", stand.root_factor_variation
    )
    ground = stand.ground_share
    return StandCarbon(
        root=carbon.root * more * ground,
        rhizodeposit=carbon.rhizodeposit * more * ground,
        shoot=carbon.shoot * ground,
    )


def _of_stand(
    stand: Stand, number: int, length: int, method: InputMethod, draws: Draws
) -> list[Stream]:
    carbon = carbon_of(stand, method, draws)
    beta = method.beta(stand) if stand.beta is None else stand.beta
    rate = -np.log(beta) * draws.factor("rooting depth", DEPTH_VARIATION)
    at_the_end = _all_in(stand.last_month)
    root = Stream(
        source="root",
        name=stand.crop,
        year=number,
        months=at_the_end,
        amount_t_ha=carbon.root,
        rate_per_cm=rate,
        deepest_cm=stand.deepest_cm,
    )
    shoot = Stream(
        source="shoot",
        name=stand.crop,
        year=number,
        months=at_the_end,
        amount_t_ha=carbon.shoot,
    )
    while_growing = [
        Stream(
            source="rhizodeposit",
            name=stand.crop,
            year=(number + shift) % length,
            months=months,
            amount_t_ha=carbon.rhizodeposit * share,
            rate_per_cm=rate,
            deepest_cm=stand.deepest_cm,
        )
        for shift, share, months in _growing(stand)
    ]
    return [root, shoot, *while_growing]


def _growing(stand: Stand) -> list[tuple[int, float, tuple[float, ...]]]:
    """Return calendar year, share of the growth and months, for each calendar year it grows in."""
    found = []
    for shift in (-1, 0):
        months = [month for year, month in stand.months if year == shift]
        if months:
            even = tuple(1.0 / len(months) * (m in months) for m in range(1, MONTHS + 1))
            found.append((shift, len(months) / len(stand.months), even))
    return found


def _all_in(month: int) -> tuple[float, ...]:
    return tuple(float(number == month) for number in range(1, MONTHS + 1))
