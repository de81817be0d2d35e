"""AMG v2: its factors by hand, its crop table, and the reference files."""

from __future__ import annotations

import math

import numpy as np
import pytest

from estimates.science.errors import ImpossibleForcing, UnknownParameter
from estimates.science.soc.amg import (
    AmgSoil,
    AmgWeather,
    Rounding,
    amg_as_shipped,
    amg_rate,
    amg_start,
    run_amg,
)
from estimates.science.soc.amg_crops import (
    AMENDMENTS,
    CROPS,
    amendment_named,
    crop_named,
    doubts_about,
)
from estimates.science.soc.amg_inputs import amendment_input, crop_input
from estimates.science.soc.streams import Source, by_column, by_step
from tests.science.soc.worlds import column, stream, table

SOIL = AmgSoil(
    clay_g_kg=by_column(178.0),
    carbonate_g_kg=by_column(115.0),
    ph=by_column(8.39),
    carbon_to_nitrogen=by_column(10.35),
)


def weather(temps, balances):
    return AmgWeather(temp_c=by_step(temps), water_balance_mm=by_step(balances))


def test_the_rate_of_a_year_is_its_factors_by_hand():
    """Clay 178, CaCO3 115, pH 8.39, C/N 10.35, 11.65 degrees, 620 - 739.9 mm.

    fH 0.94672 (0.03 e^(5.247 x 0.1199) = 0.05628), fA 0.63866, fC 0.85288,
    fpH 0.99865, fCN 0.97997; each to five digits.
    """
    rate = amg_rate(SOIL, weather([11.65], [-119.9]))

    warmth = 25 / (1 + 24 * math.exp(1.8) * math.exp(-0.12 * 11.65))
    assert rate.temperature[0, 0, 0] == pytest.approx(warmth)
    assert rate.moisture[0, 0, 0] == pytest.approx(0.94672, abs=1e-5)
    assert rate.clay[0, 0, 0] == pytest.approx(0.63866, abs=1e-5)
    assert rate.carbonate[0, 0, 0] == pytest.approx(0.85288, abs=1e-5)
    assert rate.ph[0, 0, 0] == pytest.approx(0.99865, abs=1e-5)
    assert rate.carbon_to_nitrogen[0, 0, 0] == pytest.approx(0.97997, abs=1e-5)
    factors = (0.94672, 0.63866, 0.85288, 0.99865, 0.97997)
    assert rate.per_year[0, 0, 0] == pytest.approx(0.29 * warmth * math.prod(factors), rel=1e-4)


def test_a_frozen_year_hardly_decays():
    rate = amg_rate(SOIL, weather([0.0, -3.0, 0.1], [0.0] * 3))

    assert rate.temperature[:2, 0, 0].tolist() == [1e-6, 1e-6]
    assert rate.temperature[2, 0, 0] > 0.1


def test_inputs_act_a_year_later_at_the_rate_of_that_year():
    """A_1 = 35 e^-0.1 + 0.4 / 0.1 (1 - e^-0.1); the rate of the first year is not used."""
    result = run_amg(
        [9.9, 0.1], [stream([1.0, 7.0], source=Source.ROOT)], amg_start(100.0),
        humification={"root": 0.4},
    )  # fmt: skip

    active = 35 * math.exp(-0.1) + 4.0 * (1 - math.exp(-0.1))
    assert result.soc_t_ha[:, 0, 0] == pytest.approx([100.0, 65 + active], rel=1e-14)


def test_rounding_as_shipped_is_a_choice():
    """11.65 degrees count as 11.7 there, and the rate has factors of six decimals."""
    rounded = amg_rate(SOIL, weather([11.65], [-119.9]), rounding=Rounding.AS_SHIPPED)

    assert rounded.per_year[0, 0, 0] == pytest.approx(0.0997996, abs=5e-8)
    # 32.5 + 17.5 e^-0.1 + (1 - e^-0.1) / 0.1 = 32.5 + 15.83466 + 0.95163
    soc = amg_as_shipped([0.0, 0.1], [1.0, 0.0], amg_start(50.0))
    assert soc == [50.0, 49.2863]


def test_a_wheat_crop_by_hand():
    """7.15 t at 0 %: straw 7.15 x 0.559 / 0.441 x 0.44 x 0.5; roots / (7.517 x 0.441) x 0.40."""
    wheat = crop_named("MC", "Winter wheat")
    found = crop_input(wheat, yield_t_ha=7.15, exports_straw=True, depth_cm=28.0)

    straw = 7.15 * (1 - wheat.harvest_index) / wheat.harvest_index * 0.44 * 0.5
    roots = 7.15 / (wheat.shoot_root * wheat.harvest_index) * 0.40 * (1 - wheat.beta**28)
    assert found.above == pytest.approx(straw)
    assert found.below == pytest.approx(1.65 * roots)
    assert found.total_humified == pytest.approx(0.217 * straw + 0.40 * 1.65 * roots)
    assert found.total == found.above + found.below


