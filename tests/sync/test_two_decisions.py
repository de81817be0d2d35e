"""Two people decide one conflict in the same moment: one wins, the other is told."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from sampling.models import Plot, SamplingPoint, SyncConflict
from tests.sync.test_mutants import at_once
from tests.sync.wire import Wire


def decision(wire: Wire, point: dict[str, Any], conflict: str) -> dict[str, Any]:
    """Return the choice of the tablet's own note."""
    op = wire.op("sampling_point", point["id"], do="resolve")
    return op | {"resolves": [conflict], "chg": {"note": {"to": str(wire.device.pk)}}}


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_counts_and_the_other_is_told(
    wire: Wire, second: Wire, plot: Plot
) -> None:
    for _ in range(5):
        point = wire.point(plot, note="first")
        wire.outcomes(point)
        (clash,) = second.outcomes(second.patch(point, None, note=("", "second")))
        conflict = clash["conflicts"][0]["id"]
        decisions = [(one, decision(one, point, conflict)) for one in (wire, second)]
        said: list[tuple[str, dict[str, Any]]] = []

        at_once(*(partial(decide, one, op, said) for one, op in decisions))

        by_status = {outcome["status"]: (device, outcome) for device, outcome in said}
        assert by_status.keys() == {"applied", "rejected"}
        assert by_status["rejected"][1]["code"] == "already-resolved"
        assert SamplingPoint.objects.get(pk=point["id"]).note == by_status["applied"][0]
        assert SyncConflict.objects.get(pk=conflict).resolved_at is not None


def decide(wire: Wire, op: dict[str, Any], said: list[tuple[str, dict[str, Any]]]) -> None:
    """Send a decision and note its outcome."""
    (outcome,) = wire.outcomes(op)
    said.append((str(wire.device.pk), outcome))
