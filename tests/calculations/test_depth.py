from __future__ import annotations

import pytest

from estimates.calculations.problems import ProblemsFound
from estimates.calculations.registry import calculation_named
from estimates.calculations.running import run_calculation
from tests.calculations.tables import answers, refusals


def calculated(name, text):
    return run_calculation(calculation_named(name), files={"in": text.encode()}, options={}).rows


def problems(name, text):
    with pytest.raises(ProblemsFound) as found:
        calculated(name, text)
    return [(each.line, each.code) for each in found.value.problems]


def test_shares_above_depths_are_the_printed_ones():
    """F(10, 30, 60, 100) of wheat by Fan et al. 2016, d_max 150: .3363, .6832, .8562, .9446."""
    rows = "".join(f"{depth},17.2,-1.286,150\n" for depth in (10, 30, 60, 100))

    found = calculated("depth-fraction", "z,da,c,dmax\n" + rows)

    shares = [row["fraction_above"] for row in found]
    assert shares == pytest.approx([0.3363, 0.6832, 0.8562, 0.9446], abs=5e-5)
    assert found[0]["d50_cm"] == pytest.approx(16.9, abs=0.05)
    assert found[0]["d95_cm"] == pytest.approx(103.8, abs=0.05)


def test_layers_fill_the_profile_above_a_pan():
    text = "upper_cm,z,beta,limiting_layer_cm\n0,30,0.96,60\n30,60,0.96,60\n0,90,0.96,60\n"

    first, second, all_of_it = calculated("depth-fraction", text)

    assert first["fraction_in_layer"] + second["fraction_in_layer"] == pytest.approx(1.0)
    assert all_of_it["fraction_above"] == 1.0
    # half of .9136 of the roots: ln(1 - .4568) / ln(.96)
    assert first["d50_cm"] == pytest.approx(14.95, abs=0.01)


def test_a_model_is_chosen_by_name_by_numbers_or_by_crop():
    text = (
        "z,model,beta,dmax,k,crop\n"
        "30,michaelis_menten,0.96,100,20,\n"
        "30,,,100,20,\n"
        "30,beta,,,,winter wheat\n"
    )

    found = calculated("depth-fraction", text)

    # 30 x 120 / (50 x 100)
    assert [row["fraction_above"] for row in found[:2]] == pytest.approx([0.72, 0.72])
    assert found[2]["fraction_above"] == pytest.approx(1 - 0.96**30)


def test_a_row_without_a_model_or_with_two_is_refused():
    text = (
        "z,upper_cm,model,beta,dmax,k\n30,,,,,\n30,,,0.96,100,20\n30,,logistic,0.96,,\n"
        "30,40,beta,0.96,,\n"
    )

    assert problems("depth-fraction", text) == [
        (2, "no_depth_model"),
        (3, "no_depth_model"),
        (4, "no_depth_model"),
        (5, "depths_out_of_order"),
    ]


def test_missing_depth_carries_the_spread_of_the_models():
    """500 g to 60 cm: 547.3 by beta 0.96, 584.0 by the logistic, 566 +-18."""
    text = "measured,measured_to_cm,beta,da,c,dmax\n500,60,0.96,17.2,-1.286,150\n"

    (row,) = calculated("depth-extrapolate", text)

    assert row["total_beta"] == pytest.approx(547.3, abs=0.05)
    assert row["total_logistic"] == pytest.approx(584.0, abs=0.05)
    assert (row["total"], row["total_sd"]) == pytest.approx((566, 18), abs=0.5)
    assert row["models_used"] == "beta logistic"


def test_nothing_is_added_above_a_layer_that_stops_roots():
    text = "measured,measured_to_cm,limiting_layer_cm,beta,local_beta\n500,60,60,0.96,0.9535\n"

    (row,) = calculated("depth-extrapolate", text)

    assert (row["total"], row["below"]) == (500, 0)


def test_too_shallow_a_profile_and_a_depth_nobody_measured_are_refused():
    text = "measured,measured_to_cm,beta\n500,20,0.96\n500,60,0.75\n500,60,\n"

    assert problems("depth-extrapolate", text) == [
        (2, "shallow_profile"),
        (3, "placeholder_depth"),
        (4, "not_enough_data"),
    ]


def test_the_beta_of_the_profile_itself_is_one_model_more():
    """Silsoe control: 0.9535, by rooting-depth."""
    text = "measured,measured_to_cm,local_beta\n3.212,150,0.9535\n"

    (row,) = calculated("depth-extrapolate", text)

    assert row["total_local"] == row["total"] == pytest.approx(3.212 / (1 - 0.9535**150))


def test_one_depth_model_has_no_spread_to_tell():
    rows = answers("depth-extrapolate", "measured,depth_cm,beta\n500,60,0.96\n")

    assert rows[0]["total"] == pytest.approx(547.26, abs=0.01)
    assert rows[0]["total_sd"] is None


@pytest.mark.parametrize(
    ("row", "column"), [("500,20,0.96", "measured_to_cm"), ("500,60,0.75", "beta")]
)
def test_what_is_not_extrapolated_is_told_by_its_column(row, column):
    found = refusals("depth-extrapolate", f"measured,depth_cm,beta\n{row}\n")

    assert [(line, name) for line, name, _ in found] == [(2, column)]
