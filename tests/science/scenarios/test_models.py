"""Every SOC model as contrasts use it, against the same model run step by step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from estimates.science.distributions import Fixed
from estimates.science.scenarios import models
from estimates.science.scenarios.describe import Year
from estimates.science.scenarios.draws import Draws
from estimates.science.scenarios.models import notes_on_models, soil_models
from estimates.science.scenarios.stock import Response, Setting, initial_stock
from estimates.science.scenarios.streams import streams_of
from estimates.science.soc import amg, icbm, ipcc_tier2, rothc, two_layers
from estimates.science.soc.series import Start
from estimates.science.soc.streams import Source
from estimates.science.soc.streams import Stream as SocStream
from tests.science.scenarios.builders import SITE, Proportional, allometry, scenario, wheat

DRAWS = 3
YEARS = 20

BARLEY = {"crop": "spring barley", "yield_t_ha": 5.0, "first_month": 3, "last_month": 8}
ROTATION = scenario(Year(stands=(wheat(),)), Year(stands=(wheat(**BARLEY),), tillage="reduced"))
STREAMS = streams_of(ROTATION, Proportional(), Draws(seed=5, size=DRAWS))
KINDS = sorted({stream.kind for stream in STREAMS})


def setting(**others):
    draws = Draws(seed=5, size=DRAWS)
    return Setting(
        site=SITE,
        baseline=ROTATION,
        kinds=KINDS,
        soc_t_ha=initial_stock(SITE, draws),
        draws=draws,
        **others,
    )


def prepared(name):
    (model,) = soil_models(allometry(), [name])
    return model.prepare(setting(), ROTATION)


def carried(ready):
    """Return the starting pools and SOC after 20 years, by the maps."""
    response = Response(ready, years=[YEARS])
    inflows = response.inflows(STREAMS)
    start = response.start(inflows, setting().soc_t_ha)
    return start, response.stocks(inflows, start).at_year[YEARS]


def yearly(kind, depth_cm):
    """Return (years, 1, draws) of a kind within a depth, the rotation repeated."""
    amounts = np.zeros((YEARS, 1, DRAWS))
    for stream in STREAMS:
        if stream.kind == kind:
            for year in range(stream.year, YEARS, len(ROTATION.years)):
                amounts[year, 0] += stream.amount_t_ha * stream.share_within(depth_cm)
    return amounts


def monthly(kind, upper_cm, lower_cm):
    amounts = np.zeros((YEARS, 12, 1, DRAWS))
    for stream in STREAMS:
        if stream.kind == kind:
            share = stream.amount_t_ha * stream.share_between(upper_cm, lower_cm)
            for year in range(stream.year, YEARS, len(ROTATION.years)):
                amounts[year, :, 0] += np.outer(stream.months, share)
    return amounts.reshape(12 * YEARS, 1, DRAWS)


def soc_streams(amounts_of):
    return [
        SocStream(name=f"{kind[0]} of {kind[1]}", source=Source(kind[0]), amount=amounts_of(kind))
        for kind in KINDS
    ]


def long_site(given):
    """Return the RothC site of the rotation with its climate repeated for all years."""
    climate = given.climate
    repeat = YEARS // len(ROTATION.years)
    weather = replace(
        climate.weather,
        **{
            name: np.tile(getattr(climate.weather, name), (repeat, 1, 1))
            for name in ("temp_c", "rain_mm", "pan_evap_mm")
        },
    )
    covered = np.tile(climate.is_covered, (repeat, 1, 1))
    return replace(given, climate=replace(climate, weather=weather, is_covered=covered))


def as_start(ready, pools):
    return Start(pools=pools.T[:, None, :], inert_t_ha=ready.inert_t_ha[None, :])


@pytest.mark.parametrize("name", ["rothc", "rothc_root_hum"])
def test_rothc_by_its_yearly_maps_is_rothc_by_its_months(name):
    ready = prepared(name)
    start, soc = carried(ready)
    splits = rothc.standard_splits()
    if name == "rothc_root_hum":
        splits = models.splits_with_direct_hum(setting())

    found = rothc.run_rothc(
        long_site(models.rothc_site(setting(), ROTATION)),
        soc_streams(lambda kind: monthly(kind, 0, 23)),
        as_start(ready, start),
        splits=splits,
    )

    assert soc == pytest.approx(found.soc_t_ha[-1, 0], rel=1e-10)


def test_two_layers_by_yearly_maps_are_two_layers_by_months():
    ready = prepared("rothc_two_layers")
    start, soc = carried(ready)
    draws = setting().draws
    layers = two_layers.TwoLayers(
        site=long_site(models.rothc_site(setting(), ROTATION)),
        subsoil_clay_pct=np.full((1, 1), SITE.soil.clay_percent),
        transport_share=draws.of("transport to the subsoil", two_layers.TRANSPORT_SHARE)[None],
        subsoil_factor=draws.of("decay in the subsoil", two_layers.SUBSOIL_FACTOR)[None],
    )
    streams = [
        replace(top, amount=top.amount + below.amount, layer_shares=shares)
        for top, below, shares in (
            (top, below, _layer_shares(top.amount, below.amount))
            for top, below in zip(
                soc_streams(lambda kind: monthly(kind, 0, 23)),
                soc_streams(lambda kind: monthly(kind, 23, 100)),
                strict=True,
            )
        )
    ]

    found = two_layers.run_two_layers(
        layers,
        streams,
        as_start(ready, start),
        splits=models.splits_with_direct_hum(setting()),
    )

    assert soc == pytest.approx(found.soc_t_ha[-1, 0], rel=1e-10)


def _layer_shares(top, below):
    total = (top + below).sum(axis=(0, 1))
    safe = np.where(total > 0, total, 1.0)
    return tuple((part.sum(axis=(0, 1)) / safe)[None] for part in (top, below))


def test_icbm_by_yearly_maps_is_icbm_by_years():
    ready = prepared("icbm")
    start, soc = carried(ready)
    draws = setting().draws
    root = np.minimum(0.30 * models.root_factor(draws), 1.0)[None]
    factor = np.broadcast_to(models.decay_factor(draws)[None], (YEARS, 1, DRAWS))

    found = icbm.run_icbm(
        icbm.icbm_site(factor, arrival=icbm.Arrival.CONTINUOUS),
        soc_streams(lambda kind: yearly(kind, 23)),
        Start(pools=start.T[:, None, :]),
        humification={"root": root, "rhizodeposit": root, "shoot": 0.125, "manure": 0.31},
    )

    assert soc == pytest.approx(found.soc_t_ha[-1, 0], rel=1e-10)


def test_amg_by_yearly_maps_is_amg_by_years_a_year_behind():
    """Clay 234 g per kg, 9.225 degC, 704 mm of rain and 0.75 x 597 mm of evapotranspiration."""
    ready = prepared("amg")
    start, soc = carried(ready)
    draws = setting().draws
    rate = amg.amg_rate(
        amg.AmgSoil(
            clay_g_kg=np.array([[234.0]]),
            carbonate_g_kg=np.zeros((1, 1)),
            ph=np.array([[7.0]]),
            carbon_to_nitrogen=np.array([[10.0]]),
        ),
        amg.AmgWeather(
            temp_c=np.array([[[110.7 / 12]]]), water_balance_mm=np.array([[[704 - 0.75 * 597]]])
        ),
    ).per_year * models.decay_factor(draws)
    shoot = draws.factor("humification of shoots", 0.1)
    root = np.minimum(0.40 * models.root_factor(draws), 1.0)[None]
    humification = {
        "shoot of winter wheat": (0.217 * shoot)[None],
        "shoot of spring barley": (0.233 * shoot)[None],
        "root": root,
        "rhizodeposit": root,
    }
    # the years begin with the inputs of the year before, which wait at the start
    streams = [
        replace(stream, amount=np.concatenate([stream.amount[-1:], stream.amount]))
        for stream in soc_streams(lambda kind: yearly(kind, 23))
    ]

    found = amg.run_amg(
        np.broadcast_to(rate, (YEARS + 1, 1, DRAWS)),
        streams,
        Start(pools=start[:, :1].T[:, None, :], inert_t_ha=ready.inert_t_ha[None, :]),
        humification=humification,
    )

    assert soc == pytest.approx(found.soc_t_ha[-1, 0], rel=1e-10)


def test_tier_2_by_yearly_maps_moves_to_its_steady_state_year_by_year():
    """X + (X* - X) min(1, k) for each pool, X* of the year's input and tillage."""
    ready = prepared("ipcc_tier2_soc")
    start, soc = carried(ready)
    draws = setting().draws
    nitrogen = draws.of("nitrogen of inputs", models.NITROGEN)
    lignin = np.minimum(draws.of("lignin of inputs", models.LIGNIN), 47.0 * nitrogen)
    total = sum(yearly(kind, 23) for kind in KINDS)
    months = {
        name: np.tile(np.array(values)[:, None, None], (YEARS, 1, 1))
        for name, values in (
            ("temp", SITE.weather.temperature_c),
            ("rain", SITE.weather.rain_mm),
            ("pet", [0.75 * value for value in SITE.weather.pan_evaporation_mm]),
        )
    }
    dry = np.zeros(months["rain"].shape, dtype=bool)
    steady = ipcc_tier2.steady_states(
        ipcc_tier2.Tier2Site(
            sand_fraction=np.array([[0.2]]),
            temperature=ipcc_tier2.temperature_factor(months["temp"]) * models.decay_factor(draws),
            water=ipcc_tier2.water_factor(months["rain"], months["pet"], dry),
            tillage=[ipcc_tier2.Tillage(ROTATION.years[n % 2].tillage) for n in range(YEARS)],
        ),
        total,
        ipcc_tier2.Quality(lignin=lignin[None], nitrogen=nitrogen[None]),
    )

    pools = start.T.copy()
    for year in range(YEARS):
        moved = np.minimum(1.0, steady.rates[:, year, 0])
        pools += (steady.pools[:, year, 0] - pools) * moved

    assert soc == pytest.approx(pools.sum(axis=0), rel=1e-10)


