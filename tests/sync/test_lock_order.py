"""Pushes that wake what others sent take their locks in one order, so none waits crosswise."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from psycopg import errors

from sampling.actions.intake import rerun
from sampling.errors import NotFound
from sampling.models import Plot, SoilCore, SyncOperation, User
from tests.sync.turns import Turn, closing
from tests.sync.wire import Wire

LEAST_S = 0.3


class Crossings:
    """Notes the deadlocks the database dissolved in a thread."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def watched(self, work: Any) -> Any:
        """Return work whose statements are watched."""

        def run() -> None:
            with connection.execute_wrapper(self._watch):
                work()

        return run

    def _watch(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        try:
            return execute(sql, params, many, context)
        except OperationalError as error:
            if isinstance(error.__cause__, errors.DeadlockDetected):
                self.found.append(sql)
            raise


@dataclass
class Crossroads:
    """Two cores, and an edit of each that waits for a point, which wakes it."""

    low: dict[str, Any]
    high: dict[str, Any]
    frees_low: dict[str, Any]
    frees_high: dict[str, Any]
    waits_low: dict[str, Any]
    waits_high: dict[str, Any]


@pytest.fixture
def crossroads(wire: Wire, second: Wire, plot: Plot) -> Crossroads:
    """Return cores in the order of their ids, stored, with the edits that wait."""
    point = wire.point(plot)
    low, high = sorted((wire.core(point) for _ in range(2)), key=lambda core: core["id"])
    frees_low, frees_high = second.point(plot), wire.point(plot)
    waits_low = wire.patch(low, {"v": 1}, sampling_point=(point["id"], frees_low["id"]))
    waits_high = wire.patch(high, {"v": 1}, sampling_point=(point["id"], frees_high["id"]))
    wire.outcomes(point, low, high)
    assert wire.statuses(waits_low, waits_high) == ["deferred", "deferred"]
    return Crossroads(low, high, frees_low, frees_high, waits_low, waits_high)


def status_of(op: dict[str, Any]) -> str:
    """Return how an operation ended so far."""
    return SyncOperation.objects.get(op=op["op"]).status


@pytest.mark.django_db(transaction=True)
def test_two_pushes_that_wake_edits_of_each_others_records_wait_for_one_another(
    wire: Wire, second: Wire, crossroads: Crossroads
) -> None:
    crossings = Crossings()
    mine = [crossroads.frees_high, wire.patch(crossroads.low, {"v": 1}, note="mine")]
    theirs = [crossroads.frees_low, second.patch(crossroads.high, {"v": 1}, note="theirs")]

    turn = Turn("FROM sampling_soilcore AS t")
    slow = turn.started(crossings.watched(lambda: wire.outcomes(*mine)))
    quick = threading.Thread(target=closing(crossings.watched(lambda: second.outcomes(*theirs))))
    quick.start()
    quick.join(LEAST_S)
    turn.go_on()
    slow.join()
    quick.join()

    assert crossings.found == []
    for woken in (crossroads.waits_low, crossroads.waits_high):
        assert status_of(woken) in ("applied", "merged")
    notes = SoilCore.objects.order_by("id").values_list("note", "revision")
    assert list(notes) == [("mine", 3), ("theirs", 3)]


@pytest.mark.django_db(transaction=True)
def test_a_steward_who_tries_an_edit_again_while_its_parent_comes_crosses_nobody(
    wire: Wire, plot: Plot, field_lead: User, crossroads: Crossroads
) -> None:
    crossings = Crossings()
    held = uuid.UUID(crossroads.waits_high["op"])
    mine = [crossroads.frees_high, wire.patch(crossroads.high, {"v": 1}, note="mine")]

    def tried() -> None:
        rerun(held, by=field_lead.pk, project=plot.project_id, at=timezone.now())

    turn = Turn("FOR UPDATE")
    slow = turn.started(crossings.watched(tried))
    quick = threading.Thread(target=closing(crossings.watched(lambda: wire.outcomes(*mine))))
    quick.start()
    quick.join(LEAST_S)
    turn.go_on()
    slow.join()
    quick.join()

    assert crossings.found == []
    assert status_of(crossroads.waits_high) in ("applied", "merged")
    assert SoilCore.objects.get(pk=crossroads.high["id"]).revision == 3


@pytest.mark.django_db
def test_an_operation_that_was_settled_meanwhile_is_not_tried_again(
    wire: Wire, plot: Plot, field_lead: User
) -> None:
    bad = wire.core({"id": str(uuid.uuid4())}, inner_diameter_cm=-1)
    wire.outcomes(bad)

    def settle(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.endswith("FOR UPDATE") and "sampling_syncoperation" in sql:
            SyncOperation.objects.filter(op=bad["op"]).update(status="rejected")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(settle), pytest.raises(NotFound, match="settled"):
        rerun(uuid.UUID(bad["op"]), by=field_lead.pk, project=plot.project_id, at=timezone.now())
    assert status_of(bad) == "rejected"
