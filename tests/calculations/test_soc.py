"""SOC on plain tables: the shapes of the reference folder, and what is said of a misfit."""

from __future__ import annotations

import csv
import io

import pytest

from estimates.calculations.problems import ProblemsFound
from estimates.calculations.registry import calculation_named
from estimates.calculations.running import run_calculation
from estimates.calculations.writing import csv_text
from tests.science.soc.worlds import REFERENCE

SITES = """case,clay_pct,depth_cm,iom_t_ha,dpm0,rpm0,bio0,hum0
wet,23.4,23,2.7,0,0,0,0
dry,23.4,23,2.7,0,0,0,10
"""
FORCING = """temp_c,rain_mm,pan_evap_mm,c_input_t_ha,fym_t_ha,plant_cover,dpm_rpm
-10,50,0,2.44,0,1,1.44
-10,0,40,0,1,0,1.44
"""
YEAR = "temp_c,rain_mm,plant_cover,c_input_t_ha,clay_pct,iom_t_ha\n" + (
    "9.0,60,1,0.15,23.4,2.7\n" * 12
)


def answer(name, *, file_names=None, options=None, **tables):
    calculation = calculation_named(name)
    files = {table: text.encode() for table, text in tables.items()}
    given = run_calculation(
        calculation, files={key.rstrip("_"): text for key, text in files.items()},
        options=options or {}, file_names=file_names,
    )  # fmt: skip
    text = csv_text(calculation, columns=given.columns, rows=given.rows)
    return list(csv.DictReader(io.StringIO(text)))


def remarks_of(name, **tables):
    files = {table.rstrip("_"): text.encode() for table, text in tables.items()}
    return run_calculation(calculation_named(name), files=files, options={}).remarks


def refusal(name, **given):
    with pytest.raises(ProblemsFound) as caught:
        answer(name, **given)
    return [(problem.line, problem.column, problem.code) for problem in caught.value.problems]


def reference(path):
    file = REFERENCE / path
    if not file.exists():
        pytest.skip(f"{file} is not here: the full reference files lie outside the project")
    return file.read_text(encoding="utf-8")


def compare(found, path, *, tolerance=1e-9):
    expected = list(csv.DictReader(io.StringIO(reference(path))))
    assert len(found) == len(expected)
    for number, known in enumerate(expected):
        row = found[number]
        for name in known:
            if known[name]:
                try:
                    number_known = float(known[name])
                except ValueError:
                    assert row[name] == known[name]
                    continue
                assert float(row[name]) == pytest.approx(number_known, abs=tolerance, rel=0), name


def test_frozen_months_only_gather_and_the_deficit_follows():
    """Pan 40 mm is 30 mm; bare soil stops at 0.556 M = -24.989 mm; FYM is 2 % humus."""
    rows = answer("soc-rothc", in_=FORCING, site=SITES, options={"case": "dry"})

    assert [row["step"] for row in rows] == ["1", "2"]
    assert float(rows[0]["dpm"]) == pytest.approx(1.44)
    assert float(rows[1]["hum"]) == pytest.approx(10.02)
    assert float(rows[1]["smd_mm"]) == pytest.approx(-24.989, abs=1e-3)
    assert float(rows[1]["soc"]) == pytest.approx(2.7 + 10 + 2.44 + 1)
    assert "delta14c_permil" not in rows[0]


def test_the_file_name_tells_which_site_is_meant():
    rows = answer("soc-rothc", in_=FORCING, site=SITES, file_names={"in": "wet.forcing.csv"})

    assert float(rows[0]["hum"]) == 0.0


MONTHS = "year,month,modern_pct," + FORCING.replace("\n-10", "\n{},100,-10", 1).replace(
    "\n-10", "\n{},{},-10", 1
)


@pytest.mark.parametrize("second", ["2000,2", "1999,11", "2001,12", "1999,12"])
def test_months_with_a_gap_or_out_of_order_are_refused(second):
    table = MONTHS.format("1999,12", second, 100)

    found = refusal("soc-rothc", in_=table, site=SITES, options={"case": "wet"})

    assert found == [(2, "month", "wrong_order")]


