"""Tablets that speak the wire by hand."""

from __future__ import annotations

import pytest

from sampling.models import Campaign, Device, Project, User
from tests.people import make_member
from tests.sync.wire import Wire, new_device


@pytest.fixture
def wire(device: Device, campaign: Campaign, device_token: str) -> Wire:
    """Return the technician's tablet."""
    return Wire(device, campaign, token=device_token)


@pytest.fixture
def second(project: Project, campaign: Campaign, wire: Wire) -> Wire:
    """Return the tablet of another technician, in the same campaign."""
    colleague: User = make_member(project, "colleague", "technician")
    return Wire(new_device(project, colleague, campaign), campaign)
