"""The photos of a soil core on its page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sampling.actions.stored_files import Arrival, put_file
from sampling.models import Attachment, SoilCore
from tests.any_records import AnyRecords
from tests.people import FRIDAY, make_record
from tests.pictures import jpeg, jpeg_with_place
from tests.sync.files.sender import sha256_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "complete"
    settings.UNFINISHED_ROOT = tmp_path / "unfinished"


@pytest.fixture
def core(project, campaign, device) -> SoilCore:
    made = AnyRecords(project, campaign, device).make("soil_core")
    assert isinstance(made, SoilCore)
    return made


@pytest.fixture
def attach(core, project, campaign, device):
    """Return a maker of attachments of the core."""

    def make(data: bytes, *, is_sent: bool = True, **values):
        if is_sent:
            arrival = Arrival(
                project=project.pk, sha256=sha256_of(data), device=device, user=None, at=FRIDAY
            )
            put_file(arrival, [data], size=len(data))
        about = {"sha256": sha256_of(data), "size_bytes": len(data), "soil_core": core}
        return make_record(Attachment, project, scope=campaign.capture_scope, **{**about, **values})

    return make


@pytest.fixture
def page(client, core, project):
    def shown(person) -> str:
        client.force_login(person)
        answer = client.get(f"/projects/{project.pk}/cores/{core.pk}/")
        assert answer.status_code == 200
        return answer.content.decode()

    return shown


def test_a_photo_is_drawn_with_its_note_and_without_its_place(attach, page, analyst):
    record = attach(jpeg_with_place(), file_name="<north>.jpg", note="cut at 20 cm")

    words = page(analyst)

    assert f'src="/api/v1/attachments/{record.pk}/file"' in words
    assert "&lt;north&gt;.jpg" in words
    assert "cut at 20 cm" in words
    assert "640 by 480 pixels, without its exact place" in words


def test_a_photo_that_has_not_come_is_told(attach, page, analyst):
    record = attach(b"not sent", is_sent=False)

    words = page(analyst)

    assert "not here yet" in words
    assert f"/api/v1/attachments/{record.pk}/file" not in words


def test_a_bomb_of_pixels_is_offered_and_not_drawn(attach, page, analyst):
    attach(jpeg(size=(60_000, 60_000)))

    words = page(analyst)

    assert "60000 by 60000 pixels" in words
    assert 'loading="lazy"' not in words


def test_what_hangs_on_the_core_shows_its_photos_too(attach, page, analyst, core):
    attach(jpeg(), soil_core=None, sampling_point=core.sampling_point, file_name="hole.jpg")

    assert "hole.jpg" in page(analyst)


def test_a_core_without_photos_says_so(page, analyst):
    assert "Nothing is attached to this core." in page(analyst)


def test_more_photos_take_no_more_queries(attach, page, analyst):
    attach(jpeg())
    with CaptureQueriesContext(connection) as few:
        page(analyst)
    for number in range(5):
        attach(jpeg(after=bytes([number])))
    with CaptureQueriesContext(connection) as many:
        page(analyst)

    assert len(many) <= len(few)
