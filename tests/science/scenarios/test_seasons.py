"""Contrasts under a series of weather instead of its mean year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from estimates.science.errors import ImpossibleScenario
from estimates.science.scenarios import models
from estimates.science.scenarios.contrast import contrast_of
from estimates.science.scenarios.describe import Year
from estimates.science.scenarios.draws import Draws
from estimates.science.scenarios.models import soil_models
from estimates.science.scenarios.seasons import mean_year, modelled_years, seasons_of
from estimates.science.scenarios.stock import Response, Setting, initial_stock
from estimates.science.scenarios.streams import streams_of
from estimates.science.soc import rothc
from estimates.science.soc.series import Start
from estimates.science.soc.streams import Source
from estimates.science.soc.streams import Stream as SocStream
from tests.science.scenarios.builders import (
    ROTHAMSTED,
    SITE,
    Proportional,
    allometry,
    of_stands,
    question,
    scenario,
    wheat,
)

DRAWS = 3
BASELINE = of_stands(wheat())
ROOTY = of_stands(wheat(root_factor=1.2), name="rooty")
TWO_YEARS = scenario(Year(stands=(wheat(),)), Year(stands=(wheat(yield_t_ha=8.0),)), name="two")


def series(*shifts, order="repeat"):
    """Return a series of years, each the mean year warmer and wetter by a step."""
    return replace(
        ROTHAMSTED,
        temperature_c=tuple(t + s for s in shifts for t in ROTHAMSTED.temperature_c),
        rain_mm=tuple(r * (1 + s / 10) for s in shifts for r in ROTHAMSTED.rain_mm),
        pan_evaporation_mm=ROTHAMSTED.pan_evaporation_mm * len(shifts),
        first_year=2000,
        order=order,
    )


def site(weather, **soil):
    return replace(SITE, weather=weather, soil=replace(SITE.soil, **soil))


def answer(weather, *, after=ROOTY, names=models.NAMES, **soil):
    asked = question(BASELINE, after, site=site(weather, **soil), draws=200, horizons=(5, 20))
    return contrast_of(asked, methods=[Proportional()], models=soil_models(allometry(), names))


def test_a_series_of_equal_years_is_their_mean_year():
    """Splits of roots, water and climate factors repeat, so every number is the same."""
    once, thrice = answer(ROTHAMSTED), answer(series(0, 0, 0))

    for one, other in zip(once.cells, thrice.cells, strict=True):
        assert other.difference.mean == pytest.approx(one.difference.mean, rel=1e-9)
        assert other.baseline.upper == pytest.approx(one.baseline.upper, rel=1e-9)


def test_rothc_under_a_series_is_rothc_month_by_month():
    weather = series(0, 3, -2)
    draws = Draws(seed=5, size=DRAWS)
    streams = streams_of(TWO_YEARS, Proportional(), draws)
    setting = Setting(
        site=site(weather),
        baseline=TWO_YEARS,
        kinds=sorted({stream.kind for stream in streams}),
        soc_t_ha=initial_stock(SITE, draws),
        draws=draws,
        modelled_years=4,
        patterns=frozenset((stream.kind, stream.months) for stream in streams),
    )
    (model,) = soil_models(allometry(), ["rothc"])
    ready = model.prepare(setting, TWO_YEARS)
    response = Response(ready, years=[8])
    inflows = response.inflows(streams)
    start = response.start(inflows, setting.soc_t_ha)

    amounts = {kind: np.zeros((8, 12, 1, DRAWS)) for kind in setting.kinds}
    for stream in streams:
        share = stream.amount_t_ha * stream.share_within(23.0)
        amounts[stream.kind][stream.year :: 2, :, 0] += np.outer(stream.months, share)[None]
    plain = models.rothc_site(setting, TWO_YEARS)
    twice = {
        name: np.tile(getattr(plain.climate.weather, name), (2, 1, 1))
        for name in ("temp_c", "rain_mm", "pan_evap_mm")
    }
    climate = replace(
        plain.climate,
        weather=replace(plain.climate.weather, **twice),
        is_covered=np.tile(plain.climate.is_covered, (2, 1, 1)),
    )
    found = rothc.run_rothc(
        replace(plain, climate=climate),
        [
            SocStream(name=str(kind), source=Source(kind[0]), amount=item.reshape(96, 1, DRAWS))
            for kind, item in amounts.items()
        ],
        Start(pools=start.T[:, None, :], inert_t_ha=ready.inert_t_ha[None, :]),
    )

    soc = response.stocks(inflows, start).at_year[8]
    assert soc == pytest.approx(found.soc_t_ha[-1, 0], rel=1e-10)


def test_years_drawn_from_a_series_are_shared_and_explain_a_part_of_the_variance():
    weather = series(-4, 0, 4, order="bootstrap")
    same = answer(weather, after=replace(BASELINE, name="the same"), names=["rothc", "amg"])
    other = answer(weather, names=["rothc"])

    assert {cell.difference.sd for cell in same.cells} == {0.0}
    (cell,) = [c for c in other.cells if (c.key.quantity, c.key.horizon_years) == ("soc", 20)]
    named = {share.input: share.share for share in cell.shares}
    assert "weather of the years" in named
    (fixed,) = [
        c
        for c in answer(mean_year(weather), names=["rothc"]).cells
        if (c.key.quantity, c.key.horizon_years) == ("soc", 20)
    ]
    assert cell.baseline.sd != fixed.baseline.sd


def test_icbm_takes_its_climate_factor_from_the_weather_of_each_year():
    warm = answer(series(0, 4), names=["icbm"], icbm_climate_factor=None)
    cold = answer(series(0, -4), names=["icbm"], icbm_climate_factor=None)

    lost = [
        next(c.baseline.mean for c in found.cells if c.key.quantity == "soc_equilibrium")
        for found in (warm, cold)
    ]
    assert lost[0] < lost[1]


@pytest.mark.parametrize(
    ("years", "order", "rotations", "expected"),
    [
        (1, "repeat", [1, 3], 0),
        (10, "repeat", [1, 3], 12),
        (10, "repeat", [2, 4], 12),
        (10, "bootstrap", [1, 1], 20),
    ],
)
def test_modelled_years_hold_the_series_and_every_rotation_whole(years, order, rotations, expected):
    weather = series(*[0] * years, order=order)

    found = modelled_years(weather, rotations=rotations, horizons=[5, 20], draws=200)

    assert found == expected


def test_more_than_a_worker_can_hold_is_refused_by_name():
    with pytest.raises(ImpossibleScenario, match="take fewer draws"):
        modelled_years(series(*[0] * 30), rotations=[1], horizons=[20], draws=20_000)


def test_the_series_comes_in_its_order_and_begins_again():
    found = seasons_of(series(0, 1), years=3, draws=Draws(seed=1, size=2))

    assert found.temperature_c[[0, 12, 24], 0, 0].tolist() == pytest.approx([3.4, 4.4, 3.4])
