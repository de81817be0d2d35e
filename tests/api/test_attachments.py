"""Attachments as machines see them, and their files."""

from __future__ import annotations

import uuid

import pytest

from sampling.actions.stored_files import Arrival, put_file
from sampling.models import SoilCore
from tests.any_records import AnyRecords
from tests.people import FRIDAY
from tests.pictures import jpeg_with_place
from tests.sync.files.sender import sha256_of

pytestmark = pytest.mark.django_db

LIST = "/api/v1/attachments"
PHOTO = jpeg_with_place()


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "complete"
    settings.UNFINISHED_ROOT = tmp_path / "unfinished"


@pytest.fixture
def attached(project, campaign, device, client_for, field_lead):
    """Return a maker of attachments of a core, with their files."""
    core = AnyRecords(project, campaign, device).make("soil_core")
    assert isinstance(core, SoilCore)

    def attach(data: bytes = PHOTO, *, sends: bool = True) -> str:
        if sends:
            arrival = Arrival(
                project=project.pk, sha256=sha256_of(data), device=device, user=None, at=FRIDAY
            )
            put_file(arrival, [data], size=len(data))
        body = {
            "campaign": campaign.pk,
            "soil_core": core.pk,
            "sha256": sha256_of(data),
            "size_bytes": len(data),
            "file_name": "north face.jpg",
        }
        answer = client_for(field_lead).post(LIST, body)
        assert answer.status_code == 201, answer.content
        assert answer.json()["is_here"] is sends
        return f"{LIST}/{answer.json()['id']}"

    return attach


def test_a_list_says_which_files_are_here(client_for, analyst, attached):
    attached()
    attached(b"not sent", sends=False)

    rows = client_for(analyst).get(LIST).json()["results"]

    assert {row["sha256"]: row["is_here"] for row in rows} == {
        sha256_of(PHOTO): True,
        sha256_of(b"not sent"): False,
    }


def test_the_file_has_its_place_fenced_off_unless_the_role_sees_places(
    client_for, analyst, steward, attached
):
    address = attached() + "/file"

    shown = {
        person.username: b"".join(client_for(person).get(address)) for person in (analyst, steward)
    }

    assert shown["steward"] == PHOTO
    assert len(shown["analyst"]) == len(PHOTO)
    assert shown["analyst"] != PHOTO


def test_a_part_of_the_file_is_handed_out(client_for, steward, attached):
    answer = client_for(steward).get(attached() + "/file", headers={"Range": "bytes=2-5"})

    assert (answer.status_code, b"".join(answer)) == (206, PHOTO[2:6])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_has_not_come_is_not_found(client_for, analyst, attached):
    answer = client_for(analyst).get(attached(b"not sent", sends=False) + "/file")

    assert (answer.status_code, answer.json()["detail"]) == (404, "The file is not here yet.")


def test_another_projects_file_is_not_found(client_for, outsider, attached):
    assert client_for(outsider).get(attached() + "/file").status_code == 404


def test_the_file_of_an_attachment_is_not_exchanged(client_for, field_lead, attached):
    address = attached()

    answer = client_for(field_lead).patch(address, {"revision": 1, "sha256": uuid.uuid4().hex * 2})

    assert answer.status_code == 422
    assert "attach the new one beside it" in answer.json()["detail"]


def test_attachments_are_found_by_the_plot_they_belong_to(client_for, analyst, attached):
    attached()
    plot = SoilCore.objects.get().sampling_point.plot_id

    found = client_for(analyst).get(LIST, {"plot": plot}).json()["results"]
    elsewhere = client_for(analyst).get(LIST, {"plot": uuid.uuid4()}).json()["results"]

    assert (len(found), len(elsewhere)) == (1, 0)
