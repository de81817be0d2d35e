"""Scenarios and sites as JSON: nothing is lost on the way, and nothing odd gets in."""

from __future__ import annotations

import json

import pytest

from estimates.science.errors import ImpossibleScenario
from estimates.science.scenarios.describe import Amendment, Scenario, StatedInput, Year
from estimates.science.scenarios.document import document_of, scenario_of, site_of
from tests.science.scenarios.builders import SITE, wheat

ROTATION = Scenario(
    name="with cover crop",
    years=(
        Year(
            stands=(
                wheat(variety="deep", root_factor=1.2, beta=0.97, deepest_cm=150.0),
                wheat(
                    crop="radish",
                    use="cover",
                    first_month=9,
                    last_month=2,
                    stated=StatedInput(root_t_ha=0.5, rhizodeposit_t_ha=0.2, source="our cores"),
                ),
            ),
            amendments=(Amendment(kind="manure", carbon_t_ha=2.0),),
            tillage="reduced",
        ),
        Year(stands=(wheat(),)),
    ),
)

LEAST = {"years": [{"stands": [{"crop": "winter wheat", "yield_t_ha": 6}]}]}


def test_a_scenario_comes_back_from_its_document():
    text = json.dumps(document_of(ROTATION))

    assert scenario_of(json.loads(text), name="with cover crop") == ROTATION


def test_a_site_comes_back_from_its_document():
    assert site_of(json.loads(json.dumps(document_of(SITE)))) == SITE


def test_what_is_left_out_takes_its_default():
    stand = scenario_of(LEAST, name="plain").years[0].stands[0]

    assert (stand.yield_t_ha, stand.residues_returned, stand.use) == (6.0, 1.0, "main")


def stand_of(**others):
    return {"years": [{"stands": [{"crop": "wheat", "yield_t_ha": 6, **others}]}]}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "/years is missing"),
        ({"years": 3}, "/years is a list"),
        ({"years": [7]}, "/years/0 is an object"),
        ({"years": [], "colour": "red"}, "/colour is not known; .* years"),
        ({"years": []}, "1 to 12 years"),
        ({"years": [{"stands": [{"crop": "wheat"}]}]}, "/years/0/stands/0/yield_t_ha is missing"),
        (stand_of(crop=3), "crop is a text, not 3"),
        (stand_of(yield_t_ha="6"), "yield_t_ha is a number"),
        (stand_of(yield_t_ha=True), "yield_t_ha is a number"),
        (stand_of(first_month=1.5), "first_month is a whole number"),
        (stand_of(first_month=13), "first month is 1 to 12, not 13"),
        (stand_of(last_month=0), "last month is 1 to 12"),
        (stand_of(use="pasture"), "use is one of main, cover"),
        (stand_of(yield_t_ha=-1), "yield is 0 to 100"),
        (stand_of(yield_variation=3), "yield variation"),
        (stand_of(residues_returned=1.2), "residues returned is 0 to 1"),
        (stand_of(ground_share=2), "share of the ground"),
        (stand_of(root_factor=-1), "root factor"),
        (stand_of(beta=1.0), "beta is 0.5 to 0.9999"),
        (stand_of(deepest_cm=0), "deepest root"),
        (stand_of(stated={"root_t_ha": -1, "rhizodeposit_t_ha": 0}), "stated input"),
        ({"years": [{"tillage": "ridge"}]}, "tillage is one of full, reduced, none"),
        (
            {"years": [{"amendments": [{"kind": "manure", "carbon_t_ha": 90}]}]},
            "Year 1 of 'odd', manure: the carbon is 0 to 50, not 90",
        ),
        (
            {"years": [{"amendments": [{"kind": "manure", "carbon_t_ha": 1, "month": 14}]}]},
            "month is 1 to 12",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(document, words):
    with pytest.raises(ImpossibleScenario, match=words):
        scenario_of(document, name="odd")


@pytest.mark.parametrize(
    ("year", "words"),
    [
        (Year(tillage="ridge"), "tillage is one of full, reduced, none, not 'ridge'"),
        (Year(stands=(wheat(use="pasture"),)), "the use is one of main, cover, grass, tree"),
    ],
)
def test_what_python_code_builds_is_checked_too(year, words):
    with pytest.raises(ImpossibleScenario, match=words):
        Scenario(name="odd", years=(year,))


def test_two_main_crops_at_once_need_room_for_both():
    crops = [{"crop": crop, "yield_t_ha": 4, "ground_share": 0.6} for crop in ("pea", "barley")]

    with pytest.raises(ImpossibleScenario, match=r"1\.2 of the ground"):
        scenario_of({"years": [{"stands": crops}]}, name="mixture")


def test_a_crop_after_another_may_have_the_ground_again():
    crops = [
        {"crop": "pea", "yield_t_ha": 4, "first_month": 3, "last_month": 6},
        {"crop": "maize", "yield_t_ha": 9, "first_month": 7, "last_month": 10},
    ]

    assert len(scenario_of({"years": [{"stands": crops}]}, name="two").years[0].stands) == 2


@pytest.mark.parametrize(
    ("part", "changed", "words"),
    [
        ("soil", {"clay_percent": 120}, "0 to 100"),
        ("soil", {"clay_percent": 60, "sand_percent": 60}, "more than 100 %"),
        ("soil", {"soc_t_ha": 0}, "initial stock"),
        ("soil", {"stock_depth_cm": 2}, "5 to 100 cm"),
        ("soil", {"ph": 1}, "pH is 2 to 12"),
        ("soil", {"icbm_climate_factor": 0}, "climate factor"),
        ("weather", {"rain_mm": [10.0] * 11}, "rain of 12 months, not 11"),
        ("weather", {"temperature_c": [80.0] * 12}, "-60 to 50"),
        ("weather", {"rain_mm": [-1.0] * 12}, "0 to 5000 mm"),
    ],
)
def test_a_site_that_cannot_be_is_refused(part, changed, words):
    document = document_of(SITE)
    document[part] |= changed

    with pytest.raises(ImpossibleScenario, match=words):
        site_of(document)


def test_months_through_the_turn_of_the_year_belong_to_the_year_before():
    rotation = Scenario(
        name="two years",
        years=(
            Year(stands=(wheat(first_month=10, last_month=8),)),
            Year(stands=(wheat(crop="spring barley", first_month=3, last_month=8),)),
        ),
    )

    assert rotation.covered_months(0) == frozenset(range(1, 9))
    assert rotation.covered_months(1) == frozenset({3, 4, 5, 6, 7, 8, 10, 11, 12})
