"""What a withdrawn device still sends waits for a steward, who lets it in or says why not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from sampling.actions import kept_pushes
from sampling.actions.devices import revoke
from sampling.errors import DeviceForked, MalformedRequest, StateConflict
from sampling.models import (
    Assignment,
    AuditEvent,
    Device,
    Plot,
    SamplingPoint,
    SyncBatch,
    SyncOperation,
    User,
)
from tests.sync.wire import Wire, new_device

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], APIClient]


@pytest.fixture
def late(wire: Wire, plot: Plot, admin: User) -> SyncBatch:
    """Return the push of a device that was withdrawn while it was out."""
    wire.outcomes(wire.point(plot, code="P0"))
    device = Device.objects.get(pk=wire.device.pk)
    revoke(device, by=admin, reason="lost", at=timezone.now())
    Assignment.objects.filter(device=device).update(revoked_at=timezone.now())
    answer = wire.push(wire.point(plot), wire.core({"id": "0" * 32}))
    assert answer.json()["code"] == "device-revoked"
    return SyncBatch.objects.get(state="quarantined")


def test_a_push_that_is_let_in_is_judged_by_what_its_device_was_granted(
    late: SyncBatch, steward: User
) -> None:
    decision = kept_pushes.let_in(late, by=steward, at=timezone.now(), why="it was found")

    assert decision.outcomes == {"applied": 1, "deferred": 1}
    assert SamplingPoint.objects.count() == 2
    late.refresh_from_db()
    assert (late.state, late.error, late.decided_by) == ("applied", "", steward)
    event = AuditEvent.objects.get(action="push.let_in")
    assert (event.user, event.detail["why"]) == (steward, "it was found")
    operation = SyncOperation.objects.get(status="deferred")
    assert (operation.device_id, operation.received_at) == (late.device_id, late.received_at)


def test_a_grant_that_ended_before_the_device_did_counts_no_more(
    late: SyncBatch, steward: User
) -> None:
    Assignment.objects.update(revoked_at=timezone.now() - timedelta(days=1))

    decision = kept_pushes.let_in(late, by=steward, at=timezone.now())

    assert decision.outcomes == {"quarantined": 2}


def test_a_push_is_let_in_once(late: SyncBatch, steward: User) -> None:
    kept_pushes.let_in(late, by=steward, at=timezone.now())

    with pytest.raises(StateConflict):
        kept_pushes.let_in(late, by=steward, at=timezone.now())


def test_a_refused_push_stays_refused_when_it_comes_again_and_can_still_be_let_in(
    wire: Wire, late: SyncBatch, steward: User
) -> None:
    kept_pushes.refuse(late, by=steward, at=timezone.now(), why="test data")
    wire.send(bytes(late.body))
    late.refresh_from_db()
    assert (late.state, late.error) == ("refused", "test data")

    decision = kept_pushes.let_in(late, by=steward, at=timezone.now())

    assert decision.outcomes["applied"] == 1


def test_who_refuses_a_push_says_why(late: SyncBatch, steward: User) -> None:
    with pytest.raises(MalformedRequest):
        kept_pushes.refuse(late, by=steward, at=timezone.now(), why=" ")
    with pytest.raises(IntegrityError), transaction.atomic():
        SyncBatch.objects.filter(pk=late.pk).update(state="refused")


def test_a_push_with_numbers_its_twin_used_stays_out(wire: Wire, plot: Plot, steward: User) -> None:
    ours, theirs = wire.point(plot), wire.point(plot)
    wire.outcomes(ours)
    theirs["n"] = ours["n"]
    wire.push(theirs)

    with pytest.raises(DeviceForked):
        kept_pushes.let_in(
            SyncBatch.objects.get(state="quarantined"), by=steward, at=timezone.now()
        )

    assert SyncBatch.objects.filter(state="quarantined").count() == 1


def test_a_push_that_cannot_be_read_cannot_be_let_in(wire: Wire, steward: User) -> None:
    wire.send(b"{")

    with pytest.raises(MalformedRequest):
        kept_pushes.let_in(SyncBatch.objects.get(), by=steward, at=timezone.now())


def test_a_steward_decides_over_the_api(
    late: SyncBatch, steward: User, field_lead: User, client_for: ClientFor
) -> None:
    lead, keeper = client_for(field_lead), client_for(steward)
    (listed,) = lead.get("/api/v1/kept-pushes").json()["results"]
    assert (listed["device_state"], listed["error"]) == ("revoked", "device revoked")
    assert "body" not in listed

    refused = keeper.post(f"/api/v1/kept-pushes/{late.pk}/refuse", {"reason": "test data"})
    let_in = keeper.post(f"/api/v1/kept-pushes/{late.pk}/let-in", {})

    assert refused.json()["push"]["state"] == "refused"
    assert let_in.json()["outcomes"] == {"applied": 1, "deferred": 1}
    assert lead.get("/api/v1/kept-pushes").json()["results"] == []
    assert lead.post(f"/api/v1/kept-pushes/{late.pk}/refuse", {"reason": "x"}).status_code == 404


def test_a_list_of_kept_pushes_does_not_ask_once_a_row(
    wire: Wire,
    plot: Plot,
    late: SyncBatch,
    steward: User,
    client_for: ClientFor,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(10):
        other = Wire(new_device(late.device.project, late.device.user), plot_campaign(wire))
        Device.objects.filter(pk=other.device.pk).update(state="revoked")
        other.send(json.dumps(other.envelope(other.point(plot))).encode())

    client = client_for(steward)
    with django_assert_max_num_queries(8):
        found = client.get("/api/v1/kept-pushes").json()["results"]

    assert len(found) == 11


def plot_campaign(wire: Wire) -> Any:
    return Assignment.objects.filter(device=wire.device).get().campaign
