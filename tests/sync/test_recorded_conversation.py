"""docs/sync/conversation.md is what really passes between tablet and server."""

from __future__ import annotations

import os
import re
from contextlib import closing

import pytest
from django.utils import timezone

from sampling.actions.devices import issue_enrolment_code
from sampling.tablet import Surroundings, Tablet
from tests.sync.conversation import PAGE, Recorder, hold

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
    photo.write_bytes(b"\xff\xd8\xff" + bytes(200_000))
    recorder = Recorder()
    around = Surroundings(sleep=lambda _seconds: None)
    with closing(Tablet(tmp_path / "t.sqlite", recorder, surroundings=around)) as tablet:
        hold(tablet, code, plot, campaign, photo)
    return recorder.page().replace(code, "<one-time code>")


def shape(page: str) -> list[str]:
    """Return what a page says of requests, statuses and members, without their values."""
    found = re.findall(r'^(?:[A-Z]+ /\S+|\d{3}|\s+"\w+":)', page, flags=re.MULTILINE)
    return [line.strip() for line in found]


def test_the_page_has_the_shape_of_a_conversation_of_today(said):
    if os.environ.get("ROOTFIELD_WRITE") == "conversation":
        PAGE.write_text(said)

    assert shape(PAGE.read_text()) == shape(said), "make conversation"
