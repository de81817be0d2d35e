"""Says a recorded conversation again: reads the page, sends its requests, compares the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sampling.tablet import Response

Send = Callable[[str, str, Mapping[str, str], bytes | None], Response]

MOMENT = "2026-05-01T10:00:00+02:00"
ID = re.compile(r"id-[0-9]+")


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and its answer as the page has them: first lines, headers, bodies."""

    asked: str
    headers: Mapping[str, str]
    body: str
    status: int
    told: Mapping[str, str]
    answer: str


def exchanges(page: str) -> Iterator[Exchange]:
    """Yield the exchanges of a page in their order."""
    for block in re.findall(r"^```\n(.*?)\n```$", page, flags=re.MULTILINE | re.DOTALL):
        parts = block.split("\n\n")
        place = next(n for n, part in enumerate(parts[1:], 1) if re.match(r"[0-9]{3}\b", part))
        asked, *headers = parts[0].splitlines()
        status, *told = parts[place].splitlines()
        yield Exchange(
            asked=asked,
            headers=dict(line.split(": ", 1) for line in headers),
            body="\n".join(parts[1:place]),
            status=int(status),
            told=dict(line.split(": ", 1) for line in told),
            answer="\n".join(parts[place + 1 :]),
        )


class Replay:
    """Knows by now which id stands for which of the page's, and the secrets it was told."""

    def __init__(self, send: Send, known: Mapping[str, str], *, new_id: Callable[[], str]) -> None:
        self.send, self.new_id = send, new_id
        self.known = dict(known)
        self.token = ""

    def say(self, one: Exchange, *, photo: bytes) -> None:
        """Send a request and compare the answer; raises AssertionError where they differ."""
        method, path = self.spoken(one.asked).split(" ", 1)
        body = photo if one.body.startswith("<") else self.spoken(one.body).encode() or None
        headers = {**one.headers, "Sync-Protocol": "1", "Authorization": f"Bearer {self.token}"}
        answer = self.send(method, path, headers, body)

        assert answer.status == one.status, (one.asked, answer.body)
        for name, value in one.told.items():
            self.compare(value, answer.headers[name.lower()], name)
        if one.answer:
            document = json.loads(answer.body)
            self.token = document.get("token", self.token)
            self.compare(json.loads(one.answer), document, one.asked)

    def spoken(self, text: str) -> str:
        """Return a text of the page with what its words stand for now."""
        named = text.replace("<moment>", MOMENT)
        for word, meaning in self.known.items():
            if word.startswith("<"):
                named = named.replace(word, meaning)
        return ID.sub(lambda found: self.known.setdefault(found[0], self.new_id()), named)

    def compare(self, recorded: Any, told: Any, where: str) -> None:
        """Compare an answer with the one recorded, learning the ids it tells."""
        if isinstance(recorded, dict):
            assert recorded.keys() == told.keys() - {"groups"}, where
            for name, value in recorded.items():
                self.compare(value, told[name], f"{where} {name}")
        elif isinstance(recorded, list):
            assert len(recorded) == len(told), where
            for value, other in zip(recorded, told, strict=True):
                self.compare(value, other, where)
        elif isinstance(recorded, str) and not recorded.startswith("<"):
            self._compare_text(recorded, told, where)
        elif not isinstance(recorded, str):
            assert recorded == told, where

    def _compare_text(self, recorded: str, told: str, where: str) -> None:
        pattern = ID.sub("([0-9a-f-]{36})", re.escape(recorded).replace("id\\-", "id-"))
        found = re.fullmatch(pattern, told)
        assert found, (where, recorded, told)
        for word, meaning in zip(ID.findall(recorded), found.groups(), strict=True):
            assert self.known.setdefault(word, meaning) == meaning, (where, word)
