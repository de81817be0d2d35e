"""Rules between the values of a protocol's content: depths, weights, ranges, choices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sampling.rules.depths import DepthInterval, find_gaps, find_overlaps
from sampling.rules.operations import Problem

WEIGHT_TOLERANCE = 0.001  # three thirds written with three decimals sum to 1


def cross_checks(content: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong between values; blocks that are absent or null are passed over."""
    found: list[Problem] = []
    for name, check in _CHECKS.items():
        if content.get(name) is not None:
            found.extend(check(content))
    return found


def _depths(content: Mapping[str, Any]) -> Iterator[Problem]:
    layers = content["depth_layers"]
    gaps = content.get("gaps", [])
    turned = [*_turned(layers, "/depth_layers"), *_turned(gaps, "/gaps")]
    if turned:
        yield from turned
        return
    intervals = [_interval(layer, key=layer["id"]) for layer in layers]
    for overlap in find_overlaps(intervals):
        yield Problem(
            pointer="/depth_layers",
            code="layers-overlap",
            detail=f"{overlap.first} and {overlap.second} share "
            f"{overlap.upper_depth_cm:g} to {overlap.lower_depth_cm:g} cm.",
        )
    missing = {
        (gap.upper_depth_cm, gap.lower_depth_cm) for gap in find_gaps(intervals, upper_depth_cm=0)
    }
    declared = {(gap["upper_depth_cm"], gap["lower_depth_cm"]) for gap in gaps}
    for upper, lower in sorted(missing - declared):
        yield Problem(
            pointer="/depth_layers",
            code="undeclared-gap",
            detail=f"Nothing samples {upper:g} to {lower:g} cm; add a layer, or say why in gaps.",
        )
    for upper, lower in sorted(declared - missing):
        yield Problem(
            pointer="/gaps",
            code="no-such-gap",
            detail=f"{upper:g} to {lower:g} cm is no whole gap between the layers.",
        )


def _turned(intervals: Sequence[Mapping[str, Any]], pointer: str) -> Iterator[Problem]:
    for place, interval in enumerate(intervals):
        if interval["upper_depth_cm"] >= interval["lower_depth_cm"]:
            yield Problem(
                pointer=f"{pointer}/{place}",
                code="depths-out-of-order",
                detail="Upper depth must be above lower depth.",
            )


def _interval(layer: Mapping[str, Any], *, key: str) -> DepthInterval:
    return DepthInterval(
        key=key, upper_depth_cm=layer["upper_depth_cm"], lower_depth_cm=layer["lower_depth_cm"]
    )


def _weights(content: Mapping[str, Any]) -> Iterator[Problem]:
    total = math.fsum(position["area_weight"] for position in content["positions"])
    if abs(total - 1) > WEIGHT_TOLERANCE:
        yield Problem(
            pointer="/positions",
            code="weights-do-not-sum",
            detail=f"The area weights sum to {total:g}; they must sum to 1.",
        )


def _diameters(block: str) -> Callable[[Mapping[str, Any]], Iterator[Problem]]:
    def check(content: Mapping[str, Any]) -> Iterator[Problem]:
        limits = content[block].get("diameter_limits_mm", [])
        if any(lower >= upper for lower, upper in pairwise(limits)):
            yield Problem(
                pointer=f"/{block}/diameter_limits_mm",
                code="out-of-order",
                detail="Diameter limits grow from one to the next.",
            )

    return check


def _labelling(content: Mapping[str, Any]) -> Iterator[Problem]:
    if not content["labelling"]["is_kept_apart"]:
        yield Problem(
            pointer="/labelling/is_kept_apart",
            code="labelled-not-apart",
            detail="Labelled and natural material are kept apart, always.",
        )


def _ranges(content: Mapping[str, Any]) -> Iterator[Problem]:
    for place, analyte in enumerate(content["analytes"]):
        plausible, hard = analyte["plausible"], analyte["hard"]
        for name, limits in (("plausible", plausible), ("hard", hard)):
            if limits["minimum"] >= limits["maximum"]:
                yield Problem(
                    pointer=f"/analytes/{place}/{name}",
                    code="out-of-order",
                    detail="A range starts below its end.",
                )
        if plausible["minimum"] < hard["minimum"] or plausible["maximum"] > hard["maximum"]:
            yield Problem(
                pointer=f"/analytes/{place}/plausible",
                code="plausible-beyond-hard",
                detail="What is plausible lies within what is possible.",
            )


def _questions(content: Mapping[str, Any]) -> Iterator[Problem]:
    for place, question in enumerate(content["questions"]):
        pointer = f"/questions/{place}"
        is_choice = question["type"] == "choice"
        if is_choice and "choices" not in question:
            detail = "A choice names what can be chosen."
            yield Problem(pointer=f"{pointer}/choices", code="missing", detail=detail)
        if not is_choice and "choices" in question:
            detail = "Only a choice has choices."
            yield Problem(pointer=f"{pointer}/choices", code="not-for-this-type", detail=detail)
        yield from _question_limits(question, pointer)


def _question_limits(question: Mapping[str, Any], pointer: str) -> Iterator[Problem]:
    limits = [name for name in ("minimum", "maximum") if name in question]
    if limits and question["type"] not in ("number", "whole_number"):
        detail = "Only numbers have limits."
        yield Problem(pointer=f"{pointer}/{limits[0]}", code="not-for-this-type", detail=detail)
    elif len(limits) == 2 and question["minimum"] >= question["maximum"]:
        detail = "The minimum is below the maximum."
        yield Problem(pointer=f"{pointer}/minimum", code="out-of-order", detail=detail)


def _estimators(content: Mapping[str, Any]) -> Iterator[Problem]:
    names = content["estimators"]
    if len(set(names)) < len(names):
        yield Problem(pointer="/estimators", code="repeated", detail="An estimator is named once.")


_CHECKS: dict[str, Callable[[Mapping[str, Any]], Iterator[Problem]]] = {
    "depth_layers": _depths,
    "positions": _weights,
    "root_handling": _diameters("root_handling"),
    "imaging": _diameters("imaging"),
    "labelling": _labelling,
    "analytes": _ranges,
    "questions": _questions,
    "estimators": _estimators,
}
