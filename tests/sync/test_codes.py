"""Specimen codes: given out in blocks, topped up with a pull, and typed twice by hand."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from sampling.actions import code_blocks
from sampling.actions.code_blocks import issue_code_block
from sampling.models import CodeBlock, Device, Plot, Project, Specimen, SyncConflict
from sampling.rules.codes import code_block
from tests.people import make_record
from tests.sync.wire import Wire

pytestmark = pytest.mark.django_db


def bag(wire: Wire, code: str, **values: Any) -> dict[str, Any]:
    return wire.op("specimen", values={"code": code, "kind": "roots", **values})


@pytest.mark.parametrize("first", [0, 5, 9, 14])
def test_no_road_leads_to_a_code_given_twice(project: Project, device: Device, first: int) -> None:
    make_record(CodeBlock, project, device=device, first_number=5, size=10)

    with pytest.raises(IntegrityError, match="codeblock_no_overlap"), transaction.atomic():
        make_record(CodeBlock, project, device=device, first_number=first, size=6)
    make_record(CodeBlock, project, device=device, first_number=15, size=6)


def test_a_tablet_whose_codes_run_low_finds_more_with_its_pull(
    wire: Wire, project: Project, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_blocks, "TOP_UP_BELOW", 2)
    block = issue_code_block(device, at=timezone.now(), size=4)

    def blocks() -> list[int]:
        (page,) = wire.pull({project.scope: None}).json()["scopes"]
        return [
            change["data"]["first_number"]
            for change in page["changes"]
            if change["type"] == "code_block"
        ]

    codes = code_block(block.first_number, count=4)
    wire.outcomes(*(bag(wire, code) for code in codes[:2]))
    assert blocks() == [0]
    wire.outcomes(bag(wire, codes[2]))
    assert blocks() == [0, 500]
    assert blocks() == [0, 500]
    assert wire.pull().status_code == 200


def test_a_code_typed_twice_is_a_conflict_that_a_new_code_ends(wire: Wire, second: Wire) -> None:
    ours, theirs = bag(wire, "RF-BAG"), bag(second, "RF-BAG")
    wire.outcomes(ours)

    (outcome,) = second.outcomes(theirs)

    conflict = SyncConflict.objects.get()
    assert (outcome["status"], outcome["v"]) == ("applied", 1)
    assert outcome["conflicts"][0]["id"] == str(conflict.pk)
    assert outcome["conflicts"][0]["server"] == {"code": "RF-BAG", "specimen": ours["id"]}
    assert (conflict.kind, str(conflict.record)) == ("duplicate-key", theirs["id"])
    assert Specimen.objects.filter(code="RF-BAG").count() == 2
    (listed,) = [change for change in wire.page()["changes"] if "conflicts" in change]
    assert (listed["id"], listed["conflicts"][0]["kind"]) == (theirs["id"], "duplicate-key")

    decision = wire.op(
        "specimen",
        theirs["id"],
        do="resolve",
        base={"v": 1},
        chg={"code": {"from": "RF-BAG", "to": "RF-BAG-2"}},
        resolves=[str(conflict.pk)],
    )
    assert wire.statuses(decision) == ["applied"]
    conflict.refresh_from_db()
    assert str(conflict.resolved_by_id) == decision["op"]
    assert SyncConflict.objects.filter(resolved_at=None).count() == 0


def test_the_answer_stays_when_the_operation_comes_again(wire: Wire) -> None:
    ops = [bag(wire, "A"), bag(wire, "A")]

    first, again = wire.outcomes(*ops), wire.outcomes(*ops)

    assert [{**outcome, "duplicate": True} for outcome in first] == again
    assert [len(outcome.get("conflicts", [])) for outcome in first] == [0, 1]
    assert SyncConflict.objects.count() == 1


@pytest.mark.parametrize("way", ["another code", "withdrawn"])
def test_what_no_longer_has_the_code_has_no_conflict_about_it(wire: Wire, way: str) -> None:
    ops = [bag(wire, "A"), bag(wire, "A")]
    wire.outcomes(*ops)
    last = {
        "another code": wire.patch(ops[1], {"v": 1}, code=("A", "B")),
        "withdrawn": wire.op("specimen", ops[1]["id"], do="delete", base={"v": 1}),
    }[way]

    wire.outcomes(last)

    assert str(SyncConflict.objects.get().resolved_by_id) == last["op"]


def test_a_code_changed_to_one_that_is_taken_raises_the_conflict_anew(wire: Wire) -> None:
    ops = [bag(wire, "A"), bag(wire, "A"), bag(wire, "B")]
    wire.outcomes(*ops)

    wire.outcomes(wire.patch(ops[1], {"v": 1}, code=("A", "B")))

    (conflict,) = SyncConflict.objects.filter(resolved_at=None)
    assert conflict.server == {"code": "B", "specimen": ops[2]["id"]}
    assert SyncConflict.objects.count() == 2


def test_other_changes_of_a_specimen_compare_nothing(wire: Wire) -> None:
    ops = [bag(wire, "A"), bag(wire, "A")]
    wire.outcomes(*ops)

    wire.outcomes(wire.patch(ops[1], {"v": 1}, note="wet"))

    assert SyncConflict.objects.filter(resolved_at=None).count() == 1


def test_a_withdrawn_specimen_and_another_project_take_no_code(
    wire: Wire, other_project: Project, device: Device
) -> None:
    gone = bag(wire, "A")
    make_record(Specimen, other_project, scope=f"campaign:{uuid.uuid4()}", code="A", kind="roots")
    wire.outcomes(gone, wire.op("specimen", gone["id"], do="delete", base={"op": gone["op"]}))

    (outcome,) = wire.outcomes(bag(wire, "A"))

    assert "conflicts" not in outcome


@pytest.mark.django_db(transaction=True)
def test_one_code_typed_on_two_tablets_at_once_is_noticed(
    wire: Wire, second: Wire, plot: Plot
) -> None:
    both = threading.Barrier(2)

    def at_once(one: Wire) -> Callable[[], None]:
        def push() -> None:
            both.wait()
            one.outcomes(*(bag(one, f"A{n}") for n in range(5)))
            connections.close_all()

        return push

    threads = [threading.Thread(target=at_once(one)) for one in (wire, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Specimen.objects.count() == 10
    assert SyncConflict.objects.filter(kind="duplicate-key").count() == 5