def test_months_without_years_only_go_round():
    lines = FORCING.splitlines()
    table = f"month,{lines[0]}\n12,{lines[1]}\n1,{lines[2]}\n"

    rows = answer("soc-rothc", in_=table, site=SITES, options={"case": "wet"})

    assert [row["month"] for row in rows] == ["12", "1"]


def test_radiocarbon_is_answered_where_the_air_tells_something_or_when_asked_for():
    ages = "age_dpm0_yr,age_rpm0_yr,age_bio0_yr,age_hum0_yr"
    site = SITES.replace("hum0", f"hum0,{ages}").replace(",10\n", ",10,1,5,20,100\n")
    site = site.replace(",0\n", ",0,,,,\n")
    still, bombs = (MONTHS.format("1999,12", "2000,1", modern) for modern in (100, 120))

    def columns(table, wish, case="dry"):
        options = {"case": case, "radiocarbon": wish}
        return answer("soc-rothc", in_=table, site=site, options=options)[0].keys()

    assert "delta14c_permil" not in columns(still, "auto")
    assert "delta14c_permil" in columns(still, "yes")
    assert "delta14c_permil" in columns(bombs, "auto")
    assert "delta14c_permil" not in columns(bombs, "no")
    options = {"case": "wet", "radiocarbon": "yes"}
    assert refusal("soc-rothc", in_=bombs, site=site, options=options) == [
        (2, "age_dpm0_yr", "missing_value")
    ]


def test_plant_c_that_is_not_told_is_not_nothing():
    table = FORCING.replace("c_input_t_ha", "carbon")

    with pytest.raises(ProblemsFound) as caught:
        answer("soc-rothc", in_=table, site=SITES, options={"case": "wet"})

    assert caught.value.problems[0].code == "missing_column"


def test_a_column_tells_which_site_is_meant():
    lines = FORCING.splitlines()
    both = "\n".join([f"case,{lines[0]}"] + [f"{c},{x}" for c in ("dry", "wet") for x in lines[1:]])

    rows = answer("soc-rothc", in_=both, site=SITES)

    assert [row["case"] for row in rows] == ["dry", "dry", "wet", "wet"]
    assert [float(row["hum"]) for row in rows[::2]] == [10.0, 0.0]


def test_a_site_that_cannot_be_found_is_asked_for():
    assert refusal("soc-rothc", in_=FORCING, site=SITES) == [(2, "case", "unknown_site")]
    wrong = refusal("soc-rothc", in_=FORCING, site=SITES, options={"case": "moist"})
    assert wrong == [(2, "case", "unknown_site")]


def test_tables_of_different_length_do_not_belong_together():
    site = (
        SITES.replace("hum0", "hum0,months").replace(",0\n", ",0,3\n").replace(",10\n", ",10,3\n")
    )

    assert refusal("soc-rothc", in_=FORCING, site=site, options={"case": "wet"}) == [
        (2, "months", "wrong_length")
    ]


def test_missing_evaporation_comes_from_pet_or_temperature_and_never_from_nowhere():
    by_pan = answer("soc-rothc-equilibrium", in_=YEAR.replace("rain_mm", "rain_mm,pan_evap_mm")
                    .replace(",60,", ",60,40,"))  # fmt: skip
    by_pet = answer("soc-rothc-equilibrium", in_=YEAR.replace("rain_mm", "rain_mm,pet_mm")
                    .replace(",60,", ",60,30,"))  # fmt: skip
    by_temperature = answer("soc-rothc-equilibrium", in_=YEAR, options={"latitude_deg": "52"})

    assert by_pan[0]["soc"] == by_pet[0]["soc"]
    assert float(by_temperature[0]["soc"]) > 0
    assert refusal("soc-rothc-equilibrium", in_=YEAR) == [(2, "pan_evap_mm", "missing_value")]
    gap = YEAR.replace("rain_mm", "rain_mm,pan_evap_mm").replace(",60,", ",60,40,", 3)
    assert refusal("soc-rothc-equilibrium", in_=gap.replace(",60,1", ",60,,1"))[0][1] == (
        "pan_evap_mm"
    )


