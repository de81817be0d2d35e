from __future__ import annotations

import copy
from typing import Any

import pytest

from sampling.rules.protocol_content import content_problems, reused_question_ids
from tests.protocol_examples import protocol_content


def codes(content: Any) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in content_problems(content)]


def test_nothing_is_wrong_with_a_whole_content() -> None:
    full = protocol_content(
        imaging={
            "scanner": "flatbed",
            "resolution_dpi": 600,
            "software": "RhizoVision Explorer",
            "software_version": "2.0.3",
            "diameter_limits_mm": [0.2, 0.5, 1],
        },
        labelling={
            "isotope": "13C",
            "tracer": "CO2",
            "dose": 2,
            "dose_unit": "g",
            "is_kept_apart": True,
        },
        identity={"title": "Root cores", "authors": [{"name": "A. Root"}]},
        scope={"land_uses": ["cropland"]},
        at_refusal="move 20 cm and note it",
        note="",
    )

    assert content_problems(protocol_content()) == []
    assert content_problems(full) == []


@pytest.mark.parametrize("content", [None, [], "x", 3])
def test_a_content_is_an_object(content: Any) -> None:
    assert codes(content) == [("", "not-an-object")]


def test_every_missing_block_is_named_at_once() -> None:
    missing = [pointer for pointer, code in codes({}) if code == "missing"]

    assert missing == [
        "/analytes",
        "/core",
        "/depth_layers",
        "/drying",
        "/estimators",
        "/positions",
        "/quality_control",
        "/questions",
        "/replicates",
        "/root_handling",
    ]


def test_problems_of_shape_and_between_values_come_together() -> None:
    content = protocol_content(
        core={"corer": "", "inner_diameter_cm": 0, "is_compaction_measured": "yes"},
        positions=[{"id": "row", "position": "row", "area_weight": 0.5}],
        estimators=[],
    )

    assert codes(content) == [
        ("/core/corer", "blank"),
        ("/core/inner_diameter_cm", "out-of-range"),
        ("/core/is_compaction_measured", "not-a-boolean"),
        ("/estimators", "too-few"),
        ("/positions", "weights-do-not-sum"),
    ]


def layer(name: str, upper: float, lower: float) -> dict[str, Any]:
    return {"id": name, "upper_depth_cm": upper, "lower_depth_cm": lower}


def gap(upper: float, lower: float) -> dict[str, Any]:
    return {"upper_depth_cm": upper, "lower_depth_cm": lower, "reason": "never sampled"}


@pytest.mark.parametrize(
    ("layers", "gaps", "expected"),
    [
        ([layer("a", 0, 30), layer("b", 20, 60)], [], [("/depth_layers", "layers-overlap")]),
        ([layer("a", 0, 30), layer("b", 40, 60)], [], [("/depth_layers", "undeclared-gap")]),
        ([layer("a", 0, 30), layer("b", 40, 60)], [gap(30, 40)], []),
        ([layer("a", 10, 30)], [], [("/depth_layers", "undeclared-gap")]),
        ([layer("a", 10, 30)], [gap(0, 10)], []),
        ([layer("a", 0, 30)], [gap(30, 40)], [("/gaps", "no-such-gap")]),
        ([layer("a", 30, 0)], [], [("/depth_layers/0", "depths-out-of-order")]),
        ([layer("a", 0, 30)], [gap(5, 5)], [("/gaps/0", "depths-out-of-order")]),
        ([layer("a", 0, 30), layer("a", 30, 60)], [], [("/depth_layers", "repeated")]),
        ([layer("a", 10, 30)], "none", [("/gaps", "not-a-list")]),
    ],
)
def test_layers_follow_each_other_or_say_what_is_left_out(
    layers: Any, gaps: Any, expected: list[tuple[str, str]]
) -> None:
    assert codes(protocol_content(depth_layers=layers, gaps=gaps)) == expected


def test_three_thirds_sum_to_one() -> None:
    positions = [
        {"id": name, "position": "random", "area_weight": 0.333} for name in ("a", "b", "c")
    ]

    assert codes(protocol_content(positions=positions)) == []


def changed(block: str, place: int | None = None, **members: Any) -> dict[str, Any]:
    content = protocol_content()
    target = content[block] if place is None else content[block][place]
    target.update(members)
    return content


IMAGING = {
    "scanner": "flatbed",
    "resolution_dpi": 600,
    "software": "RhizoVision Explorer",
    "software_version": "2.0.3",
    "diameter_limits_mm": [0.5, 0.2],
}
LABELLING = {
    "isotope": "13C",
    "tracer": "CO2",
    "dose": 2,
    "dose_unit": "g",
    "is_kept_apart": False,
}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            changed("root_handling", diameter_limits_mm=[2, 0.5]),
            [("/root_handling/diameter_limits_mm", "out-of-order")],
        ),
        (protocol_content(imaging=IMAGING), [("/imaging/diameter_limits_mm", "out-of-order")]),
        (
            protocol_content(labelling=LABELLING),
            [("/labelling/is_kept_apart", "labelled-not-apart")],
        ),
        (
            changed("analytes", 0, hard={"minimum": 500, "maximum": 500}),
            [
                ("/analytes/0/hard", "out-of-order"),
                ("/analytes/0/plausible", "plausible-beyond-hard"),
            ],
        ),
        (
            changed("analytes", 0, plausible={"minimum": 1, "maximum": 1001}),
            [("/analytes/0/plausible", "plausible-beyond-hard")],
        ),
        (
            changed("questions", 1, choices=[{"id": "a", "label": "a"}, {"id": "b", "label": "b"}]),
            [("/questions/1/choices", "not-for-this-type")],
        ),
        (changed("questions", 0, type="text"), [("/questions/0/choices", "not-for-this-type")]),
        (
            changed("questions", 1, minimum=100, maximum=1),
            [("/questions/1/minimum", "out-of-order")],
        ),
        (changed("questions", 0, maximum=3), [("/questions/0/maximum", "not-for-this-type")]),
        (changed("questions", 1, id="stones"), [("/questions", "repeated")]),
        (protocol_content(estimators=["a", "a"]), [("/estimators", "repeated")]),
        (
            changed("questions", 0, choices=[{"id": "a", "label": "a"}]),
            [("/questions/0/choices", "too-few")],
        ),
    ],
)
def test_what_contradicts_itself_is_named_by_pointer(
    content: Any, expected: list[tuple[str, str]]
) -> None:
    assert codes(content) == expected


def test_a_choice_without_choices_is_named() -> None:
    content = protocol_content()
    del content["questions"][0]["choices"]

    assert codes(content) == [("/questions/0/choices", "missing")]


def test_one_limit_alone_is_enough_for_a_number() -> None:
    content = protocol_content()
    del content["questions"][1]["minimum"]

    assert codes(content) == []


def test_an_unknown_member_is_named_with_the_likely_one() -> None:
    content = protocol_content(depth_layer=[])

    (problem,) = content_problems(content)

    assert (problem.pointer, problem.code) == ("/depth_layer", "unknown-member")
    assert "Did you mean depth_layers?" in problem.detail


def test_a_question_keeps_its_meaning_under_its_id() -> None:
    before = protocol_content()
    after = copy.deepcopy(before)
    after["questions"][1]["unit"] = "g/g"
    after["questions"][0]["label"] = "Stones met"
    after["questions"].append({"id": "new", "label": "x", "type": "text", "is_required": False})

    found = list(reused_question_ids(before, after))

    assert [(problem.pointer, problem.code) for problem in found] == [
        ("/questions/1/unit", "id-reused")
    ]
