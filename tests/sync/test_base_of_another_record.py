"""An operation that builds on what its record never was waits; it keeps nobody else from work."""

from __future__ import annotations

import pytest

from sampling.models import Plot
from tests.sync.wire import Wire


@pytest.mark.django_db
@pytest.mark.timeout(20)
def test_a_base_operation_of_another_record_ends_in_an_answer(wire: Wire, plot: Plot) -> None:
    other, point = wire.point(plot), wire.point(plot, note="first")
    wire.outcomes(other, point)
    ahead = wire.patch(other, {"v": 1}, note="second")
    further = wire.patch(other, {"v": 2}, note="third")
    wire.outcomes(ahead, further)
    odd = wire.patch(point, {"op": further["op"]}, note=("never", "seen"))

    written = wire.patch(point, {"v": 1}, code="P2")

    outcome, _, neighbour = wire.outcomes(odd, written, wire.point(plot))

    assert outcome["status"] in ("conflict", "deferred", "quarantined")
    assert neighbour["status"] == "applied"
