"""The reference tablet's files: kept before they are shown as saved, sent from where they are."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from sampling.actions.devices import issue_enrolment_code
from sampling.models import Attachment, StoredFile, SyncOperation, Upload
from sampling.tablet import NetworkFailure, Problem, Response, Surroundings, Tablet, Unreachable
from tests.sync.files.sender import sha256_of
from tests.sync.in_process import InProcess

pytestmark = pytest.mark.django_db

SMALL = os.urandom(40_000)
METHODS = ("HEAD", "PUT", "POST", "PATCH")
FAULTS = ("lost request", "lost answer", "half request")
LARGE = os.urandom(1_200_000)


class Road(InProcess):
    """Carries requests, and loses some: `plan` names what happens to which request of a method."""

    def __init__(self) -> None:
        super().__init__()
        self.plan: list[tuple[str, str]] = []
        self.sent: dict[str, int] = {}

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        self.sent[method] = self.sent.get(method, 0) + len(body or b"")
        fault = "none"
        if self.plan and self.plan[0][0] == method:
            fault = self.plan.pop(0)[1]
        if fault == "lost request":
            raise NetworkFailure("the request was lost")
        if fault == "half request":
            super().request(method, path, headers, (body or b"")[: len(body or b"") // 2])
            raise NetworkFailure("the request broke off")
        answer = super().request(method, path, headers, body)
        if fault == "lost answer":
            raise NetworkFailure("the answer was lost")
        return answer


@pytest.fixture
def road() -> Road:
    return Road()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def code(project, technician, admin, campaign) -> str:
    """Return a one-time code for the technician's tablet."""
    _, plain = issue_enrolment_code(
        project=project,
        user=technician,
        issued_by=admin,
        device_name="Tablet 7",
        campaigns=[campaign],
        at=timezone.now(),
    )
    return plain


@pytest.fixture
def opened(road, code, tmp_path, pauses):
    """Return a maker of the tablet, which can be opened again as after a crash."""
    tablets: list[Tablet] = []

    def open_again(**options: Any) -> Tablet:
        around = Surroundings(sleep=pauses.append)
        tablets.append(Tablet(tmp_path / "t.sqlite", road, surroundings=around, **options))
        if len(tablets) == 1:
            tablets[0].hello()
            tablets[0].enrol(code)
        return tablets[-1]

    yield open_again
    for tablet in tablets:
        tablet.close()


@pytest.fixture
def photo(tmp_path) -> Callable[[bytes], Path]:
    def write(data: bytes, name: str = "core 7.jpg") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def attach(tablet: Tablet, path: Path, plot, campaign) -> str:
    return tablet.attach(path, {"plot": str(plot.pk)}, campaign.capture_scope)


def kept(tmp_path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "t.sqlite.files").iterdir())


def test_a_file_is_kept_when_the_camera_forgets_it(opened, photo, plot, campaign, tmp_path):
    tablet = opened()
    path = photo(SMALL)
    attach(tablet, path, plot, campaign)
    path.unlink()

    tablet.push()
    report = tablet.send_files()

    assert (report.sent, report.waiting) == (1, 0)
    assert StoredFile.objects.get().sha256 == sha256_of(SMALL)
    assert Attachment.objects.get().file_name == "core 7.jpg"


def test_the_server_is_asked_before_a_byte_is_sent(opened, photo, plot, campaign, road):
    tablet = opened()
    attach(tablet, photo(LARGE), plot, campaign)
    tablet.push()
    tablet.send_files()
    attach(tablet, photo(LARGE), plot, campaign)
    road.sent.clear()
    tablet.push()

    report = tablet.send_files()

    assert tablet.status().files == {"here": 1}
    assert (report.sent, report.known) == (0, 0)
    assert road.sent.get("PATCH", 0) == 0


def test_a_large_file_goes_on_from_where_it_broke_off(opened, photo, plot, campaign, road, pauses):
    tablet = opened()
    attach(tablet, photo(LARGE), plot, campaign)
    tablet.push()
    road.plan = [("PATCH", "half request"), ("PATCH", "lost answer")]

    report = tablet.send_files()

    assert report.sent == 1
    assert Upload.objects.count() == 1
    assert StoredFile.objects.get().size_bytes == len(LARGE)
    assert len(pauses) == 2
    assert max(pauses) < 0.4  # each brought the file forward


def test_a_road_that_brings_nothing_forward_is_left_with_growing_pauses(
    opened, photo, plot, campaign, road, pauses
):
    tablet = opened(attempts=4)
    attach(tablet, photo(LARGE), plot, campaign)
    tablet.push()
    road.plan = [("PATCH", "lost request")] * 10

    with pytest.raises(Unreachable):
        tablet.send_files()

    assert len(pauses) == 4 + 3  # a breath after each break, a pause between the attempts
    assert tablet.status().files == {"waiting": 1}


