"""From layers as they were determined to amounts that can be: what is missing, what cannot be told.

Both methods by isotopes end here: each says which share of a layer came from roots, and a layer
with a share becomes an amount.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from estimates.science.errors import (
    NotEnoughData,
    ReferenceMissing,
    UnderDetermined,
    UnfitBackground,
)
from estimates.science.findings import Finding
from estimates.science.isotopes.labelling import DETECTION_SDS
from estimates.science.results import Note
from estimates.science.soil_amounts import AmountLayer, SoilAmounts, SoilShare
from estimates.science.tracer_layers import (
    Concentration,
    Density,
    Reference,
    TracerLayer,
    check_apart,
    gaps_of,
)

UNLABELLED_SOIL, UNLABELLED_ROOTS = "unlabelled soil", "unlabelled roots"
REFERENCE_SOIL = "delta13c_reference"
REFERENCES = (UNLABELLED_SOIL, UNLABELLED_ROOTS, REFERENCE_SOIL)

NEARNESS = {
    "plot": "the plot itself",
    "block": "plots of its block",
    "site": "plots of its site",
}


@dataclass(frozen=True, kw_only=True)
class FoundInSoil:
    """The layers a tracer told of, and what was decided on the way."""

    amounts: SoilAmounts
    notes: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True)
class WholeLayer:
    """A layer that lacks nothing of what its amount follows from."""

    layer: TracerLayer
    element_g_per_g: Concentration
    bulk_density_g_cm3: Density

    @property
    def span(self) -> str:
        """Return its depths in words."""
        return self.layer.span


Whole = TypeVar("Whole", bound=WholeLayer)
Layer = TypeVar("Layer", bound=TracerLayer)


def whole_layers(
    layers: Sequence[Layer],
    whole: Callable[..., Whole],
    *,
    named: Mapping[str, str],
    element: str,
    lacking: str,
    sought: str,
) -> list[Whole]:
    """Return the layers with all they need: `named` fields by the words people use for them.

    Raises ReferenceMissing or NotEnoughData that names everything missing, ImpossibleLayer where
    layers overlap.
    """
    named = {
        **named,
        "element_g_per_g": f"{element} of the soil",
        "bulk_density_g_cm3": "bulk density",
    }
    missing = [
        (words, layer.span)
        for layer in layers
        for name, words in named.items()
        if getattr(layer, name) is None
    ]
    if missing:
        text = f"{lacking}: {'; '.join(f'{words} at {span}' for words, span in missing)}."
        if any(words in REFERENCES for words, _ in missing):
            raise ReferenceMissing(f"{text} {sought}".rstrip())
        raise NotEnoughData(text)
    check_apart(layers)
    return [
        whole(layer=layer, **{name: getattr(layer, name) for name in named}) for layer in layers
    ]


def gathered(
    layers: Sequence[Whole],
    share_of: Callable[[Whole], tuple[SoilShare, Sequence[Finding]]],
    *,
    prefix: str,
) -> tuple[SoilAmounts, set[Note]]:
    """Return the amounts of layers whose shares can be, with doubts and gaps as notes."""
    amounts = []
    notes = {*gap_notes([each.layer for each in layers])}
    for each in layers:
        share, doubts = share_of(each)
        check_share(share, each.span)
        amounts.append(
            AmountLayer(
                upper_depth_cm=each.layer.upper_depth_cm,
                lower_depth_cm=each.layer.lower_depth_cm,
                share=share,
                concentration=each.element_g_per_g,
                density=each.bulk_density_g_cm3,
            )
        )
        notes |= {
            Note(code=f"{prefix}_{doubt.code}", message=f"At {each.span}: {doubt.message}")
            for doubt in doubts
        }
    return SoilAmounts(tuple(amounts)), notes


def check_share(share: SoilShare, span: str) -> None:
    """Raise for a share that no soil can hold: far below none, far above all, or beyond telling."""
    if share.limit >= 1.0:
        raise UnderDetermined(
            f"At {span} the roots are too alike what they are compared with: not even all of the "
            "soil could be told from none of it."
        )
    noise = DETECTION_SDS * math.hypot(share.own_sd, share.reference[1] if share.reference else 0.0)
    if share.value < -noise:
        raise UnfitBackground(
            f"The soil at {span} lies on the other side of its reference than the roots do, by "
            "more than both vary: look whether they were swapped, or take another reference."
        )
    if share.value > 1.0 + noise:
        raise UnfitBackground(
            f"The soil at {span} lies beyond the roots that are to have changed it: look whether "
            "soil and roots were swapped, or label was spilled."
        )


def reference_notes(what: str, found: Mapping[str, Reference]) -> list[Note]:
    """Return where references were taken, by the depths they stand for, and which stand alone."""
    by_place: dict[tuple[str, tuple[str, ...], int], list[str]] = {}
    for span, reference in found.items():
        place = (reference.nearness, reference.plots, reference.number)
        by_place.setdefault(place, []).append(
            f"{span} {reference.value:.4g} +- {reference.spread:.2g}"
        )
    notes = []
    for (nearness, plots, number), spans in by_place.items():
        where = NEARNESS[nearness] + (f" ({', '.join(plots)})" if plots else "")
        text = f"{what}: from {where}, {number} of them, at {'; '.join(spans)}."
        notes.append(Note(code=f"reference_of_{nearness}", message=text))
        if number == 1:
            one, many = ("sample", "samples") if nearness == "plot" else ("plot", "plots")
            text = f"{what}: one {one} alone; how far {many} differ is not in the interval."
            notes.append(Note(code="reference_alone", message=text))
    return notes


def gap_notes(layers: Sequence[TracerLayer]) -> list[Note]:
    """Return a note on depths nobody determined, which are in no sum."""
    gaps = gaps_of(layers)
    if not gaps:
        return []
    text = f"Nothing was determined at {', '.join(gaps)}: what is there is not in the sum."
    return [Note(code="soil_gap", message=text)]
