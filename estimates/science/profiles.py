"""From the depth layers of the cores of a plot to one grid of depth intervals.

Real cores overlap, leave gaps and end at different depths. Every decision taken here is told
in a note:

- fractions with the same depths are one layer, and are added up;
- where layers overlap, they are split at their edges and the mean of their densities counts;
- a gap gets the mean density of the layers above and below it, as long as gaps are at most a
  quarter of the core; otherwise the core ends at its first gap;
- a layer that lacks the mass of a counted fraction is a gap;
- where some cores end earlier, the others stand for them, down to the depth that cores for
  half the ground reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from estimates.science.errors import NotEnoughData, ProfileGap
from estimates.science.inputs import Core, RootKind, RootMass
from estimates.science.results import Note

MOST_GAP_SHARE = 0.25
LEAST_GROUND_REACHED = 0.5
WEIGHT_TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A piece of one core and the part each layer has in its density."""

    upper_depth_cm: float
    lower_depth_cm: float
    part_of_layer: Mapping[int, float]


@dataclass(frozen=True, kw_only=True)
class CoreProfile:
    """The layers of one core that count, cut into intervals without gap or overlap."""

    core: Core
    layers: tuple[tuple[RootMass, ...], ...]
    intervals: tuple[Interval, ...]

    @property
    def lower_depth_cm(self) -> float:
        """Return the depth to which the core counts."""
        return self.intervals[-1].lower_depth_cm


@dataclass(frozen=True, kw_only=True)
class GridCell:
    """One depth interval of the plot under one core: its share of the ground and of layers."""

    interval: int
    core: int
    weight: float
    part_of_layer: Mapping[int, float]


@dataclass(frozen=True, kw_only=True)
class PlotGrid:
    """The depth intervals of a plot and the cells its cores fill."""

    edges_cm: tuple[float, ...]
    cells: tuple[GridCell, ...]

    @property
    def intervals(self) -> tuple[tuple[float, float], ...]:
        """Return upper and lower depth of each interval."""
        return tuple(pairwise(self.edges_cm))


def core_profile(core: Core, *, kinds: Sequence[RootKind]) -> tuple[CoreProfile, tuple[Note, ...]]:
    """Return the core as intervals, and the decisions taken.

    Raises NotEnoughData without any counted mass, ProfileGap when the surface is unmeasured.
    """
    layers, notes = _counted_layers(core, kinds)
    if not layers:
        raise NotEnoughData(f"Core {core.key} holds no root mass of the kinds {', '.join(kinds)}.")
    pieces = _pieces(layers)
    if not pieces[0].part_of_layer:
        raise ProfileGap(
            f"Core {core.key} has no root mass from 0 to {pieces[0].lower_depth_cm:g} cm: "
            "the densest part is missing."
        )
    if any(len(piece.part_of_layer) > 1 for piece in pieces):
        notes.append(_note(core, "overlap", "overlapping layers: the mean of their densities"))
    intervals, gap_notes = _without_gaps(core, pieces)
    return (
        CoreProfile(core=core, layers=layers, intervals=intervals),
        (*notes, *gap_notes),
    )


def plot_grid(
    profiles: Sequence[CoreProfile],
    *,
    weights: Sequence[float],
    target_depth_cm: float | None,
) -> tuple[PlotGrid, tuple[Note, ...]]:
    """Return the common intervals of all cores down to the target or the depth reached."""
    lower_cm = _depth_reached(profiles, weights)
    if target_depth_cm is not None:
        lower_cm = min(lower_cm, target_depth_cm)
    edges = sorted(
        {lower_cm}
        | {
            edge
            for profile in profiles
            for interval in profile.intervals
            for edge in (interval.upper_depth_cm, interval.lower_depth_cm)
            if edge < lower_cm
        }
    )
    cells: list[GridCell] = []
    notes: list[Note] = []
    for number, (upper, lower) in enumerate(pairwise(edges)):
        cells += _cells(number, (upper + lower) / 2.0, profiles, weights)
    for profile in profiles:
        if profile.lower_depth_cm < lower_cm:
            notes.append(
                _note(
                    profile.core,
                    "short_core",
                    f"ends at {profile.lower_depth_cm:g} of {lower_cm:g} cm: "
                    "the other cores stand for it below",
                )
            )
        elif lower_cm not in (profile.lower_depth_cm, target_depth_cm):
            notes.append(_note(profile.core, "cut_core", f"counted down to {lower_cm:g} cm only"))
    return PlotGrid(edges_cm=tuple(edges), cells=tuple(cells)), tuple(notes)


