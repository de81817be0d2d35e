"""What a device is told of its own operations, and people of everybody's."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from sampling.actions import audit
from sampling.models import Device, Plot, SyncOperation, User
from sampling.rules.sent import as_sent
from tests.people import FRIDAY
from tests.sync.wire import Wire

pytestmark = pytest.mark.django_db


def ask(wire: Wire, path: str) -> Any:
    return wire.client.get(f"/sync/v1/{path}", headers={"Authorization": f"Bearer {wire.token}"})


def test_a_device_reads_what_became_of_its_operations_page_by_page(
    wire: Wire, second: Wire, plot: Plot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    point = wire.point(plot)
    ops = [point, wire.core(point), wire.core({"id": str(uuid.uuid4())})]
    wire.outcomes(*ops)
    second.outcomes(second.point(plot))

    first = ask(wire, "devices/self/ops").json()
    rest = ask(wire, f"devices/self/ops?from={first['next']}").json()

    told = first["ops"] + rest["ops"]
    assert [(one["n"], one["op"]) for one in told] == [(op["n"], op["op"]) for op in ops]
    assert [one["status"] for one in told] == ["applied", "applied", "deferred"]
    assert told[2]["needs"][0]["type"] == "sampling_point"
    assert (first["next"], rest["next"]) == (3, None)


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "9" * 40, "²"])
def test_a_number_that_is_none_is_refused(wire: Wire, number: str) -> None:
    assert ask(wire, f"devices/self/ops?from={number}").status_code == 400


@pytest.mark.parametrize("packed", [True, False])
def test_an_operation_comes_with_its_outcome_and_the_bytes_it_was_sent_in(
    wire: Wire, plot: Plot, packed: bool
) -> None:
    point = wire.point(plot, note="größer  als", accuracy_m=3.50)
    body = json.dumps(wire.envelope(point), indent=1).encode()
    (wire.send_packed if packed else wire.send)(body)

    answer = ask(wire, f"ops/{point['op']}")

    told = answer.json()
    assert told["sent"] == point
    assert b'"accuracy_m": {\n' in answer.content
    assert (told["outcome"]["status"], told["outcome"]["v"], told["n"]) == ("applied", 1, 1)
    assert len(told["batch_sha256"]) == 64


def test_an_operation_among_numbers_only_the_lenient_reader_takes_is_found(
    wire: Wire, plot: Plot
) -> None:
    good, huge, half = wire.point(plot), wire.point(plot), wire.point(plot, note="\ud800")
    huge["chg"]["accuracy_m"] = {"to": "HUGE"}
    number = "1" + "0" * 400
    body = json.dumps(wire.envelope(huge, 3, {"op": 5}, half, good)).replace('"HUGE"', number)
    wire.send(body.encode())

    assert ask(wire, f"ops/{good['op']}").json()["sent"] == good
    assert ask(wire, f"ops/{half['op']}").json()["sent"] == half
    assert number.encode() in ask(wire, f"ops/{huge['op']}").content


def test_the_operation_of_another_device_is_not_found(wire: Wire, second: Wire, plot: Plot) -> None:
    point = second.point(plot)
    second.outcomes(point)

    assert ask(wire, f"ops/{point['op']}").status_code == 404
    assert ask(wire, f"ops/{uuid.uuid4()}").status_code == 404


def test_the_operations_of_a_former_self_are_ones_own(wire: Wire, plot: Plot) -> None:
    point = wire.point(plot)
    wire.outcomes(point)
    former = Device.objects.get()
    former.state = "closed"
    former.save()
    heir = Device.objects.create(
        project=former.project,
        user=former.user,
        install=uuid.uuid4(),
        token_sha256="x",
        enrolled_at=FRIDAY,
    )

    assert audit.operation_of(heir, uuid.UUID(point["op"])).outcome.status == "applied"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"not gzip", "gzip"),
        (b"[]", ""),
        (b"{", ""),
        (b'{"ops":3}', ""),
        (b'{"ops":[{"op":3},{}],"x":1e999}', ""),
        (b"\xff", ""),
        (b'{"ops":[3,{}],"x":"\\ud800"}', ""),
        (b'{"ops":3,"x":"\\ud800"}', ""),
        (b'["\\ud800"]', ""),
        (gzip.compress(b'{"ops":[{}]}', mtime=0), "gzip"),
    ],
)
def test_bytes_that_do_not_hold_an_operation_hold_none(body: bytes, encoding: str) -> None:
    assert as_sent(body, encoding, uuid.uuid4()) is None


def test_people_see_the_bytes_without_the_places_they_may_not_see(
    wire: Wire,
    plot: Plot,
    steward: User,
    technician: User,
    client_for: Callable[[User], APIClient],
) -> None:
    point = wire.point(plot, latitude=52.5, longitude=13.25)
    wire.outcomes(point)

    whole = client_for(steward).get(f"/api/v1/operations/{point['op']}/sent").json()
    blanked = client_for(technician).get(f"/api/v1/operations/{point['op']}/sent").json()

    assert whole["sent"] == point
    assert "52.5" not in json.dumps(blanked)
    assert blanked["batch_sha256"] == whole["batch_sha256"]


def test_an_operation_no_push_brought_has_no_bytes(
    wire: Wire, plot: Plot, steward: User, client_for: Callable[[User], APIClient]
) -> None:
    point = wire.point(plot)
    wire.outcomes(point)
    operation = SyncOperation.objects.get(op=point["op"])
    operation.pk = uuid.uuid4()
    operation.n, operation.batch = 99, None
    operation.save(force_insert=True)

    found = client_for(steward).get(f"/api/v1/operations/{operation.pk}/sent").json()

    assert (found["sent"], found["batch_sha256"]) == (None, None)
