"""How much ground each core stands for: which position scheme fits what was recorded."""

from __future__ import annotations

from collections.abc import Sequence

from estimates.science.inputs import EqualPositions, RowStrip, Transect, TreeRows
from estimates.science.positions import PositionScheme
from estimates.science.results import Note
from sampling.models import Plot, SamplingPoint

CM_PER_M = 100.0
M_TOLERANCE = 0.01


def position_scheme(
    plot: Plot, points: Sequence[SamplingPoint]
) -> tuple[PositionScheme, list[Note]]:
    """Return the scheme that weighs the cores of a plot, and a note where it is an assumption."""
    positions = {point.position for point in points}
    if positions == {"tree_distance"} and len(points) > 1:
        return _tree_rows(plot, points)
    if positions == {"row", "mid_row"}:
        return _row_strip(plot)
    line = _transect(plot, points)
    if line is not None:
        return line, []
    if positions <= {"unknown", "random"} or len(points) == 1:
        return EqualPositions(), []
    named = ", ".join(sorted(positions))
    return EqualPositions(), [
        Note(
            code="positions_not_weighed",
            message=f"The positions {named} make no scheme together: all cores count the same.",
        )
    ]


def distance_m(point: SamplingPoint) -> float | None:
    """Return the distance in m that a scheme may need: to the tree row, else to the crop row."""
    if point.distance_to_tree_m is not None:
        return point.distance_to_tree_m
    return None if point.distance_to_row_cm is None else point.distance_to_row_cm / CM_PER_M


def _tree_rows(plot: Plot, points: Sequence[SamplingPoint]) -> tuple[PositionScheme, list[Note]]:
    distances = [point.distance_to_tree_m for point in points]
    if any(distance is None for distance in distances):
        return EqualPositions(), [
            Note(
                code="positions_not_weighed",
                message="A distance to the tree is missing: all cores count the same.",
            )
        ]
    furthest = max(distance for distance in distances if distance is not None)
    if plot.tree_row_distance_m is not None and plot.tree_row_distance_m / 2 >= furthest:
        return TreeRows(half_alley_m=plot.tree_row_distance_m / 2), []
    if not furthest > 0:
        return EqualPositions(), []
    return TreeRows(half_alley_m=furthest), [
        Note(
            code="alley_as_sampled",
            message=(
                f"The distance between tree rows is not recorded: the cores stand for the ground "
                f"up to {furthest:g} m from the trees."
            ),
        )
    ]


def _row_strip(plot: Plot) -> tuple[PositionScheme, list[Note]]:
    return RowStrip(row_distance_cm=plot.row_distance_cm or CM_PER_M), [
        Note(
            code="half_row_half_mid_row",
            message="Cores on and between the rows stand for half the ground each.",
        )
    ]


def _transect(plot: Plot, points: Sequence[SamplingPoint]) -> Transect | None:
    """Return a transect when the cores go from one crop row to the next."""
    if plot.row_distance_cm is None or any(point.distance_to_tree_m for point in points):
        return None
    distances = [point.distance_to_row_cm for point in points]
    given = sorted({distance for distance in distances if distance is not None})
    if None in distances or len(given) < 2:
        return None
    reaches = abs(given[-1] - plot.row_distance_cm) <= M_TOLERANCE * CM_PER_M
    return Transect() if given[0] == 0 and reaches else None