@pytest.mark.parametrize("name", models.NAMES)
def test_the_start_holds_the_measured_stock_and_the_equilibrium_stays(name):
    (model,) = soil_models(allometry(), [name])
    ready = model.prepare(setting(), ROTATION)
    response = Response(ready, years=[1])
    inflows = response.inflows(STREAMS)
    start = response.start(inflows, setting().soc_t_ha)
    steady = response.steady_states(inflows)

    measured = start @ ready.measured + ready.inert_t_ha
    assert (model.name, bool(model.version)) == (name, True)

    assert measured == pytest.approx(setting().soc_t_ha)
    later = response.steady_states(inflows)[-1]
    for year, inflow in zip(ready.maps, inflows, strict=True):
        later = (year.step @ later[..., None])[..., 0] + inflow
    assert later == pytest.approx(steady[-1], rel=1e-9)


def test_roots_that_go_to_hum_hold_their_ratio_to_shoots_at_equilibrium():
    """A tonne of roots a year against a tonne of shoots, by the ratio each draw asks for."""
    given = setting()
    ready = prepared("rothc_root_hum")
    held = []
    for source in ("root", "shoot"):
        year = ready.maps[0]
        entering = year.entries[(source, "winter wheat")][0].mean(axis=0)
        balance = np.eye(4) - year.step
        held.append(np.linalg.solve(balance, entering[..., None])[..., 0].sum(axis=-1))

    ratio = 2.1 * models.root_factor(given.draws)
    assert held[0] / held[1] == pytest.approx(ratio, rel=1e-9)


def test_manure_and_unknown_crops_have_a_humification_in_amg():
    kinds = [("manure", "compost"), ("shoot", "a crop of no table"), ("shoot", "radish")]
    given = replace(setting(), kinds=kinds)
    (model,) = soil_models(allometry(), ["amg"])

    year = model.prepare(given, ROTATION).maps[0]

    manure, unknown, radish = (year.step[:, 0, place] for place in (1, 2, 3))
    assert manure.mean() > radish.mean() > unknown.mean() > 0


def test_models_that_know_no_tillage_say_so_when_tillage_differs():
    ploughed, direct = (
        scenario(Year(stands=(wheat(),))),
        scenario(Year(stands=(wheat(),), tillage="none")),
    )

    told = notes_on_models([ploughed, direct], ["rothc"])
    silent = notes_on_models([ploughed, ploughed], ["rothc"])

    assert [note.code for note in told] == ["tillage_unknown"]
    assert [note.code for note in silent] == []


def test_what_is_known_exactly_counts_as_no_uncertain_input():
    draws = Draws(seed=1, size=4)

    drawn = draws.of("depth", Fixed(value=30.0))

    assert drawn.tolist() == [30.0] * 4
    assert draws.uncertain == set()