def _counted_layers(
    core: Core, kinds: Sequence[RootKind]
) -> tuple[tuple[tuple[RootMass, ...], ...], list[Note]]:
    by_depth: dict[tuple[float, float], list[RootMass]] = {}
    notes: list[Note] = []
    left_out = sorted({root.kind for root in core.layers} - set(kinds))
    if left_out:
        notes.append(_note(core, "kind_left_out", f"not counted: {', '.join(left_out)}"))
    for root in sorted(core.layers, key=_order):
        if root.kind in kinds:
            by_depth.setdefault((root.upper_depth_cm, root.lower_depth_cm), []).append(root)
    layers = []
    for (upper, lower), roots in by_depth.items():
        if all(root.has_mass for root in roots):
            layers.append(tuple(roots))
        else:
            text = f"no mass recorded at {upper:g}-{lower:g} cm: treated as a gap"
            notes.append(_note(core, "missing_mass", text))
    return tuple(layers), notes


def _order(root: RootMass) -> tuple[float, float, str, str]:
    return (root.upper_depth_cm, root.lower_depth_cm, root.kind, repr(root))


def _pieces(layers: Sequence[Sequence[RootMass]]) -> list[Interval]:
    spans = [(roots[0].upper_depth_cm, roots[0].lower_depth_cm) for roots in layers]
    edges = sorted({0.0, *(edge for span in spans for edge in span)})
    pieces = []
    for upper, lower in pairwise(edges):
        covering = [
            number for number, (top, base) in enumerate(spans) if top <= upper and lower <= base
        ]
        parts = {number: 1.0 / len(covering) for number in covering}
        pieces.append(Interval(upper_depth_cm=upper, lower_depth_cm=lower, part_of_layer=parts))
    return pieces


def _without_gaps(
    core: Core, pieces: Sequence[Interval]
) -> tuple[tuple[Interval, ...], list[Note]]:
    gaps = [number for number, piece in enumerate(pieces) if not piece.part_of_layer]
    if not gaps:
        return tuple(pieces), []
    first = pieces[gaps[0]]
    length = sum(pieces[gap].lower_depth_cm - pieces[gap].upper_depth_cm for gap in gaps)
    if length > MOST_GAP_SHARE * pieces[-1].lower_depth_cm:
        text = f"too many gaps: counted down to {first.upper_depth_cm:g} cm only"
        return tuple(pieces[: gaps[0]]), [_note(core, "cut_at_gap", text)]
    filled = list(pieces)
    notes = []
    for gap in gaps:
        # a gap has no edge of a layer inside it, so both neighbours are measured
        filled[gap] = Interval(
            upper_depth_cm=pieces[gap].upper_depth_cm,
            lower_depth_cm=pieces[gap].lower_depth_cm,
            part_of_layer=_half_and_half(
                pieces[gap - 1].part_of_layer, pieces[gap + 1].part_of_layer
            ),
        )
        text = (
            f"no layer at {pieces[gap].upper_depth_cm:g}-{pieces[gap].lower_depth_cm:g} cm: "
            "the mean density of its neighbours"
        )
        notes.append(_note(core, "gap_filled", text))
    return tuple(filled), notes


def _half_and_half(above: Mapping[int, float], below: Mapping[int, float]) -> dict[int, float]:
    return {
        layer: (above.get(layer, 0.0) + below.get(layer, 0.0)) / 2.0
        for layer in sorted({*above, *below})
    }


def _depth_reached(profiles: Sequence[CoreProfile], weights: Sequence[float]) -> float:
    """Return the deepest depth that cores for half the ground reach."""
    depths = [profile.lower_depth_cm for profile in profiles]

    def ground(lower_cm: float) -> float:
        return sum(w for d, w in zip(depths, weights, strict=True) if d >= lower_cm)

    return max(d for d in depths if ground(d) >= LEAST_GROUND_REACHED - WEIGHT_TOLERANCE)


def _cells(
    number: int, middle_cm: float, profiles: Sequence[CoreProfile], weights: Sequence[float]
) -> Iterable[GridCell]:
    reaching = [
        (core, _interval_at(profile, middle_cm))
        for core, profile in enumerate(profiles)
        if middle_cm < profile.lower_depth_cm
    ]
    ground = sum(weights[core] for core, _ in reaching)
    for core, interval in reaching:
        yield GridCell(
            interval=number,
            core=core,
            weight=weights[core] / ground,
            part_of_layer=interval.part_of_layer,
        )


def _interval_at(profile: CoreProfile, depth_cm: float) -> Interval:
    return next(
        interval
        for interval in profile.intervals
        if interval.upper_depth_cm < depth_cm < interval.lower_depth_cm
    )


def _note(core: Core, code: str, text: str) -> Note:
    return Note(code=code, message=f"Core {core.key}: {text}.", core_key=core.key)
