"""Units are a closed list; conversion moves the decimal point and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.rules.units import SYMBOLS, UNITS, WORDS, UnitsUnlike, UnitUnknown, convert, find_unit

LIKE = [(a, b) for a in UNITS for b in UNITS if UNITS[a][0] == UNITS[b][0]]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("%", "%"),
        ("% of dry mass", "%"),
        ("% DM", "%"),
        ("Percent", "%"),
        ("g/100 g", "%"),
        ("‰", "permil"),
        ("permil vs VPDB", "permil"),
        ("‰ vs AIR", "permil"),
        ("per mil", "permil"),
        ("µg", "ug"),
        ("μg", "ug"),
        ("g kg-1", "g/kg"),
        ("g kg^-1", "g/kg"),
        ("g\u00a0cm\u22123", "g/cm3"),
        ("g/cm³", "g/cm3"),
        ("g m-2", "g/m2"),
        ("t/ha", "t/har"),
        ("Mg/ha", "t/har"),
        ("Milligrams", "mg"),
        ("at%", "atom%"),
        ("pH", "[pH]"),
        ("", "1"),
    ],
)
def test_what_people_write_finds_its_unit(words, code):
    assert find_unit(words) == code


@pytest.mark.parametrize("words", ["MG", "mg C", "furlong", "% vs VPDB", "x vs AIR", "g kg-4"])
def test_what_is_not_on_the_list_is_no_unit(words):
    assert find_unit(words) is None


def test_a_megagram_is_no_milligram():
    assert find_unit("Mg/m3") == "Mg/m3"
    assert find_unit("mg/m3") is None


def test_every_alias_leads_to_a_code_of_the_list():
    assert {*SYMBOLS.values(), *WORDS.values()} <= set(UNITS)


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "expected"),
    [
        ("1234", "ug", "mg", "1.234"),
        ("12", "mg", "g", "0.012"),
        ("4.12", "%", "g/kg", "41.2"),
        ("412", "g/kg", "%", "41.2"),
        ("1.3", "g/cm3", "kg/m3", "1300"),
        ("2.5", "t/har", "g/m2", "250"),
        ("5", "cm/cm3", "km/m3", "50"),
        ("-26.39", "permil", "permil", "-26.39"),
    ],
)
def test_values_convert_as_by_hand(value, from_unit, to_unit, expected):
    converted = convert(Decimal(value), from_unit=from_unit, to_unit=to_unit)

    assert converted == Decimal(expected)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-1e12, max_value=1e12),
    st.sampled_from(LIKE),
)
def test_there_and_back_is_the_same_number(value, pair):
    one, other = pair

    away = convert(value, from_unit=one, to_unit=other)

    assert convert(away, from_unit=other, to_unit=one) == value


def test_unlike_units_do_not_convert():
    with pytest.raises(UnitsUnlike, match="mg is mass, % is mass fraction"):
        convert(Decimal(1), from_unit="mg", to_unit="%")


def test_unknown_units_do_not_convert():
    with pytest.raises(UnitUnknown):
        convert(Decimal(1), from_unit="mg", to_unit="furlong")


def test_what_is_no_number_stays_as_it_is():
    assert convert(Decimal("Infinity"), from_unit="mg", to_unit="g") == Decimal("Infinity")
