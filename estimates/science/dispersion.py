"""Standard deviations and standard errors from what papers print beside a mean.

What a +- stands for decides its size, and what it was taken over (cores, plots, blocks) decides
what it may be compared with: both stay with the number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from scipy.stats import t as student

from estimates.science.errors import ImpossibleOption, NotEnoughData

DispersionType = Literal["SD", "SE", "CI95", "LSD"]
Level = Literal["core", "plot", "block", "site", "year"]
StandsFor = Literal["mean", "unit"]

CONFIDENCE = 0.95


@dataclass(frozen=True, kw_only=True)
class Dispersion:
    """A printed dispersion: its type, the level its n units are of, and its value.

    CI95 is the half-width of a 95 % t interval, LSD the least significant difference at 5 % of
    two means of n units each; degrees_of_freedom are n - 1 unless the source gives those of its
    error term.
    """

    type: DispersionType
    level: Level
    value: float
    n: int
    degrees_of_freedom: float | None = None

    def __post_init__(self) -> None:
        """Refuse what no mean can have."""
        if not self.value >= 0:
            raise ImpossibleOption(f"A dispersion is 0 or above, not {self.value}.")
        if self.n < 2 and self.type != "SD":
            raise NotEnoughData(f"A {self.type} needs two units or more, not {self.n}.")

    def standard_error(self) -> float:
        """Return the standard error of the mean, in the unit of the mean."""
        if self.type == "SD":
            return self.value / math.sqrt(self.n)
        if self.type == "SE":
            return self.value
        quantile = float(student.ppf((1 + CONFIDENCE) / 2, self._freedom()))
        return self.value / quantile / (math.sqrt(2.0) if self.type == "LSD" else 1.0)

    def standard_deviation(self) -> float:
        """Return the standard deviation between units of the level."""
        return self.value if self.type == "SD" else self.standard_error() * math.sqrt(self.n)

    def sd_of(self, stands_for: StandsFor) -> float:
        """Return the spread of a number that stands for the mean of the units, or for one."""
        return self.standard_error() if stands_for == "mean" else self.standard_deviation()

    def _freedom(self) -> float:
        freedom = self.n - 1 if self.degrees_of_freedom is None else self.degrees_of_freedom
        if not freedom > 0:
            raise ImpossibleOption(f"Degrees of freedom are above 0, not {freedom}.")
        return freedom


def printed_dispersion(written: Mapping[str, Any]) -> tuple[Dispersion, StandsFor]:
    """Return a dispersion as parameter sets write it, and what its number stands for.

    Raises ImpossibleOption or NotEnoughData for what no source can print.
    """
    rest = dict(written)
    stands_for = rest.pop("stands_for", "mean")
    for name, value, known in (
        ("type", rest.get("type"), get_args(DispersionType)),
        ("level", rest.get("level"), get_args(Level)),
        ("stands_for", stands_for, get_args(StandsFor)),
    ):
        if value not in known:
            raise ImpossibleOption(f"{name} is one of {', '.join(known)}, not {value!r}.")
    return Dispersion(**rest), stands_for
