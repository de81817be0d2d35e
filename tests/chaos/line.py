"""A thin client over raw sockets that can break off at any point of a request."""

from __future__ import annotations

import random
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse

from tests.chaos.plan import Faults, Identity

HOST = "127.0.0.1"
TIMEOUT_S = 30.0


class Lost(Exception):
    """Nobody knows whether the server did what was asked; `is_wanted` when chance wanted it so."""

    def __init__(self, how: str, *, is_wanted: bool) -> None:
        super().__init__(how)
        self.is_wanted = is_wanted


class Refused(Exception):
    """The server answered with something else than what was asked for."""

    def __init__(self, status: int, answer: bytes) -> None:
        super().__init__(status)
        self.status, self.answer = status, answer


@dataclass
class Line:
    """The connection of one device; every request is a connection of its own."""

    port: int
    who: Identity
    chance: random.Random
    faults: Faults
    counts: Counter[str] = field(default_factory=Counter)

    def post(self, path: str, body: bytes, *, is_packed: bool = False) -> tuple[int, bytes]:
        """Send a body and return status and answer; raises Lost after a fault, wanted or not."""
        self.counts["requests"] += 1
        head = (
            f"POST /sync/v1/{path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
            f"Authorization: Bearer {self.who.token}\r\nContent-Type: application/json\r\n"
            + ("Content-Encoding: gzip\r\n" if is_packed else "")
            + f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        try:
            with socket.create_connection((HOST, self.port), TIMEOUT_S) as connection:
                self._send(connection, head, body)
                answer = HTTPResponse(connection)
                answer.begin()
                status, content = answer.status, answer.read()
        except (OSError, HTTPException) as error:
            self.counts["broken by the server's end"] += 1
            raise Lost(str(error), is_wanted=False) from error
        if self.chance.random() < self.faults.forgotten:
            self.counts["answers forgotten"] += 1
            raise Lost("forgotten", is_wanted=True)
        return status, content

    def lines(self, path: str) -> Iterator[bytes]:
        """Yield the lines of an answer as they come; who stops listening closes the connection.

        Raises Refused, and Lost when the answer breaks off.
        """
        self.counts["requests"] += 1
        head = (
            f"GET /sync/v1/{path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
            f"Authorization: Bearer {self.who.token}\r\n\r\n"
        ).encode()
        try:
            with socket.create_connection((HOST, self.port), TIMEOUT_S) as connection:
                connection.sendall(head)
                answer = HTTPResponse(connection)
                answer.begin()
                if answer.status != 200:
                    raise Refused(answer.status, answer.read())
                yield from answer
        except (OSError, HTTPException) as error:
            self.counts["broken by the server's end"] += 1
            raise Lost(str(error), is_wanted=False) from error

    def _send(self, connection: socket.socket, head: bytes, body: bytes) -> None:
        """Send a request, or a part of it, and break off when chance says so."""
        faults, dice = self.faults, self.chance.random()
        if dice < faults.before_body:
            connection.sendall(head)
            self._break_off("closed before the body")
        dice -= faults.before_body
        if 0 <= dice < faults.half_body:
            connection.sendall(head + body[: len(body) // 2])
            self._break_off("closed after half the body")
        dice -= faults.half_body
        connection.sendall(head + body)
        if 0 <= dice < faults.deaf:
            self._break_off("closed without reading")

    def _break_off(self, how: str) -> None:
        self.counts[how] += 1
        raise Lost(how, is_wanted=True)
