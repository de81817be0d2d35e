"""Whatever happens in whatever order, three tablets and the server agree in the end.

`make machine` looks much longer; ROOTFIELD_MACHINE_EXAMPLES says how many seasons are lived.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.chaos.breakage import broken
from tests.sync.machine.rules import Season

EXAMPLES = int(os.environ.get("ROOTFIELD_MACHINE_EXAMPLES", "6"))
STEPS = int(os.environ.get("ROOTFIELD_MACHINE_STEPS", "25"))


def lived(examples: int, steps: int, *phases: Phase) -> settings:
    """Return settings for so many seasons of so many events."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=phases or (Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(36_000)
def test_any_season_ends_with_everybody_agreeing() -> None:
    run_state_machine_as_test(Season, settings=lived(EXAMPLES, STEPS))


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(36_000)
@pytest.mark.skipif(EXAMPLES < 50, reason="looks for mutants with ROOTFIELD_MACHINE_EXAMPLES=50")
@pytest.mark.parametrize("mutant", ["dedupe off", "cursor at head"])
def test_some_season_of_a_mutant_does_not(mutant: str) -> None:
    with broken(mutant), pytest.raises(BaseException):  # noqa: B017, PT011
        run_state_machine_as_test(Season, settings=lived(EXAMPLES, STEPS, Phase.generate))
