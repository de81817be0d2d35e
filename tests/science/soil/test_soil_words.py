from __future__ import annotations

import pytest

from estimates.science.errors import ImpossibleLayer, MixedMethods, NotEnoughData, UnknownTerm
from estimates.science.soil.chemistry import SoilTest, by_method, mean_of_one_method
from estimates.science.soil.groups import WRB_GROUPS, wrb_group


def test_the_world_reference_base_has_32_groups():
    assert len(WRB_GROUPS) == 32


@pytest.mark.parametrize("text", ["LV", "lv", "Luvisol", "Haplic Luvisols", "luvisols"])
def test_a_group_is_known_by_code_and_name(text):
    assert wrb_group(text) == "LV"


@pytest.mark.parametrize("text", ["", "Parabraunerde", "Luvi"])
def test_other_words_are_refused(text):
    with pytest.raises(UnknownTerm, match="no reference soil group"):
        wrb_group(text)


def test_soil_tests_of_one_method_have_a_mean():
    tests = [SoilTest(analyte="pH", value=value, method="H2O") for value in (6.0, 7.0)]

    assert mean_of_one_method(tests) == 6.5


@pytest.mark.parametrize(
    "other",
    [
        SoilTest(analyte="P", value=40, method="Olsen"),
        SoilTest(analyte="P", value=40, method="CAL", solution_ratio=20),
        SoilTest(analyte="K", value=40, method="CAL"),
    ],
)
def test_soil_tests_of_several_methods_have_none(other):
    tests = [SoilTest(analyte="P", value=60, method="CAL"), other]

    assert len(by_method(tests)) == 2
    with pytest.raises(MixedMethods, match="Average each on its own"):
        mean_of_one_method(tests)


def test_no_soil_test_has_no_mean():
    with pytest.raises(NotEnoughData):
        mean_of_one_method([])


def test_a_method_belongs_to_its_analyte():
    with pytest.raises(UnknownTerm, match="no method of K"):
        SoilTest(analyte="K", value=100, method="Olsen")


@pytest.mark.parametrize(("analyte", "value", "method"), [("pH", 14, "H2O"), ("P", -1, "CAL")])
def test_impossible_values_are_refused(analyte, value, method):
    with pytest.raises(ImpossibleLayer):
        SoilTest(analyte=analyte, value=value, method=method)
