"""A refusal waits for the body, but not for one that never ends."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.test import RequestFactory

from sampling.sync import door


class Trickle:
    """A body that is read from a socket until it is as long as asked for, as gunicorn does."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def read(self, size: int = -1) -> bytes:
        found = bytearray()
        while len(found) < size and (part := self.connection.recv(size)):
            found += part
        return bytes(found)


@pytest.fixture
def dripping() -> Iterator[socket.socket]:
    """The server's end of a connection on which a byte comes every twentieth of a second."""
    server, client = socket.socketpair()
    over = threading.Event()

    def drip() -> None:
        with suppress(OSError):  # once nobody listens
            while not over.wait(0.05):
                client.send(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    yield server
    over.set()
    thread.join()
    server.close()
    client.close()


def asking(body: Any, **meta: Any) -> Any:
    request = RequestFactory().post("/sync/v1/push", b"", content_type="application/json")
    request.META.update(CONTENT_LENGTH="100000", **meta)
    request._stream = body
    return request


def test_a_body_that_only_trickles_is_cut_off(
    dripping: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "HEARD_OUT_FOR_S", 0.3)
    dripping.settimeout(99)
    began = time.monotonic()

    door.hear_out(asking(Trickle(dripping), **{"gunicorn.socket": dripping}))

    assert time.monotonic() - began < 30
    assert dripping.gettimeout() == 99
    assert dripping.recv(1) == b"" or dripping.recv(100_000) == b""


def test_silence_ends_the_hearing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "HEARD_OUT_WITHIN_S", 0.1)
    server, client = socket.socketpair()
    server.settimeout(99)

    door.hear_out(asking(Trickle(server), **{"gunicorn.socket": server}))

    assert server.gettimeout() == 99
    server.close()
    client.close()
