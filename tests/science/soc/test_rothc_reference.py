"""RothC against every file of the reference folder, within the tolerance its README states."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from estimates.science.soc.isotopes import (
    activity_at,
    activity_feed,
    activity_start,
    delta_14c,
    radiocarbon_age_years,
)
from estimates.science.soc.rothc import (
    NAME,
    POOLS,
    RothcSite,
    plant_split,
    rothc_model,
    rothc_start,
    run_rothc,
    standard_splits,
    transformed_shares,
)
from estimates.science.soc.rothc_moisture import WaterProperties, classic_limits, water_limits
from estimates.science.soc.rothc_rates import rate_blocks, temperature_modifier
from estimates.science.soc.series import Wish, simulate
from estimates.science.soc.streams import by_column, by_step
from tests.science.soc.worlds import column, forcing_climate, forcing_streams, table, worst

CASES = (
    "official_example", "hoosfield_nil", "hoosfield_fym1871", "synth_temperate_mixed",
    "synth_dryland_clay", "synth_zero_input_decay",
)  # fmt: skip
AGES = ("age_dpm0_yr", "age_rpm0_yr", "age_bio0_yr", "age_hum0_yr")


def case_of(name):
    case = next(row for row in table("rothc/cases.csv") if row["case"] == name)
    forcing = table(f"rothc/{name}.forcing.csv")
    conditions = forcing_climate(
        forcing,
        clay_pct=float(case["clay_pct"]),
        depth_cm=float(case["depth_cm"]),
        deficit_mm=float(case["smd0_mm"]),
    )
    ground = RothcSite(clay_pct=by_column(float(case["clay_pct"])), climate=conditions)
    start = rothc_start(
        pools=[float(case[f"{pool}0"]) for pool in POOLS], iom_t_ha=float(case["iom_t_ha"])
    )
    splits = dict(standard_splits()) | {"plant": plant_split(column(forcing, "dpm_rpm"))}
    return case, forcing, ground, start, splits


@pytest.mark.parametrize("name", CASES)
def test_months_are_those_of_the_reference(name):
    _, forcing, ground, start, splits = case_of(name)
    expected = table(f"rothc/{name}.expected.csv")

    result = run_rothc(
        ground,
        forcing_streams(forcing),
        start,
        splits=splits,
        wish=Wish(record=range(1, len(forcing) + 1)),
    )
    months = [
        np.column_stack([np.ravel(part) for part in (b.temperature, b.moisture, b.cover)])
        for b in rate_blocks(ground.climate)
    ]

    for pool in POOLS:
        assert worst(result.pools[pool], expected, pool) < 1e-9
    assert worst(result.soc_t_ha, expected, "soc") < 1e-9
    assert worst(result.respired_t_ha, expected, "co2_cum") < 1e-9
    modifiers = np.concatenate(months)
    for row, modifier in enumerate(("rm_temp", "rm_moist", "rm_cover")):
        assert worst(modifiers[:, row], expected, modifier) < 1e-9
    deficits = [np.ravel(block.deficit_mm).copy() for block in rate_blocks(ground.climate)]
    assert worst(np.concatenate(deficits), expected, "smd_mm") < 1e-9


@pytest.mark.parametrize("name", ["official_example", "synth_dryland_clay"])
def test_radiocarbon_is_that_of_the_reference(name):
    case, forcing, ground, start, splits = case_of(name)
    expected = table(f"rothc/{name}.expected.csv")
    model, feed = rothc_model(ground, forcing_streams(forcing), splits=splits)
    wish = Wish(record=range(1, len(forcing) + 1))
    ages = np.array([float(case[age]) for age in AGES])[:, None, None]

    carbon = simulate(model, feed, start, name=NAME, steps_a_year=12, wish=wish)
    grown = simulate(
        model,
        activity_feed(feed, column(forcing, "modern_pct"), steps_a_year=12),
        activity_start(start, ages),
        name=NAME,
        steps_a_year=12,
        wish=wish,
    )
    inert = activity_start(start, ages).inert_t_ha
    activity = activity_at(grown.soc_t_ha - inert, grown.years) + inert
    deltas = delta_14c(radiocarbon_age_years(carbon.soc_t_ha, activity))

    assert worst(deltas, expected, "delta14c_permil") < 1e-6


def test_temperature_and_clay_functions_are_those_of_the_reference():
    temps, clays = table("rothc/rm_temp.csv"), table("rothc/partition.csv")

    found = temperature_modifier(by_step(column(temps, "temp_c")), out=np.empty((len(temps), 1, 1)))
    shares = transformed_shares(by_column(column(clays, "clay_pct")))

    assert np.ravel(found) == pytest.approx(column(temps, "rm_temp"), rel=1e-11)
    assert shares[0, :, 0] == pytest.approx(column(clays, "frac_bio"), rel=1e-11)
    assert shares[1, :, 0] == pytest.approx(column(clays, "frac_hum"), rel=1e-11)
    respired = 1.0 - shares.sum(axis=0)[:, 0]
    assert respired == pytest.approx(column(clays, "frac_co2"), rel=1e-11)


def limits_of(row):
    option, bare = int(row["opt_rmmoist"]), int(row["opt_smdbare"])
    clay, depth, silt, density, carbon = (
        by_column(float(row[name]))
        for name in ("clay_pct", "depth_cm", "silt_pct", "bulk_density", "oc_pct")
    )
    least = float(row["min_rm_moist"])
    if option == 1:
        return classic_limits(clay, depth, bare_to_wilting=bare == 2, least_rate=least)
    water = WaterProperties(silt_pct=silt, bulk_density_g_cm3=density, organic_carbon_pct=carbon)
    return water_limits(
        clay,
        depth,
        water,
        may_dry_below=option == 2,
        bare_to_wilting=bare == 2,
        least_rate=least,
    )


def test_moisture_options_of_version_2_are_those_of_its_fortran():
    """Single precision upstream: 2e-5 t per ha and 5e-5 mm."""
    forcing = table("rothc/official_example.forcing.csv")[:240]
    rows = table("rothc/v2_moisture_options.expected.csv")
    keys = ("opt_rmmoist", "opt_smdbare", "clay_pct")
    for _, group in itertools.groupby(rows, key=lambda row: [row[key] for key in keys]):
        first, *expected = group
        clay = float(first["clay_pct"])
        conditions = forcing_climate(
            forcing, clay_pct=clay, depth_cm=float(first["depth_cm"]), limits=limits_of(first)
        )
        result = run_rothc(
            RothcSite(clay_pct=by_column(clay), climate=conditions),
            forcing_streams(forcing),
            rothc_start(pools=[float(first[pool]) for pool in POOLS], iom_t_ha=3.0041),
            splits=dict(standard_splits()) | {"plant": plant_split(1.44)},
            wish=Wish(record=range(1, 241)),
        )
        deficits = [np.ravel(block.deficit_mm).copy() for block in rate_blocks(conditions)]

        for pool in POOLS:
            assert worst(result.pools[pool], expected, pool) < 2e-5
        assert worst(np.concatenate(deficits), expected, "smd_mm") < 5e-5
