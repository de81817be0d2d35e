from __future__ import annotations

import csv

import pytest

from estimates.calculations.parameter_files import shipped_content
from estimates.calculations.problems import ProblemsFound
from estimates.calculations.registry import calculation_named
from estimates.calculations.running import run_calculation
from estimates.science.allometry.amg_table import with_amg_rows
from estimates.science.allometry.methods import FAMILY
from tests.science.builders import ROOT

AMG_FILE = ROOT.parent / "shared" / "reference" / "soc" / "amg" / "parameters_plant.csv"
AMG_HEAD = "Crop_type,Crop_name,RP,RS,RR,RE,Beta,HI,SR,PSS,h_AG\n"
CAULIFLOWER = "MC,Cauliflower,0.718,0.144,0.084,0.054,0.926,0.833,9.35,1,0.344\n"
COPIED = "CC,Winter wheat,0,0.82,0.109,0.071,0.75,0,6.839,1,0.071\n"
BARE = "MC,Bare soil,1,1,1,1,1,0.5,1,1,1\n"


def calculated(text, **tables):
    files = {"in": text.encode()} | {name: body.encode() for name, body in tables.items()}
    return run_calculation(calculation_named("allocation"), files=files, options={}).rows


def problems(text):
    with pytest.raises(ProblemsFound) as found:
        calculated(text)
    return [(each.line, each.column, each.code) for each in found.value.problems]


def test_wheat_with_a_sixth_of_its_straw_left():
    """SoilManageR 1.1.0, default winter wheat: 474, 361, 238, together 1073 kg C per ha."""
    text = 'crop,method,yield_t_ha,straw_returned\n"wheat, winter",fixed_root_c,5.1,0.15\n'

    (row,) = calculated(text)

    assert row["straw_c_kg_ha"] * 0.15 == pytest.approx(474, abs=1)
    assert row["root_c_kg_ha"] == pytest.approx(361, abs=1)
    assert row["rhizodeposit_c_kg_ha"] == pytest.approx(238, abs=1)
    assert row["input_c_kg_ha"] == pytest.approx(1073, abs=2)
    assert row["crop"] == "wheat, winter"


def test_a_fresh_yield_is_dried():
    """Holos 4: barley, 7018 kg per ha at 12 % moisture, AG 2157.46, BG 997.78."""
    text = "crop,method,yield_fresh_kg_ha,moisture\nbarley,ipcc_2019_tier2,7018,12\n"

    (row,) = calculated(text)

    assert row["straw_c_kg_ha"] == pytest.approx(2157.4589, abs=2e-4)
    assert row["root_c_kg_ha"] == pytest.approx(997.7755, abs=2e-4)
    assert row["rhizodeposit_c_kg_ha"] is None
    assert row["below_ground_c_kg_ha"] == row["root_c_kg_ha"]


def test_roots_to_a_depth_by_the_model_of_the_method_the_row_or_the_crop():
    text = (
        "crop,kind,method,yield_t_ha,depth_cm,beta\n"
        "winter wheat,,amg_v2,7.15,28,\n"
        "Mustard,cover,amg_v2,5.14,28,0.75\n"
        "Mustard,cover,amg_v2,5.14,28,\n"
        "winter wheat,,bolinder_2007,6,30,\n"
        "sunflower,,bolinder_2007,6,30,\n"
    )

    below = [row["below_ground_c_kg_ha"] / 1000 for row in calculated(text)]

    assert below[0] == pytest.approx(0.8927, abs=1e-4)  # AMG_base, wheat of 2002
    assert below[1] == pytest.approx(0.6139, abs=1e-4)  # AMG_base, mustard of 2014
    # the same roots as deep as those of mustard are: 1 - 0.929^28
    assert below[2] == pytest.approx(below[1] / (1 - 0.75**28) * (1 - 0.929**28), rel=1e-9)
    # beta 0.960 and the logistic of Fan et al. 2016: the middle of .7061 and .6831
    assert below[3] == pytest.approx(1.64348 * (0.70614 + 0.68308) / 2, abs=1e-3)


def test_a_depth_nobody_knows_is_that_of_a_relative_or_of_any_crop_and_says_so():
    text = (
        "crop,kind,method,yield_t_ha,depth_cm\n"
        "phacelia,cover,amg_v2,3,30\n"
        "clover,cover,amg_v2,3,30\n"
    )

    any_crop, relative = (row["notes"] for row in calculated(text))

    assert any_crop == "No depth of 'phacelia' is known: that of generic is taken."
    assert relative == "No depth of 'clover' is known: that of lucerne is taken."


def test_a_cover_crop_is_one_whatever_the_column_says():
    (row,) = calculated("crop,method,days\nphacelia,cover_crop,200\n")

    assert row["straw_c_kg_ha"] == pytest.approx(1596, abs=1)
    assert "200 days" in row["notes"]


def test_every_row_that_lacks_something_is_named():
    text = (
        "crop,method,yield_t_ha,yield_fresh_t_ha,moisture_percent\n"
        "winter wheat,bolinder_2007,,,\n"
        "dragon fruit,bolinder_2007,3,,\n"
        "winter wheat,bolinder_2007,3,3.5,14\n"
        "winter wheat,bolinder_2007,,3.5,\n"
    )

    assert problems(text) == [
        (2, "yield_t_ha", "yield_missing"),
        (3, "crop", "unknown_crop"),
        (4, "yield_fresh_t_ha", "yield_twice"),
        (5, "moisture_percent", "missing_value"),
    ]
    assert problems("crop,method\nwheat,guess\n") == [(2, "method", "unknown_choice")]


def test_a_crop_of_the_whole_amg_table_is_read_from_where_it_lies():
    text = "crop,method,yield_t_ha\nCauliflower,amg_v2,3\n"

    (row,) = calculated(text, amg=AMG_HEAD + CAULIFLOWER + COPIED + BARE)

    # 3 / (9.35 x 0.833) x 0.40 t C per ha
    assert row["root_c_kg_ha"] == pytest.approx(3 / (9.35 * 0.833) * 400)
    assert row["row_used"] == "amg_v2.cauliflower"


def test_rows_of_the_whole_table_that_break_the_rules_are_left_out_and_told():
    rows = list(csv.DictReader((AMG_HEAD + CAULIFLOWER + COPIED + BARE).splitlines()))

    content, refused = with_amg_rows(shipped_content(FAMILY), rows)

    assert "cauliflower" in str(content)
    assert [text.partition(":")[0] for text in refused] == ["CC Winter wheat", "MC Bare soil"]
    assert "It equals RE of the same row" in refused[0]


@pytest.mark.skipif(not AMG_FILE.exists(), reason="the whole table lies in ../shared")
def test_of_the_whole_table_only_two_rows_break_a_rule():
    rows = list(csv.DictReader(AMG_FILE.read_text(encoding="utf-8").splitlines()))

    _, refused = with_amg_rows(shipped_content(FAMILY), rows)

    assert [text.partition(":")[0] for text in refused] == ["MC Bare soil", "CC Winter wheat"]
