"""What an order may ask for, checked before anything is computed.

The rules are those of `estimates.science.inputs.Options`; they stand here as plain data, so that
a web process that only takes orders does not load the science.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from estimates.errors import OrderRefused
from estimates.runs.registry import REGISTRY

METHOD_NAMES = tuple(REGISTRY)
DEFAULT_METHODS = ("measured_cores",)

MOST_DIGITS = 2
LEAST_DRAWS, MOST_DRAWS = 100_000, 10_000_000
DEEPEST_CM = 2000
KINDS = ("root", "fine_root", "coarse_root", "rhizome", "crown")


def _one_of(*words: str) -> tuple[Callable[[Any], bool], str]:
    return lambda value: value in words, f"is one of: {', '.join(words)}"


def _whole(low: int, high: int) -> tuple[Callable[[Any], bool], str]:
    return (
        lambda value: (
            isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        ),
        f"is a whole number from {low} to {high}",
    )


def _number(low: float, high: float) -> tuple[Callable[[Any], bool], str]:
    return (
        lambda value: (
            value is None
            or (
                isinstance(value, int | float)
                and not isinstance(value, bool)
                and low <= value <= high
            )
        ),
        f"is a number from {low:g} to {high:g}, or null",
    )


def _is_measured(value: Any) -> bool:
    if not isinstance(value, Mapping) or not {"value", "uncertainty"} <= value.keys():
        return False
    if value.keys() - {"value", "uncertainty", "from_labelling"}:
        return False
    numbers = [value["value"], value["uncertainty"]]
    return (
        all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers)
        and all(0 <= number < 100 for number in numbers)
        and isinstance(value.get("from_labelling", False), bool)
    )


def _is_washing_loss(value: Any) -> bool:
    """Return whether a loss is none, the prior, or a share with an error a share can have."""
    if value is None or value == "prior":
        return True
    return _is_share(value)


def _is_share(value: Any) -> bool:
    if not _is_measured(value) or not value["value"] < 1:
        return False
    spread = value["uncertainty"]
    return bool(spread == 0 or spread**2 < value["value"] * (1 - value["value"]))


def _is_delta(value: Any) -> bool:
    """Return whether this can be the delta 13C of a plant in permil."""
    if not isinstance(value, Mapping) or value.keys() != {"value", "uncertainty"}:
        return False
    numbers = [value["value"], value["uncertainty"]]
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in numbers):
        return False
    return bool(-60 <= numbers[0] <= 0 <= numbers[1] <= 20)


MEASURED = 'an object {"value", "uncertainty", "from_labelling"}'
TRACERS = ("13C", "15N", "14C")
LABELS = ("pulse", "repeated", "continuous", "leaf_feed", "stem_feed")
BACKGROUNDS = (
    "unlabelled_same_species",
    "non_nodulating",
    "unlabelled_other_species",
    "unplanted",
)
RHIZODEPOSITION = ("crop", "ley", "cover_crop", "labelled")

OPTIONS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "route": _one_of("A", "B"),
    "soil_by": _one_of("ash", "carbon"),
    "clean_root_carbon": (
        lambda value: value is None or (_is_share(value) and value["value"] > 0),
        f"is null, or in g per g {MEASURED}",
    ),
    "extraneous": _one_of("unpicked", "picked", "none", "hand_check", "isotope"),
    "washing_loss": (
        _is_washing_loss,
        f'is "prior", null for no loss, or as a share below 1 {MEASURED}',
    ),
    "rhizodeposition": (
        lambda value: value in RHIZODEPOSITION if isinstance(value, str) else _is_measured(value),
        f"is one of {', '.join(RHIZODEPOSITION)}, or {MEASURED}",
    ),
    "target_depth_cm": (
        lambda value: (
            value is None
            or (
                isinstance(value, int | float)
                and not isinstance(value, bool)
                and 0 < value <= DEEPEST_CM
            )
        ),
        f"is a depth above 0 and at most {DEEPEST_CM} cm, or null",
    ),
    "extrapolate": (lambda value: isinstance(value, bool), "is true or false"),
    "counts_dead": (lambda value: isinstance(value, bool), "is true or false"),
    "digits": _whole(1, MOST_DIGITS),
    "maximum_draws": _whole(LEAST_DRAWS, MOST_DRAWS),
    "yield_moisture_percent": _number(0, 99),
    "season_water_mm": _number(0, 9000),
    "renewal_years": _number(1, 100),
    "crop_years": _number(0.1, 1000),
    "crop_delta13c": (
        lambda value: value is None or _is_delta(value),
        'is null, or in permil an object {"value" from -60 to 0, "uncertainty" from 0 to 20}',
    ),
    "tracer": _one_of(*TRACERS),
    "label": _one_of(*LABELS),
    "background": _one_of(*BACKGROUNDS),
    "kinds": (
        lambda value: (
            isinstance(value, list) and bool(value) and set(map(str, value)) <= set(KINDS)
        ),
        f"is a list of: {', '.join(KINDS)}",
    ),
}


def checked_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options; raises OrderRefused with every problem."""
    problems = []
    for name, value in options.items():
        rule = OPTIONS.get(name)
        if rule is None:
            detail = f"{name} is no option; the options are: {', '.join(OPTIONS)}."
            problems.append({"pointer": f"/options/{name}", "code": "unknown", "detail": detail})
        elif not rule[0](value):
            detail = f"{name} {rule[1]}."
            problems.append({"pointer": f"/options/{name}", "code": "invalid", "detail": detail})
    if options.get("soil_by") == "carbon" and options.get("route") == "A":
        detail = "Soil told by C gives the C of the roots at once, as route B does: order route B."
        problems.append({"pointer": "/options/soil_by", "code": "invalid", "detail": detail})
    if problems:
        raise OrderRefused(problems[0]["detail"], problems=problems)
    return dict(options)
