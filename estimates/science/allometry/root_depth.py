"""How much of the roots a yield method gives lies above a depth."""

from __future__ import annotations

from dataclasses import dataclass, replace

from estimates.science.allometry.bound import BoundStand
from estimates.science.allometry.crops import GENERIC, is_itself
from estimates.science.allometry.rows import CropRow, crop_row
from estimates.science.allometry.stands import YieldStand
from estimates.science.depth import (
    BetaDepth,
    DepthModel,
    LogisticDepth,
    share_above_truncated,
)
from estimates.science.distributions import Distribution, beta_by_moments
from estimates.science.errors import UnknownCrop
from estimates.science.parameters import ParameterSet
from estimates.science.results import Note

TABLE = "depth"
DEPTH = "depth_share"


@dataclass(frozen=True, kw_only=True)
class RootDepth:
    """The depth models of a crop, by name, and what a reader should know of their choice."""

    models: tuple[tuple[str, DepthModel], ...]
    notes: tuple[Note, ...] = ()

    def share_above(
        self, depth_cm: float, *, limiting_depth_cm: float | None = None
    ) -> Distribution:
        """Return the share of the roots above a depth: the middle of the models.

        Half their range serves as one standard deviation. All roots lie above a limiting depth.
        """
        shares = [_share(model, depth_cm, limiting_depth_cm) for _, model in self.models]
        middle, half_range = (max(shares) + min(shares)) / 2.0, (max(shares) - min(shares)) / 2.0
        return beta_by_moments(mean=middle, sd=half_range)


def depth_of_crop(stand: YieldStand, parameters: ParameterSet) -> RootDepth:
    """Return the depth models of a crop, of a relative, or of any crop; the last two are noted."""
    row = _row(stand, parameters)
    beta: tuple[str, DepthModel] = ("beta", BetaDepth(beta=row.value("beta")))
    notes: tuple[Note, ...] = ()
    if not is_itself(row.crop, stand.crop):
        text = (
            f"No depth of {stand.crop!r} is known: that of {row.crop.replace('_', ' ')} is taken."
        )
        notes = (Note(code="depth_of_relative", message=text),)
    if not row.has("middle"):
        return RootDepth(models=(beta,), notes=notes)
    logistic = LogisticDepth(
        middle_cm=row.value("middle"),
        steepness=row.value("steepness"),
        deepest_cm=row.value("deepest"),
    )
    return RootDepth(models=(beta, ("logistic", logistic)), notes=notes)


def depth_of_method(stand: YieldStand, bound: BoundStand, parameters: ParameterSet) -> RootDepth:
    """Return the depth model the method itself carries, or else those of the crop."""
    if bound.beta is not None:
        return RootDepth(models=(("beta", BetaDepth(beta=bound.beta)),))
    return depth_of_crop(stand, parameters)


def _share(model: DepthModel, depth_cm: float, limiting_depth_cm: float | None) -> float:
    if limiting_depth_cm is None:
        return model.share_above(depth_cm)
    return share_above_truncated(model, depth_cm, lower_depth_cm=limiting_depth_cm)


def _row(stand: YieldStand, parameters: ParameterSet) -> CropRow:
    # a cover crop has the roots of its species: no table has cover crops of their own
    plant = replace(stand, kind="main")
    try:
        return crop_row(plant, TABLE, "beta", parameters)
    except UnknownCrop:
        return CropRow(parameters=parameters, table=TABLE, crop=GENERIC, notes=())
