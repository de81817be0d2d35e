"""SOC models as contrasts need them, and what is uncertain in each.

All share two uncertain inputs, so that scenarios and models err together: how fast soil decays
against what the weather says, and how much root C is humified against the model's own number.
Both spreads are assumptions of this package, as no model is published with its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimates.science.allometry.rows import crop_row
from estimates.science.allometry.stands import YieldStand
from estimates.science.distributions import Array, Lognormal
from estimates.science.errors import UnknownCrop
from estimates.science.parameters import ParameterSet
from estimates.science.results import Note
from estimates.science.scenarios.describe import MONTHS, Scenario
from estimates.science.scenarios.draws import Draws
from estimates.science.scenarios.seasons import mean_year, seasons_of
from estimates.science.scenarios.stock import (
    PreparedModel,
    Setting,
    SocModel,
    YearMap,
)
from estimates.science.scenarios.streams import BELOW_GROUND, Kind
from estimates.science.scenarios.year_maps import delayed, year_maps
from estimates.science.soc import (
    amg,
    icbm,
    icbm_climate,
    ipcc_tier2,
    rothc,
    rothc_rates,
    two_layers,
)
from estimates.science.soc.engine import Compartments, FloatArray
from estimates.science.soc.humification import (
    ICBM_SETS,
    ROOT_SHOOT_RATIO,
    direct_hum_share,
)
from estimates.science.soc.rothc_equilibrium import repeating_deficit_mm
from estimates.science.soc.rothc_moisture import PAN_FACTOR, classic_limits
from estimates.science.soc.streams import Source as SocSource
from estimates.science.soc.streams import Stream as SocStream

DECAY_VARIATION = 0.15  # an assumption: soils of one texture and climate differ by this
ICBM_SET = "holos_4"
SUBSOIL_LOWER_CM = 100.0
BULK_DENSITY_G_CM3 = 1.4  # an assumption, only to read a stock as a concentration

AMG_SHOOT_VARIATION = 0.1  # an assumption
AMG_MANURE = 0.52  # farmyard manure in the AMG table
AMG_ROOT = 0.40

LIGNIN = Lognormal(median=0.073, gsd=1.28)
"""g per g: 0.073 within 50 % (95 %), as HESTIA takes from the method's defaults."""
NITROGEN = Lognormal(median=0.0083, gsd=1.4)
"""g per g: 0.0083 within 75 % (95 %), from the same."""
LARGEST_LIGNIN_TO_N = 47.0  # more would leave less than nothing to the metabolic part


@dataclass(frozen=True, kw_only=True)
class ModelOption:
    """One SOC model, its name here, what made it, and whether it knows tillage."""

    name: str
    title: str
    version: str
    knows_tillage: bool
    prepared: Callable[[Setting, Scenario, ParameterSet], PreparedModel]


@dataclass(frozen=True, kw_only=True)
class BoundModel:
    """A model with the parameter set its crop numbers come from."""

    option: ModelOption
    parameters: ParameterSet

    @property
    def name(self) -> str:
        """Return the name of the model."""
        return self.option.name

    @property
    def version(self) -> str:
        """Return what the numbers of the model are."""
        return self.option.version

    def prepare(self, setting: Setting, scenario: Scenario) -> PreparedModel:
        """Return the model ready for a scenario."""
        return self.option.prepared(setting, scenario, self.parameters)


def decay_factor(draws: Draws) -> FloatArray:
    """Return how much faster the soil decays than its weather says, as (1, draws)."""
    return draws.factor("decay of soil C", DECAY_VARIATION)[None]


def root_factor(draws: Draws) -> Array:
    """Return how much more root C is humified than by a model's own number: median 1."""
    spread = Lognormal(median=1.0, gsd=ROOT_SHOOT_RATIO.gsd)
    return draws.of("humification of roots", spread)


def prepare_rothc(setting: Setting, scenario: Scenario, _numbers: ParameterSet) -> PreparedModel:
    """Return RothC as published: roots are plant C like any other."""
    return _rothc(setting, scenario, rothc.standard_splits())


