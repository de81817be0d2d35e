"""Tablets that send files by hand."""

from __future__ import annotations

import pytest

from sampling.models import Campaign, Device
from tests.sync.files.sender import Sender
from tests.sync.wire import Wire


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """Keep files in a directory of the test; return it."""
    settings.MEDIA_ROOT = tmp_path / "files" / "complete"
    settings.UNFINISHED_ROOT = tmp_path / "files" / "unfinished"
    return tmp_path / "files"


@pytest.fixture
def sender(device: Device, campaign: Campaign, device_token: str) -> Sender:
    """Return the technician's tablet, with files."""
    return Sender(Wire(device, campaign, token=device_token))
