"""The states of a determination and the steps between them, as one table.

draft > submitted > verified > approved is the way of a good result. Its value never changes on the
way: a correction is another determination that supersedes it. Whoever entered a result does not
verify or approve it, whatever else they are allowed to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

STATES: Final = (
    "draft",
    "submitted",
    "verified",
    "approved",
    "rejected",
    "discarded",
    "superseded",
    "invalidated",
)
LIVE_STATES: Final = ("draft", "submitted", "verified", "approved")

REASONS: Final = {
    "reweighed": "re-weighed",
    "wrong_well": "wrong well",
    "carry_over": "carry-over",
    "contaminated": "contaminated",
    "below_window": "below the mass window",
    "instrument_fault": "instrument fault",
    "calibration_revised": "calibration revised",
    "transcription": "transcription",
    "wrong_specimen": "wrong specimen",
    "duplicate_entry": "duplicate entry",
    "quality_control": "quality control",
    "out_of_range": "out of the plausible range",
    "other": "other",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One way to go on: from which states, to which, and who may.

    `whose` is `own` where only who entered the result may, `other` where anybody but them may.
    `signs` is the signature the step sets; the verifier's may be taken back.
    """

    targets: Mapping[str, str]
    permission: str
    whose: Literal["any", "own", "other"] = "any"
    needs_reason: bool = False
    stops_on_hold: bool = False
    sets_hold: bool | None = None
    signs: Literal["", "verified_by", "approved_by"] = ""
    takes_signature_back: bool = False


STEPS: Final[Mapping[str, Step]] = {
    "submit": Step(targets={"draft": "submitted"}, permission="lab.enter"),
    "recall": Step(targets={"submitted": "draft"}, permission="lab.enter", whose="own"),
    "discard": Step(targets={"draft": "discarded"}, permission="lab.enter"),
    "verify": Step(
        targets={"submitted": "verified"},
        permission="lab.verify",
        whose="other",
        stops_on_hold=True,
        signs="verified_by",
    ),
    "return": Step(
        targets={"submitted": "draft", "verified": "submitted"},
        permission="lab.verify",
        needs_reason=True,
        takes_signature_back=True,
    ),
    "reject": Step(targets={"submitted": "rejected"}, permission="lab.verify", needs_reason=True),
    "approve": Step(
        targets={"verified": "approved"},
        permission="lab.approve",
        whose="other",
        stops_on_hold=True,
        signs="approved_by",
    ),
    "invalidate": Step(
        targets={"approved": "invalidated"}, permission="lab.approve", needs_reason=True
    ),
    "hold": Step(
        targets={state: state for state in LIVE_STATES},
        permission="lab.verify",
        needs_reason=True,
        sets_hold=True,
    ),
    "override": Step(
        targets={state: state for state in LIVE_STATES},
        permission="lab.approve",
        needs_reason=True,
        sets_hold=False,
    ),
}

Refusal = Literal["state", "hold", "held_already", "not_held", "four_eyes", "not_own"]

REFUSALS: Final[Mapping[Refusal, str]] = {
    "state": "A result that is {state} cannot be moved by this step.",
    "hold": "The result is on hold; a lab manager may override that with a reason.",
    "held_already": "The result is on hold already.",
    "not_held": "The result is not on hold.",
    "four_eyes": "You entered this result; somebody else does this step.",
    "not_own": "Only who entered the result may take it back.",
}


def refusal(step: Step, *, state: str, is_on_hold: bool, is_own: bool) -> Refusal | None:
    """Return why a step is not open to a result in this state, or None when it is.

    is_own says that the person who asks is the one who entered the result.
    """
    if step.whose == "other" and is_own:
        return "four_eyes"
    if state not in step.targets:
        return "state"
    if step.whose == "own" and not is_own:
        return "not_own"
    if step.stops_on_hold and is_on_hold:
        return "hold"
    if step.sets_hold is not None and step.sets_hold == is_on_hold:
        return "held_already" if is_on_hold else "not_held"
    return None


def open_steps(*, state: str, is_on_hold: bool, is_own: bool) -> tuple[str, ...]:
    """Return the names of the steps open to a result, whatever the person's role."""
    return tuple(
        name
        for name, step in STEPS.items()
        if refusal(step, state=state, is_on_hold=is_on_hold, is_own=is_own) is None
    )


def replaces(state: str, *, reason: str) -> bool:
    """Return whether a new result may take the place of one in this state.

    A draft is retyped freely; what was submitted is amended with a reason from the list.
    """
    return state == "draft" or (state in LIVE_STATES and reason in REASONS)
