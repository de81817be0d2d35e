"""What is doubtful about a core and a specimen, and what is not."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sampling.rules.codes import write_code
from sampling.rules.findings import (
    MASS_TOLERANCE,
    CoreFacts,
    SegmentFacts,
    SpecimenFacts,
    ValueFacts,
    doubts_about_core,
    doubts_about_specimen,
)

CORE, SPECIMEN = uuid.UUID(int=1), uuid.UUID(int=2)


def core(*segments: SegmentFacts, **more: Any) -> CoreFacts:
    """Return a core nobody would doubt, but for what is said."""
    good: dict[str, Any] = {
        "id": CORE,
        "date_precision": "day",
        "has_diameter": True,
        "driven_length_cm": None,
        "recovered_length_cm": None,
    }
    return CoreFacts(**{**good, **more}, segments=segments)


def segment(upper: float, lower: float | None, **more: Any) -> SegmentFacts:
    good: dict[str, Any] = {"id": uuid.uuid4(), "purpose": "roots", "has_area": False}
    return SegmentFacts(upper_depth_cm=upper, lower_depth_cm=lower, **{**good, **more})


def told(facts: CoreFacts) -> list[tuple[str, str, str]]:
    return [(doubt.rule, doubt.severity, doubt.message) for doubt in doubts_about_core(facts)]


def test_a_whole_core_raises_no_doubt() -> None:
    assert told(core(segment(0, 30), segment(30, 60))) == []


@pytest.mark.parametrize("precision", ["month", "year", "unknown"])
def test_a_date_known_to_less_than_a_day_is_noted(precision: str) -> None:
    message = f"The sampling date is known to: {precision}."

    assert told(core(date_precision=precision)) == [("date-imprecise", "note", message)]


@pytest.mark.parametrize(
    ("has_diameter", "areas", "is_doubtful"),
    [
        (True, (False, False), False),
        (False, (True, True), False),
        (False, (True, False), True),
        (False, (False, False), True),
    ],
)
def test_a_core_needs_a_diameter_or_an_area_for_each_segment(
    has_diameter: bool, areas: tuple[bool, bool], is_doubtful: bool
) -> None:
    first, second = areas
    facts = core(
        segment(0, 30, has_area=first),
        segment(30, 60, has_area=second),
        has_diameter=has_diameter,
    )

    assert [rule for rule, _, _ in told(facts)] == ["area-unknown"] * is_doubtful


@pytest.mark.parametrize(
    ("driven", "recovered", "doubts"),
    [
        (None, 50, []),
        (0, 50, []),
        (100, None, []),
        (100, 100, []),
        (100, 50, ["Recovered 50% of the driven length."]),
        (100, -5, ["The recovered length is -5 cm."]),
        (None, -5, ["The recovered length is -5 cm."]),
    ],
)
def test_a_core_pressed_together_is_flagged(
    driven: float | None, recovered: float | None, doubts: list[str]
) -> None:
    facts = core(driven_length_cm=driven, recovered_length_cm=recovered)

    assert [message for _, _, message in told(facts)] == doubts


def test_overlaps_and_gaps_are_named_with_their_depths_and_the_other_segment() -> None:
    top, middle, bottom = segment(0, 12.5), segment(10, 20), segment(30, 40)

    found = doubts_about_core(core(top, middle, bottom))

    assert [(d.rule, d.record, d.key, d.message) for d in found] == [
        ("layers-overlap", middle.id, str(top.id), "10 to 12.5 cm is in two segments."),
        ("layers-gap", bottom.id, str(middle.id), "20 to 30 cm is in no segment."),
    ]


def test_what_lies_above_the_first_segment_is_no_gap() -> None:
    assert told(core(segment(30, 60))) == []


def test_segments_of_different_purposes_may_overlap() -> None:
    facts = core(segment(0, 30), segment(0, 10, purpose="bulk_density"))

    assert told(facts) == []


def test_a_segment_to_refusal_is_noted_and_has_no_gap() -> None:
    facts = core(segment(0, 30), segment(45, None))

    assert told(facts) == [("to-refusal", "note", "The segment from 45 cm has no lower depth.")]


@pytest.mark.parametrize(
    ("censoring", "reason", "as_entered", "doubts"),
    [
        ("none", "", "12", []),
        ("lt", "", "<0.1", [("value-censored", "dry mass is a limit: <0.1.")]),
        ("none", "lost", "", [("value-missing", "dry mass is missing: lost.")]),
        (
            "none",
            "not_sampled",
            "DNE",
            [("value-missing", "dry mass is missing: not sampled (typed: DNE).")],
        ),
    ],
)
def test_a_value_that_is_no_number_is_noted(
    censoring: str, reason: str, as_entered: str, doubts: list[tuple[str, str]]
) -> None:
    value = ValueFacts(
        record_type="root_fraction",
        id=uuid.uuid4(),
        name="dry mass",
        censoring=censoring,
        reason=reason,
        as_entered=as_entered,
    )

    found = doubts_about_core(core(values=[value]))

    assert [(doubt.rule, doubt.message) for doubt in found] == doubts
    assert {(doubt.record, doubt.key) for doubt in found} <= {(value.id, "dry mass")}


def specimen(**more: Any) -> list[tuple[str, str]]:
    facts = SpecimenFacts(**{"id": SPECIMEN, "code": write_code(1), **more})
    return [(doubt.rule, doubt.severity) for doubt in doubts_about_specimen(facts)]


def test_a_specimen_with_a_code_of_its_own_raises_no_doubt() -> None:
    assert specimen() == []


def test_a_code_on_several_bags_is_serious() -> None:
    assert specimen(namesakes=1) == [("code-twice", "serious")]


@pytest.mark.parametrize("code", ["", "B-17", write_code(1)[:-1] + "X"])
def test_a_code_that_cannot_be_read_is_flagged(code: str) -> None:
    assert specimen(code=code) == [("code-unreadable", "warning")]


@pytest.mark.parametrize(
    ("mass_g", "taken_g", "is_doubtful"),
    [
        (None, [5.0], False),
        (10.0, [], False),
        (10.0, [4.0, 6.0], False),
        (10.0, [10.0 * (1 + MASS_TOLERANCE)], False),
        (10.0, [6.0, 4.21], True),
        (0.0, [0.1], True),
    ],
)
def test_no_more_is_taken_from_a_specimen_than_there_was(
    mass_g: float | None, taken_g: list[float], is_doubtful: bool
) -> None:
    found = specimen(mass_g=mass_g, taken_g=taken_g)

    assert found == [("mass-not-closing", "serious")] * is_doubtful


@pytest.mark.parametrize(
    ("taken_g", "rest_g", "severity"),
    [
        ([250.0], None, None),
        ([250.0], 740.0, None),
        ([250.0], 700.0, "warning"),
        ([250.0], 800.0, "serious"),
        ([], 900.0, "warning"),
    ],
)
def test_parts_and_the_rest_weighed_back_make_up_the_whole(
    taken_g: list[float], rest_g: float | None, severity: str | None
) -> None:
    found = specimen(mass_g=1000.0, taken_g=taken_g, rest_g=rest_g)

    assert found == ([] if severity is None else [("mass-not-closing", severity)])