def prepare_rothc_root_hum(
    setting: Setting, scenario: Scenario, _numbers: ParameterSet
) -> PreparedModel:
    """Return RothC with a part of root C straight to HUM, so that roots are humified more."""
    return _rothc(setting, scenario, splits_with_direct_hum(setting))


def _rothc(setting: Setting, scenario: Scenario, splits: Mapping[str, FloatArray]) -> PreparedModel:
    model, _ = rothc.rothc_model(rothc_site(setting, scenario), _streams(setting), splits=splits)
    pools = np.ones(len(model.pools))
    return PreparedModel(
        maps=_monthly_maps(model, setting, scenario),
        rotation=len(scenario.years),
        layers=[(0.0, setting.site.soil.stock_depth_cm)],
        counted=pools,
        measured=pools,
        adjusted=pools,
        inert_t_ha=rothc.falloon_iom_t_ha(setting.soc_t_ha)[:, 0],
    )


def prepare_two_layers(
    setting: Setting, scenario: Scenario, _numbers: ParameterSet
) -> PreparedModel:
    """Return RothC in two layers to 100 cm; the subsoil starts in step with the topsoil."""
    draws = setting.draws
    layers = two_layers.TwoLayers(
        site=rothc_site(setting, scenario),
        subsoil_clay_pct=np.full((1, 1), setting.site.soil.clay_percent),
        transport_share=draws.of("transport to the subsoil", two_layers.TRANSPORT_SHARE)[None],
        subsoil_factor=draws.of("decay in the subsoil", two_layers.SUBSOIL_FACTOR)[None],
    )
    model, _ = two_layers.two_layer_model(
        layers, _streams(setting), splits=splits_with_direct_hum(setting)
    )
    depth = setting.site.soil.stock_depth_cm
    pools = np.ones(len(model.pools))
    topsoil = np.array([float(name.endswith("_topsoil")) for name in model.pools])
    return PreparedModel(
        maps=_monthly_maps(model, setting, scenario),
        rotation=len(scenario.years),
        layers=[(0.0, depth), (depth, max(SUBSOIL_LOWER_CM, depth))],
        counted=pools,
        measured=topsoil,
        adjusted=pools,
        inert_t_ha=rothc.falloon_iom_t_ha(setting.soc_t_ha)[:, 0],
    )


def icbm_climate_factors(setting: Setting, years: int) -> FloatArray:
    """Return ICBM's r by year, as given for the site or from its weather and texture."""
    soil = setting.site.soil
    if soil.icbm_climate_factor is not None:
        return np.full((years, 1, 1), soil.icbm_climate_factor)
    weather = seasons_of(setting.site.weather, years=years, draws=setting.draws)
    points = icbm_climate.water_points(
        clay_percent=soil.clay_percent,
        sand_percent=soil.sand_percent,
        soc_percent=soil.soc_t_ha / (soil.stock_depth_cm * BULK_DENSITY_G_CM3),
    )
    return icbm_climate.yearly_climate_factors(
        weather.temperature_c, weather.rain_mm, weather.pan_evaporation_mm * PAN_FACTOR, points
    )


def prepare_icbm(setting: Setting, scenario: Scenario, _numbers: ParameterSet) -> PreparedModel:
    """Return ICBM with the humification of Holos 4, inputs spread over the year."""
    shares = ICBM_SETS[ICBM_SET]
    root = np.minimum(shares.by_source["root"] * root_factor(setting.draws), 1.0)[None]
    by_source: dict[str, FloatArray] = {
        source: np.full((1, 1), value) for source, value in shares.by_source.items()
    }
    by_source |= dict.fromkeys(BELOW_GROUND, root)
    years = setting.years_of(scenario)
    site = icbm.icbm_site(
        icbm_climate_factors(setting, years) * decay_factor(setting.draws),
        arrival=icbm.Arrival.CONTINUOUS,
        young_rate_per_year=shares.young_rate_per_year,
        old_rate_per_year=shares.old_rate_per_year,
    )
    model, _ = icbm.icbm_model(site, _streams(setting), humification=by_source)
    old = np.array([float(name == icbm.OLD) for name in model.pools])
    return PreparedModel(
        maps=year_maps(model, setting.kinds, years=years, steps_a_year=1),
        rotation=len(scenario.years),
        layers=[(0.0, setting.site.soil.stock_depth_cm)],
        counted=np.ones(len(model.pools)),
        measured=np.ones(len(model.pools)),
        adjusted=old,
        inert_t_ha=np.zeros(1),
    )


