"""Root length by diameter class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from estimates.science.errors import ImpossibleLayer, NotEnoughData

USUAL_LIMITS_MM = (0.5, 1.0, 2.0)
FINE_UPPER_MM = 2.0


@dataclass(frozen=True, kw_only=True)
class DiameterClasses:
    """Root length in cm by class: n limits make n + 1 classes, the last one open above."""

    upper_limits_mm: tuple[float, ...]
    lengths_cm: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse limits out of order and lengths that do not match them."""
        limits = (0.0, *self.upper_limits_mm)
        if any(not low < high for low, high in pairwise(limits)):
            raise ImpossibleLayer("The limits of diameter classes must rise from 0 mm.")
        if len(self.lengths_cm) != len(limits):
            raise ImpossibleLayer(
                f"{len(self.upper_limits_mm)} limits make {len(limits)} classes, not "
                f"{len(self.lengths_cm)}: a file of image analysis keeps its limits elsewhere."
            )
        if min(self.lengths_cm) < 0:
            raise ImpossibleLayer("A length below 0 cm is none.")

    @property
    def length_cm(self) -> float:
        """Return the length of all classes."""
        return sum(self.lengths_cm)

    def share_below(self, diameter_mm: float = FINE_UPPER_MM) -> float:
        """Return the share of the length that is thinner; fine roots are at most 2 mm.

        Raises NotEnoughData when the diameter is no limit of the classes, or nothing was measured.
        """
        if diameter_mm not in self.upper_limits_mm:
            raise NotEnoughData(
                f"No class ends at {diameter_mm:g} mm: nothing is split within one."
            )
        if not self.length_cm > 0:
            raise NotEnoughData("Shares of no root length have no value.")
        reached = self.upper_limits_mm.index(diameter_mm) + 1
        return sum(self.lengths_cm[:reached]) / self.length_cm

    def joined(self, upper_limits_mm: Sequence[float]) -> DiameterClasses:
        """Return the same length in fewer classes, such as those two studies share."""
        edges = [self.upper_limits_mm.index(limit) + 1 for limit in self._known(upper_limits_mm)]
        starts, ends = [0, *edges], [*edges, len(self.lengths_cm)]
        return DiameterClasses(
            upper_limits_mm=tuple(upper_limits_mm),
            lengths_cm=tuple(
                sum(self.lengths_cm[start:end]) for start, end in zip(starts, ends, strict=True)
            ),
        )

    def _known(self, limits_mm: Sequence[float]) -> Sequence[float]:
        unknown = [limit for limit in limits_mm if limit not in self.upper_limits_mm]
        if unknown:
            raise NotEnoughData(f"No class ends at {unknown[0]:g} mm: classes can only be joined.")
        return limits_mm


def length_weighted_diameter_mm(
    diameters_mm: Sequence[float], *, lengths_cm: Sequence[float]
) -> float:
    """Return the mean diameter of pieces of root, each weighing by its length."""
    total = sum(lengths_cm)
    if not total > 0:
        raise NotEnoughData("A mean diameter needs root length.")
    pairs = zip(diameters_mm, lengths_cm, strict=True)
    return sum(diameter * length for diameter, length in pairs) / total
