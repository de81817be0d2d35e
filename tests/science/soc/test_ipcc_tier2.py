"""IPCC 2019 Tier 2: corners of its equations and the reference files."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.science.errors import ImpossibleForcing, NotEnoughData
from estimates.science.soc.ipcc_tier2 import (
    POOLS,
    Quality,
    Tier2Site,
    Tillage,
    run_tier2,
    steady_states,
    temperature_factor,
    water_factor,
)
from estimates.science.soc.series import Wish
from estimates.science.soc.streams import Source, by_column, by_step
from tests.science.soc.worlds import column, stream, table

SCENARIOS = ("temperate", "mediterranean_irrigated", "no_till_switch")
MEAN = Quality(lignin=by_step(0.073), nitrogen=by_step(0.0083))


def site(years, *, tillage=Tillage.FULL, temperature=0.3, water=1.5):
    return Tier2Site(
        sand_fraction=by_column(0.35),
        temperature=by_step([temperature] * years),
        water=by_step([water] * years),
        tillage=[tillage] * years,
    )


def test_warmth_is_best_at_33_69_degrees_and_ends_at_45():
    """q = 1 makes the factor q^0.2 exp(0) = 1."""
    best, hot = (by_step([temp] * 12) for temp in (33.69, 45.0))

    assert temperature_factor(best)[0, 0, 0] == pytest.approx(1.0)
    assert temperature_factor(hot)[0, 0, 0] == 0.0
    assert temperature_factor(by_step([50.0] * 12))[0, 0, 0] == 0.0


def test_a_month_without_pet_counts_as_wet_and_irrigation_as_0_775():
    """1.5 x (0.2129 + 1.331 x 1.25 - 0.2413 x 1.25^2) = 1.5 x 1.49962."""
    zeros, dry = by_step([0.0] * 12), by_step([False] * 12) != 0

    assert water_factor(zeros, zeros, dry)[0, 0, 0] == pytest.approx(2.24943, abs=1e-5)
    assert water_factor(zeros, zeros, ~dry)[0, 0, 0] == pytest.approx(1.5 * 0.775)


def test_no_till_slows_the_active_and_slow_pools():
    full = steady_states(site(1), by_step([3.0]), MEAN)
    none = steady_states(site(1, tillage=Tillage.NONE), by_step([3.0]), MEAN)

    assert (full.rates[:2] / none.rates[:2]).ravel() == pytest.approx([3.036, 3.036])
    assert full.rates[2] == none.rates[2]
    assert none.pools.sum() > full.pools.sum()


def test_a_steady_state_under_the_same_year_stays():
    years = run_tier2(site(30), [stream([3.0] * 30)], qualities={"shoot": MEAN})

    assert years.soc_t_ha[-1, 0, 0] == pytest.approx(years.soc_t_ha[0, 0, 0], rel=1e-12)
    assert len(years.soc_t_ha) == 26


def test_two_streams_count_as_their_mean_by_c():
    poor = Quality(lignin=by_step(0.2), nitrogen=by_step(0.005))
    streams = [stream([2.0] * 9), stream([1.0] * 9, source=Source.ROOT)]
    mixed = Quality(
        lignin=by_step((2 * 0.073 + 0.2) / 3), nitrogen=by_step((2 * 0.0083 + 0.005) / 3)
    )

    both = run_tier2(
        site(9), streams, qualities={"shoot": MEAN, "root": poor},
        wish=Wish(record=(0, 4), by_stream=True),
    )  # fmt: skip
    one = run_tier2(site(9), [stream([3.0] * 9)], qualities={"shoot": mixed})

    assert both.soc_t_ha[-1, 0, 0] == pytest.approx(one.soc_t_ha[-1, 0, 0], rel=1e-13)
    parts = both.by_stream
    assert parts["shoot"][-1, 0, 0] == pytest.approx(2 * parts["root"][-1, 0, 0])


def test_years_without_input_decay_towards_nothing():
    years = run_tier2(site(30), [stream([3.0] * 6 + [0.0] * 24)], qualities={"shoot": MEAN})

    assert (np.diff(years.soc_t_ha[2:, 0, 0]) < 0).all()


@pytest.mark.parametrize("years", [3, 5])
def test_a_short_run_in_is_refused(years):
    with pytest.raises(NotEnoughData):
        run_tier2(
            site(years),
            [stream([3.0] * years)],
            qualities={"shoot": MEAN},
            run_in_years=min(years, 4),
        )


def test_parts_of_a_year_and_years_without_decay_are_refused():
    with pytest.raises(NotEnoughData, match="twelve"):
        temperature_factor(by_step([10.0] * 11))
    with pytest.raises(ImpossibleForcing, match="without decay"):
        steady_states(site(1, temperature=0.0), by_step([3.0]), MEAN)


@pytest.mark.parametrize("name", SCENARIOS)
def test_years_are_those_of_the_reference(name):
    annual, expected, months = (
        [row for row in table(f"ipcc_tier2/{file}.csv") if row["scenario"] == name]
        for file in ("annual", "expected", "climate_monthly")
    )
    ground = Tier2Site(
        sand_fraction=by_column(float(annual[0]["sand_fraction"])),
        temperature=temperature_factor(by_step(column(months, "temp_c"))),
        water=water_factor(
            by_step(column(months, "precip_mm")), by_step(column(months, "pet_mm")),
            by_step(column(months, "irrigated")) != 0,
        ),
        tillage=[Tillage(row["tillage"]) for row in annual],
    )  # fmt: skip
    quality = Quality(
        lignin=by_step(column(annual, "lignin_fraction")),
        nitrogen=by_step(column(annual, "n_fraction")),
    )

    result = run_tier2(
        ground, [stream(column(annual, "c_input_t_ha"))], qualities={"shoot": quality}
    )
    later = steady_states(ground, by_step(column(annual, "c_input_t_ha")), quality)

    for row, factor in (("temp_factor_expected", ground.temperature),
                        ("water_factor_expected", ground.water)):  # fmt: skip
        assert np.ravel(factor) == pytest.approx(column(annual, row), abs=1e-7)
    for pool in POOLS:
        assert np.ravel(result.pools[pool]) == pytest.approx(column(expected, pool), abs=1e-7)
    for row, pool in enumerate(POOLS):
        steady = np.ravel(later.pools[row])[5:]
        assert steady == pytest.approx(column(expected, f"ss_{pool}")[1:], abs=1e-7)
        rates = np.ravel(later.rates[row])[5:]
        assert rates == pytest.approx(column(expected, f"k_{pool}")[1:], abs=1e-7)
