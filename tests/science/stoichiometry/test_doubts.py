from __future__ import annotations

import pytest

from estimates.science.errors import UnknownTerm
from estimates.science.stoichiometry.consistency import (
    ash_findings,
    duplicate_findings,
    expected_ash_g_kg,
    nitrogen_findings,
    ratio_findings,
)
from estimates.science.stoichiometry.plausible import (
    crops,
    groups,
    range_findings,
    unit_slip,
    usual,
)


def codes(findings):
    return [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("given", "expected"),
    [(40, []), (41, []), (46.6, ["ratio_by_atoms"]), (60, ["ratio_mismatch"])],
)
def test_a_ratio_given_is_held_against_its_elements(given, expected):
    found = ratio_findings(carbon_g_kg=400, nitrogen_g_kg=10, given_ratio=given)

    assert codes(found) == expected


def test_ash_and_carbon_lie_on_a_line():
    """Franzluebbers 2020, doi:10.1002/ael2.20037: 999 - 1.89 x 400 = 243 g ash per kg."""
    assert expected_ash_g_kg(400) == pytest.approx(243)
    assert codes(ash_findings(carbon_g_kg=450, ash_g_kg=150)) == []
    assert "ash_against_carbon" in codes(ash_findings(carbon_g_kg=400, ash_g_kg=60))


@pytest.mark.parametrize(
    ("carbon", "ash", "code"),
    [
        (350, 50, "ash_free_carbon"),
        (300, 432, "ash_spoils_n_and_p"),
        (400, 243, "ash_spoils_cations"),
        (50, 1000, "ash_spoils_n_and_p"),
    ],
)
def test_soil_on_roots_shows_in_their_ash(carbon, ash, code):
    assert code in codes(ash_findings(carbon_g_kg=carbon, ash_g_kg=ash))


@pytest.mark.parametrize(
    ("element", "second", "expected"),
    [
        ("C", 104, []),
        ("C", 106, ["duplicates_differ"]),
        ("N", 108, []),
        ("N", 109, ["duplicates_differ"]),
        ("P", 110, []),
        ("P", 111, ["duplicates_differ"]),
    ],
)
def test_two_determinations_may_differ_a_little(element, second, expected):
    assert codes(duplicate_findings(element, 100, second)) == expected


@pytest.mark.parametrize(
    ("group", "nitrogen", "expected"),
    [
        ("Fabaceae", 9, ["legume_poor_in_n"]),
        ("Fabaceae", 20, []),
        ("Poaceae", 26, ["grass_rich_in_n"]),
        ("Poaceae", 20, []),
        ("forbs", 30, []),
    ],
)
def test_nitrogen_tells_legumes_from_grasses(group, nitrogen, expected):
    assert codes(nitrogen_findings(nitrogen, group=group)) == expected


@pytest.mark.parametrize(
    ("trait", "value", "expected", "level"),
    [
        ("N", 8.0, [], None),
        ("N", 20.0, ["n_unusual"], "warn"),
        ("N", 30.0, ["n_unusual"], "confirm"),
        ("C", 230.0, ["c_unusual"], "warn"),
        ("C", 150.0, ["c_unusual"], "confirm"),
        ("C", 40.0, ["c_unusual", "unit_slip"], "confirm"),
        ("C", 0.4, ["c_unusual", "unit_slip"], "confirm"),
        ("C", 4000.0, ["c_unusual", "unit_slip"], "confirm"),
        ("C_N_ratio", 5.0, ["c_n_ratio_unusual"], "confirm"),
        ("Specific_root_length", 900.0, ["specific_root_length_unusual"], "confirm"),
    ],
)
def test_unusual_roots_of_grasses_are_found(trait, value, expected, level):
    found = range_findings(trait, value, group="Poaceae")

    assert codes(found) == expected
    assert [finding.level for finding in found[:1]] == ([level] if level else [])


def test_a_slip_of_unit_names_the_number_that_was_meant():
    found = range_findings("C", 40.0, group="Poaceae")

    assert found[1].message == "C 40 would be usual as 400 mg g-1: % for g per kg?"
    assert unit_slip(0.0, groups()["C", "Poaceae"]) is None


def test_a_crop_is_held_against_its_own_records_where_there_are_enough():
    assert usual("N", group="Poaceae", crop="cocksfoot").records == 147
    assert usual("C", group="Poaceae", crop="wheat").of == "Poaceae"
    assert usual("N", group="Poaceae", crop="wheat").high == pytest.approx(13.4 * 1.75)
    assert usual("N", group="Fabaceae", crop="lucerne").records == 15
    assert usual("P", group="Brassicaceae") is None
    assert range_findings("P", 99.0, group="Brassicaceae") == []


@pytest.mark.parametrize(("trait", "group"), [("Si", "Poaceae"), ("N", "Juncaceae")])
def test_unknown_traits_and_groups_are_refused(trait, group):
    with pytest.raises(UnknownTerm):
        usual(trait, group=group)


def test_the_quantiles_are_in_order():
    for known in (*groups().values(), *crops().values()):
        assert known.lowest <= known.low <= known.median <= known.high <= known.highest
