from __future__ import annotations

import pytest

from tests.calculations.tables import answers, column, refusals

# by hand: (.22 - .06) / .89 = .1798, .4265 g; (.30 - .06) / .89 = .2697, .1899 g
SAMPLES = """core,m_w,a_s,a_r,a_soil,e,lambda
row,0.520,0.22,0.06,0.95,0.10,0.10
mid-row,0.260,0.30,0.06,0.95,0.10,0.10
"""


def test_washed_samples_become_clean_roots():
    rows = answers("clean-root", SAMPLES)

    assert column(rows, "soil_share_used") == pytest.approx([0.1798, 0.2697], abs=5e-5)
    assert column(rows, "clean_root_mass_g") == pytest.approx([0.4265, 0.1899], abs=5e-5)
    assert column(rows, "soil_share_by") == ["ash", "ash"]


def test_adhering_soil_is_told_by_carbon_or_known():
    """By hand: (0.42 - 0.34) / (0.42 - 0.02) = 0.2; 1 / 0.5 x 0.8 = 1.6."""
    by_carbon = "m_w,phi,c_s,c_r,c_soil\n1,0.5,0.34,0.42,0.02\n"
    known = "m_w,phi,s\n1,0.5,0.2\n"

    for text, way in ((by_carbon, "carbon"), (known, "share")):
        (row,) = answers("clean-root", text)
        assert row["clean_root_mass_g"] == pytest.approx(1.6)
        assert row["soil_share_by"] == way


@pytest.mark.parametrize(
    ("way", "share"), [("ash", 0.1798), ("carbon", 0.2), ("share", 0.3), ("none", 0.0)]
)
def test_what_tells_the_soil_can_be_chosen(way, share):
    text = "m_w,a_s,a_r,a_soil,c_s,c_r,c_soil,s\n1,.22,.06,.95,.34,.42,.02,.3\n"
    (row,) = answers("clean-root", text, options={"soil_by": way})

    assert row["soil_share_used"] == pytest.approx(share, abs=5e-5)


@pytest.mark.parametrize(
    ("text", "options", "problem"),
    [
        ("m_w\n1\n", {}, (2, "ash_sample", "not_enough_data")),
        ("m_w\n1\n", {"soil_by": "carbon"}, (2, "carbon_sample", "missing_value")),
        ("m_w,a_s,a_soil\n1,.96,.95\n", {}, (2, "ash_sample", "impossible_layer")),
        ("m_w,c_s,c_r,c_soil\n1,.01,.4,.02\n", {}, (2, "carbon_sample", "impossible_layer")),
        ("m_w,a_s,a_r,a_soil\n1,.3,.5,.4\n", {}, (2, None, "impossible_layer")),
    ],
)
def test_samples_that_cannot_be_cleaned_are_refused(text, options, problem):
    assert refusals("clean-root", text, options=options) == [problem]


def test_cores_become_root_mass_and_carbon_of_an_area():
    """By hand: 0.4265 g under 28.274 cm2 are 150.85 g per m2; RMD 0.4265 g / 848.23 cm3."""
    text = SAMPLES.replace("lambda\n", "lambda,c_r,d,upper_cm,lower_cm\n").replace(
        "0.10,0.10\n", "0.10,0.10,0.42,6.0,0,30\n"
    )
    rows = answers("core-mass", text)

    assert column(rows, "root_mass_g_m2") == pytest.approx([150.85, 67.16], abs=5e-3)
    assert sum(column(rows, "root_c_kg_ha")) / 2 == pytest.approx(457.8, abs=0.05)
    assert rows[0]["core_area_cm2"] == pytest.approx(28.274, abs=5e-4)
    assert rows[0]["soil_volume_cm3"] == pytest.approx(848.23, abs=5e-3)
    assert rows[0]["root_mass_density_mg_cm3"] == pytest.approx(0.50283, abs=5e-6)