def test_the_shifted_row_of_the_table_is_kept_and_doubted():
    assert "shifted" in doubts_about(crop_named("CC", "Winter wheat"))
    assert [crop.name for crop in CROPS.values() if doubts_about(crop)] == ["Winter wheat"]
    assert (len(CROPS), len(AMENDMENTS)) == (139, 29)


@pytest.mark.parametrize(
    ("work", "hint"),
    [
        (lambda: crop_named("MC", "Winter barlay"), "Winter barley"),
        (lambda: crop_named("MC", "Zzz"), "See the AMG"),
        (lambda: amendment_named("Pig something"), "Pig manure"),
        (lambda: amendment_named("Zzz"), "It has 29"),
    ],
)
def test_unknown_names_are_refused_with_those_alike(work, hint):
    with pytest.raises(UnknownParameter, match=hint):
        work()


@pytest.mark.parametrize(
    "work",
    [
        lambda: crop_input(crop_named("MC", "Alfalfa"), yield_t_ha=-1.0, depth_cm=30.0),
        lambda: amendment_input(amendment_named("Pig manure"), dose_t_ha=-1.0),
        lambda: amg_start(50.0, stable_share=1.2),
        lambda: run_amg([0.1, 0.1], [stream([1.0, 1.0])], amg_start(50.0),
                        humification={"shoot": 2.0}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(work):
    with pytest.raises(ImpossibleForcing):
        work()


def test_c_of_crops_and_amendments_is_that_of_the_reference():
    soils = {(row["Trial"], row["Treatment"]): row for row in table("amg/soil.csv")}
    keys = ("Trial", "Treatment", "Year", "Crop_type", "Crop_name")
    expected = {tuple(row[key] for key in keys): row for row in table("amg/c_supply.expected.csv")}
    for row in table("amg/management.csv"):
        known = expected[tuple(row[key] for key in keys)]
        crop = crop_input(
            crop_named(row["Crop_type"], row["Crop_name"]),
            yield_t_ha=float(row["Yield"]),
            moisture_pct=float(row["Hum"]),
            exports_straw=row["Residues"] == "Exported",
            depth_cm=float(soils[(row["Trial"], row["Treatment"])]["Considered_depth"]),
        )
        doses = [
            amendment_input(
                amendment_named(row[f"EOM_name_{place}"]), dose_t_ha=float(row[f"EOM_dose_{place}"])
            )
            for place in (1, 2, 3)
            if row[f"EOM_name_{place}"]
        ]

        assert crop.above == pytest.approx(float(known["CAG"]), abs=1e-12)
        assert crop.below == pytest.approx(float(known["CBG"]), abs=1e-12)
        assert crop.total_humified == pytest.approx(float(known["CPLT_hum"]), abs=1e-12)
        assert sum(dose[0] for dose in doses) == pytest.approx(float(known["CEOM"]), abs=1e-12)
        assert sum(dose[1] for dose in doses) == pytest.approx(float(known["CEOM_hum"]), abs=1e-12)


def test_stocks_are_those_of_the_reference_with_and_without_its_rounding():
    stocks = table("amg/soc_stock.expected.csv")
    management, meteo = table("amg/management.csv"), table("amg/meteo.csv")
    for row in table("amg/soil.csv"):
        name = (row["Trial"], row["Treatment"])
        known = [one for one in stocks if (one["Trial"], one["Treatment"]) == name]
        skies = {one["Year"]: one for one in meteo if one["Trial"] == name[0]}
        water = {one["Year"]: 0.0 for one in known}
        for one in management:
            if (one["Trial"], one["Treatment"]) == name:
                water[one["Year"]] += float(one["Irrigation"])
        years = [one["Year"] for one in known]
        sky = weather(
            [float(skies[year]["T_mean"]) for year in years],
            [float(skies[y]["Rainfall"]) + water[y] - float(skies[y]["PET"]) for y in years],
        )
        soil = AmgSoil(
            clay_g_kg=by_column(float(row["Clay"])),
            carbonate_g_kg=by_column(float(row["CaCO3"])),
            ph=by_column(float(row["pH"])),
            carbon_to_nitrogen=by_column(float(row["CN_ratio"])),
        )
        humified = column(known, "CTOT_hum_year")
        start = amg_start(float(row["Initial_SOC_stock"]))

        rate = amg_rate(soil, sky)
        result = run_amg(rate.per_year, [stream(humified)], start, humification={"shoot": 1.0})
        rounded = amg_rate(soil, sky, rounding=Rounding.AS_SHIPPED).per_year[:, 0, 0].tolist()

        assert np.ravel(rate.per_year) == pytest.approx(column(known, "k"), rel=1e-12)
        assert np.ravel(result.soc_t_ha) == pytest.approx(column(known, "QC"), abs=1e-9)
        shipped = amg_as_shipped(rounded, humified.tolist(), start)
        assert shipped == pytest.approx(column(known, "QC_as_shipped"), abs=1e-3)
