"""C input of stands, contrasts and plans, and the architecture of roots, on plain tables."""

from __future__ import annotations

import math

import pytest

from tests.calculations.tables import answers, column, refusals
from tests.science.test_contrasts import OATS

STANDS = """growth,root_c,p,turnover,r,is_terminated,coarse_root_c_g_m2,coarse_turnover_per_year
annual,100,1.2,,0.65,,,
perennial,150,,0.3,0.5,no,,
perennial,150,,0.3,0.5,yes,,
tree,80,,0.5,0.3,,200,0.05
tree,80,,0.5,0.3,,,
"""


def test_the_c_input_of_crops_leys_and_trees_is_that_of_a_hand_calculation():
    rows = answers("c-input", STANDS)

    assert column(rows, "input_c_g_m2") == pytest.approx([198, 120, 225, 74, 64])
    assert column(rows, "rhizodeposit_c_g_m2") == pytest.approx([78, 75, 75, 24, 24])
    assert column(rows, "standing_c_g_m2") == pytest.approx([100, 0, 105, 0, 0])
    assert rows[0]["input_c_kg_ha"] == pytest.approx(1980)
    assert column(rows, "u_input_c_g_m2") == [None] * 5


def test_a_ratio_nobody_gave_is_a_prior_with_its_spread():
    """First order, one standard deviation of the logarithm: 100 x 0.65 x ln 1.6."""
    table = "root_c_t_ha,prior,r,u_r\n1,crop,,\n1,ley,,\n1,cover_crop,,0.1\n1,labelled,,\n"

    rows = answers("c-input", table)

    assert column(rows, "deposition_ratio_used") == [0.65, 0.5, 0.31, 1.41]
    assert rows[0]["deposition_ratio_from"] == "rhizodeposition.crop"
    assert rows[0]["u_input_c_g_m2"] == pytest.approx(65 * math.log(1.6))
    assert rows[2]["u_input_c_g_m2"] == pytest.approx(10)


def test_errors_of_root_c_and_ratio_add_up():
    rows = answers("c-input", "root_c_g_m2,u_root_c_g_m2,r,u_r\n100,10,0.65,0.1\n")

    assert rows[0]["deposition_ratio_from"] == "given"
    assert rows[0]["u_input_c_g_m2"] == pytest.approx(math.hypot(16.5, 10), rel=1e-6)


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("perennial,1,,,0,0", (2, "turnover_per_year", "missing_value")),
        ("tree,1,1,,0,0", (2, "coarse_turnover_per_year", "missing_value")),
        ("annual,1,,1.4,yes,0.1", (2, "washing_loss", "counted_twice")),
    ],
)
def test_what_an_input_cannot_be_reckoned_without_is_asked_for(row, place):
    header = "growth,root_c_g_m2,coarse_root_c_g_m2,r,ratio_is_labelled,washing_loss"
    header = header if row.startswith(("annual", "perennial")) else f"{header},turnover"
    text = f"{header}\n{row}" + (",0.5\n" if header.endswith("turnover") else "\n")

    assert refusals("c-input", text) == [place]


def test_roots_lost_in_washing_are_not_in_a_labelled_prior_as_well():
    text = "root_c_g_m2,prior,washing_loss\n100,labelled,0.1\n"

    assert refusals("c-input", text) == [(2, "washing_loss", "counted_twice")]


YATES = "treatment,block,plot,value\n" + "".join(
    f"{variety},{block},{variety},{value}\n"
    for block, plots in OATS.items()
    for variety, values in plots.items()
    for value in values
)


def test_the_oats_of_yates_have_his_contrast():
    rows = answers("treatment-contrast", YATES, options={"baseline": "Victory", "resample": "yes"})

    assert column(rows, "treatment") == ["Golden rain", "Marvellous"]
    assert rows[0]["mean"] == pytest.approx(6.875)
    assert rows[0]["standard_error"] == pytest.approx(7.0790, abs=1e-3)
    assert rows[0]["degrees_of_freedom"] == pytest.approx(10, abs=1e-3)
    assert rows[0]["resampled_lower"] < 6.875 < rows[0]["resampled_upper"]
    assert rows[0]["notes"] is None
    plain = answers("treatment-contrast", YATES, options={"baseline": "Victory"})
    assert "resampled_lower" not in plain[0]


def test_a_contrast_needs_its_baseline_and_five_blocks_to_resample():
    four = "".join(line for line in YATES.splitlines(keepends=True) if ",V" not in line)

    assert refusals("treatment-contrast", YATES) == [(None, "baseline", "missing_value")]
    found = refusals("treatment-contrast", YATES, options={"baseline": "Wheat"})
    assert found == [(2, None, "not_enough_data")]
    options = {"baseline": "Victory", "resample": "yes"}
    assert refusals("treatment-contrast", four, options=options) == [(2, None, "not_enough_data")]