def test_an_equilibrium_takes_its_soil_from_a_table_of_sites_too():
    options = {"latitude_deg": "52"}
    plain = answer("soc-rothc-equilibrium", in_=YEAR, options=options)
    months = "".join(f"{','.join(line.split(',')[:4])}\n" for line in YEAR.splitlines())

    apart = answer(
        "soc-rothc-equilibrium", in_=months, options=options,
        site="site,clay_pct,iom_t_ha\na,23.4,2.7\n",
    )  # fmt: skip

    assert apart[0]["soc"] == plain[0]["soc"]
    short = "\n".join(YEAR.splitlines()[:12])
    assert refusal("soc-rothc-equilibrium", in_=short, options=options)[0][2] == "wrong_length"
    lines = YEAR.splitlines()
    mixed = "\n".join([f"month,{lines[0]}"] + [f"{m},{lines[1]}" for m in range(12, 0, -1)])
    assert refusal("soc-rothc-equilibrium", in_=mixed, options=options)[0][2] == "wrong_order"


def test_the_input_that_holds_a_stock_is_told_and_inert_c_above_it_refused():
    options = {"latitude_deg": "52"}
    wanted = YEAR.replace("iom_t_ha", "iom_t_ha,soc_t_ha").replace(",2.7\n", ",2.7,50\n")
    factor = float(answer("soc-rothc-equilibrium", in_=wanted, options=options)[0]["input_factor"])

    held = answer(
        "soc-rothc-equilibrium", in_=YEAR.replace(",0.15,", f",{0.15 * factor!r},"), options=options
    )

    assert float(held[0]["soc"]) == pytest.approx(50.0, rel=1e-12)
    small = wanted.replace(",2.7,50", ",2.7,2")
    assert refusal("soc-rothc-equilibrium", in_=small, options=options) == [
        (2, None, "impossible_forcing")
    ]


def test_moisture_options_of_version_2_read_their_soil():
    site = (
        "clay_pct,depth_cm,iom_t_ha,dpm0,rpm0,bio0,hum0,opt_rmmoist,opt_smdbare,silt_pct,"
        "bulk_density,oc_pct\n23.4,23,0,0,0,0,0,2,2,30,1.3,1.2\n"
    )

    dry = answer("soc-rothc", in_=FORCING, site=site)

    assert float(dry[1]["smd_mm"]) == -30.0
    without = site.replace("2,2,30,", "2,2,,")
    assert refusal("soc-rothc", in_=FORCING, site=without) == [(2, "silt_pct", "missing_value")]


def test_icbm_tells_its_tables_apart():
    years = "year,r,i_shoot_t_ha,young_shoot,old\n0,,,0,40\n1,1,1,,\n"
    steady = "r,i_root\n1,1\n"

    by_year = answer("soc-icbm", in_=years)
    for_ever = answer("soc-icbm", in_=steady)

    assert float(by_year[1]["young_shoot"]) == pytest.approx(0.688339, abs=1e-6)
    assert float(for_ever[0]["old"]) == pytest.approx(0.3 / 0.00605)
    assert "steady_old" not in for_ever[0]
    assert refusal("soc-icbm", in_="year,r,i_root\n1,1,1\n,1,1\n") == [
        (None, "year", "missing_value")
    ]
    assert refusal("soc-icbm", in_="year,r,old\n0,1,40\n") == [(2, "year", "missing_row")]
    assert refusal("soc-icbm", in_="year,r,old\n0,1,40\n2,1,\n") == [(2, "year", "wrong_order")]
    assert refusal("soc-icbm", in_="r,i_root\n,1\n") == [(2, "r", "missing_value")]


AMG_SOIL = (
    "Trial,Treatment,Clay,CaCO3,pH,CN_ratio,Considered_depth,Initial_SOC_stock\n"
    "T,A,178,115,8.39,10.35,28,50.95\n"
)
AMG_METEO = "Trial,Year,T_mean,Rainfall,PET\nT,2000,11.65,620,739.9\nT,2001,10.92,608,800.8\n"
MANAGEMENT = "Trial,Treatment,Year,Crop_type,Crop_name,Yield,EOM_name_1,EOM_dose_1\n"


