from __future__ import annotations

import json

import pytest

from estimates.science.errors import ImpossibleParameter, UnknownParameter
from estimates.science.parameters import load_parameter_set
from estimates.science.revisions import revised_content
from tests.science.allometry.builders import PARAMETER_FILE
from tests.science.builders import PARAMETER_FILE as MEASURED_FILE

SOURCE = {"source": "A field book, 2026", "status": "read"}


def revised(file, *changes, version="2026.2", **others):
    content = json.loads(file.read_text(encoding="utf-8"))
    new = revised_content(content, version=version, changes=changes, **others)
    return load_parameter_set(json.dumps(new)), content


def test_a_cell_of_a_table_gets_a_new_value_and_its_own_source():
    key = "harvest_index.wheat.RS"

    new, old = revised(PARAMETER_FILE, {"key": key, "value": 0.31, **SOURCE}, note="Own roots.")

    assert (new.value(key), new.number(key).source) == (0.31, "A field book, 2026")
    assert new.number("harvest_index.barley.RS").source.startswith("Fan et al. 2017")
    assert new.version == "2026.2"
    assert old["version"] == "2026.1"


@pytest.mark.parametrize(
    ("key", "value", "centre"),
    [
        ("rhizodeposition.crop", 0.8, "median"),
        ("turnover.perennial", 0.4, "mean"),
        ("balance.sd", 0.002, "value"),
    ],
)
def test_a_number_takes_its_spread_along(key, value, centre):
    new, _ = revised(MEASURED_FILE, {"key": key, "value": value, **SOURCE})

    assert new.value(key) == value
    assert getattr(new.number(key).distribution, centre) == value


def test_a_number_between_limits_needs_its_new_limits():
    limits = {"kind": "uniform", "lower": 0.05, "upper": 0.11}
    change = {"key": "washing_loss", "value": 0.08, **SOURCE}

    new, _ = revised(MEASURED_FILE, {**change, "distribution": limits})

    assert new.number("washing_loss").distribution.upper == 0.11
    with pytest.raises(ImpossibleParameter, match="drawn between two limits"):
        revised(MEASURED_FILE, change)


PRINTED = {"type": "CI95", "level": "site", "value": 0.0862, "n": 5}
# t of 0.975 with 4 degrees of freedom is 2.776 (printed tables): 0.0862 / 2.776 = 0.03105


def test_a_number_with_what_its_source_prints_is_drawn_that_wide_and_keeps_it():
    change = {"key": "turnover.perennial", "value": 0.4, **SOURCE, "dispersion": PRINTED}

    new, _ = revised(MEASURED_FILE, change)

    number = new.number("turnover.perennial")
    assert number.distribution.sd == pytest.approx(0.03105, rel=1e-3)
    assert (number.dispersion.type, number.dispersion.level) == ("CI95", "site")


def test_the_dispersion_of_a_number_goes_with_it():
    content = json.loads(MEASURED_FILE.read_text(encoding="utf-8"))
    change = {"key": "turnover.perennial", "value": 0.4, **SOURCE}
    printed = revised_content(content, version="2", changes=[{**change, "dispersion": PRINTED}])

    again = revised_content(printed, version="3", changes=[{**change, "value": 0.45}])

    number = load_parameter_set(json.dumps(again)).number("turnover.perennial")
    assert number.dispersion is None


@pytest.mark.parametrize("printed", [{"type": "SE"}, {**PRINTED, "n": 1}, {**PRINTED, "level": ""}])
def test_a_dispersion_nobody_can_print_is_refused_by_the_name_of_its_number(printed):
    change = {"key": "turnover.perennial", "value": 0.4, **SOURCE, "dispersion": printed}

    with pytest.raises(ImpossibleParameter, match=r"turnover\.perennial"):
        revised(MEASURED_FILE, change)


def test_a_cell_of_a_table_has_no_spread_of_its_own():
    change = {"key": "harvest_index.wheat.RS", "value": 0.31, **SOURCE, "dispersion": PRINTED}

    with pytest.raises(ImpossibleParameter, match="its column says how it is drawn"):
        revised(PARAMETER_FILE, change)


def test_a_number_without_a_source_is_refused():
    with pytest.raises(ImpossibleParameter, match="where the new number comes from"):
        revised(MEASURED_FILE, {"key": "balance.sd", "value": 0.002, "source": " "})


@pytest.mark.parametrize("key", ["guess", "bolinder_2007.quinoa.RR", "bolinder_2007.oat.HI"])
def test_a_number_the_set_does_not_hold_is_refused(key):
    with pytest.raises(UnknownParameter, match=key):
        revised(PARAMETER_FILE, {"key": key, "value": 0.1, **SOURCE})


def test_the_version_must_be_new():
    with pytest.raises(ImpossibleParameter, match=r"2026\.1 exists"):
        revised(PARAMETER_FILE, version="2026.1")
