"""Labelled roots: what they left in soil, how little could be seen, and what must not be added.

f = (x_soil - x_soil,0) / (x_root - x_root,0) of atom fractions (Janzen & Bruinsma 1989,
doi:10.1016/0038-0717(89)90094-1) is the share of soil N or C that came from roots. It assumes that
root and rhizodeposit carried the same label all season: repeated or continuous feeding comes near
to that, a single pulse does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from estimates.science.errors import (
    CountedTwice,
    ImpossibleLayer,
    MixedScales,
    NotEnoughData,
    UnfitBackground,
)
from estimates.science.findings import Finding
from estimates.science.isotopes.scales import AtomFraction, Isotope

LabelType = Literal["pulse", "repeated", "continuous", "leaf_feed", "stem_feed"]
BackgroundKind = Literal[
    "unlabelled_same_species", "non_nodulating", "unlabelled_other_species", "unplanted"
]
RatioSource = Literal["labelling", "literature", "measured"]

DETECTION_SDS = 3.0
BACKGROUNDS_OF_LEGUMES: tuple[BackgroundKind, ...] = ("unlabelled_same_species", "non_nodulating")


@dataclass(frozen=True, kw_only=True)
class Background:
    """Where the soil background was taken."""

    kind: BackgroundKind = "unlabelled_same_species"
    is_same_layer: bool = True


@dataclass(frozen=True, kw_only=True)
class Rhizodeposition:
    """The share of soil N (or C) from rhizodeposition and its amount, in the unit of the stock.

    detection_share is three standard uncertainties of the background soil over the excess of the
    root, None where the uncertainty of the background is unknown; is_detected then is None too.
    """

    share: float
    uncertainty: float | None
    amount: float
    amount_uncertainty: float | None
    detection_share: float | None
    detection_amount: float | None
    is_detected: bool | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class LabelledPlot:
    """Atom fractions of soil and root, labelled and not, of one plot and depth layer."""

    soil: AtomFraction
    soil_background: AtomFraction
    root: AtomFraction
    root_background: AtomFraction

    def __post_init__(self) -> None:
        """Refuse fractions read by several standards, and roots that took up no label."""
        standards = {
            each.standard
            for each in (self.soil, self.soil_background, self.root, self.root_background)
        }
        if len(standards) > 1:
            told = ", ".join(sorted(standard.name for standard in standards))
            raise MixedScales(f"Soil and root need one standard, not {told}.")
        if not self.root_excess > 0:
            raise NotEnoughData("The roots hold no label above their background: nothing to trace.")

    @property
    def isotope(self) -> Isotope:
        """Return the isotope that was traced."""
        return self.soil.standard.isotope

    @property
    def soil_excess(self) -> float:
        """Return the excess atom fraction of the soil."""
        return self.soil.value - self.soil_background.value

    @property
    def root_excess(self) -> float:
        """Return the excess atom fraction of the root."""
        return self.root.value - self.root_background.value


def rhizodeposition(
    plot: LabelledPlot,
    *,
    soil_stock: float,
    label: LabelType,
    background: Background = Background(),
    is_legume: bool = False,
) -> Rhizodeposition:
    """Return what roots left in the soil; soil_stock is N or C per area and layer.

    Raises UnfitBackground where the background cannot serve (Schmidtke 2005,
    Soil Biol. Biochem. 37:1893, for legumes and 15N).
    """
    if soil_stock < 0:
        raise ImpossibleLayer(f"A soil stock of {soil_stock:g} is none.")
    check_background(background, isotope=plot.isotope, is_legume=is_legume)
    share = plot.soil_excess / plot.root_excess
    uncertainty = _share_uncertainty(plot, share)
    limit = _detection_share(plot)
    return Rhizodeposition(
        share=share,
        uncertainty=uncertainty,
        amount=share * soil_stock,
        amount_uncertainty=None if uncertainty is None else uncertainty * soil_stock,
        detection_share=limit,
        detection_amount=None if limit is None else limit * soil_stock,
        is_detected=None if limit is None else share > limit,
        findings=(*_findings(share, limit, label, background), *_root_findings(plot)),
    )


def check_background(background: Background, *, isotope: Isotope, is_legume: bool) -> None:
    """Raise UnfitBackground when a soil background cannot tell what the label did not bring."""
    if not background.is_same_layer:
        raise UnfitBackground("The background must come from the same depth layer.")
    if is_legume and isotope == "15N" and background.kind not in BACKGROUNDS_OF_LEGUMES:
        raise UnfitBackground(
            "Fixed N thins the 15N of a legume's soil: the background must be unlabelled soil of "
            "the same legume, or of a plant that does not nodulate."
        )


def share_of_plant(amount: float, *, plant_amount: float) -> float:
    """Return rhizodeposition as a share of itself and the plant (Ndfr or Cdfr), 0 to 1."""
    if not amount + plant_amount > 0:
        raise NotEnoughData("A share needs an amount in plant or soil.")
    return amount / (amount + plant_amount)


def ratio_of_share(share: float) -> float:
    """Return rhizodeposit over root from the share of rhizodeposit in both: q / (1 - q)."""
    if not 0 <= share < 1:
        raise ImpossibleLayer(f"A share of {share:g} of below-ground C is none: 0 to below 1.")
    return share / (1.0 - share)


def check_counted_once(ratio_source: RatioSource, *, washing_loss: float) -> None:
    """Raise CountedTwice when roots lost in washing would be added to a ratio that holds them.

    A ratio from labelling counts as rhizodeposit all label found outside the recovered roots,
    fine roots lost in washing among it.
    """
    if ratio_source == "labelling" and washing_loss > 0:
        raise CountedTwice(
            "A rhizodeposition ratio from labelling already holds the roots lost in washing: set "
            "the washing loss to 0, or take a ratio from the literature."
        )


def _share_uncertainty(plot: LabelledPlot, share: float) -> float | None:
    """Return the first-order uncertainty of the share, all four fractions independent."""
    soils = (plot.soil.uncertainty, plot.soil_background.uncertainty)
    roots = (plot.root.uncertainty, plot.root_background.uncertainty)
    if plot.soil.uncertainty is None:
        return None
    of_soil = math.hypot(*(value or 0.0 for value in soils))
    of_root = math.hypot(*(value or 0.0 for value in roots))
    return math.hypot(of_soil, share * of_root) / plot.root_excess


def _detection_share(plot: LabelledPlot) -> float | None:
    if plot.soil_background.uncertainty is None:
        return None
    return DETECTION_SDS * plot.soil_background.uncertainty / plot.root_excess


def _findings(
    share: float, limit: float | None, label: LabelType, background: Background
) -> list[Finding]:
    found = []
    if label == "pulse":
        text = "After a single pulse root and rhizodeposit do not carry the same label."
        found.append(Finding(code="pulse_label", level="warn", message=text))
    if background.kind in ("unlabelled_other_species", "unplanted"):
        text = "The background is not that of the same species: its own plants shift the soil."
        found.append(Finding(code="background_other", level="warn", message=text))
    if share < 0:
        text = "The soil holds less label than its background."
        found.append(Finding(code="below_background", level="confirm", message=text))
    elif share > 1:
        text = "The soil holds more label than the roots that are to have brought it."
        found.append(Finding(code="above_roots", level="confirm", message=text))
    elif limit is not None and share <= limit:
        text = f"A share of {share:.3g} lies below the detection limit of {limit:.3g}."
        found.append(Finding(code="below_detection", level="warn", message=text))
    return found


def _root_findings(plot: LabelledPlot) -> list[Finding]:
    """Return a finding where the label of the roots is lost in its own error, as far as known."""
    spread = math.hypot(plot.root.uncertainty or 0.0, plot.root_background.uncertainty or 0.0)
    if plot.root_excess > DETECTION_SDS * spread:
        return []
    text = f"The label of the roots is {plot.root_excess / spread:.2g} times its error only."
    return [Finding(code="root_label_faint", level="confirm", message=text)]
