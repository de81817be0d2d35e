"""A reader's second way: a scope by its snapshot, with breaks, and from its cursor on by pages."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec

from tests.chaos.line import Line, Lost

BOOKMARKS = (1, 1, 2, 5, 1000)
"""How many bookmarks of an answer are read before the tablet dies; the last is all of them."""


class SnapshotLine(msgspec.Struct, rename={"is_end": "end"}):
    """One line of a snapshot: its head, a record, a bookmark, or its end."""

    as_of: int | None = None
    cursor: str = ""
    type: str = ""
    id: str = ""
    v: int = 0
    data: msgspec.Raw = msgspec.Raw(b"")
    after: str = ""
    is_end: bool = False


_WHOLE = re.compile(rb"(:-?[0-9]+)\.0(?=[,}])")
_line = msgspec.json.Decoder(SnapshotLine)


@dataclass
class Copy:
    """A scope as one device holds it: (v, digest of the content, gone) of each record."""

    cursor: str | None = None
    last_seq: int = 0
    records: dict[str, list[Any]] = field(default_factory=dict)


@dataclass
class Aside:
    """What was kept of a snapshot until the last bookmark that was saved."""

    head: SnapshotLine | None = None
    after: str = ""
    records: dict[str, list[Any]] = field(default_factory=dict)


class Snapshots:
    """Reads snapshots of scopes as a tablet would that dies now and then."""

    def __init__(self, line: Line, chance: random.Random) -> None:
        self.line, self.chance = line, chance
        self.asides: dict[str, Aside] = {}
        self.broken_off = self.read_on = 0
        self.changed_heads: list[str] = []

    def step(self, scope: str, *, bookmarks: int | None = None) -> Copy | None:
        """Read a snapshot, or read one on; return it when its end came, else None.

        Raises Refused, Lost.
        """
        aside = self.asides.setdefault(scope, Aside())
        left = bookmarks or self.chance.choice(BOOKMARKS)
        path = f"snapshot?scope={scope}"
        if aside.after:
            self.read_on += 1
            path += f"&after={quote(aside.after, safe='')}"
        unsaved: dict[str, list[Any]] = {}
        for text in self.line.lines(path):
            one = decoded(text)
            if one.as_of is not None:
                self._begin(scope, aside, one)
            elif one.id:
                unsaved[f"{one.type} {one.id}"] = [one.v, digest_of(one.data), ""]
            elif one.after:
                aside.after = one.after
                aside.records |= unsaved
                unsaved = {}
                left -= 1
                if not left:
                    self.broken_off += 1
                    return None
            elif one.is_end and aside.head is not None:
                del self.asides[scope]
                return Copy(aside.head.cursor, aside.head.as_of or 0, aside.records | unsaved)
        raise Lost("the snapshot was cut off", is_wanted=False)

    def _begin(self, scope: str, aside: Aside, head: SnapshotLine) -> None:
        """Keep the first line; that of a snapshot that is read on says the same again."""
        if aside.after and aside.head != head:
            self.changed_heads.append(scope)
        aside.head = head


def decoded(text: bytes) -> SnapshotLine:
    """Return a line; raises Lost for half of one, the last of an answer that was cut off."""
    try:
        return _line.decode(text)
    except msgspec.DecodeError as error:
        raise Lost("half a line", is_wanted=False) from error


def digest_of(content: msgspec.Raw) -> str:
    """Return a short digest of a record's content; 30.0 is the same number as 30."""
    plain = _WHOLE.sub(rb"\1", bytes(content))
    return hashlib.blake2b(plain, digest_size=8).hexdigest()