def prepare_amg(setting: Setting, scenario: Scenario, numbers: ParameterSet) -> PreparedModel:
    """Return AMG v2; inputs act the year after they fell."""
    soil, draws = setting.site.soil, setting.draws
    years = setting.years_of(scenario)
    weather = seasons_of(setting.site.weather, years=years, draws=draws)
    balance_mm = weather.rain_mm - PAN_FACTOR * weather.pan_evaporation_mm
    rate = amg.amg_rate(
        amg.AmgSoil(
            clay_g_kg=np.full((1, 1), 10.0 * soil.clay_percent),
            carbonate_g_kg=np.full((1, 1), soil.carbonate_g_kg),
            ph=np.full((1, 1), soil.ph),
            carbon_to_nitrogen=np.full((1, 1), soil.c_to_n),
        ),
        amg.AmgWeather(
            temp_c=ipcc_tier2.by_year(weather.temperature_c).mean(axis=1),
            water_balance_mm=ipcc_tier2.by_year(balance_mm).sum(axis=1),
        ),
    ).per_year * decay_factor(draws)
    model, _ = amg.amg_model(
        np.concatenate([rate[:1], rate]),  # the first is that of the start, which is not used
        _streams(setting),
        humification={
            _stream_name(kind): _amg_humified(kind, draws, numbers) for kind in setting.kinds
        },
    )
    maps = year_maps(model, setting.kinds, years=years, steps_a_year=1)
    active = np.array([1.0, *(0.0 for _ in setting.kinds)])
    return PreparedModel(
        maps=[delayed(year, setting.kinds) for year in maps],
        rotation=len(scenario.years),
        layers=[(0.0, soil.stock_depth_cm)],
        counted=active,
        measured=active,
        adjusted=active,
        inert_t_ha=amg.STABLE_SHARE_ARABLE * setting.soc_t_ha,
    )


def prepare_tier2(setting: Setting, scenario: Scenario, _numbers: ParameterSet) -> PreparedModel:
    """Return the IPCC Tier 2 steady-state method; all inputs have one lignin and N content."""
    draws, years = setting.draws, setting.years_of(scenario)
    weather = seasons_of(setting.site.weather, years=years, draws=draws)
    pet = weather.pan_evaporation_mm * PAN_FACTOR
    nitrogen = draws.of("nitrogen of inputs", NITROGEN)[None]
    lignin = np.minimum(draws.of("lignin of inputs", LIGNIN)[None], LARGEST_LIGNIN_TO_N * nitrogen)
    site = ipcc_tier2.Tier2Site(
        sand_fraction=np.full((1, 1), setting.site.soil.sand_percent / 100.0),
        temperature=ipcc_tier2.temperature_factor(weather.temperature_c) * decay_factor(draws),
        water=ipcc_tier2.water_factor(weather.rain_mm, pet, np.zeros(pet.shape, dtype=np.bool_)),
        tillage=[
            ipcc_tier2.Tillage(scenario.years[year % len(scenario.years)].tillage)
            for year in range(years)
        ],
    )
    steady = ipcc_tier2.steady_states(
        site, np.ones((years, 1, 1)), ipcc_tier2.Quality(lignin=lignin, nitrogen=nitrogen)
    )
    model = ipcc_tier2.Tier2(rates=steady.rates, per_input=steady.pools, streams=len(setting.kinds))
    pools = np.ones(len(model.pools))
    return PreparedModel(
        maps=year_maps(model, setting.kinds, years=years, steps_a_year=1),
        rotation=len(scenario.years),
        layers=[(0.0, setting.site.soil.stock_depth_cm)],
        counted=pools,
        measured=pools,
        adjusted=pools,
        inert_t_ha=np.zeros(1),
    )