def test_uncertainties_of_inputs_become_one_of_the_result():
    """By hand, relative: e .0468 / .9, lambda .0577 / .9, C .01 / .42, and of the soil share of the
    row some .016: 8.8 % of 633.6 kg C. A Monte Carlo of both cores gives 458 +- 40, 8.7 %."""
    text = (
        "m_w,a_s,a_r,a_soil,e,lambda,c_r,d,l,u_m_w,u_a_s,u_a_r,u_a_soil,u_e,u_lambda,u_c_r\n"
        "0.520,.22,.06,.95,.1,.1,.42,6,30,.005,.005,.01155,.02309,.04685,.05774,.01\n"
        "0.260,.30,.06,.95,.1,.1,.42,6,30,.005,.005,.01155,.02309,.04685,.05774,.01\n"
        "0.260,.30,.06,.95,.1,.1,,6,30,.005,,,,,,\n"
    )
    rows = answers("core-mass", text)
    (clean,) = answers("clean-root", "m_w,a_s,u_m_w\n2,0.06,0.1\n")

    both = sum(row["u_root_c_g_m2"] for row in rows[:2]) / 2 * 10  # all but the row's own is shared
    assert both == pytest.approx(40, abs=1.5)
    assert rows[2]["u_root_c_g_m2"] is None
    assert rows[2]["u_root_mass_g_m2"] == pytest.approx(67.16 * 0.005 / 0.260, abs=0.01)
    assert clean["u_clean_root_mass_g"] == pytest.approx(0.1)


def test_pooled_cores_and_short_ones_keep_their_density():
    head = "root_mass_g,area_cm2,thickness_cm,n,recovered_length_cm"
    text = f"{head}\n1,50,10,,\n2,50,10,2,\n1,50,10,2,10\n"
    rows = answers("core-mass", text)

    assert column(rows, "root_mass_g_m2") == pytest.approx([200, 200, 200])
    assert column(rows, "recovery") == [None, None, 0.5]
    assert column(rows, "root_c_g_m2") == [None, None, None]


def test_carbon_by_route_b_is_that_of_the_sample_less_its_soil():
    """By hand: 1 g washed with 0.34 g C per g, a fifth of it soil with 0.02: 0.336 g C."""
    text = "m_w,c_s,c_r,c_soil,area_cm2,thickness_cm\n1,0.34,0.42,0.02,100,10\n"
    b = answers("core-mass", text, options={"route": "B"})[0]
    a = answers("core-mass", text, options={"route": "A"})[0]

    assert b["root_c_g_m2"] == pytest.approx(33.6)
    assert a["root_c_g_m2"] == pytest.approx(33.6)


def test_route_b_without_carbon_or_without_root_has_no_carbon():
    none = "m_w,area_cm2,thickness_cm\n1,100,10\n"
    soil = "m_w,c_s,s,c_soil,area_cm2,thickness_cm\n1,0.02,1,0.02,100,10\n0,.4,0,,100,10\n"

    assert answers("core-mass", none, options={"route": "B"})[0]["root_c_g_m2"] is None
    assert column(answers("core-mass", soil, options={"route": "B"}), "root_c_g_m2") == [0, 0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("m_w,thickness_cm\n1,10\n", (2, "inner_diameter_cm", "missing_value")),
        ("m_w,d\n1,6\n", (2, "lower_depth_cm", "missing_value")),
        ("m_w,d,upper_cm,lower_cm\n1,6,30,10\n", (2, "lower_depth_cm", "depths_out_of_order")),
    ],
)
def test_layers_without_geometry_are_refused(text, problem):
    assert refusals("core-mass", text) == [problem]


