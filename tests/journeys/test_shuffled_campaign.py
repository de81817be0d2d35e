"""The whole demo campaign from eight tablets at once, in any order, a third of it twice."""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from typing import Any

import pytest
from django.utils import timezone

from rootfield.demo.builtin import read_builtin
from rootfield.demo.mapping import map_campaign
from rootfield.demo.records import MappedCampaign
from sampling.actions.intake import Actor, accept_operations
from sampling.actions.pushes import wake_waiting
from sampling.models import RECORD_MODELS, Campaign, Project, SyncOperation, User
from sampling.rules.operations import Operation
from sampling.tablet import scope_sum
from tests.people import make_member
from tests.sync.turns import closing
from tests.sync.wire import Wire, new_device

TABLETS = 8
SIZES = (1, 7, 40, 150, 500)


def set_up(project: Project, by: User, mapped: MappedCampaign) -> None:
    """Store what people set up before anyone samples."""
    actor = Actor(project=project.pk, via="api", user=by.pk, scopes={project.scope: "rw"})
    operations = [
        Operation(
            id=uuid.uuid4(),
            type=record.type,
            record=record.id,
            scope=project.scope,
            do="create",
            changes={name: {"to": value} for name, value in record.fields.items()},
        )
        for record in mapped.project
    ]
    outcomes = accept_operations(operations, actor=actor, received_at=timezone.now())
    assert {outcome.status for outcome in outcomes} == {"applied"}


def operations_of(mapped: MappedCampaign, campaign: Campaign) -> list[dict[str, Any]]:
    """Return type, id and fields of every record the tablets capture."""
    ids = {capture.key: str(uuid.uuid4()) for capture in mapped.captures}
    return [
        {
            "type": capture.type,
            "id": ids[capture.key],
            "values": {
                **capture.fields,
                **{name: ids[key] for name, key in capture.parents.items()},
                "captured_version": str(campaign.protocol_version_id),
                **({"code": f"BAG-{place}"} if capture.type == "specimen" else {}),
            },
        }
        for place, capture in enumerate(mapped.captures)
    ]


def delivered(wire: Wire, ops: list[dict[str, Any]], chance: random.Random) -> None:
    """Send operations shuffled, in batches of any size, one third of them twice."""
    ops = [*ops, *chance.sample(ops, len(ops) // 3)]
    chance.shuffle(ops)
    while ops:
        size = chance.choice(SIZES)
        batch, ops = ops[:size], ops[size:]
        while (answer := wire.push(*batch)).status_code == 409:
            assert answer.json()["code"] == "busy"
        assert answer.status_code == 200, answer.content


def replica_of(wire: Wire) -> tuple[dict[str, Any], list[tuple[str, str, int]]]:
    """Return the checksum the server tells a tablet, and the records the tablet then holds."""
    cursor, held = None, {}
    while True:
        page = wire.page(cursor, limit=300)  # several pages
        for change in page["changes"]:
            held[change["type"], change["id"]] = change["v"]
        cursor = page["cursor"]
        if not page["more"]:
            return page["check"], [(kind, record, v) for (kind, record), v in held.items()]


@pytest.mark.django_db(transaction=True)
def test_eight_tablets_deliver_a_shuffled_campaign_and_all_hold_the_same(
    project: Project, campaign: Campaign, field_lead: User
) -> None:
    mapped = map_campaign(read_builtin(), namespace=uuid.uuid4())
    set_up(project, field_lead, mapped)
    wires = [
        Wire(new_device(project, make_member(project, f"t{n}", "technician"), campaign), campaign)
        for n in range(TABLETS)
    ]
    shares: list[list[dict[str, Any]]] = [[] for _ in wires]
    for place, each in enumerate(operations_of(mapped, campaign)):
        wire = wires[place % TABLETS]  # parents and children on different tablets
        shares[place % TABLETS].append(wire.op(each["type"], each["id"], values=each["values"]))
    works = [
        threading.Thread(
            target=closing(lambda w=wire, s=share, n=n: delivered(w, s, random.Random(n)))
        )
        for n, (wire, share) in enumerate(zip(wires, shares, strict=True))
    ]

    for work in works:
        work.start()
    for work in works:
        work.join()
    while wake_waiting(at=timezone.now()):
        pass

    expected = Counter(capture.type for capture in mapped.captures)
    stored = {
        name: RECORD_MODELS[name].objects.filter(project=project).count() for name in expected
    }
    assert stored == expected
    assert not SyncOperation.objects.exclude(status="applied").exists()
    told = [replica_of(wire) for wire in wires]
    for check, records in told:
        assert check == told[0][0]
        assert check == {"count": expected.total(), "sum": scope_sum(records)}
