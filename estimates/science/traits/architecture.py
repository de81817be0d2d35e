"""Root crowns scored in the field: angle, number and branching of crown and brace roots.

"Shovelomics" of Trachsel et al. 2011, doi:10.1007/s11104-010-0623-8: angles from the horizontal, 0
shallow to 90 steep; branching scored 1 to 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from estimates.science.errors import ImpossibleLayer, NotEnoughData

RIGHT_ANGLE_DEG = 90.0
BRANCHING_SCORES = (1, 9)
SHALLOW_BELOW_DEG, STEEP_FROM_DEG = 30.0, 60.0

AngleClass = Literal["shallow", "medium", "steep"]


@dataclass(frozen=True, kw_only=True)
class CrownScore:
    """One kind of roots of one plant: their angle, how many there are and how they branch."""

    kind: Literal["crown", "brace", "taproot_lateral"]
    angle_deg: float
    number: int
    branching: int

    def __post_init__(self) -> None:
        """Refuse scores outside their scale."""
        least, most = BRANCHING_SCORES
        if not 0 <= self.angle_deg <= RIGHT_ANGLE_DEG:
            raise ImpossibleLayer("An angle from the horizontal is 0 to 90 degrees.")
        if self.number < 0 or not least <= self.branching <= most:
            raise ImpossibleLayer(f"A number is 0 or more, branching {least} to {most}.")

    @property
    def angle_class(self) -> AngleClass:
        """Return shallow below 30 degrees, steep from 60."""
        if self.angle_deg < SHALLOW_BELOW_DEG:
            return "shallow"
        return "steep" if self.angle_deg >= STEEP_FROM_DEG else "medium"


def angle_from_horizontal(
    angle_deg: float, *, measured_from: Literal["vertical", "horizontal"]
) -> float:
    """Return an angle from the horizontal, whichever axis it was measured from."""
    if not 0 <= angle_deg <= RIGHT_ANGLE_DEG:
        raise ImpossibleLayer("A root angle is 0 to 90 degrees.")
    return angle_deg if measured_from == "horizontal" else RIGHT_ANGLE_DEG - angle_deg


def mean_angle_deg(scores: Sequence[CrownScore]) -> float:
    """Return the mean angle of scores, each weighing by its number of roots."""
    number = sum(score.number for score in scores)
    if number == 0:
        raise NotEnoughData("A mean angle needs roots that were counted.")
    return sum(score.angle_deg * score.number for score in scores) / number
