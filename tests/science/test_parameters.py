from __future__ import annotations

import dataclasses
import json

import pytest

from estimates.science.errors import ImpossibleParameter, UnknownParameter
from estimates.science.parameters import check_parameter_set, load_parameter_set
from tests.science.builders import PARAMETER_FILE, parameter_set


def row(key="share", value=0.5, **others):
    return {
        "key": key,
        "value": value,
        "unit": "1",
        "distribution": {"kind": "fixed", "value": value},
        "range": [0, 1],
        "source": "a book",
        "doi": None,
        "status": "read",
    } | others


def loaded(*rows, **others):
    table = {"method": "test", "version": "1", "numbers": list(rows)} | others
    return load_parameter_set(json.dumps(table))


def test_the_set_of_the_project_obeys_its_own_rules():
    parameters = parameter_set()

    check_parameter_set(parameters)
    assert parameters.method == "measured_cores"
    assert all(number.unit and number.source for number in parameters.numbers)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rhizodeposition.crop", 0.65),  # Bolinder et al. 2007
        ("rhizodeposition.ley", 0.50),  # Taghizadeh-Toosi et al. 2020
        ("rhizodeposition.cover_crop", 0.31),  # Seitz et al. 2022
        ("turnover.perennial", 0.30),  # Holos 4
        ("extraneous.unpicked", 0.40),  # Hirte et al. 2017
        ("depth.wheat.beta", 0.960),  # AMG v2
        ("depth.wheat.middle", 17.2),  # Fan et al. 2016
    ],
)
def test_a_published_number_is_the_published_number(key, value):
    assert parameter_set().value(key) == value


def test_the_turnover_of_poplar_has_the_mean_and_spread_of_its_records():
    """.54 +-.35 per year, 28 records of GRooT."""
    spread = parameter_set().number("turnover.Populus").distribution

    assert (spread.mean, spread.sd) == pytest.approx((0.54, 0.35), abs=1e-3)


def test_no_crop_has_the_placeholder_of_0_75():
    betas = [n for n in parameter_set().numbers if n.key.endswith(".beta")]

    assert min(number.value for number in betas) > 0.9
    assert all(number.lowest > 0.75 for number in betas)


def test_a_shifted_row_is_refused_by_name():
    """Triticale with its columns shifted: .335 + .26 + .506 + .142 = 1.243."""
    shares = {"grain": 0.335, "straw": 0.26, "roots": 0.506, "rhizodeposits": 0.142}

    with pytest.raises(ImpossibleParameter, match=r"grain, straw.*1\.2430"):
        loaded(*(row(key, value) for key, value in shares.items()), sums=[list(shares)])


def test_shares_that_make_a_whole_are_accepted():
    shares = {"grain": 0.26, "straw": 0.506, "roots": 0.142, "rhizodeposits": 0.092}

    parameters = loaded(*(row(key, value) for key, value in shares.items()), sums=[list(shares)])

    assert parameters.value("roots") == 0.142


def test_numbers_out_of_order_are_refused():
    with pytest.raises(ImpossibleParameter, match=r"low .* must be below high"):
        loaded(row("low", 0.6), row("high", 0.5), orders=[["low", "high"]])


def test_numbers_in_order_are_accepted():
    assert loaded(row("low", 0.4), row("high", 0.5), orders=[["low", "high"]]).has("low")


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (row(value=1.5), "outside 0 to 1"),
        (row(value=float("nan")), "outside"),
        (row(source=""), "needs a source"),
        (row(status="guessed"), "needs a source and a status"),
        (row(distribution={"kind": "fixed", "value": 0.4}), "centred on 0.4"),
        (row(distribution={"kind": "lognormal", "median": 0.4, "gsd": 2}), "centred on 0.4"),
        (row(distribution={"kind": "gamma", "shape": 1}), "unknown distribution 'gamma'"),
        (row(distribution={"kind": "fixed", "median": 0.4}), "share: .*median"),
        (row(distribution={"kind": "uniform", "lower": 1, "upper": 0}), "share: Uniform"),
    ],
)
def test_a_wrong_number_is_refused_with_its_name_and_the_reason(bad, why):
    with pytest.raises(ImpossibleParameter, match="share") as refused:
        loaded(bad)
    assert refused.match(why)


SE_OF_12_PLOTS = {"type": "SE", "level": "plot", "value": 0.05, "n": 12}


def test_what_a_source_prints_stays_with_its_number():
    narrow = {"kind": "normal", "mean": 0.5, "sd": 0.05}

    number = loaded(row(distribution=narrow, dispersion=SE_OF_12_PLOTS)).number("share")

    assert (number.dispersion.type, number.dispersion.level, number.dispersion.n) == (
        "SE",
        "plot",
        12,
    )
    assert number.distribution.sd == number.dispersion.standard_error()


def test_a_number_that_stands_for_one_unit_is_drawn_between_units():
    # 0.01 x sqrt(12) = 0.034641
    wide = {"kind": "normal", "mean": 0.5, "sd": 0.034641}
    printed = {**SE_OF_12_PLOTS, "value": 0.01, "stands_for": "unit"}

    assert loaded(row(distribution=wide, dispersion=printed)).number("share").dispersion.n == 12


@pytest.mark.parametrize(
    ("printed", "why"),
    [
        ({}, r"SE 0\.05 of 12 units \(plot\) is 0\.05 for the mean"),
        ({"stands_for": "unit"}, "for the unit"),
        ({"type": "+-"}, "type is one of SD, SE, CI95, LSD"),
        ({"level": "field"}, "level is one of core"),
        ({"stands_for": "both"}, "stands_for is one of mean, unit"),
        ({"n": 1}, "needs two units"),
        ({"sigma": 1}, "sigma"),
    ],
)
def test_a_spread_that_is_not_the_printed_one_is_refused(printed, why):
    narrow = {"kind": "normal", "mean": 0.5, "sd": 0.02}

    with pytest.raises(ImpossibleParameter, match="share") as refused:
        loaded(row(distribution=narrow, dispersion={**SE_OF_12_PLOTS, **printed}))

    assert refused.match(why)


def test_a_key_may_stand_only_once():
    with pytest.raises(ImpossibleParameter, match="twice"):
        loaded(row(), row())


def test_an_unknown_number_is_answered_with_its_family():
    with pytest.raises(UnknownParameter, match=r"turnover\.perennial"):
        parameter_set().number("turnover.Salix")


def test_an_unknown_family_is_answered_with_every_key():
    with pytest.raises(UnknownParameter, match="share"):
        loaded(row()).number("stock")


def test_every_memory_and_assumption_is_marked():
    statuses = {number.status for number in parameter_set().numbers}

    assert {"memory", "assumption", "derived"} <= statuses


def test_the_file_is_ascii_json_that_a_reviewer_can_read():
    text = PARAMETER_FILE.read_text(encoding="ascii")

    assert json.loads(text)["version"] == "2026.1"


def test_a_set_stays_as_it_was_loaded():
    with pytest.raises(dataclasses.FrozenInstanceError):
        parameter_set().version = "2"
