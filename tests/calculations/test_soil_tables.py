from __future__ import annotations

import pytest

from estimates.calculations.problems import ProblemsFound
from tests.calculations.tables import answers, column, refusals

# von Haden et al. 2020, doi:10.1111/gcb.15124, example sheet a_temporal_paired
CORES = """core,layer,SOC_pct,SOM_pct,BD
Y0,0-10,2.500133534,4.310575058,1.250032480
Y0,10-30,1.500656329,2.587338499,1.300906971
Y0,30-50,1.000496130,1.724993328,1.400846477
Y0,50-100,0.500521621,0.862968312,1.500822602
Y5,0-10,2.450246274,4.224562542,1.412996774
Y5,10-30,1.436857784,2.477341006,1.319412055
Y5,30-50,0.978976327,1.687890220,1.409561120
Y5,50-100,0.483946631,0.834390743,1.503439233
"""


def test_textures_are_named_in_both_systems():
    rows = answers("texture-class", "sample,Clay,Silt\na,12,30\nb,22,55\n")

    assert column(rows, "usda_class") == ["sandy loam", "silt loam"]
    assert column(rows, "german_class") == ["Sl4", "Lu"]
    assert column(rows, "sample") == ["a", "b"]


def test_silt_is_converted_only_when_its_limit_is_told():
    text = "clay_pct,silt_pct,sand_pct\n20,40,40\n"
    untold = answers("texture-class", text)[0]
    told = answers("texture-class", text, options={"silt_upper_um": "63"})[0]

    assert (untold["usda_is_converted"], untold["usda_silt_pct"]) == (False, 40)
    assert (told["usda_is_converted"], told["german_is_converted"]) == (True, False)
    assert told["usda_silt_pct"] == pytest.approx(37.320, abs=5e-4)


def test_shares_that_make_no_whole_are_refused_by_line():
    text = "clay_pct,silt_pct,sand_pct\n20,40,40\n20,40,60\n20,,\n"

    assert refusals("texture-class", text) == [
        (3, None, "impossible_shares"),
        (4, None, "impossible_shares"),
    ]


def test_stocks_are_added_up_from_the_surface():
    rows = answers("soc-fixed-depth", CORES)

    assert column(rows, "cumulative_soc_t_ha") == pytest.approx(
        [31.252, 70.297, 98.328, 135.887, 34.622, 72.538, 100.137, 136.516], abs=5e-4
    )
    assert column(rows, "mineral_mass_t_ha")[0] == pytest.approx(1196.15, abs=5e-3)


def test_stocks_to_a_depth_are_one_row_a_core():
    rows = answers("soc-fixed-depth", CORES, options={"depth_cm": "20"})

    assert column(rows, "core") == ["Y0", "Y5"]
    assert column(rows, "soc_stock_t_ha")[0] == pytest.approx(31.252 + 39.044 / 2, abs=1e-3)


def test_layers_with_a_gap_have_stocks_and_no_sum():
    text = "upper_cm,lower_cm,soc_g_kg,bd\n0,10,20,1.3\n15,30,10,1.4\n"

    assert column(answers("soc-fixed-depth", text), "cumulative_soc_t_ha") == [None, None]
    assert refusals("soc-fixed-depth", text, options={"depth_cm": "30"}) == [
        (3, None, "not_enough_data")
    ]


def test_silsoe_stocks_by_thickness_and_by_agreed_density():
    """Tree 1CB4, Upson & Burgess, doi:10.6084/m9.figshare.1492498 (CC BY)."""
    text = "di_cm,SOC_pct,BD,reference_density_g_cm3\n10,2.78,1.44,1\n20,2.49,1.48,1\n"
    rows = answers("soc-fixed-depth", text)

    assert column(rows, "soc_stock_t_ha") == pytest.approx([40.032, 73.704])
    assert column(rows, "soc_reference_mass_t_ha") == pytest.approx([27.796, 49.7926], rel=3e-4)


def test_soc_per_volume_is_a_stock_too():
    text = "layer,kg_m3,SE\n0-10,9.33,0.09\n10-30,13.23,\n"
    rows = answers("soc-fixed-depth", text)

    assert column(rows, "soc_stock_t_ha") == pytest.approx([9.33, 26.46])
    assert column(rows, "u_soc_stock_t_ha") == [pytest.approx(0.09), None]
    assert column(rows, "cumulative_soc_t_ha") == pytest.approx([9.33, 35.79])


def test_uncertainty_of_a_stock_is_that_of_its_factors():
    """By hand: 26 t; SOC 1 of 20 is 5 %, density 0.13 of 1.3 is 10 %: 11.18 % of 26."""
    text = "layer,soc_g_kg,bd,u_soc_g_kg,u_bulk_density\n0-10,20,1.3,1,0.13\n0-10,20,1.3,1,\n"
    rows = answers("soc-fixed-depth", text)

    assert column(rows, "u_soc_stock_t_ha") == pytest.approx([26 * 0.1118034, 1.3])