def test_samples_have_ratios_stocks_and_doubts():
    text = (
        "sample,C,N,P,S,CN,ash,root_mass_t_ha,plant_group,crop,n_duplicate_g_kg\n"
        "a,400,11.3,1.1,,35.4,243,1.5,Poaceae,wheat,11.4\n"
        "b,,11.3,,2,,,,,,\n"
    )
    rows = answers("stoichiometry", text)

    assert rows[0]["cn_molar"] == pytest.approx(400 / 11.3 * 1.1662, abs=2e-3)
    assert rows[0]["n_kg_ha"] == pytest.approx(16.95)
    assert rows[0]["p_kg_ha"] == pytest.approx(1.65)
    assert rows[0]["expected_ash_g_kg"] == pytest.approx(243)
    assert rows[0]["findings"] == "ash_spoils_cations"
    assert rows[1]["ns_mass"] == pytest.approx(5.65)
    assert rows[1].get("cn_mass") is None


def test_slips_of_unit_and_duplicates_apart_are_found():
    text = "C,c_duplicate_g_kg,P,p_duplicate_g_kg,group\n41,46,1,2,Poaceae\n"
    (row,) = answers("stoichiometry", text)

    assert row["findings"] == ("duplicates_differ; duplicates_differ; c_unusual; unit_slip")


def test_replicates_for_a_wanted_precision():
    """(t CV / E)^2 with E 0.2: 12, 27, 64 and 99 replicates."""
    rows = answers("replicates-needed", "cv,e\n0.3,0.2\n0.5,0.2\n0.8,0.2\n1.0,0.2\n")

    assert column(rows, "replicates") == [12, 27, 64, 99]
    assert all(row["half_width_reached"] <= 0.2 for row in rows)


# Silsoe poplar 1CB4, mg of fine roots per cm3 summed over five layers of 30 cm, by distance;
# Upson & Burgess, doi:10.6084/m9.figshare.1492498 (CC BY)
POPLAR = """distance_m,value
0,2.9961
1,3.1432
2,1.1458
3,1.3809
4,2.8138
"""


@pytest.mark.parametrize(
    ("options", "tonnes"),
    [
        ({}, 6.88788),
        ({"scheme": "tree_rows", "half_alley_m": "5"}, 6.83319),
        ({"scheme": "single_tree", "radius_m": "5"}, 6.693597),
    ],
)
def test_roots_of_a_poplar_by_the_ground_of_their_cores(options, tonnes):
    rows = answers("position-mean", POPLAR, options=options)

    assert rows[0]["weighted_mean"] * 3 == pytest.approx(tonnes, rel=1e-6)
    assert sum(column(rows, "weight")) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "options", "weights"),
    [
        (
            "position,value\nrow,150.85\nmid_row,67.16\n",
            {"scheme": "row_strip", "row_distance_cm": "75", "strip_cm": "15"},
            [0.2, 0.8],
        ),
        (
            "distance_cm,value\n0,1\n25,1\n50,1\n75,1\n",
            {"scheme": "transect"},
            [1 / 6, 1 / 3, 1 / 3, 1 / 6],
        ),
        (
            "position,value\nplant,1\nbetween,1\n",
            {"scheme": "plant_centred", "plants_per_m2": "10", "core_area_cm2": "100"},
            [0.1, 0.9],
        ),
    ],
)
def test_rows_plants_and_transects_have_their_weights(text, options, weights):
    assert column(answers("position-mean", text, options=options), "weight") == pytest.approx(
        weights
    )


def test_any_column_can_be_averaged():
    text = "plot,root_c_kg_ha\nA,1\nA,2\nB,5\n"
    rows = answers("position-mean", text, options={"of": "root_c_kg_ha"})

    assert column(rows, "weighted_mean") == [1.5, 1.5, 5]
    assert refusals("position-mean", text) == [
        (2, "value", "missing_column"),
        (3, "value", "missing_column"),
        (4, "value", "missing_column"),
    ]


def test_layers_have_means_of_their_own():
    rows = answers("position-mean", "layer,value\n0-10,1\n0-10,3\n10-30,5\n")

    assert column(rows, "weighted_mean") == [2, 2, 5]


