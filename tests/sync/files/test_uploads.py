"""Larger files in parts, by tus 1.0."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from sampling.actions.uploads import MOST_UNFINISHED, UPLOAD_LIFE, sweep_uploads
from sampling.models import Device, StoredFile, Upload
from tests.people import FRIDAY
from tests.pictures import jpeg
from tests.sync.files.sender import Sender, checksum, metadata, sha256_of
from tests.sync.wire import Wire, new_device

pytestmark = pytest.mark.django_db

SCAN = jpeg(after=hashlib.sha256(b"roots").digest() * 8000)


def code_of(answer) -> str:
    return answer.json()["code"]


def test_what_is_spoken_is_told_to_anybody(client):
    answer = client.options("/sync/v1/uploads/")

    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,expiration,checksum"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256,md5"
    assert int(answer.headers["Tus-Max-Size"]) == 2 * 1024**3


def test_a_file_arrives_in_parts(sender, files):
    begun = sender.begin(SCAN)
    upload = begun.headers["Location"]
    first = sender.part(upload, SCAN[:100_000], 0)
    between = sender.state(upload)
    last = sender.part(upload, SCAN[100_000:], 100_000)

    stored = StoredFile.objects.get()
    assert [begun.status_code, first.status_code, last.status_code] == [201, 204, 204]
    assert begun.headers["Upload-Offset"] == "0"
    assert begun.headers["Upload-Expires"].endswith(" GMT")
    assert first.headers["Upload-Offset"] == between.headers["Upload-Offset"] == "100000"
    assert between.headers["Upload-Length"] == last.headers["Upload-Offset"] == str(len(SCAN))
    assert between.headers["Cache-Control"] == "no-store"
    assert (stored.sha256, stored.size_bytes) == (sha256_of(SCAN), len(SCAN))
    assert list((files / "unfinished").iterdir()) == []


def test_a_lost_answer_to_the_last_part_is_made_up_for(sender):
    upload = sender.begun(SCAN)
    sender.part(upload, SCAN, 0)

    assert sender.offset(upload) == len(SCAN)
    assert sender.part(upload, b"", len(SCAN)).status_code == 204
    assert StoredFile.objects.count() == 1


def test_a_part_whose_length_nobody_knows_is_refused(sender):
    upload = sender.begun(SCAN)

    answer = sender.part(upload, SCAN, 0, Transfer_Encoding="chunked", Content_Length="")

    assert (answer.status_code, code_of(answer)) == (411, "length-required")


def test_a_part_that_breaks_off_counts_as_far_as_it_came(sender):
    upload = sender.begun(SCAN)

    answer = sender.part(upload, SCAN[:70_001], 0, Content_Length=str(len(SCAN)))

    assert answer.status_code == 400
    assert sender.offset(upload) == 70_001
    assert sender.part(upload, SCAN[70_001:], 70_001).status_code == 204


def test_a_part_from_another_place_is_refused_and_told_where(sender):
    upload = sender.begun(SCAN)
    sender.part(upload, SCAN[:10], 0)

    answer = sender.part(upload, SCAN[5:], 5)

    assert (answer.status_code, code_of(answer)) == (409, "offset-moved")
    assert answer.json()["offset"] == 10


def test_a_part_beyond_the_announced_end_is_refused(sender):
    upload = sender.begun(SCAN)

    answer = sender.part(upload, SCAN + b"more", 0)

    assert (answer.status_code, code_of(answer)) == (400, "malformed")
    assert not StoredFile.objects.exists()


def test_a_file_that_is_not_what_was_announced_is_dropped_and_begun_again(sender, files):
    upload = sender.begun(SCAN)

    answer = sender.part(upload, SCAN[:-1] + b"x", 0)

    assert (answer.status_code, code_of(answer)) == (422, "hash-mismatch")
    assert sender.state(upload).status_code == 404
    assert list((files / "unfinished").iterdir()) == []
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_part_with_its_checksum_counts_whole(sender, algorithm):
    upload = sender.begun(SCAN)

    answer = sender.part(upload, SCAN, 0, Upload_Checksum=checksum(SCAN, algorithm))

    assert answer.status_code == 204
    assert StoredFile.objects.count() == 1


def test_a_part_that_is_not_its_checksum_counts_for_nothing(sender, files):
    upload = sender.begun(SCAN)
    sender.part(upload, SCAN[:10], 0)

    answer = sender.part(upload, SCAN[10:30], 10, Upload_Checksum=checksum(b"other"))
    broken = sender.part(
        upload, SCAN[10:30], 10, Upload_Checksum=checksum(SCAN[10:]), Content_Length="500"
    )

    assert (answer.status_code, code_of(answer)) == (460, "checksum-mismatch")
    assert broken.status_code == 400
    assert sender.offset(upload) == 10
    assert len([path for path in (files / "unfinished").iterdir() if not path.suffix]) == 1


def test_an_algorithm_nobody_knows_is_refused(sender):
    upload = sender.begun(SCAN)

    assert sender.part(upload, SCAN, 0, Upload_Checksum="crc32 AAAA").status_code == 400


@pytest.mark.parametrize("version", ["", "0.2.2", "2.0.0"])
def test_another_version_of_tus_is_refused_with_the_one_spoken(sender, version):
    upload = sender.begun(SCAN)

    answers = [
        sender.begin(SCAN, Tus_Resumable=version),
        sender.part(upload, SCAN, 0, Tus_Resumable=version),
        sender.ask("HEAD", upload, Tus_Resumable=version),
    ]

    assert {answer.status_code for answer in answers} == {412}
    assert {answer.headers["Tus-Version"] for answer in answers} == {"1.0.0"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload_Length": "0"},
        {"Upload_Length": "-5"},
        {"Upload_Length": ""},
        {"Upload_Length": "", "Upload_Defer_Length": "1"},
        {"Upload_Metadata": ""},
        {"Upload_Metadata": metadata(sha256="../../etc/passwd")},
        {"Upload_Metadata": "sha256 ???"},
    ],
)
def test_an_upload_that_does_not_say_what_comes_is_refused(sender, headers):
    answer = sender.begin(SCAN, **headers)

    assert (answer.status_code, code_of(answer)) == (400, "malformed")
    assert not Upload.objects.exists()


def test_a_file_above_the_limit_is_refused(sender):
    answer = sender.begin(SCAN, Upload_Length=str(2 * 1024**3 + 1))

    assert (answer.status_code, code_of(answer)) == (413, "too-large")
    assert answer.json()["limits"]["max_file"] == 2 * 1024**3


def test_a_file_there_is_no_room_for_is_refused_before_it_is_sent(sender, settings):
    upload = sender.begun(SCAN)
    settings.FILES_RESERVE_BYTES = 2**62

    begun = sender.begin(SCAN)
    part = sender.part(upload, SCAN, 0)

    assert {begun.status_code, part.status_code} == {507}
    assert code_of(part) == "storage-full"
    assert sender.offset(upload) == 0


def test_one_tablet_begins_only_so_many_files_at_once(sender):
    sender.begun(SCAN)
    known = Upload.objects.get()
    Upload.objects.bulk_create(
        Upload(
            device=known.device,
            sha256=known.sha256,
            size_bytes=1,
            begun_at=known.begun_at,
            expires_at=known.expires_at,
        )
        for _ in range(MOST_UNFINISHED - 1)
    )

    answer = sender.begin(SCAN)

    assert (answer.status_code, code_of(answer)) == (429, "too-many-uploads")


def test_a_part_of_another_type_is_refused(sender):
    upload = sender.begun(SCAN)

    assert sender.part(upload, SCAN, 0, Content_Type="image/jpeg").status_code == 415


@pytest.mark.parametrize("offset", ["", "x", "-1"])
def test_a_part_that_does_not_say_where_it_begins_is_refused(sender, offset):
    upload = sender.begun(SCAN)

    assert sender.part(upload, SCAN, 0, Upload_Offset=offset).status_code == 400


def test_an_upload_is_the_devices_own(sender, project, technician, campaign):
    upload = sender.begun(SCAN)
    other = Sender(Wire(new_device(project, technician, campaign), campaign))

    assert other.state(upload).status_code == 404
    assert other.part(upload, SCAN, 0).status_code == 404


def test_a_revoked_tablet_goes_on_with_nothing(sender):
    upload = sender.begun(SCAN)
    Device.objects.update(state="revoked")

    assert sender.part(upload, SCAN, 0).status_code == 403


def test_a_proxy_that_lets_no_patch_through_is_gone_around(sender):
    upload = sender.begun(SCAN)

    answer = sender.ask(
        "POST",
        upload,
        SCAN,
        Tus_Resumable="1.0.0",
        Upload_Offset="0",
        Content_Type="application/offset+octet-stream",
        X_HTTP_Method_Override="PATCH",
    )

    assert answer.status_code == 204
    assert StoredFile.objects.count() == 1


def test_an_upload_waits_a_fortnight_for_each_part(sender, files):
    with time_machine.travel(FRIDAY, tick=False):
        upload = sender.begun(SCAN)
    with time_machine.travel(FRIDAY + timedelta(days=10), tick=False):
        sender.part(upload, SCAN[:10], 0)
    with time_machine.travel(FRIDAY + timedelta(days=20), tick=False):
        in_time = sender.state(upload).status_code
    with time_machine.travel(FRIDAY + timedelta(days=25), tick=False):
        late = sender.state(upload)
        swept = sweep_uploads(at=timezone.now())

    assert UPLOAD_LIFE.days == 14
    assert (in_time, late.status_code, swept) == (200, 410, 1)
    assert list((files / "unfinished").iterdir()) == []
    assert not Upload.objects.exists()


def test_an_upload_whose_bytes_were_lost_is_gone(sender, files):
    upload = sender.begun(SCAN)
    for path in (files / "unfinished").iterdir():
        path.unlink()

    answer = sender.part(upload, SCAN, 0)

    assert (answer.status_code, code_of(answer)) == (410, "upload-gone")


def test_a_file_that_was_whole_when_the_server_died_is_taken_in_when_asked_for(sender, files):
    upload = sender.begun(SCAN)
    unfinished = files / "unfinished" / upload.rsplit("/", 1)[1]
    unfinished.write_bytes(SCAN)

    assert sender.offset(upload) == len(SCAN)
    assert StoredFile.objects.count() == 1


def test_a_crash_between_placing_and_writing_down_is_made_up_for(sender, files):
    upload = sender.begun(SCAN)
    digest = sha256_of(SCAN)
    placed = files / "complete" / digest[:2] / digest[2:4] / digest
    placed.parent.mkdir(parents=True)
    unfinished = files / "unfinished" / upload.rsplit("/", 1)[1]
    unfinished.write_bytes(SCAN)
    placed.hardlink_to(unfinished)

    answer = sender.part(upload, b"", len(SCAN))

    assert answer.status_code == 204
    assert StoredFile.objects.get().sha256 == digest
    assert placed.read_bytes() == SCAN