def test_stones_are_named_by_the_way_they_were_counted():
    by_mass = "layer,soc_g_kg,bd,rock_mass_fraction\n0-30,15,1.6,0.25\n"
    by_volume = "layer,soc_g_kg,bd,stones_volume_pct\n0-30,15,1.4181818,15.384615\n"
    both = "layer,soc_g_kg,bd,rock_mass_fraction,stones\n0-30,15,1.6,0.25,0.15\n"

    assert answers("soc-fixed-depth", by_mass)[0]["soc_stock_t_ha"] == pytest.approx(54)
    assert answers("soc-fixed-depth", by_mass)[0]["stones_method"] == "M4"
    assert answers("soc-fixed-depth", by_volume)[0]["soc_stock_t_ha"] == pytest.approx(54)
    assert answers("soc-fixed-depth", by_volume)[0]["stones_method"] == "M3"
    assert refusals("soc-fixed-depth", both) == [(2, "stones_mass_share", "stones_twice")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("layer,soc_g_kg,bd\ntop,20,1.3\n", (2, "layer", "not_a_layer")),
        ("upper_cm,soc_g_kg,bd\n0,20,1.3\n", (2, "thickness_cm", "missing_value")),
        ("layer,soc_g_kg\n0-10,20\n", (2, "bulk_density_g_cm3", "missing_value")),
        ("layer,kg_m3\n10-10,20\n", (2, "upper_depth_cm", "depths_out_of_order")),
    ],
)
def test_layers_that_cannot_be_used_are_named(text, problem):
    assert refusals("soc-fixed-depth", text) == [problem]


def test_cores_are_compared_at_the_masses_of_one_of_them():
    rows = answers("soc-esm", CORES, options={"reference_core": "Y0"})
    header, *lines = CORES.splitlines()
    named = "\n".join([f"{header},Ref_ID", *(f"{line},Y0" for line in lines)])

    assert column(rows, "core") == ["Y0"] * 4 + ["Y5"] * 4
    assert column(rows, "soc_esm_t_ha")[4:] == pytest.approx(
        [31.294, 70.307, 98.320, 135.792], abs=5e-4
    )
    assert column(rows, "soc_esm_of_layer_t_ha")[5] == pytest.approx(70.307 - 31.294, abs=1e-3)
    assert answers("soc-esm", named) == rows


def test_cores_are_compared_at_masses_agreed_on():
    masses = "lower_cm,mineral_mass_t_ha\n30,2534.5\n10,1196.15\n"
    cumulative = "lower_cm,ref_mineral_mass\n10,1196.15\n30,3730.65\n"

    by_layer = answers("soc-esm", CORES, reference=masses)

    assert answers("soc-esm", CORES, reference=cumulative) == by_layer
    assert column(by_layer, "reference_mineral_mass_t_ha") == [1196.15, 3730.65] * 2


def test_an_agreed_mass_left_out_is_named_in_its_own_table():
    masses = "lower_cm,mineral_mass_t_ha\n10,1196.15\n30,\n"

    with pytest.raises(ProblemsFound) as caught:
        answers("soc-esm", CORES, reference=masses)

    assert [(p.table, p.line, p.column) for p in caught.value.problems] == [
        ("reference", 3, "mineral_mass_t_ha")
    ]


def test_a_core_that_holds_less_has_no_stock_and_a_reason():
    rows = answers("soc-esm", CORES, options={"reference_core": "Y5"})[2:4]
    options = {"reference_core": "Y5", "extrapolate": "yes"}
    beyond = answers("soc-esm", CORES, options=options)[2:4]

    assert column(rows, "refused") == [None, "beyond_sample"]
    assert rows[1]["soc_esm_t_ha"] is None
    assert beyond[1]["is_extrapolated"]
    assert beyond[1]["soc_esm_t_ha"] > 135.887


def test_a_shallow_core_has_no_stock_at_fixed_depth_either():
    rows = answers("soc-esm", CORES, reference="lower_cm,ref_mineral_mass\n120,1000\n")

    assert column(rows, "soc_fixed_depth_t_ha") == [None, None]


@pytest.mark.parametrize(
    ("text", "options", "problems"),
    [
        (CORES, {}, [(2, "reference_core", "no_reference"), (6, "reference_core", "no_reference")]),
        (CORES, {"reference_core": "Y9"}, [(2, "reference_core", "unknown_reference")]),
        (
            CORES.replace("Y5,0-10", "Y5,0-8"),
            {"reference_core": "Y0"},
            [(7, None, "not_enough_data")],
        ),
        (
            CORES.replace("1.250032480", ""),
            {"reference_core": "Y0"},
            [(2, "bulk_density_g_cm3", "missing_value")],
        ),
    ],
)
def test_comparisons_that_cannot_be_made_are_named(text, options, problems):
    assert refusals("soc-esm", text, options=options)[: len(problems)] == problems


def test_soc_per_volume_needs_only_a_thickness():
    rows = answers("soc-fixed-depth", "kg_m3,thickness_cm\n9.33,10\n")

    assert column(rows, "soc_stock_t_ha") == pytest.approx([9.33])
    assert column(rows, "cumulative_soc_t_ha") == [None]


def test_a_layer_without_its_lower_depth_is_refused():
    assert refusals("soc-esm", "upper_cm,soc_g_kg,bd\n0,20,1.3\n") == [
        (2, "lower_depth_cm", "missing_value")
    ]


def test_pans_are_found_in_each_profile():
    readings = {"A": [0.5, 1.0, 2.2, 2.6, 2.4, 2.1, 1.2], "B": [0.5] * 7}
    lines = [
        f"{profile},{depth},{mpa * 1000:g}"
        for profile, mpas in readings.items()
        for depth, mpa in enumerate(mpas)
    ]
    rows = answers("limiting-layers", "\n".join(["plot,depth,kPa", *lines]))

    assert column(rows, "limiting_layers") == [1, 0]
    assert (rows[0]["upper_depth_cm"], rows[0]["lower_depth_cm"]) == (1.5, 5.5)
    assert rows[0]["stops_roots"]
    assert column(rows, "profile") == ["A", "B"]