def test_a_mean_over_plots_has_their_standard_error():
    """1, 2, 3, 4: SD 1.29099, SE 0.645497 with 3 degrees, t 3.182446."""
    table = "variable,plot,value\n" + "".join(f"c,{n},{n}\n" for n in (1, 2, 3, 4))

    row = answers("nested-mean", table)[0]

    assert (row["mean"], row["cores"]) == (2.5, 4)
    assert row["standard_error"] == pytest.approx(0.645497, abs=1e-6)
    assert row["upper"] - row["mean"] == pytest.approx(3.182446 * 0.645497, abs=1e-4)
    one = refusals("nested-mean", table, options={"resample": "yes"})
    assert one == [(2, None, "not_enough_data")]
    blocks = "block,plot,value\n" + "".join(f"{n},p,{n}\n" for n in range(6))
    interval = answers("nested-mean", blocks, options={"resample": "yes"})[0]
    assert interval["resampled_lower"] < 2.5 < interval["resampled_upper"]


def test_a_plan_tells_its_half_width_or_its_blocks():
    """t(3) sqrt(4 / 4) = 3.182446; t(6) sqrt(4 / 7) = 1.849685, t(5) sqrt(4 / 6) above 2."""
    table = "variance_core,half_width,comparison,blocks\n4,,,4\n2,2,difference,\n"

    rows = answers("planned-precision", table)

    assert rows[0]["half_width_reached"] == pytest.approx(3.182446, abs=1e-6)
    assert rows[0]["blocks_needed"] is None
    assert (rows[1]["blocks_needed"], rows[1]["half_width_reached"]) == (
        7,
        pytest.approx(1.849685, abs=1e-5),
    )
    assert refusals("planned-precision", "variance_core\n4\n") == [(2, "blocks", "missing_value")]


CLASSES = "sample,upper_diameter_mm,length_cm\na,2,15\na,,5\na,0.5,60\na,1,20\nb,2,10\n"


def test_fine_roots_are_told_from_diameter_classes():
    rows = answers("root-diameters", CLASSES)
    thin = answers("root-diameters", CLASSES[: CLASSES.index("b,")], options={"fine_upper_mm": "1"})

    assert column(rows, "fine_share") == pytest.approx([0.95, 1.0])
    assert column(rows, "coarse_length_cm") == pytest.approx([5, 0], abs=1e-12)
    assert (rows[0]["length_cm"], rows[0]["classes"]) == (100, 4)
    assert thin[0]["fine_share"] == pytest.approx(0.8)


def test_classes_are_not_split_nor_open_twice():
    assert refusals("root-diameters", CLASSES, options={"fine_upper_mm": "1.5"}) == [
        (2, None, "not_enough_data"),
        (6, None, "not_enough_data"),
    ]
    assert refusals("root-diameters", "length_cm,upper_diameter_mm\n1,\n2,\n") == [
        (2, "upper_diameter_mm", "twice")
    ]


def test_a_crown_has_the_angle_of_most_of_its_roots():
    """2 roots at 30 and 1 at 60 degrees are 40 on average; 50 from the vertical is the same."""
    table = (
        "variety,angle,number,branching,measured_from\n"
        "x,30,2,3,\nx,60,1,5,\ny,50,7,4,vertical\nz,40,0,4,\n"
    )

    rows = answers("crown-architecture", table.replace("z,40,0,4,\n", ""))

    assert column(rows, "mean_angle_deg") == pytest.approx([40, 40])
    assert column(rows, "angle_class") == ["medium", "medium"]
    assert (rows[0]["roots_per_plant"], rows[0]["mean_branching"]) == (1.5, 4)
    assert refusals("crown-architecture", table) == [(5, None, "not_enough_data")]


YEAR = "year,month,temp_c,rain_mm,pet_mm,clay_pct,sand_pct,soc_pct\n" + "".join(
    f"2001,{month},10,80,30,25,20,2\n" for month in range(1, 13)
)


def test_a_wet_year_of_ten_degrees_has_the_climate_factor_of_a_hand_calculation():
    """13.78^2 / 33.78^2 = 0.166409, water at field capacity 1, over 0.1056855."""
    rows = answers("icbm-climate", YEAR)

    assert rows == [{"year": 2001, "r": pytest.approx(1.57457, abs=1e-5)}]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("2001,12,", "2001,11,", (2, "month", "wrong_order")),
        ("2001,12,10,80,30,25,20,2\n", "", (2, "month", "wrong_length")),
        ("2001,12,10,80,30,25,", "2001,12,10,80,30,26,", (2, "clay_pct", "not_constant")),
    ],
)
def test_years_of_weather_are_whole_and_of_one_soil(old, new, place):
    assert refusals("icbm-climate", YEAR.replace(old, new)) == [place]
