"""docs/sync/conversation.md is what really passes between tablet and server."""

from __future__ import annotations

import os
import re
import uuid
from contextlib import closing

import pytest
from django.utils import timezone

from sampling.actions.devices import issue_enrolment_code
from sampling.models import SoilCore, StoredFile
from sampling.tablet import Surroundings, Tablet
from tests.sync.conversation import PAGE, Recorder, hold
from tests.sync.in_process import InProcess
from tests.sync.replay import Replay, exchanges

PHOTO = b"\xff\xd8\xff" + bytes(200_000)

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(project, technician, admin, campaign) -> str:
    _, plain = issue_enrolment_code(
        project=project,
        user=technician,
        issued_by=admin,
        device_name="Tablet 1",
        campaigns=[campaign],
        at=timezone.now(),
    )
    return plain


@pytest.fixture
def said(code, campaign, plot, tmp_path, settings) -> str:
    """Return the page as a conversation of today makes it."""
    settings.MEDIA_ROOT = tmp_path / "complete"
    settings.UNFINISHED_ROOT = tmp_path / "unfinished"
    photo = tmp_path / "core 1.jpg"
    photo.write_bytes(PHOTO)
    recorder = Recorder()
    around = Surroundings(sleep=lambda _seconds: None)
    with closing(Tablet(tmp_path / "t.sqlite", recorder, surroundings=around)) as tablet:
        hold(tablet, code, plot, campaign, photo)
    return recorder.page().replace(code, "<one-time code>")


def test_the_page_can_be_said_again_by_who_knows_nothing_else(
    code, plot, tmp_path, settings, site, study
):
    settings.MEDIA_ROOT = tmp_path / "complete"
    settings.UNFINISHED_ROOT = tmp_path / "unfinished"
    said = list(exchanges(PAGE.read_text()))
    known = {
        "<one-time code>": code,
        re.findall(r'"plot": {\s+"to": "(id-\d+)"', PAGE.read_text())[0]: str(plot.pk),
    }
    replay = Replay(InProcess().request, known, new_id=lambda: str(uuid.uuid4()))

    for one in said:
        replay.say(one, photo=PHOTO)

    assert len(said) >= 10
    assert SoilCore.objects.values_list("inner_diameter_cm", flat=True).get() == 6.0
    assert StoredFile.objects.get().size_bytes == len(PHOTO)


def shape(page: str) -> list[str]:
    """Return what a page says of requests, statuses and members, without their values."""
    found = re.findall(r'^(?:[A-Z]+ /\S+|\d{3}|\s+"\w+":)', page, flags=re.MULTILINE)
    return [line.strip() for line in found]


def test_the_page_has_the_shape_of_a_conversation_of_today(said):
    if os.environ.get("ROOTFIELD_WRITE") == "conversation":
        PAGE.write_text(said)

    assert shape(PAGE.read_text()) == shape(said), "make conversation"