OPTIONS: tuple[ModelOption, ...] = (
    ModelOption(
        name="rothc",
        title="RothC",
        version="RothC-26.3, DPM/RPM 1.44",
        knows_tillage=False,
        prepared=prepare_rothc,
    ),
    ModelOption(
        name="rothc_root_hum",
        title="RothC, part of the roots straight to HUM",
        version="RothC-26.3, root:shoot 2.1 at equilibrium",
        knows_tillage=False,
        prepared=prepare_rothc_root_hum,
    ),
    ModelOption(
        name="rothc_two_layers",
        title="RothC in two layers to 100 cm (Rootfield's own)",
        version="two layers 1, root:shoot 2.1",
        knows_tillage=False,
        prepared=prepare_two_layers,
    ),
    ModelOption(
        name="icbm",
        title="ICBM",
        version=f"ICBM, {ICBM_SET}, continuous",
        knows_tillage=False,
        prepared=prepare_icbm,
    ),
    ModelOption(
        name="amg",
        title="AMG v2",
        version="AMG v2, stable share 0.65",
        knows_tillage=False,
        prepared=prepare_amg,
    ),
    ModelOption(
        name="ipcc_tier2_soc",
        title="IPCC 2019 Tier 2 steady state",
        version="IPCC 2019, defaults",
        knows_tillage=True,
        prepared=prepare_tier2,
    ),
)
BY_NAME = {option.name: option for option in OPTIONS}
NAMES = tuple(BY_NAME)


def soil_models(parameters: ParameterSet, names: Sequence[str] = NAMES) -> list[SocModel]:
    """Return these models; the parameter set is that of yield allometry."""
    return [BoundModel(option=BY_NAME[name], parameters=parameters) for name in names]


def notes_on_models(scenarios: Sequence[Scenario], names: Sequence[str] = NAMES) -> list[Note]:
    """Return what a reader should know of these models in these scenarios."""
    notes = []
    tillage = {year.tillage for scenario in scenarios for year in scenario.years}
    blind = [name for name in names if not BY_NAME[name].knows_tillage]
    if len(tillage) > 1 and blind:
        text = f"{', '.join(blind)} know no tillage: that they show no effect says nothing."
        notes.append(Note(code="tillage_unknown", message=text))
    if "rothc_two_layers" in names:
        text = "rothc_two_layers is Rootfield's own; its subsoil starts in step with the topsoil."
        notes.append(Note(code="own_model", message=text))
    if "ipcc_tier2_soc" in names:
        text = "ipcc_tier2_soc takes one lignin and N content for all inputs, roots or shoots."
        notes.append(Note(code="one_quality", message=text))
    return notes


def rothc_site(setting: Setting, scenario: Scenario) -> rothc.RothcSite:
    """Return soil and climate of a rotation whose soil water repeats."""
    soil, years = setting.site.soil, setting.years_of(scenario)
    weather = seasons_of(setting.site.weather, years=years, draws=setting.draws)
    clay = np.full((1, 1), soil.clay_percent)
    is_covered = [
        month in scenario.covered_months(year % len(scenario.years))
        for year in range(years)
        for month in range(1, MONTHS + 1)
    ]
    climate = rothc_rates.Climate(
        weather=rothc_rates.Weather(
            temp_c=weather.temperature_c,
            rain_mm=weather.rain_mm,
            pan_evap_mm=weather.pan_evaporation_mm,
        ),
        is_covered=np.array(is_covered, dtype=np.bool_)[:, None, None],
        limits=classic_limits(clay, np.full((1, 1), soil.stock_depth_cm)),
        start_deficit_mm=np.zeros((1, 1)),
    )
    settled = replace(climate, start_deficit_mm=repeating_deficit_mm(climate))
    rates = np.asarray(rothc.RATES_PER_YEAR)[:, None, None] * decay_factor(setting.draws)[None]
    return rothc.RothcSite(clay_pct=clay, climate=settled, rates_per_year=rates)


