"""Files of at most 1 MiB, in one request, by their hash."""

from __future__ import annotations

import uuid

import pytest
import time_machine

from sampling.actions.stored_files import Arrival, put_file
from sampling.models import Campaign, Device, StoredFile
from tests.people import FRIDAY, make_member
from tests.pictures import jpeg, jpeg_with_place, png
from tests.sync.files.sender import Sender, sha256_of
from tests.sync.wire import Wire, new_device

pytestmark = pytest.mark.django_db

PHOTO = jpeg(size=(640, 480))


def code_of(answer) -> str:
    return answer.json()["code"]


def left_over(files) -> list[str]:
    return [path.name for path in (files / "unfinished").glob("*")]


def test_a_file_is_kept_by_its_hash_with_what_its_bytes_say(sender, files):
    answer = sender.put(PHOTO, Content_Type="text/html")

    stored = StoredFile.objects.get()
    assert answer.status_code == 201
    assert (
        files / "complete" / stored.sha256[:2] / stored.sha256[2:4] / stored.sha256
    ).read_bytes() == PHOTO
    assert (stored.media_type, stored.width_px, stored.height_px) == ("image/jpeg", 640, 480)
    assert (stored.size_bytes, stored.place, stored.device) == (
        len(PHOTO),
        "none",
        sender.wire.device,
    )
    assert left_over(files) == []


def test_a_file_sent_again_is_here_already(sender, files):
    sender.put(PHOTO)

    again = sender.put(PHOTO)

    assert again.status_code == 200
    assert StoredFile.objects.count() == 1


def test_of_two_who_send_a_file_at_the_same_time_one_is_told_it_is_new(sender, files):
    device = sender.wire.device
    arrival = Arrival(
        project=device.project_id,
        sha256=sha256_of(PHOTO),
        device=device,
        user=device.user_id,
        at=FRIDAY,
    )
    told = []

    def pieces():
        told.append(put_file(arrival, [PHOTO], size=len(PHOTO)))  # the other one is quicker
        yield PHOTO

    told.append(put_file(arrival, pieces(), size=len(PHOTO)))

    assert told == [True, False]
    assert left_over(files) == []


def test_an_answer_without_content_claims_no_type(sender):
    answer = sender.put(PHOTO)

    assert (answer.content, "Content-Type" in answer.headers) == (b"", False)


def test_a_tablet_asks_before_it_sends(sender):
    address = sender.address(sha256_of(PHOTO))

    before = sender.ask("HEAD", address)
    sender.put(PHOTO)
    after = sender.ask("HEAD", address)

    assert (before.status_code, after.status_code) == (404, 200)
    assert after.headers["ETag"] == f'"{sha256_of(PHOTO)}"'


def test_bytes_of_another_hash_leave_nothing_behind(sender, files):
    other = sha256_of(b"other")
    refused = sender.put(PHOTO, sha256=other)
    sender.put(PHOTO)
    refused_again = sender.put(b"changed", sha256=sha256_of(PHOTO))

    assert (refused.status_code, code_of(refused)) == (422, "hash-mismatch")
    assert (refused_again.status_code, code_of(refused_again)) == (422, "hash-mismatch")
    assert left_over(files) == []
    assert StoredFile.objects.count() == 1


def test_a_body_that_breaks_off_leaves_nothing_behind(sender, files):
    answer = sender.put(PHOTO[:50], sha256=sha256_of(PHOTO), Content_Length=str(len(PHOTO)))

    assert (answer.status_code, code_of(answer)) == (400, "malformed")
    assert left_over(files) == []


def test_a_file_above_the_limit_belongs_to_an_upload(sender):
    answer = sender.put(bytes(1024 * 1024 + 1))

    assert (answer.status_code, code_of(answer)) == (413, "too-large")
    assert answer.json()["limits"]["max_put"] == 1024 * 1024


@pytest.mark.parametrize(
    "name", ["a" * 63, "A" * 64, "..%2f..%2fetc%2fpasswd", "%00" * 64, "g" * 64]
)
def test_what_is_no_hash_reaches_no_file(sender, files, name):
    answers = [sender.ask(method, sender.address(name), b"x") for method in ("PUT", "HEAD", "GET")]

    assert {answer.status_code for answer in answers} <= {400, 404}
    assert not files.exists()


def test_a_full_disk_is_told_and_nothing_is_half_kept(sender, files, settings):
    settings.FILES_RESERVE_BYTES = 2**62

    answer = sender.put(PHOTO)

    assert (answer.status_code, code_of(answer)) == (507, "storage-full")
    assert answer.headers["Retry-After"] == "300"
    assert not StoredFile.objects.exists()
    assert left_over(files) == []


def test_a_revoked_tablet_sends_no_files(sender):
    Device.objects.update(state="revoked")

    answer = sender.put(PHOTO)

    assert (answer.status_code, code_of(answer)) == (403, "device-revoked")


def test_two_projects_hold_one_file_and_each_had_to_send_it(sender, outsider, other_project, files):
    tablet = new_device(other_project, outsider)
    theirs = Sender(Wire(tablet, Campaign(id=uuid.uuid4())))
    sender.put(PHOTO)

    asked = theirs.ask("HEAD", theirs.address(sha256_of(PHOTO)))
    sent = theirs.put(PHOTO)

    assert (asked.status_code, sent.status_code) == (404, 201)
    assert StoredFile.objects.count() == 2
    assert len([path for path in (files / "complete").rglob("*") if path.is_file()]) == 1


