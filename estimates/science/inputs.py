"""What the methods are given: plain values with their units in their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from estimates.science.allometry.stands import YieldStand
from estimates.science.cleaning import CarbonBasis, Route, SoilBy
from estimates.science.errors import ImpossibleLayer, ImpossibleOption
from estimates.science.isotopes.labelling import BackgroundKind, LabelType
from estimates.science.isotopes.scales import Isotope
from estimates.science.measured import Measured
from estimates.science.positions import (
    EqualPositions,
    PlantCentred,
    PositionScheme,
    RowStrip,
    SingleTree,
    Spot,
    Transect,
    TreeRows,
)
from estimates.science.soil_amounts import SoilAmounts
from estimates.science.tracer_layers import LabelledLayer, NaturalLayer
from estimates.science.turnover import Growth

__all__ = [
    "Core",
    "DugPart",
    "Endmember",
    "EqualPositions",
    "LabelledLayer",
    "Measured",
    "NaturalLayer",
    "Options",
    "PlantCentred",
    "Plot",
    "RootMass",
    "RowStrip",
    "SingleTree",
    "Stand",
    "Transect",
    "TreeRows",
    "YieldStand",
]

RootKind = Literal["root", "fine_root", "coarse_root", "rhizome", "crown"]
Extraneous = Literal["unpicked", "picked", "none", "hand_check", "isotope"]

MOST_DIGITS = 2
LEAST_DRAWS = 100_000


@dataclass(frozen=True, kw_only=True)
class Endmember:
    """The delta 13C of a source of C in permil, and its C concentration where determined."""

    delta13c: Measured
    carbon_g_per_g: float | None = None


@dataclass(frozen=True, kw_only=True)
class RootMass:
    """One root fraction of one layer of a soil core.

    Fractions with the same depths are added up. The mass is given in one of three ways, or not
    at all: then the layer is a gap, never zero. area_cm2 is the area of one core (or of the pit
    increment), recovered_length_cm the soil length of all composited cores together. mass_sd_g and
    processed_share_sd come on top of the errors of balance and division: masses that do not close.
    """

    upper_depth_cm: float
    lower_depth_cm: float
    washed_mass_g: float | None = None
    washed_mass_below_g: float | None = None
    mass_density_mg_cm3: float | None = None
    area_cm2: float | None = None
    composited_cores: int = 1
    recovered_length_cm: float | None = None
    mass_sd_g: float = 0.0
    processed_share: float = 1.0
    processed_share_sd: float = 0.0
    kind: RootKind = "root"
    is_taproot: bool = False
    is_living: bool | None = None
    share_dead: float | None = None
    carbon_g_per_g: float | None = None
    carbon_basis: CarbonBasis = "washed_sample"
    ash_g_per_g: float | None = None
    soil_carbon_g_per_g: float | None = None
    delta13c_permil: float | None = None

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if not 0 <= self.upper_depth_cm < self.lower_depth_cm < float("inf"):
            raise ImpossibleLayer(
                f"Upper depth {self.upper_depth_cm} cm must be above lower depth "
                f"{self.lower_depth_cm} cm."
            )
        self._check_mass()
        for name in ("share_dead", "carbon_g_per_g", "ash_g_per_g", "soil_carbon_g_per_g"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise ImpossibleLayer(f"{name} is {value}: it must lie between 0 and 1.")

    def _check_mass(self) -> None:
        masses = (self.washed_mass_g, self.washed_mass_below_g, self.mass_density_mg_cm3)
        given = [mass for mass in masses if mass is not None]
        if len(given) > 1:
            raise ImpossibleLayer("A root mass is given in more than one way.")
        if given and not 0 <= given[0] < float("inf"):
            raise ImpossibleLayer(f"A root mass of {given[0]} cannot be.")
        if given and self.mass_density_mg_cm3 is None and not (self.area_cm2 or 0) > 0:
            raise ImpossibleLayer("A root mass in g needs the area of the core in cm2.")
        if self.composited_cores < 1 or not 0 < self.processed_share <= 1:
            raise ImpossibleLayer("A layer needs one core or more and a processed share in (0, 1].")
        if self.recovered_length_cm is not None and not self.recovered_length_cm > 0:
            raise ImpossibleLayer("A recovered length must be above 0 cm.")

    @property
    def has_mass(self) -> bool:
        """Return whether a mass, a limit or a density was recorded."""
        return not (
            self.washed_mass_g is None
            and self.washed_mass_below_g is None
            and self.mass_density_mg_cm3 is None
        )

    @property
    def thickness_cm(self) -> float:
        """Return lower less upper depth."""
        return self.lower_depth_cm - self.upper_depth_cm


@dataclass(frozen=True, kw_only=True)
class DugPart:
    """A part of plants dug out one by one: g dry mass of each, and how many stand on a m2."""

    part: Literal["crown", "taproot"]
    masses_g: Sequence[float]
    plants_per_m2: Measured
    carbon: Measured | None = None


@dataclass(frozen=True, kw_only=True)
class Core:
    """One soil core (or composite, or pit profile) and the root fractions found in it."""

    key: str
    layers: Sequence[RootMass]
    position: str | None = None
    distance_m: float | None = None

    @property
    def spot(self) -> Spot:
        """Return where the core stood, as a position scheme sees it."""
        return Spot(position=self.position, distance_m=self.distance_m)


@dataclass(frozen=True, kw_only=True)
class Stand:
    """The part of the roots that belongs to one species or group, and how it lives.

    sampled_at "peak" means that no roots had been lost before sampling. turnover names the
    number of the parameter set, such as "perennial" or "Populus". share_sd is the standard
    deviation of the share; what one species gains the others lose.
    """

    species: str = ""
    share: float = 1.0
    share_sd: float = 0.0
    growth: Growth = "annual"
    plant_group: str = "Poaceae"
    turnover: str = "perennial"
    sampled_at: Literal["harvest", "peak"] = "harvest"
    is_terminated: bool = False


@dataclass(frozen=True, kw_only=True)
class Plot:
    """One plot with its cores, what grew on it and which ground each core stands for.

    stands are the owners of the roots in the cores, harvests what the methods by yield start from.
    dug are parts of plants that are in no core. extraneous is a share that was checked by hand;
    crop_root and extraneous_matter are the sources that isotopes tell apart, on the scales named;
    clean_root_carbon is g C per g of roots picked clean, crop_shoot the delta 13C of shoots.
    deposited is the C (or N) that was found in the soil, in place of a ratio to the roots.
    backgrounds_sought and former_soil_sought say where references were looked for.
    """

    key: str
    cores: Sequence[Core]
    stands: Sequence[Stand] = (Stand(),)
    harvests: Sequence[YieldStand] = ()
    block: str | None = None
    treatment: str | None = None
    positions: PositionScheme = field(default_factory=EqualPositions)
    depth_group: str | None = None
    limiting_depth_cm: float | None = None
    extraneous: Measured | None = None
    crop_root: Endmember | None = None
    extraneous_matter: Endmember | None = None
    clean_root_carbon: Measured | None = None
    delta13c_scales: Sequence[str | None] = ()
    dug: Sequence[DugPart] = ()
    labelled: Sequence[LabelledLayer] = ()
    natural: Sequence[NaturalLayer] = ()
    tracer_scales: Sequence[str | None] = ()
    root_carbon_per_nitrogen: Measured | None = None
    crop_shoot: Measured | None = None
    backgrounds_sought: str = ""
    former_soil_sought: str = ""
    deposited: SoilAmounts | None = None
    deposited_is_nitrogen: bool = False


@dataclass(frozen=True, kw_only=True)
class Options:
    """How an estimate is made; the same options and parameter set give the same bytes.

    washing_loss "prior" takes the loss of the parameter set, None takes no loss, a Measured the
    recovery test of the team. soil_by is what tells adhering soil; clean_root_carbon stands in for
    plots without that determination. extraneous names a prior, or the determination there must be;
    with a prior or none a hand check still goes first. target_depth_cm None with extrapolate means
    the whole profile. tracer, label and background say how the method labelled_cores was labelled;
    crop_years are those since the vegetation changed, crop_delta13c the signature of the crop where
    none was determined, both for the method natural_abundance.
    yield_moisture_percent is taken for yields without a moisture, season_water_mm and
    renewal_years for every stand of a method that asks for them.
    """

    seed: int
    route: Route = "B"
    soil_by: SoilBy = "ash"
    clean_root_carbon: Measured | None = None
    extraneous: Extraneous = "none"
    washing_loss: Measured | Literal["prior"] | None = "prior"
    rhizodeposition: Measured | str = "crop"
    target_depth_cm: float | None = None
    extrapolate: bool = False
    digits: int = 1
    maximum_draws: int = 1_000_000
    counts_dead: bool = True
    kinds: Sequence[RootKind] = ("root", "fine_root", "coarse_root", "crown")
    yield_moisture_percent: float | None = None
    season_water_mm: float | None = None
    renewal_years: float | None = None
    tracer: Isotope = "13C"
    label: LabelType = "repeated"
    background: BackgroundKind = "unlabelled_same_species"
    crop_years: float | None = None
    crop_delta13c: Measured | None = None

    def __post_init__(self) -> None:
        """Refuse options no estimate can follow."""
        if self.seed < 0:
            raise ImpossibleOption("A seed is a whole number, 0 or above.")
        if not 1 <= self.digits <= MOST_DIGITS:
            raise ImpossibleOption(f"Digits must be 1 to {MOST_DIGITS}.")
        if self.maximum_draws < LEAST_DRAWS:
            raise ImpossibleOption(f"An interval needs {LEAST_DRAWS} draws or more.")
        if self.soil_by == "carbon" and self.route == "A":
            raise ImpossibleOption(
                "Soil told by C gives the C of the roots at once, as route B does: order route B."
            )
        if self.target_depth_cm is not None and not self.target_depth_cm > 0:
            raise ImpossibleOption("A target depth must be below the surface.")