@pytest.mark.parametrize("fault", list(itertools.product(METHODS, FAULTS)))
def test_a_tablet_that_dies_anywhere_sends_the_rest_after_its_restart(
    opened, photo, plot, campaign, road, fault
):
    tablet = opened(attempts=1)
    tablet.push()
    attach(tablet, photo(SMALL), plot, campaign)
    attach(tablet, photo(LARGE, "scan.tif"), plot, campaign)
    tablet.push()
    road.plan = [fault] * 2

    for _ in range(6):
        try:
            opened(attempts=1).send_files()
        except (Unreachable, Problem):
            continue
    last = opened()

    assert {row.sha256 for row in StoredFile.objects.all()} == {sha256_of(SMALL), sha256_of(LARGE)}
    assert last.status().files == {"here": 2}


def test_an_upload_that_expired_is_begun_again(opened, photo, plot, campaign, road):
    tablet = opened(attempts=1)
    attach(tablet, photo(LARGE), plot, campaign)
    tablet.push()
    road.plan = [("PATCH", "lost request")]
    with pytest.raises(Unreachable):
        tablet.send_files()
    Upload.objects.all().delete()

    assert tablet.send_files().sent == 1


def test_a_file_whose_copy_was_damaged_is_begun_again_and_given_up(
    opened, photo, plot, campaign, tmp_path
):
    tablet = opened()
    attach(tablet, photo(LARGE), plot, campaign)
    tablet.push()
    (tmp_path / "t.sqlite.files" / sha256_of(LARGE)).write_bytes(bytes(len(LARGE)))

    with pytest.raises(Unreachable, match="was lost 5 times"):
        tablet.send_files()

    assert not StoredFile.objects.exists()


def test_a_full_disk_on_the_other_side_is_waited_for(opened, photo, plot, campaign, settings):
    tablet = opened()
    attach(tablet, photo(SMALL), plot, campaign)
    tablet.push()
    settings.FILES_RESERVE_BYTES = 2**62
    full = tablet.send_files()
    settings.FILES_RESERVE_BYTES = 0
    later = tablet.send_files()

    assert (full.sent, full.waiting) == (0, 1)
    assert "storage-full" in full.reason
    assert (later.sent, later.waiting, later.reason) == (1, 0, "")


def test_a_file_no_server_takes_is_set_aside_and_kept(
    opened, photo, plot, campaign, settings, tmp_path
):
    settings.FILE_MAX_BYTES = 1_000_000
    tablet = opened()
    attach(tablet, photo(LARGE), plot, campaign)
    attach(tablet, photo(SMALL), plot, campaign)
    tablet.push()

    report = tablet.send_files()

    assert (report.refused, report.sent) == (1, 1)
    assert tablet.status().files == {"here": 1, "refused": 1}
    assert sha256_of(LARGE) in kept(tmp_path)


def test_the_copy_goes_once_the_server_has_file_and_record(opened, photo, plot, campaign, tmp_path):
    tablet = opened(keep_until_backed_up=False)
    attach(tablet, photo(SMALL), plot, campaign)
    tablet.push()
    tablet.send_files()
    before = kept(tmp_path)
    tablet.pull()
    tablet.send_files()

    assert before == [sha256_of(SMALL)]
    assert kept(tmp_path) == []
    assert tablet.status().files == {}


def test_a_server_restored_from_a_backup_is_asked_for_every_file_again(
    opened, photo, plot, campaign
):
    from sampling.models import SyncEpoch

    tablet = opened()
    attach(tablet, photo(SMALL), plot, campaign)
    tablet.push()
    tablet.send_files()
    tablet.pull()
    StoredFile.objects.all().delete()
    SyncEpoch.objects.create(started_at=timezone.now(), reason="restored")

    tablet.hello()
    tablet.push()
    report = tablet.send_files()

    assert report.sent == 1
    assert StoredFile.objects.count() == SyncOperation.objects.count() == 1


def test_the_command_line_attaches_and_sends(opened, photo, plot, campaign, monkeypatch, capsys):
    from sampling.tablet import __main__ as command

    tablet = opened()
    path = photo(SMALL)
    road = tablet._parts.wire._transport
    road.close = lambda: None
    monkeypatch.setattr(command, "HttpTransport", lambda _url: road)
    outbox = ["--outbox", str(tablet._store.path)]
    about = ["--to", "plot", "--id", str(plot.pk), "--scope", campaign.capture_scope]

    attached = command.main([*outbox, "attach", str(path), *about, "--note", "north face"])
    record = json.loads(capsys.readouterr().out)
    pushed = command.main([*outbox, "push"])
    told = json.loads(capsys.readouterr().out)

    assert (attached, pushed) == (0, 0)
    assert str(Attachment.objects.get().pk) == record
    assert told["outcomes"][0]["missing"] == 1
    assert told["files"]["sent"] == 1