def test_who_asked_is_noted_once_a_day(sender):
    with time_machine.travel(FRIDAY, tick=False):
        sender.put(PHOTO)
    with time_machine.travel("2026-06-01T00:00:00Z", tick=False):
        sender.ask("HEAD", sender.address(sha256_of(PHOTO)))

    assert StoredFile.objects.get().asked_at.month == 6


class TestHandingOut:
    """GET, within the tablet's scopes."""

    @pytest.fixture
    def attached(self, sender, plot):
        """Return a maker of files that a core's record speaks of."""

        def attach(data: bytes) -> str:
            point = sender.wire.point(plot)
            core = sender.wire.core(point)
            sender.wire.push(point, core, sender.attachment(core, data))
            sender.put(data)
            return sender.address(sha256_of(data))

        return attach

    def get(self, sender, address, **headers):
        answer = sender.ask("GET", address, **headers)
        return answer, b"".join(answer) if answer.streaming else answer.content

    def test_a_file_is_handed_out_as_a_download_that_nothing_runs(self, sender, attached):
        answer, body = self.get(sender, attached(PHOTO))

        assert (answer.status_code, body) == (200, PHOTO)
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
        assert answer.headers["Content-Disposition"].endswith('.jpg"')
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"

    def test_what_looks_like_a_page_is_handed_out_as_bytes(self, sender, attached, steward):
        Device.objects.update(user=steward)
        answer, _ = self.get(sender, attached(b"<script>alert(1)</script>"))

        assert answer.headers["Content-Type"] == "application/octet-stream"

    def test_a_part_is_handed_out(self, sender, attached):
        address = attached(PHOTO)
        answer, body = self.get(sender, address, Range="bytes=10-19")

        assert (answer.status_code, body) == (206, PHOTO[10:20])
        assert answer.headers["Content-Range"] == f"bytes 10-19/{len(PHOTO)}"
        assert answer.headers["Content-Length"] == "10"

    def test_a_part_beyond_the_end_is_refused(self, sender, attached):
        answer, _ = self.get(sender, attached(PHOTO), Range="bytes=100000-")

        assert (answer.status_code, code_of(answer)) == (416, "range-unsatisfiable")

    def test_a_place_is_fenced_off_for_who_may_not_see_it(self, sender, attached, steward):
        picture = jpeg_with_place()
        address = attached(picture)

        fenced, body = self.get(sender, address)
        _, part = self.get(sender, address, Range="bytes=20-")
        Device.objects.update(user=steward)
        exact, original = self.get(sender, address)

        assert body != picture
        assert len(body) == len(picture)
        assert part == body[20:]
        assert original == picture
        assert fenced.headers["ETag"] != exact.headers["ETag"]
        assert "Repr-Digest" in exact.headers
        assert "Repr-Digest" not in fenced.headers

    def test_who_reads_an_exact_place_is_written_down(self, sender, attached, steward):
        address = attached(jpeg_with_place())
        Device.objects.update(user=steward)
        sender.ask("GET", address)
        sender.ask("GET", address, Range="bytes=5-")

        events = steward_reads(steward)

        assert events == [("stored_file", sha256_of(jpeg_with_place()))]

    def test_what_may_hide_a_place_is_withheld(self, sender, attached):
        answer, _ = self.get(sender, attached(b"PK\x03\x04 a packed folder"))

        assert (answer.status_code, code_of(answer)) == (403, "place-withheld")

    def test_a_file_no_record_of_the_tablets_scopes_speaks_of_is_not_there(
        self, sender, attached, project
    ):
        sender.put(png())
        colleague = make_member(project, "colleague", "technician")
        other = Sender(Wire(new_device(project, colleague), sender_campaign(sender)))
        address = attached(PHOTO)

        answers = [
            sender.ask("GET", sender.address(sha256_of(png()))).status_code,  # nobody names it
            other.ask("GET", address).status_code,  # named in a campaign not granted
            sender.ask("GET", sender.address("0" * 64)).status_code,
            sender.ask("GET", address).status_code,
        ]

        assert answers == [404, 404, 404, 200]

    def test_another_projects_file_is_not_there_whoever_names_it(
        self, sender, attached, other_project, outsider
    ):
        address = attached(PHOTO)
        theirs = Sender(Wire(new_device(other_project, outsider), Campaign(id=uuid.uuid4())))

        assert theirs.ask("GET", address).status_code == 404

    def test_a_file_that_is_gone_from_the_disk_is_missing_again(self, sender, attached, files):
        address = attached(PHOTO)
        for path in (files / "complete").rglob("*"):
            if path.is_file():
                path.unlink()

        asked = [sender.ask(method, address).status_code for method in ("HEAD", "GET")]
        sent = sender.put(PHOTO)

        assert asked == [404, 404]
        assert sent.status_code == 201
        assert sender.ask("GET", address).status_code == 200


def steward_reads(steward):
    from sampling.models import AuditEvent

    return list(
        AuditEvent.objects.filter(user=steward, action="exact_position.read").values_list(
            "subject_type", "subject"
        )
    )


def sender_campaign(sender: Sender) -> Campaign:
    return Campaign.objects.get(pk=sender.wire.scope.removeprefix("campaign:"))