def test_amg_takes_crops_from_its_table_or_from_yours():
    wheat = MANAGEMENT + "T,A,2000,MC,Winter wheat,7,Pig manure,10\nT,A,2001,MC,Bare soil,0,,\n"
    plants = (
        "Crop_type,Crop_name,HI,SR,Beta,PSS,h_AG,h_BG,C_conc_AG,C_conc_BG\n"
        "MC,Winter wheat,0.479,7.517,0.96,0.5,0.217,0.40,0.44,0.40\n"
    )
    eom = "EOM_name,C_conc_EOM,h_EOM\nPig manure,146,0.61\n"
    tables = {"in_": wheat, "soil": AMG_SOIL, "meteo": AMG_METEO}

    ours, yours = answer("soc-amg", **tables), answer("soc-amg", **tables, plants=plants, eom=eom)
    after_grass = answer("soc-amg", **tables, options={"stable_share": "0.4"})

    assert float(ours[0]["CTOT_hum_year"]) > 0.61 * 1.46
    assert float(ours[1]["QC"]) == pytest.approx(float(yours[1]["QC"]), abs=1e-12)
    assert float(after_grass[0]["QCS"]) == pytest.approx(0.4 * 50.95)
    one = answer("soc-amg", **(tables | {"in_": MANAGEMENT + "T,A,2000,MC,Bare soil,0,,\n"}))
    assert [row["QC"] for row in one] == ["50.95"]


def test_amg_names_what_is_missing():
    wheat = MANAGEMENT + "T,A,2000,MC,Winter wheat,7,,\nT,A,2002,MC,Wheet,7,,\n"
    given = {"in_": wheat, "soil": AMG_SOIL, "meteo": AMG_METEO}

    assert refusal("soc-amg", **given) == [(2, "Year", "missing_row")]
    given["in_"] = MANAGEMENT + "T,B,2000,MC,Winter wheat,7,,\n"
    assert refusal("soc-amg", **given) == [(2, "Trial", "unknown_site")]
    del given["meteo"]
    given["in_"] = MANAGEMENT + "T,A,2000,MC,Wheet,7,,\n"
    assert refusal("soc-amg-inputs", **given) == [(2, "Crop_name", "unknown_parameter")]
    given["in_"] = MANAGEMENT + "T,A,2000,MC,Winter wheat,7,Pig manur,10\n"
    assert refusal("soc-amg-inputs", **given) == [(2, "EOM_name_1", "unknown_parameter")]
    given["in_"] = MANAGEMENT + "T,A,2000,MC,Wheet,7,,\n"
    plants = "Crop_type,Crop_name,HI,SR,Beta,PSS,h_AG,h_BG,C_conc_AG,C_conc_BG\n"
    none = plants + "MC,Wheet,0,7,0.9,1,0.2,0.4,0.44,0.4\n"
    assert refusal("soc-amg-inputs", **given, plants=none) == [(2, "Crop_name", "out_of_range")]


def test_the_doubtful_row_of_amg_is_pointed_out():
    wheat = MANAGEMENT + "T,A,2000,CC,Winter wheat,2,,\nT,A,2000,CC,Rye,2,,\n"

    remarks = remarks_of("soc-amg-inputs", in_=wheat, soil=AMG_SOIL)

    assert len(remarks) == 1
    assert "Winter wheat (CC) humifies 0.071 of its shoots" in remarks[0]
    assert "shifted" in remarks[0]
    rye = wheat.replace("Winter wheat", "Winter rye").replace("Rye", "Winter wheat")
    plants = (
        "Crop_type,Crop_name,HI,SR,Beta,PSS,h_AG,h_BG,C_conc_AG,C_conc_BG\n"
        "CC,Winter wheat,0,6.8,0.96,1,0.36,0.40,0.44,0.40\n"
        "CC,Winter rye,0,6.8,0.96,1,0.36,0.40,0.44,0.40\n"
    )
    assert remarks_of("soc-amg-inputs", in_=rye, soil=AMG_SOIL, plants=plants) == ()


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ("T,A,2000,MC,Winter wheat,,,\n", (2, "Yield", "missing_value")),
        ("T,A,2000,MC,Bare soil,,,10\n", (2, "EOM_name_1", "missing_value")),
        ("T,A,2000,MC,Bare soil,,Pig manure,\n", (2, "EOM_dose_1", "missing_value")),
    ],
)
def test_amg_takes_nothing_missing_for_nothing(rows, place):
    assert refusal("soc-amg-inputs", in_=MANAGEMENT + rows, soil=AMG_SOIL) == [place]


