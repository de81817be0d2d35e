"""Records that speak of files: applied before the files are here, and saying so."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from sampling.actions.stored_files import KEPT_UNREFERENCED, file_store, sweep_files
from sampling.models import Attachment, StoredFile, SyncOperation
from tests.people import FRIDAY
from tests.pictures import jpeg, png
from tests.sync.files.sender import Sender, sha256_of
from tests.sync.wire import Wire, new_device

pytestmark = pytest.mark.django_db

PHOTO = jpeg()
LATER = FRIDAY + KEPT_UNREFERENCED + timedelta(days=1)


@pytest.fixture
def core(sender, plot):
    """Return the operation that made a core."""
    point = sender.wire.point(plot)
    core = sender.wire.core(point)
    sender.wire.push(point, core)
    return core


def test_a_record_is_applied_before_its_file_and_says_what_is_missing(sender, core):
    (before,) = sender.wire.outcomes(op := sender.attachment(core, PHOTO, note="north face"))
    pulled = sender.wire.pull().json()
    sender.put(PHOTO)
    (after,) = sender.wire.outcomes(op)
    pulled_again = sender.wire.pull().json()

    assert (before["status"], before["missing"]) == ("applied", 1)
    assert (after["status"], after["missing"], after["duplicate"]) == ("applied", 0, True)
    assert pulled["missing"] == {sender.wire.scope: 1}
    assert pulled_again["missing"] == {}
    data = next(c for c in pulled["scopes"][0]["changes"] if c["type"] == "attachment")["data"]
    assert (data["sha256"], data["note"]) == (sha256_of(PHOTO), "north face")


def test_a_file_may_come_before_its_record(sender, core):
    sender.put(PHOTO)

    (outcome,) = sender.wire.outcomes(sender.attachment(core, PHOTO))

    assert outcome["missing"] == 0


def test_only_attachments_speak_of_missing_files(sender, plot):
    (outcome,) = sender.wire.outcomes(sender.wire.point(plot))

    assert "missing" not in outcome


def test_a_held_attachment_says_nothing_of_its_file(sender):
    (outcome,) = sender.wire.outcomes(sender.attachment({"id": str(uuid.uuid4())}, PHOTO))

    assert outcome["status"] == "deferred"
    assert "missing" not in outcome


def test_naming_another_projects_file_does_not_bring_it_here(
    sender, core, other_project, outsider, campaign
):
    theirs = Sender(Wire(new_device(other_project, outsider), campaign))
    theirs.put(PHOTO)

    (outcome,) = sender.wire.outcomes(sender.attachment(core, PHOTO))

    assert outcome["missing"] == 1
    assert sender.ask("GET", sender.address(sha256_of(PHOTO))).status_code == 404


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"file_name": "../../etc/passwd"}, "file-name"),
        ({"file_name": "..\\secret.txt"}, "file-name"),
        ({"file_name": ".."}, "file-name"),
        ({"file_name": "a\nb"}, "file-name"),
        ({"file_name": "a\x00b"}, "unstorable-text"),
        ({"sha256": "A" * 64}, "sha256-unreadable"),
        ({"sha256": "a" * 65}, "wrong-type"),
        ({"size_bytes": 0}, "out-of-range"),
        ({"size_bytes": 2**63}, "wrong-type"),
        ({"kind": "film"}, "wrong-type"),
        ({"soil_core": None}, "one-subject"),
    ],
)
def test_an_attachment_that_contradicts_a_rule_is_quarantined(sender, core, values, code):
    (outcome,) = sender.wire.outcomes(sender.attachment(core, PHOTO, **values))

    assert outcome["status"] == "quarantined"
    assert outcome["problems"][0]["code"] == code


def test_a_file_name_may_be_in_any_language(sender, core):
    op = sender.attachment(core, PHOTO, file_name="Bohrkern №7, Überblick 根.jpg")

    assert sender.wire.statuses(op) == ["applied"]


def test_the_file_of_an_attachment_never_changes(sender, core):
    op = sender.attachment(core, PHOTO)
    sender.wire.push(op)

    (outcome,) = sender.wire.outcomes(
        sender.wire.patch(op, {"v": 1}, sha256=(sha256_of(PHOTO), "b" * 64))
    )
    noted = sender.wire.statuses(sender.wire.patch(op, {"v": 1}, note=("", "roots at 20 cm")))

    assert outcome["status"] == "quarantined"
    assert "attach the new one beside it" in outcome["problems"][0]["detail"]
    assert noted == ["applied"]
    assert Attachment.objects.get().sha256 == sha256_of(PHOTO)


@pytest.mark.parametrize(
    "values",
    [
        {"sha256": "short"},
        {"place": "here"},
    ],
)
def test_a_stored_file_is_well_formed_whoever_writes_it(sender, values):
    sender.put(PHOTO)

    with pytest.raises(IntegrityError), transaction.atomic():
        StoredFile.objects.update(**values)


class TestSweeping:
    """Files nobody names wait half a year."""

    @pytest.fixture(autouse=True)
    def sent(self, sender):
        with time_machine.travel(FRIDAY, tick=False):
            sender.put(PHOTO)

    def on_disk(self, files):
        return [path for path in (files / "complete").rglob("*") if path.is_file()]

    def test_a_file_nobody_names_goes_after_half_a_year(self, files):
        early = sweep_files(at=LATER - timedelta(days=2))
        late = sweep_files(at=LATER)

        assert (early, late) == (0, 1)
        assert not StoredFile.objects.exists()
        assert self.on_disk(files) == []

    def test_a_file_a_record_names_stays_even_when_the_record_is_withdrawn(self, sender, core):
        op = sender.attachment(core, PHOTO)
        sender.wire.push(op)
        sender.wire.push(sender.wire.op("attachment", op["id"], do="delete", base={"v": 1}))

        assert Attachment.objects.get().voided_at is not None
        assert sweep_files(at=LATER) == 0

    def test_a_file_an_operation_names_that_waits_stays(self, sender):
        sender.wire.push(sender.attachment({"id": str(uuid.uuid4())}, PHOTO))

        assert SyncOperation.objects.get().status == "deferred"
        assert sweep_files(at=LATER) == 0

    def test_a_file_somebody_asked_for_meanwhile_stays(self, sender):
        with time_machine.travel(FRIDAY + timedelta(days=100), tick=False):
            sender.ask("HEAD", sender.address(sha256_of(PHOTO)))

        assert sweep_files(at=LATER) == 0

    def test_a_file_another_project_holds_stays_on_the_disk(
        self, sender, core, other_project, outsider, campaign, files
    ):
        sender.wire.push(sender.attachment(core, PHOTO))
        with time_machine.travel(FRIDAY, tick=False):
            Sender(Wire(new_device(other_project, outsider), campaign)).put(PHOTO)

        assert sweep_files(at=LATER) == 1
        assert StoredFile.objects.get().project_id == sender.wire.device.project_id
        assert len(self.on_disk(files)) == 1

    def test_what_a_broken_request_left_behind_goes_and_an_upload_stays(self, sender, files):
        upload = sender.begun(png())
        (files / "unfinished" / uuid.uuid4().hex).write_bytes(b"half")

        now = timezone.now()
        sweep_files(at=now)
        assert len(list(file_store().unfinished_files())) == 2
        assert sweep_files(at=now + timedelta(days=2)) == 1
        assert sender.offset(upload) == 0
