"""How much ground each core stands for: weights that sum to 1.

A scheme sees the cores of one plot as `Spot`s and answers one weight per core, in their order.
Several cores at the same place share its weight equally.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from estimates.science.errors import NotEnoughData, UnknownPosition

CM2_PER_M2 = 10_000.0


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a core stood: a named position, a distance in m to the row or tree, or both."""

    position: str | None = None
    distance_m: float | None = None


class PositionScheme(Protocol):
    """A rule that says which share of the ground a place stands for."""

    def places(self, spots: Sequence[Spot]) -> tuple[str | float, ...]:
        """Return the place of each core; cores of equal place are replicates."""

    def weights(self, spots: Sequence[Spot]) -> tuple[float, ...]:
        """Return the weight of each core; the weights sum to 1."""


@dataclass(frozen=True, kw_only=True)
class EqualPositions:
    """Every core counts the same: broadcast crops, grass, rows of 15 cm or less."""

    def places(self, spots: Sequence[Spot]) -> tuple[str | float, ...]:
        """Return one place for all."""
        return ("anywhere",) * len(spots)

    def weights(self, spots: Sequence[Spot]) -> tuple[float, ...]:
        """Return 1 / number of cores for each."""
        return _shared(self.places(spots), {"anywhere": 1.0})


@dataclass(frozen=True, kw_only=True)
class RowStrip:
    """Cores in the row and between rows; the row stands for a strip of the row distance.

    Without a strip each of the two stands for half the ground: an assumption.
    """

    row_distance_cm: float
    strip_cm: float | None = None

    def places(self, spots: Sequence[Spot]) -> tuple[str | float, ...]:
        """Return "row" or "mid_row" for each core."""
        return _named(spots, ("row", "mid_row"))

    def weights(self, spots: Sequence[Spot]) -> tuple[float, ...]:
        """Return strip / row distance for the row, the rest for the mid-row."""
        row = 0.5 if self.strip_cm is None else self.strip_cm / self.row_distance_cm
        if not 0 < row < 1:
            raise UnknownPosition(
                f"A strip of {self.strip_cm} cm does not fit rows {self.row_distance_cm} cm apart."
            )
        return _shared(self.places(spots), {"row": row, "mid_row": 1.0 - row})


@dataclass(frozen=True, kw_only=True)
class PlantCentred:
    """Cores centred on plants and between them; a plant stands for density x core area."""

    plants_per_m2: float
    core_area_cm2: float

    def places(self, spots: Sequence[Spot]) -> tuple[str | float, ...]:
        """Return "plant" or "between" for each core."""
        return _named(spots, ("plant", "between"))

    def weights(self, spots: Sequence[Spot]) -> tuple[float, ...]:
        """Return plants per m2 x core area for the plants, the rest for the ground between."""
        plant = self.plants_per_m2 * self.core_area_cm2 / CM2_PER_M2
        if not 0 < plant < 1:
            raise UnknownPosition(
                f"{self.plants_per_m2} plants per m2 under cores of {self.core_area_cm2} cm2 "
                "cover no ground, or more ground than there is."
            )
        return _shared(self.places(spots), {"plant": plant, "between": 1.0 - plant})


@dataclass(frozen=True, kw_only=True)
class Transect:
    """Cores on a line from one row to the next, first and last in a row: the trapezoid rule.

    Four equidistant cores weigh 1/6, 1/3, 1/3, 1/6 (layout of Frasier et al. 2016,
    doi:10.1016/j.mex.2016.08.002).
    """

    def places(self, spots: Sequence[Spot]) -> tuple[str | float, ...]:
        """Return the distance of each core."""
        return _distances(spots)

    def weights(self, spots: Sequence[Spot]) -> tuple[float, ...]:
        """Return half the way to both neighbours over the whole way."""
        places = _distances(spots)
        line = sorted(set(places))
        if len(line) < 2:
            raise NotEnoughData("A transect needs cores at two distances or more.")
        ends = [line[0], *line, line[-1]]
        reach = {
            here: (after - before) / (2.0 * (line[-1] - line[0]))
            for before, here, after in zip(ends, line, ends[2:], strict=False)
        }
        return _shared(places, reach)


@dataclass(frozen=True, kw_only=True)
class TreeRows:
    """Cores at distances from a straight tree row: each stands for its band of the half alley."""

    half_alley_m: float

    def places(self, spots: Sequence[Spot]) -> tuple[str | float, ...]:
        """Return the distance of each core."""
        return _distances(spots)

    def weights(self, spots: Sequence[Spot]) -> tuple[float, ...]:
        """Return band width / half alley; bands meet half way between distances."""
        places = _distances(spots)
        bands = _bands(places, self.half_alley_m)
        return _shared(
            places,
            {at: (outer - inner) / self.half_alley_m for at, (inner, outer) in bands.items()},
        )


@dataclass(frozen=True, kw_only=True)
class SingleTree:
    """Cores at distances from one tree: each stands for its ring of the circle."""

    radius_m: float

    def places(self, spots: Sequence[Spot]) -> tuple[str | float, ...]:
        """Return the distance of each core."""
        return _distances(spots)

    def weights(self, spots: Sequence[Spot]) -> tuple[float, ...]:
        """Return ring area / circle area; rings meet half way between distances."""
        places = _distances(spots)
        bands = _bands(places, self.radius_m)
        return _shared(
            places,
            {at: (outer**2 - inner**2) / self.radius_m**2 for at, (inner, outer) in bands.items()},
        )


def _named(spots: Sequence[Spot], names: tuple[str, str]) -> tuple[str, ...]:
    places: list[str] = []
    for spot in spots:
        if spot.position not in names:
            raise UnknownPosition(
                f"Position {spot.position!r} is not one of {names[0]!r} and {names[1]!r}."
            )
        places.append(spot.position)
    missing = set(names) - set(places)
    if missing:
        raise NotEnoughData(f"No core stands at {missing.pop()!r}: its ground has no value.")
    return tuple(places)


def _distances(spots: Sequence[Spot]) -> tuple[float, ...]:
    places = []
    for spot in spots:
        if spot.distance_m is None or spot.distance_m < 0:
            raise UnknownPosition("Every core of this position scheme needs a distance in m.")
        places.append(spot.distance_m)
    return tuple(places)


def _bands(distances_m: Sequence[float], outer_m: float) -> dict[float, tuple[float, float]]:
    line = sorted(set(distances_m))
    if not line or line[-1] > outer_m:
        raise UnknownPosition(f"The cores do not lie between 0 and {outer_m} m: {line}.")
    edges = [0.0, *((near + far) / 2.0 for near, far in pairwise(line)), outer_m]
    return dict(zip(line, pairwise(edges), strict=True))


def _shared(places: Sequence[str | float], weight_of: Mapping[Any, float]) -> tuple[float, ...]:
    number = Counter(places)
    return tuple(weight_of[place] / number[place] for place in places)