def test_amg_knows_bare_soil_and_asks_for_each_year():
    bare = MANAGEMENT + "T,A,2000,MC,Bare soil,,,\n"
    gap = bare + "T,A,2002,MC,Bare soil,,,\n"

    assert float(answer("soc-amg-inputs", in_=bare, soil=AMG_SOIL)[0]["CTOT"]) == 0
    assert refusal("soc-amg", in_=gap, soil=AMG_SOIL, meteo=AMG_METEO) == [
        (2, "Year", "missing_row")
    ]
    dry = AMG_METEO.replace("T,2000", "T,1999")
    assert refusal("soc-amg", in_=bare, soil=AMG_SOIL, meteo=dry) == [(2, "Year", "missing_row")]


def test_two_rows_for_one_place_are_refused():
    bare = MANAGEMENT + "T,A,2000,MC,Bare soil,,,\n"
    soil, weather = AMG_SOIL.splitlines()[1], AMG_METEO.splitlines()[1]
    twice = {"soil": f"{AMG_SOIL}{soil}\n", "meteo": f"{AMG_METEO}{weather}\n"}
    meteo = "year,month,temp_c,precip_mm,pet_mm\n" + "2000,1,3,60,10\n" * 2

    for table, text in twice.items():
        tables = {"soil": AMG_SOIL, "meteo": AMG_METEO} | {table: text}
        assert [code for _, _, code in refusal("soc-amg", in_=bare, **tables)] == ["twice"]
    assert refusal("soc-ipcc-tier2", in_=TIER2, meteo=meteo) == [(2, "year", "twice")]


ICBM = "year,old,r,i_shoot,i_root\n0,40,,,\n1,,1,{},1\n2,,1,1,{}\n"


@pytest.mark.parametrize(("cells", "place"), [(("", 1), "i_shoot"), ((1, ""), "i_root")])
def test_icbm_takes_a_year_without_an_input_for_unknown(cells, place):
    assert refusal("soc-icbm", in_=ICBM.format(*cells)) == [(2, place, "missing_value")]


def test_icbm_asks_for_some_input_and_for_years_in_order():
    without = "year,old,r\n0,40,\n1,,1\n"
    trial = "treatment,year,re,yield_cereals,soc_measured_t_ha\nB,1957,1,2,43\nB,1956,1,2,\n"

    assert refusal("soc-icbm", in_=without) == [(2, "i_shoot", "missing_value")]
    assert refusal("soc-icbm", in_="r\n1\n") == [(None, "i_shoot", "missing_value")]
    steady = "r,i_shoot,i_root\n1,1,1\n1,1,\n"
    assert refusal("soc-icbm", in_=steady) == [(None, "i_root", "missing_value")]
    assert refusal("soc-icbm", in_=trial) == [(2, "year", "wrong_order")]


TIER2 = "year,sand_fraction,c_input_t_ha,temp_factor,water_factor\n" + "".join(
    f"{year},0.35,3,0.3,1.5\n" for year in range(2000, 2008)
)


def test_tier_2_begins_with_the_steady_state_of_its_run_in():
    rows = answer("soc-ipcc-tier2", in_=TIER2)

    assert [row["year"] for row in rows] == ["2004", "2005", "2006", "2007"]
    assert float(rows[3]["soc"]) == pytest.approx(float(rows[0]["soc"]), rel=1e-12)
    assert float(rows[0]["tfac"]) == pytest.approx(0.3)