def test_stones_make_four_stocks_of_one_layer():
    """M1 to M4 of Poeplau et al. 2017, doi:10.5194/soil-3-61-2017: 160 g, 40 g of it stones."""
    text = "V,m,rock_g,SOC_pct,depth_cm\n100,160,40,1.5,30\n100,140,,,\n"
    rows = answers("coarse-fragments", text)

    stocks = [rows[0][f"soc_m{number}_t_ha"] for number in (1, 2, 3, 4)]
    assert stocks == pytest.approx([72.0, 60.9, 63.8, 54.0], abs=0.05)
    assert rows[0]["soc_stock_t_ha"] == rows[0]["soc_m4_t_ha"]
    assert rows[1]["fine_stock_g_cm3"] == pytest.approx(1.4)
    assert rows[1].get("soc_stock_t_ha") is None


def test_columns_of_winrhizo_become_traits():
    text = (
        "SampleId,Length(cm),SurfArea(cm2),AvgDiam(mm),LenPerVol(cm/m3),RootVolume(cm3),Tips,Forks,"
        "dry_mass_g,fresh_mass_g,shoot_mass_g,soil_volume_cm3,group\n"
        "a,5000,393,0.25,50000,2.454,900,450,0.2454,1.6,0.7362,848,Poaceae\n"
    )
    head = text.splitlines()[0].replace("(", "_").replace(")", "").replace("/", "_")
    (row,) = answers("root-traits", "\n".join([head, *text.splitlines()[1:]]))

    assert row["specific_root_length_m_g"] == pytest.approx(203.7, abs=0.1)
    assert row["tissue_density_g_cm3"] == pytest.approx(0.1)
    assert row["root_length_density_cm_cm3"] == pytest.approx(5.896, abs=5e-4)
    assert row["root_mass_density_mg_cm3"] == pytest.approx(0.28939, abs=5e-5)
    assert row["specific_root_area_cm2_g"] == pytest.approx(1601.5, abs=0.1)
    assert (row["tips_per_cm"], row["forks_per_cm"]) == (0.18, 0.09)
    assert row["root_mass_fraction"] == pytest.approx(0.25)
    assert row["findings"] == "length_per_volume_mismatch"


def test_columns_of_rhizovision_become_traits_of_a_subsample():
    text = (
        "Total.Root.Length.mm,Average.Diameter.mm,Volume.mm3,scanned_share,dry_mass_g,group\n"
        "12500,2.5,613.5,0.25,0.2454,Poaceae\n10,,,,,\n,,,,0.2,\n"
    )
    rows = answers("root-traits", text)

    assert rows[0]["whole_length_cm"] == pytest.approx(5000)
    assert rows[0]["tissue_density_g_cm3"] == pytest.approx(0.1)
    assert rows[0]["findings"] == "traits_mismatch; mean_diameter_unusual"
    assert rows[1]["whole_length_cm"] == 1.0
    assert rows[2].get("specific_root_length_m_g") is None


def test_soil_on_roots_overstates_their_nitrogen():
    """Natural Resource Ecology Laboratory, root chemistry, table 3, N at 10 and 80 % ash."""
    text = "plant_N_pct,soil_ash,ash\n0.5,0.93,0.10\n0.5,0.93,0.80\n4.0,0.96,0.80\n"
    rows = answers("ash-overstatement", text)

    assert column(rows, "overstatement_pct") == pytest.approx([5.26, 260.52, 3.52], abs=5e-3)


def test_varieties_have_depth_traits():
    """Fine roots of the arable control at Silsoe, Upson & Burgess 2013."""
    masses = {30: 2.533, 60: 0.344, 90: 0.198, 120: 0.094, 150: 0.043}
    lines = [f"{variety},{lower},{mass}" for variety in "AB" for lower, mass in masses.items()]
    rows = answers("rooting-depth", "\n".join(["variety,lower_cm,root_mass_t_ha", *lines]))

    assert column(rows, "variety") == ["A", "B"]
    assert column(rows, "beta") == pytest.approx([0.9535] * 2, abs=5e-5)
    assert column(rows, "layers") == [5, 5]
