"""The states of a result are one table."""

from __future__ import annotations

import pytest

from sampling.models import LIVE_STATES as STORED_LIVE
from sampling.models.lab import STATES as STORED_STATES
from sampling.rules.lab_states import (
    LIVE_STATES,
    REFUSALS,
    STATES,
    STEPS,
    open_steps,
    refusal,
    replaces,
)
from sampling.rules.roles import PERMISSIONS

WAYS = {
    "draft": {"submit", "discard"},
    "submitted": {"recall", "verify", "return", "reject"},
    "verified": {"approve", "return"},
    "approved": {"invalidate"},
    "rejected": set(),
    "discarded": set(),
    "superseded": set(),
    "invalidated": set(),
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_opens_its_own_steps(state):
    mine = open_steps(state=state, is_on_hold=False, is_own=True)
    theirs = open_steps(state=state, is_on_hold=False, is_own=False)

    holds = {"hold"} if state in LIVE_STATES else set()
    assert {*mine, *theirs} == WAYS[state] | holds
    assert not {"verify", "approve"} & set(mine)
    assert "recall" not in theirs


def test_a_hold_stops_verifying_and_approving_until_it_is_overridden():
    for state, step in (("submitted", "verify"), ("verified", "approve")):
        held = open_steps(state=state, is_on_hold=True, is_own=False)
        assert step not in held
        assert "override" in held


@pytest.mark.parametrize(
    ("step", "state", "is_on_hold", "is_own", "why"),
    [
        ("verify", "submitted", False, True, "four_eyes"),
        ("approve", "verified", False, True, "four_eyes"),
        ("verify", "draft", False, False, "state"),
        ("recall", "submitted", False, False, "not_own"),
        ("verify", "submitted", True, False, "hold"),
        ("hold", "draft", True, False, "held_already"),
        ("override", "draft", False, False, "not_held"),
        ("submit", "draft", True, True, None),
    ],
)
def test_a_refused_step_says_why(step, state, is_on_hold, is_own, why):
    assert refusal(STEPS[step], state=state, is_on_hold=is_on_hold, is_own=is_own) == why
    assert why is None or REFUSALS[why]


def test_a_draft_is_retyped_freely_and_the_rest_with_a_reason():
    assert replaces("draft", reason="")
    assert not replaces("approved", reason="")
    assert replaces("approved", reason="transcription")
    assert not replaces("invalidated", reason="transcription")


def test_the_table_and_the_database_know_the_same_states():
    assert [state for state, _ in STORED_STATES] == list(STATES)
    assert STORED_LIVE == LIVE_STATES


def test_every_step_leads_between_known_states_under_a_known_permission():
    for step in STEPS.values():
        assert {*step.targets, *step.targets.values()} <= set(STATES)
        assert step.permission in PERMISSIONS
