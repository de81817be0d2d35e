"""The outbox of a tablet that cannot send any more is taken in from its file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from sampling.actions import outbox_files, rescue
from sampling.api import device_views
from sampling.errors import ImportRefused, NotFound
from sampling.models import AuditEvent, Campaign, CoreSegment, Device, Plot, SyncBatch, User
from sampling.tablet import Surroundings, Tablet
from tests.memory import forget_peak, peak_bytes
from tests.sync.in_process import InProcess

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], APIClient]


@pytest.fixture
def outbox(
    tmp_path: Path, device: Device, device_token: str, campaign: Campaign, plot: Plot
) -> Path:
    """Return the file of a tablet with a point, a core and five segments that were never sent."""
    path = tmp_path / "tablet.sqlite"
    tablet = Tablet(path, InProcess(), surroundings=Surroundings(sleep=lambda _seconds: None))
    tablet.hello()
    with tablet._store.transaction():
        tablet._parts.become(
            {"device": str(device.pk), "incarnation": 1, "token": device_token, "scopes": []}
        )
    scope = campaign.capture_scope
    point = tablet.capture("sampling_point", {"plot": str(plot.pk), "code": "P1"}, scope)
    core = tablet.capture("soil_core", {"sampling_point": point, "code": "C1"}, scope)
    for upper in range(0, 50, 10):
        depths = {"upper_depth_cm": upper, "lower_depth_cm": upper + 10}
        tablet.capture("core_segment", {"soil_core": core, **depths}, scope)
    tablet.close()
    return path


def take_in(path: Path, by: User, **members: Any) -> rescue.Rescue:
    return rescue.import_outbox(path, device=None, by=by, at=timezone.now(), **members)


@pytest.mark.parametrize(
    "column", ["zeroblob(900000000)", "zeroblob(200000)", "hex(zeroblob(100000))"]
)
def test_a_file_that_unfolds_beyond_its_size_is_refused(
    outbox: Path, field_lead: User, column: str
) -> None:
    with sqlite3.connect(outbox) as file:
        file.execute("DROP TABLE operation")
        file.execute(f"CREATE TABLE operation (n INTEGER PRIMARY KEY, body AS ({column}))")
        file.execute(
            "INSERT INTO operation (n) WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL"
            " SELECT n + 1 FROM c WHERE n < 3000) SELECT n FROM c"
        )
    file.close()
    forget_peak()
    before = peak_bytes()

    with pytest.raises(ImportRefused):
        take_in(outbox, field_lead)

    assert peak_bytes() - before < 30_000_000


def test_what_a_tablet_never_sent_is_taken_in_once(outbox: Path, field_lead: User) -> None:
    before = outbox.read_bytes()

    first, again = take_in(outbox, field_lead), take_in(outbox, field_lead)

    assert first.outcomes == again.outcomes == {"applied": 7}
    assert CoreSegment.objects.count() == 5
    assert Device.objects.get().have_upto == 7
    assert outbox.read_bytes() == before
    assert [event.user for event in AuditEvent.objects.filter(action="outbox.imported")] == [
        field_lead
    ] * 2


def test_operations_still_in_the_write_ahead_log_count(outbox: Path, field_lead: User) -> None:
    connection = sqlite3.connect(outbox, isolation_level=None)
    connection.execute("DELETE FROM operation WHERE n > 6")

    found = take_in(outbox, field_lead)

    assert outbox.with_name("tablet.sqlite-wal").exists()
    connection.close()
    assert found.operations == 6


def test_many_operations_are_pushed_within_the_limits(
    outbox: Path, field_lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescue, "MAX_OPERATIONS", 3)

    found = take_in(outbox, field_lead)

    assert found.outcomes == {"applied": 7}
    assert SyncBatch.objects.count() == 3


def test_one_operation_that_is_no_json_costs_no_other(outbox: Path, field_lead: User) -> None:
    with sqlite3.connect(outbox) as connection:
        connection.execute("UPDATE operation SET body = '{' WHERE n = 4")

    found = take_in(outbox, field_lead)

    assert found.outcomes == {"applied": 6}
    assert [problem[:12] for problem in found.problems] == ["Operation 4:"]
    assert SyncBatch.objects.get(state="undecodable")


def test_the_outbox_of_a_withdrawn_device_waits_for_a_steward(
    outbox: Path, field_lead: User
) -> None:
    Device.objects.update(state="revoked")

    found = take_in(outbox, field_lead)

    assert (found.held, found.outcomes, found.problems) == (7, {}, [])
    assert SyncBatch.objects.get().state == "quarantined"


def test_numbers_another_tablet_used_are_told(outbox: Path, field_lead: User) -> None:
    take_in(outbox, field_lead)
    with sqlite3.connect(outbox) as connection:
        connection.execute(
            'UPDATE operation SET body = replace(body, \'"op":"0\', \'"op":"1\') WHERE n = 7'
        )

    found = take_in(outbox, field_lead)

    assert found.held == 0
    assert found.problems[0].startswith("Operation 1 to 7: Another device uses this identity")


def test_the_outbox_of_a_device_nobody_knows_is_refused(
    outbox: Path, field_lead: User, device: Device
) -> None:
    with sqlite3.connect(outbox) as connection:
        connection.execute("UPDATE setting SET value = '\"' || hex(randomblob(16)) || '\"'")

    with pytest.raises((NotFound, ImportRefused)):
        take_in(outbox, field_lead)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE setting",
        "DELETE FROM setting",
        "UPDATE setting SET value = '[1]'",
        "UPDATE setting SET value = x'ff'",
        "ALTER TABLE operation RENAME TO other; CREATE VIEW operation AS SELECT 1 AS n, '' AS body",
    ],
)
def test_a_database_that_is_no_outbox_is_refused(
    outbox: Path, field_lead: User, statement: str
) -> None:
    connection = sqlite3.connect(outbox)
    connection.executescript(statement)
    connection.close()

    with pytest.raises(ImportRefused):
        take_in(outbox, field_lead)
    assert SyncBatch.objects.count() == 0


def test_a_file_that_is_no_database_is_refused(tmp_path: Path, field_lead: User) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(b"\xff\xd8" * 1000)

    with pytest.raises(ImportRefused):
        take_in(path, field_lead)


def test_a_file_that_takes_for_ever_is_given_up(
    outbox: Path, field_lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_files, "MAX_STEPS", 10)
    monkeypatch.setattr(outbox_files, "_STEPS_A_LOOK", 5)

    with pytest.raises(ImportRefused, match="interrupted"):
        take_in(outbox, field_lead)


def test_the_command_says_what_became_of_the_operations(outbox: Path, field_lead: User) -> None:
    said = StringIO()
    call_command("import_outbox", str(outbox), by=field_lead.username, stdout=said)
    Device.objects.update(state="closed")
    with sqlite3.connect(outbox) as connection:
        connection.execute("UPDATE operation SET body = '{' WHERE n = 4")
    call_command("import_outbox", str(outbox), by=field_lead.username, stdout=said)

    assert "7 operations of Tablet 1\n  applied: 7\n" in said.getvalue()
    assert "the device is withdrawn: 7" in said.getvalue()
    assert "  Operation 4:" not in said.getvalue()
    for wrong in ({"by": "nobody"}, {"by": field_lead.username}):
        with pytest.raises(CommandError):
            call_command("import_outbox", "/not/there", **wrong)


def test_an_outbox_with_nothing_in_it_changes_nothing(outbox: Path, field_lead: User) -> None:
    with sqlite3.connect(outbox) as connection:
        connection.execute("DELETE FROM operation")

    assert take_in(outbox, field_lead).operations == 0
    assert SyncBatch.objects.count() == 0


def test_the_outbox_of_another_device_is_not_taken_for_this_one(
    outbox: Path, field_lead: User
) -> None:
    with pytest.raises(NotFound):
        rescue.import_outbox(outbox, device=Device(), by=field_lead, at=timezone.now())


def test_a_field_lead_uploads_the_file(
    outbox: Path,
    device: Device,
    field_lead: User,
    technician: User,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def upload(by: User) -> Any:
        file = SimpleUploadedFile("outbox.sqlite", outbox.read_bytes())
        path = f"/api/v1/devices/{device.pk}/outbox"
        return client_for(by).post(path, {"file": file}, format="multipart")

    assert upload(technician).status_code == 403
    assert upload(field_lead).json() == {
        "device": str(device.pk),
        "operations": 7,
        "outcomes": {"applied": 7},
        "held": 0,
        "problems": [],
    }
    monkeypatch.setattr(device_views, "MAX_OUTBOX_BYTES", 1000)
    assert upload(field_lead).status_code == 413
