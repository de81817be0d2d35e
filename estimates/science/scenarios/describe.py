"""What a scenario is: stands and amendments year by year, on a site with its weather."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from estimates.science.errors import ImpossibleScenario

Use = Literal["main", "cover", "grass", "tree"]
Tillage = Literal["full", "reduced", "none"]
WeatherOrder = Literal["repeat", "bootstrap"]

MONTHS = 12
LONGEST_ROTATION = 12
LARGEST_YIELD_T_HA = 100.0
LARGEST_CARBON_T_HA = 50.0
LARGEST_VARIATION = 2.0
DEEPEST_CM = 1000.0


@dataclass(frozen=True, kw_only=True)
class StatedInput:
    """C inputs of a stand that somebody knows, in t C per ha and year, instead of a method's.

    variation is their common coefficient of variation.
    """

    root_t_ha: float
    rhizodeposit_t_ha: float
    shoot_t_ha: float = 0.0
    variation: float = 0.0
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Stand:
    """A crop of one year of the rotation, on its share of the ground.

    Yield is dry matter in t per ha of the ground it covers: the product of a main crop, the shoot
    of cover crops and grass. root_factor is the root mass of its variety over that of the usual
    one at the same yield. beta and deepest_cm say how deep it roots; without them the crop's own
    beta counts. It grows from first_month to last_month, through the turn of the year when the
    first is the later; roots and residues enter the soil in the last month, rhizodeposits while
    it grows.
    """

    crop: str
    use: Use = "main"
    yield_t_ha: float
    yield_variation: float = 0.1
    residues_returned: float = 1.0
    ground_share: float = 1.0
    variety: str = ""
    root_factor: float = 1.0
    root_factor_variation: float = 0.0
    beta: float | None = None
    deepest_cm: float | None = None
    first_month: int = 1
    last_month: int = 12
    stated: StatedInput | None = None

    @property
    def months(self) -> tuple[tuple[int, int], ...]:
        """Return the months it grows, each with the calendar year: 0, or -1 for the year before."""
        if self.first_month <= self.last_month:
            return tuple((0, month) for month in range(self.first_month, self.last_month + 1))
        before = tuple((-1, month) for month in range(self.first_month, MONTHS + 1))
        return before + tuple((0, month) for month in range(1, self.last_month + 1))


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """Organic matter brought to the ground: its kind, t C per ha, month and variation."""

    kind: str
    carbon_t_ha: float
    month: int = 10
    variation: float = 0.1


@dataclass(frozen=True, kw_only=True)
class Year:
    """One year of the rotation."""

    stands: tuple[Stand, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    tillage: Tillage = "full"


@dataclass(frozen=True, kw_only=True)
class Weather:
    """Weather by month, from January on: degC, and mm of rain and of open-pan evaporation.

    Twelve months are the mean year; more are a series of whole years, from first_year on, repeated
    in its order or drawn from (bootstrap). evaporation_method says where the evaporation comes
    from when no pan measured it.
    """

    temperature_c: tuple[float, ...]
    rain_mm: tuple[float, ...]
    pan_evaporation_mm: tuple[float, ...]
    evaporation_method: str = "open pan"
    source: str = ""
    first_year: int | None = None
    order: WeatherOrder = "repeat"

    @property
    def years(self) -> int:
        """Return how many years the series has."""
        return len(self.temperature_c) // MONTHS

    def __post_init__(self) -> None:
        """Refuse weather that is not of whole years, or impossible."""
        for name, values in (
            ("temperature", self.temperature_c),
            ("rain", self.rain_mm),
            ("evaporation", self.pan_evaporation_mm),
        ):
            if len(values) != len(self.temperature_c) or len(values) % MONTHS or not values:
                raise ImpossibleScenario(
                    f"Weather needs {name} of 12 months, not {len(values)}, or of the same whole "
                    "years as the rest."
                )
        if not all(-60 <= value <= 50 for value in self.temperature_c):
            raise ImpossibleScenario("Mean temperatures of months are -60 to 50 degC.")
        if not all(0 <= value <= 5000 for value in (*self.rain_mm, *self.pan_evaporation_mm)):
            raise ImpossibleScenario("Rain and evaporation of a month are 0 to 5000 mm.")


@dataclass(frozen=True, kw_only=True)
class Soil:
    """The topsoil: texture in %, what AMG asks for, and the stock it starts with in t C per ha.

    stock_depth_cm is the depth the initial stock was taken to. soc_variation is the coefficient of
    variation of that stock. icbm_climate_factor is ICBM's r: 1 where it was fitted, Uppsala; None
    reckons it for every year from the weather.
    """

    clay_percent: float
    sand_percent: float
    soc_t_ha: float
    soc_variation: float = 0.1
    stock_depth_cm: float = 30.0
    ph: float = 7.0
    carbonate_g_kg: float = 0.0
    c_to_n: float = 10.0
    icbm_climate_factor: float | None = 1.0

    def __post_init__(self) -> None:
        """Refuse a soil that cannot be."""
        if not (0 <= self.clay_percent <= 100 and 0 <= self.sand_percent <= 100):
            raise ImpossibleScenario("Clay and sand are shares in %, 0 to 100.")
        if self.clay_percent + self.sand_percent > 100:
            raise ImpossibleScenario("Clay and sand together are more than 100 %.")
        if not (0 < self.soc_t_ha <= 1000 and 0 <= self.soc_variation <= LARGEST_VARIATION):
            raise ImpossibleScenario("The initial stock is above 0 and at most 1000 t C per ha.")
        if not 5 <= self.stock_depth_cm <= 100:
            raise ImpossibleScenario("The depth of the initial stock is 5 to 100 cm.")
        factor = self.icbm_climate_factor
        if factor is not None and not 0.05 <= factor <= 10:
            raise ImpossibleScenario("The climate factor of ICBM is 0.05 to 10.")
        if not (2 <= self.ph <= 12 and self.carbonate_g_kg >= 0 and self.c_to_n > 0):
            raise ImpossibleScenario("pH is 2 to 12, carbonate 0 or above, C:N above 0.")


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where both scenarios of a contrast take place."""

    name: str
    soil: Soil
    weather: Weather


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A rotation that repeats for ever on a site."""

    name: str
    years: tuple[Year, ...]

    def __post_init__(self) -> None:
        """Refuse a rotation that cannot be grown, with the year in the sentence."""
        if not 1 <= len(self.years) <= LONGEST_ROTATION:
            raise ImpossibleScenario(
                f"A rotation has 1 to {LONGEST_ROTATION} years, not {len(self.years)}."
            )
        for number, year in enumerate(self.years, start=1):
            _check_year(f"Year {number} of {self.name!r}", year)

    def covered_months(self, number: int) -> frozenset[int]:
        """Return the calendar months of a year of the rotation in which something grows."""
        length = len(self.years)
        return frozenset(
            month
            for place, year in enumerate(self.years)
            for stand in year.stands
            for shift, month in stand.months
            if (place + shift) % length == number
        )


def _check_year(where: str, year: Year) -> None:
    if year.tillage not in get_args(Tillage):
        known = ", ".join(get_args(Tillage))
        raise ImpossibleScenario(f"{where}: tillage is one of {known}, not {year.tillage!r}.")
    for stand in year.stands:
        _check_stand(f"{where}, {stand.crop}", stand)
    for use in get_args(Use):
        ground = sum(stand.ground_share for stand in year.stands if stand.use == use)
        at_once = _at_once([stand for stand in year.stands if stand.use == use])
        if at_once and ground > 1.0 + 1e-9:
            raise ImpossibleScenario(
                f"{where}: stands of one use cover {ground:.3g} of the ground; at most 1 is there."
            )
    for item in year.amendments:
        _check(f"{where}, {item.kind}", "carbon", item.carbon_t_ha, 0, LARGEST_CARBON_T_HA)
        _check(f"{where}, {item.kind}", "month", item.month, 1, MONTHS)
        _check(f"{where}, {item.kind}", "variation", item.variation, 0, LARGEST_VARIATION)


def _check_stand(where: str, stand: Stand) -> None:
    if stand.use not in get_args(Use):
        known = ", ".join(get_args(Use))
        raise ImpossibleScenario(f"{where}: the use is one of {known}, not {stand.use!r}.")
    _check(where, "yield", stand.yield_t_ha, 0, LARGEST_YIELD_T_HA)
    _check(where, "yield variation", stand.yield_variation, 0, LARGEST_VARIATION)
    _check(where, "share of residues returned", stand.residues_returned, 0, 1)
    _check(where, "share of the ground", stand.ground_share, 0, 1)
    _check(where, "root factor", stand.root_factor, 0, 20)
    _check(where, "variation of the root factor", stand.root_factor_variation, 0, LARGEST_VARIATION)
    _check(where, "first month", stand.first_month, 1, MONTHS)
    _check(where, "last month", stand.last_month, 1, MONTHS)
    if stand.beta is not None:
        _check(where, "beta", stand.beta, 0.5, 0.9999)
    if stand.deepest_cm is not None:
        _check(where, "deepest root", stand.deepest_cm, 1, DEEPEST_CM)
    if stand.stated is not None:
        stated = stand.stated
        for value in (stated.root_t_ha, stated.rhizodeposit_t_ha, stated.shoot_t_ha):
            _check(where, "stated input", value, 0, LARGEST_CARBON_T_HA)
        _check(where, "variation of the stated input", stated.variation, 0, LARGEST_VARIATION)


def _at_once(stands: Sequence[Stand]) -> bool:
    months = [month for stand in stands for month in stand.months]
    return len(set(months)) < len(months)


def _check(where: str, what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ImpossibleScenario(f"{where}: the {what} is {low:g} to {high:g}, not {value:g}.")