def splits_with_direct_hum(setting: Setting) -> dict[str, FloatArray]:
    """Return splits whose roots hold their ratio to shoots at equilibrium, in the baseline.

    The equilibrium is that of the mean year of the weather.
    """
    usual = replace(setting.site, weather=mean_year(setting.site.weather))
    setting = replace(setting, site=usual, modelled_years=0)
    plain = dict(rothc.standard_splits())
    hum = rothc.pool_split(dpm=0.0, rpm=0.0, bio=0.0, hum=1.0)
    streams = [
        SocStream(name=name, source=SocSource.SHOOT, amount=np.ones(1)) for name in ("plain", "hum")
    ]
    model, _ = rothc.rothc_model(
        rothc_site(setting, setting.baseline),
        streams,
        splits={"plain": plain["shoot"], "hum": hum},
    )
    kinds: list[Kind] = [("shoot", "plain"), ("shoot", "hum")]
    maps = year_maps(model, kinds, years=len(setting.baseline.years), steps_a_year=MONTHS)
    held = [_held_by(maps[0], kind) for kind in kinds]
    ratio = ROOT_SHOOT_RATIO.median * root_factor(setting.draws)
    # where the draws ask for less than shoots, or more than HUM can hold, the nearest there is
    ratio = np.clip(ratio, 1.0, held[1] / held[0])
    share = direct_hum_share(ratio[None], plain=held[0][None], direct=held[1][None])
    return plain | dict.fromkeys(BELOW_GROUND, rothc.with_direct_hum(plain["root"], share))


def _held_by(year: YearMap, kind: Kind) -> Array:
    """Return the SOC that one t per year of a kind, spread over the months, holds for ever."""
    entering = year.entries[kind][0].mean(axis=0)
    balance = np.eye(year.step.shape[-1]) - year.step
    held: Array = np.linalg.solve(balance, entering[..., None])[..., 0].sum(axis=-1)
    return held


def _amg_humified(kind: Kind, draws: Draws, numbers: ParameterSet) -> FloatArray:
    source, name = kind
    if source in BELOW_GROUND:
        return np.minimum(AMG_ROOT * root_factor(draws), 1.0)[None]
    if source == "manure":
        return AMG_MANURE * draws.factor(f"humification of {name}", AMG_SHOOT_VARIATION)[None]
    published = _amg_shoot(name, numbers)
    return published * draws.factor("humification of shoots", AMG_SHOOT_VARIATION)[None]


def _amg_shoot(crop: str, numbers: ParameterSet) -> float:
    """Return h of shoots; what is no main crop is read as a cover crop, of which all have a row."""
    main, cover = YieldStand(crop=crop, kind="main"), YieldStand(crop=crop, kind="cover")
    try:
        return crop_row(main, "amg_v2", "h_AG", numbers).value("h_AG")
    except UnknownCrop:
        return crop_row(cover, "amg_v2", "h_AG", numbers).value("h_AG")


def _streams(setting: Setting) -> list[SocStream]:
    """Return a stream for each kind, so that a model knows what may enter; amounts do not count."""
    return [
        SocStream(name=_stream_name(kind), source=SocSource(kind[0]), amount=np.ones(1))
        for kind in setting.kinds
    ]


def _stream_name(kind: Kind) -> str:
    return f"{kind[0]} of {kind[1]}"


def _monthly_maps(model: Compartments, setting: Setting, scenario: Scenario) -> Sequence[YearMap]:
    return year_maps(
        model,
        setting.kinds,
        years=setting.years_of(scenario),
        steps_a_year=MONTHS,
        patterns=setting.patterns,
    )
