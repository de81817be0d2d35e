"""What an id meant in one version of a protocol, in the words of another."""

from __future__ import annotations

from typing import Any

import pytest

from sampling.rules.protocol_mapping import mapping_problems, undecided, whole_mapping
from tests.protocol_examples import protocol_content

OLD = protocol_content()
NEW = protocol_content(
    depth_layers=[
        {"id": "topsoil", "upper_depth_cm": 0, "lower_depth_cm": 25},
        {"id": "deeper", "upper_depth_cm": 25, "lower_depth_cm": 60},
    ],
    questions=[{**OLD["questions"][0], "label": "Any stones?"}],
)
GOOD = {
    "depth_layers": {"topsoil": "topsoil", "subsoil": "deeper"},
    "questions": {"soil-water": None},
}


def test_what_means_the_same_needs_no_word_and_a_new_label_changes_no_meaning() -> None:
    assert undecided(OLD, OLD) == {}
    assert undecided(OLD, NEW) == {
        "depth_layers": ["topsoil", "subsoil"],
        "questions": ["soil-water"],
    }
    assert mapping_problems(OLD, OLD, {}) == []


def test_a_mapping_that_decides_all_says_what_every_old_id_is_called() -> None:
    assert mapping_problems(OLD, NEW, GOOD) == []
    assert whole_mapping(OLD, GOOD) == {
        "depth_layers": {"topsoil": "topsoil", "subsoil": "deeper"},
        "positions": {"row": "row", "mid-row": "mid-row"},
        "analytes": {"root-c": "root-c"},
        "questions": {"stones": "stones", "soil-water": None},
    }


@pytest.mark.parametrize(
    ("mapping", "places"),
    [
        ({}, ["depth_layers/topsoil", "depth_layers/subsoil", "questions/soil-water"]),
        ({**GOOD, "layers": {}}, ["layers"]),
        ({**GOOD, "questions": {"soil-water": "humidity"}}, ["questions/soil-water"]),
        ({**GOOD, "questions": {"soil-water": 3}}, ["questions/soil-water"]),
        ({**GOOD, "positions": {"plant": "row"}}, ["positions/plant"]),
        ([], [""]),
        ({"questions": []}, [""]),
    ],
)
def test_each_problem_of_a_mapping_is_named_with_its_place(mapping: Any, places: Any) -> None:
    found = [problem.pointer for problem in mapping_problems(OLD, NEW, mapping)]

    assert found == [f"/mapping/{place}".rstrip("/") for place in places]
