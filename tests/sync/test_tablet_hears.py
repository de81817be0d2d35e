"""What a tablet of ours hears from the real server, late, and what the server hears of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.utils import timezone

from sampling.actions import quarantine
from sampling.actions.app_versions import note_app
from sampling.actions.members import revoke_assignment
from sampling.models import Assignment, Device, Plot, Project, SamplingPoint, User
from sampling.tablet import Surroundings, Tablet
from tests.sync.in_process import InProcess
from tests.sync.wire import Wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_tablet(wire: Wire, tmp_path: Path) -> Iterator[Callable[..., Tablet]]:
    """Return what opens the technician's tablet, in one version of the app or another."""
    opened: list[Tablet] = []

    def open_again(app: str = "field 1.0") -> Tablet:
        around = Surroundings(sleep=lambda _seconds: None)
        tablet = Tablet(tmp_path / "t.sqlite", InProcess(), surroundings=around, app=app)
        opened.append(tablet)
        tablet._parts.become(
            {
                "device": str(wire.device.id),
                "incarnation": 1,
                "token": wire.token,
                "user": str(wire.device.user_id),
            }
        )
        tablet.hello()
        tablet.refresh()
        return tablet

    yield open_again
    for tablet in opened:
        tablet.close()


@pytest.fixture
def tablet(open_tablet: Callable[..., Tablet]) -> Tablet:
    """Return the tablet, knowing its scopes."""
    return open_tablet()


def test_what_was_held_and_then_let_in_reaches_the_tablet_by_pull(
    tablet: Tablet, wire: Wire, plot: Plot, project: Project, steward: User
) -> None:
    Assignment.objects.filter(device=wire.device).update(mode="ro")
    tablet.capture("sampling_point", {"plot": str(plot.pk), "code": "P1"}, wire.scope)
    assert tablet.push().statuses == {"quarantined": 1}
    (held,) = tablet.operations("quarantined")
    quarantine.retry(uuid.UUID(held.op), project=project, by=steward, at=timezone.now())

    tablet.pull()

    assert [operation.status for operation in tablet.operations()] == ["applied"]
    assert SamplingPoint.objects.get().revision == 1


def test_what_was_let_in_of_a_scope_that_was_withdrawn_reaches_the_tablet_too(
    tablet: Tablet, wire: Wire, plot: Plot, project: Project, steward: User, admin: User
) -> None:
    tablet.pull()
    tablet.capture("sampling_point", {"plot": str(plot.pk), "code": "P1"}, wire.scope)
    grant = Assignment.objects.get(device=wire.device)
    revoke_assignment(grant, by=admin, at=timezone.now())
    assert tablet.push().statuses == {"quarantined": 1}
    tablet.pull()  # takes the scope away
    (held,) = tablet.operations("quarantined")
    quarantine.retry(uuid.UUID(held.op), project=project, by=steward, at=timezone.now())

    tablet.pull()

    assert [operation.status for operation in tablet.operations()] == ["applied"]


def test_a_replica_that_lost_a_record_reads_the_servers_snapshot(
    tablet: Tablet, wire: Wire, plot: Plot
) -> None:
    for number in range(4):
        tablet.capture("sampling_point", {"plot": str(plot.pk), "code": f"P{number}"}, wire.scope)
    tablet.push()
    tablet.pull()
    whole = [(one.id, one.data) for one in tablet.records("sampling_point")]
    tablet._store.connection.execute(
        "DELETE FROM record WHERE type = 'sampling_point' AND id = ?", [whole[2][0]]
    )

    report = tablet.pull()

    assert report.restarted == (wire.scope,)
    assert [(one.id, one.data) for one in tablet.records("sampling_point")] == whole


def test_a_new_version_of_the_app_is_known_with_its_first_request(
    open_tablet: Callable[..., Tablet], wire: Wire
) -> None:
    open_tablet("field 1.0").pull()
    before = Device.objects.get(pk=wire.device.pk).app_version

    open_tablet("field 1.1").push()
    open_tablet("field 1.1").pull()

    assert before == "field 1.0"
    assert Device.objects.get(pk=wire.device.pk).app_version == "field 1.1"


@pytest.mark.parametrize("told", ["", "  ", "\x07bell", "field 1"])
def test_an_app_that_says_nothing_new_costs_nothing(
    device: Device, told: str, django_assert_num_queries: Callable[[int], closing[object]]
) -> None:
    device.app_version = "field 1"

    with django_assert_num_queries(0):
        note_app(device, told)


def test_a_long_name_of_an_app_is_cut(wire: Wire) -> None:
    wire.client.post(
        "/sync/v1/pull",
        {"device": str(wire.device.id)},
        content_type="application/json",
        headers={"authorization": f"Bearer {wire.token}", "sync-app": "x" * 60},
    )

    assert Device.objects.get(pk=wire.device.pk).app_version == "x" * 40
