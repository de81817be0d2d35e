"""Fixtures: a server in memory, and a tablet that can be opened again as after a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sampling.tablet import Tablet
from tests.sync.tablet.fake_server import Clock, FakeServer, Road


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def road(server: FakeServer) -> Road:
    return Road(server)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_tablet(tmp_path: Path, road: Road, clock: Clock) -> Iterator[Callable[..., Tablet]]:
    """Open the one tablet of the test, again and again."""
    opened: list[Tablet] = []

    def open_again(**options: bool) -> Tablet:
        around = clock.surroundings()
        opened.append(Tablet(tmp_path / "tablet.db", road, surroundings=around, **options))
        return opened[-1]

    yield open_again
    for tablet in opened:
        tablet.close()


@pytest.fixture
def tablet(open_tablet: Callable[..., Tablet]) -> Tablet:
    """A tablet that is enrolled and has captured nothing."""
    tablet = open_tablet()
    tablet.hello()
    tablet.enrol("one-time")
    return tablet