def test_tier_2_names_what_does_not_fit():
    gap = TIER2.replace("2003,", "2013,")
    sandy = TIER2.replace("2003,0.35", "2003,0.40")
    meteo = "year,month,temp_c,precip_mm,pet_mm\n2000,1,3,60,10\n"

    assert refusal("soc-ipcc-tier2", in_=gap) == [(2, "year", "wrong_order")]
    assert refusal("soc-ipcc-tier2", in_=sandy) == [(2, "sand_fraction", "not_constant")]
    assert refusal("soc-ipcc-tier2", in_=TIER2, meteo=meteo) == [(2, "year", "missing_row")]


@pytest.mark.parametrize("case", ["official_example", "synth_temperate_mixed"])
def test_rothc_answers_the_reference_files(case):
    rows = answer(
        "soc-rothc", in_=reference(f"rothc/{case}.forcing.csv"), site=reference("rothc/cases.csv"),
        file_names={"in": f"{case}.forcing.csv"},
    )  # fmt: skip

    compare(rows, f"rothc/{case}.expected.csv")


def test_the_columns_are_those_of_the_reference_files():
    shapes = [
        ("soc-rothc", {"in_": "rothc/hoosfield_nil.forcing.csv", "site": "rothc/cases.csv"},
         "rothc/hoosfield_nil.expected.csv"),
        ("soc-rothc", {"in_": "rothc/synth_zero_input_decay.forcing.csv",
                       "site": "rothc/cases.csv"}, "rothc/synth_zero_input_decay.expected.csv"),
        ("soc-amg-inputs", {"in_": "amg/management.csv", "soil": "amg/soil.csv"},
         "amg/c_supply.expected.csv"),
    ]  # fmt: skip
    for name, tables, expected in shapes:
        names = {"in": tables["in_"].rsplit("/", 1)[-1]}
        files = {table: reference(path) for table, path in tables.items()}
        rows = answer(name, **files, file_names=names)
        assert ",".join(rows[0]) == reference(expected).splitlines()[0]


def test_equilibria_answer_the_reference_file():
    rows = answer("soc-rothc-equilibrium", in_=reference("rothc/equilibrium.forcing.csv"))

    compare(rows, "rothc/equilibrium.expected.csv")


@pytest.mark.parametrize(
    "name",
    ["root_shoot_yearly.expected", "steady_state.expected", "ultuna1997_continuous.expected"],
)
def test_icbm_answers_the_reference_files(name):
    compare(answer("soc-icbm", in_=reference(f"icbm/{name}.csv")), f"icbm/{name}.csv")


def test_icbm_answers_the_frame_trial():
    trial = reference("icbm/ultuna_frame_trial.csv")
    rows = answer("soc-icbm", in_=trial)
    by_table = answer(
        "soc-icbm", in_=trial, site=reference("icbm/ultuna_frame_trial.parameters.csv")
    )

    compare(rows, "icbm/ultuna_frame_trial.csv", tolerance=1e-6)
    assert by_table == rows


def test_a_set_of_the_frame_trial_that_is_not_whole_is_refused():
    trial = "treatment,re,yield_cereals,soc_measured_t_ha\nB,1,2,43\nB,1,2,\n"

    assert float(answer("soc-icbm", in_=trial)[1]["soc_icbm_default"]) > 40
    assert refusal("soc-icbm", in_=trial, site="symbol,default,recalibrated\nk1,0.8,0.4\n") == [
        (2, None, "unknown_parameter")
    ]


def test_amg_answers_the_reference_files():
    tables = {"in_": reference("amg/management.csv"), "soil": reference("amg/soil.csv")}
    supply = answer("soc-amg-inputs", **tables)
    stocks = answer("soc-amg", **tables, meteo=reference("amg/meteo.csv"))

    compare(supply, "amg/c_supply.expected.csv")
    compare(stocks, "amg/soc_stock.expected.csv")


def test_tier_2_answers_the_reference_file():
    rows = answer(
        "soc-ipcc-tier2", in_=reference("ipcc_tier2/annual.csv"),
        meteo=reference("ipcc_tier2/climate_monthly.csv"),
    )  # fmt: skip

    compare(rows, "ipcc_tier2/expected.csv", tolerance=1e-7)
