"""An operation that builds on what its record is not, or not yet, costs nobody else anything."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from typing import Any

import pytest

from sampling.actions.planning import Base, Book
from sampling.models import Assignment, Campaign, Plot, SoilCore, SyncOperation
from sampling.rules.operations import Operation
from tests.people import make_record
from tests.sync.turns import Turn, closing
from tests.sync.wire import Wire

RECORD, BASE, PROJECT, PLOT = (uuid.uuid4() for _ in range(4))
NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


@pytest.mark.django_db
@pytest.mark.timeout(20)
def test_a_base_operation_of_another_record_is_a_problem_of_its_own(wire: Wire, plot: Plot) -> None:
    other, point = wire.point(plot), wire.point(plot, note="first")
    wire.outcomes(other, point)
    ahead = wire.patch(other, {"v": 1}, note="second")
    further = wire.patch(other, {"v": 2}, note="third")
    wire.outcomes(ahead, further)
    odd = wire.patch(point, {"op": further["op"]}, note=("never", "seen"))
    written = wire.patch(point, {"v": 1}, code="P2")

    outcome, _, neighbour = wire.outcomes(odd, written, wire.point(plot))

    assert outcome["status"] == "quarantined"
    assert [(p["pointer"], p["code"]) for p in outcome["problems"]] == [
        ("/base/op", "base-elsewhere")
    ]
    assert neighbour["status"] == "applied"


@pytest.mark.django_db
def test_a_base_operation_of_another_record_in_the_same_push_is_one_too(
    wire: Wire, plot: Plot
) -> None:
    other, point = wire.point(plot), wire.point(plot)
    odd = wire.patch(point, {"op": other["op"]}, note="odd")

    assert wire.statuses(other, point, odd) == ["applied", "applied", "quarantined"]


def _operation(do: Any, **members: Any) -> Operation:
    return Operation(
        id=uuid.uuid4(),
        type="sampling_point",
        record=RECORD,
        scope=f"campaign:{PROJECT}",
        do=do,
        **members,
    )


def test_what_is_ahead_of_its_record_is_folded_again_only_once_that_moved() -> None:
    seen = Base(key=("sampling_point", RECORD), revision=9, status="applied")
    book = Book(
        now=NOON,
        project=PROJECT,
        stored={},
        parents={("plot", PLOT): f"project:{PROJECT}"},
        seen={},
        known_ops={BASE: seen},
        open_conflicts={},
    )
    create = _operation("create", changes={"plot": {"to": str(PLOT)}, "code": {"to": "A"}})
    ahead = _operation("patch", base_op=BASE, changes={"code": {"from": "B", "to": "C"}})
    operations = [create, ahead]
    for operation in operations:
        book.fold(operation, device=None)
    waits = book.outcomes[ahead.id]
    folded: list[uuid.UUID] = []
    fold = book.fold

    def counted(operation: Operation, *, device: uuid.UUID | None) -> Any:
        folded.append(operation.id)
        return fold(operation, device=device)

    book.fold = counted  # type: ignore[method-assign]
    book.fold_again([(operation, None) for operation in operations])

    assert book.outcomes[create.id].status == "applied"
    assert waits.status == "deferred"
    assert folded == []


@pytest.mark.django_db
@pytest.mark.timeout(20)
def test_a_parent_of_another_campaign_in_the_same_push_does_not_free_its_child(
    wire: Wire, plot: Plot, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_record(
        Campaign, plot.project, code="OTHER", protocol_version=campaign.protocol_version
    )
    Assignment.objects.create(campaign=other, device=wire.device, mode="rw", granted_at=NOON)
    point = wire.point(plot) | {"scope": other.capture_scope}
    rounds: list[int] = []
    fold_again = Book.fold_again

    def counted(book: Book, operations: Any) -> None:
        before = dict(book.outcomes)
        fold_again(book, operations)
        rounds.append(sum(book.outcomes[op] is not one for op, one in before.items()))

    monkeypatch.setattr(Book, "fold_again", counted)

    assert wire.statuses(wire.core(point), point) == ["deferred", "applied"]
    assert rounds == [0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(60)
def test_a_record_that_appears_while_a_push_reads_makes_it_read_again(
    wire: Wire, second: Wire, plot: Plot
) -> None:
    point = wire.point(plot)
    wire.outcomes(point)
    mine = wire.core(point, note="mine")
    early = wire.patch(mine, None, corer=("", "auger"))  # without having seen a revision
    late = wire.patch(mine, {"op": early["op"]}, corer=("auger", "spade"))
    assert wire.statuses(early) == ["deferred"]
    theirs = second.core(point, note="theirs") | {"id": mine["id"]}

    turn = Turn("FROM sampling_soilcore AS t")  # no such record: nothing there to lock
    answers: list[list[str]] = []
    slow = turn.started(lambda: answers.append(wire.statuses(mine, late)))
    quick = threading.Thread(target=closing(lambda: second.outcomes(theirs)))
    quick.start()
    quick.join()
    turn.go_on()
    slow.join(20)

    assert not slow.is_alive()
    assert answers == [["conflict", "merged"]]
    assert SyncOperation.objects.get(op=early["op"]).status == "merged"
    core = SoilCore.objects.get(pk=mine["id"])
    assert (core.revision, core.corer, core.note) == (4, "spade", "theirs")
