"""Operations that build on what a restored server has lost wait until it comes again."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.utils import timezone

from sampling.actions.intake import rerun
from sampling.actions.planning import conflict_id
from sampling.actions.pushes import wake_waiting
from sampling.models import Plot, SamplingPoint, SyncConflict, SyncOperation, User
from tests.sync.wire import Wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def point(wire: Wire, plot: Plot) -> dict[str, Any]:
    sent = wire.point(plot, note="a")
    wire.outcomes(sent)
    return sent


def note() -> tuple[str, int]:
    """Return the note of the only point, and its revision."""
    stored = SamplingPoint.objects.get()
    return stored.note, stored.revision


def test_an_edit_of_a_value_not_here_yet_waits_for_it_and_is_no_conflict(
    wire: Wire, second: Wire, point: Any
) -> None:
    theirs = wire.patch(point, {"v": 1}, note=("a", "b"))
    (waits,) = second.outcomes(second.patch(point, {"v": 2}, note=("b", "c")))
    assert waits["needs"] == [{"type": "revision", "id": point["id"]}]

    wire.outcomes(theirs)

    assert note() == ("c", 3)
    assert SyncConflict.objects.count() == 0


def test_several_wait_for_each_other_in_any_order(wire: Wire, second: Wire, point: Any) -> None:
    chain = [
        second.patch(point, {"v": 4}, note=("d", "e")),
        wire.patch(point, {"v": 3}, note=("c", "d")),
        second.patch(point, {"v": 2}, note=("b", "c")),
    ]
    for op in chain:
        assert (second if op in (chain[0], chain[2]) else wire).statuses(op) == ["deferred"]

    wire.outcomes(wire.patch(point, {"v": 1}, note=("a", "b")))

    assert note() == ("e", 5)
    assert SyncOperation.objects.exclude(status="applied").count() == 0


def test_an_edit_of_another_field_waits_for_nothing(second: Wire, point: Any) -> None:
    assert second.statuses(second.patch(point, {"v": 5}, code=("P1", "P9"))) == ["merged"]


@pytest.mark.parametrize("do", ["delete", "resolve"])
def test_deletions_and_decisions_wait_too(wire: Wire, second: Wire, point: Any, do: str) -> None:
    edit = wire.patch(point, {"v": 1}, note=("a", "b"))
    raised = conflict_id(uuid.UUID(second_edit_id := str(uuid.uuid4())), "note")
    resolves = [str(raised)] if do == "resolve" else []
    chg = {"note": {"to": "z"}} if do == "resolve" else {}
    late = second.op(
        "sampling_point", point["id"], do=do, base={"v": 3}, chg=chg, resolves=resolves
    )
    clash = {**second.patch(point, {"v": 1}, note=("a", "c")), "op": second_edit_id}
    assert second.statuses(late) == ["deferred"]

    wire.outcomes(edit)
    assert second.statuses(clash) == ["conflict"]

    stored = SamplingPoint.objects.get()
    assert stored.revision == 4
    assert (stored.voided_at is not None, stored.note) == (
        do == "delete",
        "b" if do == "delete" else "z",
    )
    assert SyncOperation.objects.get(op=late["op"]).status == "applied"


def test_a_decision_on_a_conflict_nobody_knows_waits_for_it(
    wire: Wire, second: Wire, point: Any
) -> None:
    clash = second.patch(point, {"v": 1}, note=("a", "c"))
    decision = wire.op(
        "sampling_point",
        point["id"],
        do="resolve",
        chg={"note": {"to": "c"}},
        resolves=[str(conflict_id(uuid.UUID(clash["op"]), "note"))],
    )
    (waits,) = wire.outcomes(decision)
    assert waits["needs"] == [{"type": "conflict", "id": decision["resolves"][0]}]

    wire.outcomes(wire.patch(point, {"v": 1}, note=("a", "b")))
    second.outcomes(clash)

    assert note() == ("c", 4)
    assert SyncConflict.objects.get().resolved_by_id == uuid.UUID(decision["op"])


def test_a_person_need_not_wait_for_what_never_comes(
    second: Wire, point: Any, steward: User
) -> None:
    edit = second.patch(point, {"v": 7}, note=("x", "y"))
    decision = second.op("sampling_point", point["id"], do="resolve", resolves=[str(uuid.uuid4())])
    assert second.statuses(edit, decision) == ["deferred", "deferred"]
    assert wake_waiting(at=timezone.now()) == 0

    ends = [
        rerun(
            uuid.UUID(op["op"]),
            by=steward.pk,
            project=second.device.project_id,
            at=timezone.now(),
        ).status
        for op in (edit, decision)
    ]

    assert ends == ["conflict", "rejected"]
    assert note()[0] == "a"
