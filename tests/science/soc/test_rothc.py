"""RothC against figures in print and the corners of its rules.

Print: Coleman & Prout, RothC description for version 2.0.0, Rothamsted Research 2025 (table 2,
the Hoosfield example of part 2).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from estimates.science.errors import (
    ImpossibleForcing,
    ImpossibleShares,
    NotEnoughData,
    UnknownParameter,
)
from estimates.science.soc.rothc import (
    RATES_PER_YEAR,
    falloon_iom_t_ha,
    plant_split,
    pool_split,
    rothc_start,
    run_rothc,
    standard_splits,
    transformed_shares,
    with_direct_hum,
)
from estimates.science.soc.rothc_moisture import (
    WaterProperties,
    classic_limits,
    largest_deficit_mm,
    water_limits,
)
from estimates.science.soc.rothc_rates import rate_blocks, temperature_modifier
from estimates.science.soc.rothc_single import single_rates
from estimates.science.soc.series import Wish
from estimates.science.soc.streams import Source, Stream, by_column, by_step
from tests.science.soc.worlds import TEMP_C, climate, site, stream

START = rothc_start(pools=[0.15, 4.5, 0.67, 25.9], iom_t_ha=2.7)


def modifiers(conditions):
    blocks = [
        [np.ravel(part) for part in (b.temperature, b.moisture, b.cover, b.deficit_mm, b.rate)]
        for b in rate_blocks(conditions)
    ]
    return [np.concatenate(parts) for parts in zip(*blocks, strict=True)]


@pytest.mark.parametrize(
    ("temp_c", "expected"),
    [(-30, 0), (-18.27, 0), (-5.01, 0), (-5, 0.016188115823), (0, 0.143872428331),
     (9.25, 0.99444047315), (25, 3.80197570414)],
)  # fmt: skip
def test_decay_stops_below_minus_five_degrees_and_not_at_it(temp_c, expected):
    """47.91 / (1 + exp(106.06 / (T + 18.27))), worked by the reference step functions."""
    found = temperature_modifier(by_step([temp_c]), out=np.empty((1, 1, 1)))

    assert found[0, 0, 0] == pytest.approx(expected, rel=1e-11, abs=0)


@pytest.mark.parametrize(
    ("clay", "bio", "hum"),
    [(0, 0.0680322413666, 0.0798639355173), (23.4, 0.101901057289, 0.119622980296),
     (60, 0.111829172349, 0.131277724062)],
)  # fmt: skip
def test_clay_decides_how_much_is_kept(clay, bio, hum):
    shares = transformed_shares(by_column(clay))

    assert np.ravel(shares) == pytest.approx([bio, hum], rel=1e-11)


def test_the_largest_deficit_is_that_of_the_description():
    """-44.94 mm at 23.4 % clay and 23 cm: the coefficient is 0.01, not the 1.01 printed."""
    assert largest_deficit_mm(by_column(23.4), by_column(23.0))[0, 0] == pytest.approx(
        -44.94, abs=0.005
    )
    assert largest_deficit_mm(by_column(0.0), by_column(23.0))[0, 0] == -20.0


def test_more_clay_than_65_percent_holds_less_water_again():
    at_65, at_80 = (largest_deficit_mm(by_column(c), by_column(23.0))[0, 0] for c in (65.0, 80.0))

    assert at_65 == pytest.approx(-62.25)
    assert at_80 == pytest.approx(-60.0)


def test_the_summer_deficits_are_those_of_table_2():
    deficits = modifiers(climate())[3]

    expected = [0, 0, 0, 0, -10.25, -27.50, -44.94, -44.94, -38.69, -8.19, 0, 0]
    assert deficits == pytest.approx(expected, abs=0.006)


def test_bare_soil_dries_less_unless_it_is_drier_already():
    """M = -44.94; bare stops at 0.556 M = -24.98 and keeps a deficit a crop left behind."""
    summer = {"temp_c": (16.0,) * 3, "rain_mm": (0.0,) * 3, "pan_evap_mm": (100.0,) * 3}
    bare = modifiers(climate(is_covered=(False,) * 3, **summer))[3]
    after_crop = modifiers(climate(is_covered=(True, False, False), **summer))[3]

    assert bare == pytest.approx([-24.98, -24.98, -24.98], abs=0.01)
    assert after_crop == pytest.approx([-44.94, -44.94, -44.94], abs=0.01)


def test_a_start_drier_than_possible_stays_until_plants_or_rain_end_it():
    dry = {"temp_c": (16.0,) * 3, "rain_mm": (0.0,) * 3, "pan_evap_mm": (10.0,) * 3}
    conditions = climate(is_covered=(False, True, True), deficit_mm=-50.0, **dry)

    deficits, moisture = modifiers(conditions)[3], modifiers(conditions)[1]

    assert deficits == pytest.approx([-50.0, -44.94, -44.94], abs=0.01)
    assert moisture[0] == pytest.approx(0.2 + 0.8 * (-44.9424 + 50) / (-0.556 * 44.9424), abs=1e-3)
    assert moisture[1] == pytest.approx(0.2)


def test_the_rate_is_the_product_and_cover_slows_it():
    temperature, moisture, cover, _, rate = modifiers(climate(is_covered=(True, False) * 6))

    assert list(cover) == [0.6, 1.0] * 6
    assert rate == pytest.approx(temperature * moisture * cover, rel=1e-15)


def test_inputs_of_a_month_do_not_decay_in_it():
    result = run_rothc(
        site(temp_c=[10.0], rain_mm=[50.0], pan_evap_mm=[10.0], is_covered=[True]),
        [stream([2.44])],
        rothc_start(pools=[0, 0, 0, 0], iom_t_ha=0.0),
        wish=Wish(record=(1,)),
    )

    assert result.pools["dpm"][0, 0, 0] == pytest.approx(1.44)
    assert result.pools["rpm"][0, 0, 0] == pytest.approx(1.0)
    assert result.respired_t_ha[0, 0, 0] == 0.0


def test_farmyard_manure_is_partly_humus_already():
    result = run_rothc(
        site(temp_c=[-10.0], rain_mm=[50.0], pan_evap_mm=[10.0], is_covered=[True]),
        [stream([1.0], source=Source.MANURE)],
        rothc_start(pools=[0, 0, 0, 0], iom_t_ha=0.0),
        wish=Wish(record=(1,)),
    )

    assert [result.pools[pool][0, 0, 0] for pool in ("dpm", "rpm", "bio", "hum")] == [
        0.49, 0.49, 0.0, 0.02,
    ]  # fmt: skip


def test_nothing_moves_in_a_year_of_hard_frost():
    result = run_rothc(site(temp_c=(-6.0,) * 12), [stream(np.zeros(12))], START)

    assert result.soc_t_ha[-1, 0, 0] == pytest.approx(START.pools.sum() + 2.7, rel=1e-15)


def test_a_split_may_change_by_month():
    split = plant_split([1.44, 0.25])
    result = run_rothc(
        site(temp_c=[-10.0] * 2, rain_mm=[1.0] * 2, pan_evap_mm=[1.0] * 2, is_covered=[True] * 2),
        [stream([1.0, 1.0])],
        rothc_start(pools=[0, 0, 0, 0], iom_t_ha=0.0),
        splits={"shoot": split},
        wish=Wish(record=(2,)),
    )

    assert result.pools["dpm"][0, 0, 0] == pytest.approx(1.44 / 2.44 + 0.25 / 1.25)


def test_c_straight_to_hum_and_to_bio_goes_where_it_is_sent():
    split = with_direct_hum(pool_split(dpm=0.5, rpm=0.3, bio=0.2, hum=0.0), 0.25)

    assert np.ravel(split) == pytest.approx([0.375, 0.225, 0.15, 0.25])


def test_one_plot_alone_is_that_plot_among_many():
    amounts = np.linspace(0.0, 0.3, 12)
    alone = run_rothc(site(), [stream(amounts)], START)
    both = run_rothc(site(clay_pct=[10.0, 23.4]), [stream(amounts)], START)
    lanes = run_rothc(site(), [stream(amounts)], START, wish=Wish(record=(0, 12), by_stream=True))

    assert alone.soc_t_ha[-1, 0, 0] == pytest.approx(both.soc_t_ha[-1, 1, 0], rel=1e-13)
    assert alone.soc_t_ha[-1, 0, 0] == pytest.approx(lanes.soc_t_ha[-1, 0, 0], rel=1e-13)
    assert alone.respired_t_ha[-1, 0, 0] == pytest.approx(both.respired_t_ha[-1, 1, 0], rel=1e-12)


def test_plain_floats_know_the_options_of_version_2():
    """Both roads on a soil that may dry to 1,000 bar, frost included."""
    limits = water_limits(
        by_column(35.0), by_column(30.0),
        WaterProperties(
            silt_pct=by_column(30.0), bulk_density_g_cm3=by_column(1.35),
            organic_carbon_pct=by_column(1.6),
        ),
        may_dry_below=True, least_rate=0.1,
    )  # fmt: skip
    dry = climate(
        limits=limits, temp_c=(-6.0, *(20.0,) * 11), rain_mm=(0.0,) * 12, pan_evap_mm=(90.0,) * 12
    )

    rates = modifiers(dry)[4]

    assert list(single_rates(dry)) == pytest.approx(rates, rel=1e-13)
    assert modifiers(dry)[1].min() == 0.1


def test_bare_soil_may_be_let_dry_to_wilting():
    limits = classic_limits(by_column(23.4), by_column(23.0), bare_to_wilting=True)

    assert limits.bare is limits.driest


@pytest.mark.parametrize(("clay", "silt"), [(0.0, 30.0), (20.0, 0.0)])
def test_water_contents_need_clay_and_silt(clay, silt):
    water = WaterProperties(
        silt_pct=by_column(silt), bulk_density_g_cm3=by_column(1.3),
        organic_carbon_pct=by_column(1.0),
    )  # fmt: skip

    with pytest.raises(ImpossibleForcing, match="clay and silt"):
        water_limits(by_column(clay), by_column(23.0), water, may_dry_below=False)


def test_inert_c_follows_falloon():
    """0.049 x 30^1.139 = exp(1.139 ln 30) x 0.049 = 2.3585."""
    assert falloon_iom_t_ha(30.0)[0, 0] == pytest.approx(2.3585, abs=1e-4)
    with pytest.raises(ImpossibleForcing):
        falloon_iom_t_ha(-1.0)


@pytest.mark.parametrize(
    ("work", "error"),
    [
        (lambda: plant_split(-0.1), ImpossibleShares),
        (lambda: pool_split(dpm=0.5, rpm=0.6, bio=0.0, hum=0.0), ImpossibleShares),
        (lambda: with_direct_hum(plant_split(1.44), 1.2), ImpossibleShares),
        (lambda: rothc_start(pools=[1.0, 1.0, 1.0], iom_t_ha=0.0), ImpossibleForcing),
        (lambda: rothc_start(pools=[1.0, 1.0, -1.0, 1.0], iom_t_ha=0.0), ImpossibleForcing),
        (lambda: run_rothc(site(), [stream([-1.0] * 12)], START), ImpossibleForcing),
        (lambda: run_rothc(site(), [stream([np.nan] * 12)], START), ImpossibleForcing),
        (lambda: site(clay_pct=101.0), ImpossibleForcing),
        (lambda: site(depth_cm=0.0), ImpossibleForcing),
        (lambda: site(rain_mm=[1.0] * 11), ImpossibleForcing),
        (lambda: site(deficit_mm=-60.0), ImpossibleForcing),
        (
            lambda: run_rothc(site(rain_mm=[np.nan] * 12), [stream([1.0] * 12)], START),
            ImpossibleForcing,
        ),
        (
            lambda: run_rothc(
                site(clay_pct=[1.0, 2.0], temp_c=[np.nan] * 12), [stream([1.0] * 12)], START
            ),
            ImpossibleForcing,
        ),
        (lambda: run_rothc(site(), [stream([1.0] * 6)], START), ImpossibleForcing),
        (
            lambda: run_rothc(site(), [stream([1.0] * 24)], START, wish=Wish(record=(24,))),
            ImpossibleForcing,
        ),
        (
            lambda: run_rothc(
                site(clay_pct=[1.0, 2.0]), [stream([1.0] * 24)], START, wish=Wish(record=(24,))
            ),
            ImpossibleForcing,
        ),
        (lambda: run_rothc(site(), [stream([1.0] * 12)] * 2, START), ImpossibleForcing),
        (
            lambda: run_rothc(site(), [stream([1.0] * 12)], START, wish=Wish(record=(0,))),
            NotEnoughData,
        ),
        (
            lambda: run_rothc(site(), [stream([1.0] * 12)], START, splits={"root": None}),
            UnknownParameter,
        ),
    ],
)
def test_what_cannot_be_is_refused(work, error):
    with pytest.raises(error):
        work()


def test_a_stream_is_humified_by_its_name_before_its_source():
    late = Stream(name="late", source=Source.SHOOT, amount=np.ones(12) * 0.1)
    splits = dict(standard_splits()) | {"late": pool_split(dpm=0.0, rpm=0.0, bio=0.0, hum=1.0)}
    frozen = site(temp_c=(-6.0,) * 12)

    result = run_rothc(frozen, [late], START, splits=splits)

    assert result.pools["hum"][-1, 0, 0] == pytest.approx(25.9 + 1.2)


def test_many_plots_are_worked_in_blocks_of_months_like_a_few():
    """3,000 plots take two months at a time."""
    clay = np.linspace(0, 60, 3_000)
    amounts = np.linspace(0.0, 0.3, 12)

    many = run_rothc(site(clay_pct=clay), [stream(amounts)], START)
    few = run_rothc(site(clay_pct=clay[:2]), [stream(amounts)], START)

    np.testing.assert_array_equal(many.soc_t_ha[:, :2], few.soc_t_ha)


def test_rates_and_climate_may_be_drawn():
    """Each draw is the run that has its rates and its temperatures alone."""
    draw = np.random.default_rng(3)
    rates = np.array(RATES_PER_YEAR)[:, None, None] * draw.lognormal(0, 0.2, (4, 1, 5))
    warmer = by_step(TEMP_C) + draw.normal(0, 1, (1, 1, 5))
    amounts = [stream(np.full(12, 0.2))]

    def run(temp_c, rates_per_year):
        ground = replace(site(temp_c=temp_c), rates_per_year=rates_per_year)
        return run_rothc(ground, amounts, START).soc_t_ha[-1, 0]

    together = run(warmer, rates)
    alone = [run(warmer[..., row : row + 1], rates[..., row : row + 1])[0] for row in range(5)]

    assert together == pytest.approx(alone, rel=1e-13)
    assert np.ptp(together) > 0.1
