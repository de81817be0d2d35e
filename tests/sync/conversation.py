"""The page of a recorded conversation: `make conversation` writes docs/sync/conversation.md.

A real tablet talks to the real site; what passed between them is written down, with ids, tokens,
hashes and moments replaced by words, so that the page is the same whenever it is written.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sampling.tablet import Response, Tablet
from tests.sync.in_process import InProcess

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sync" / "conversation.md"
HEAD = """# A recorded conversation

What the reference client and the server said to each other, from a run of the tests, which also
hold this page true (`make conversation` writes it). Ids are numbered in the order in which they
appear; secrets, cursors, sums and moments are named. Bodies travel as gzip; here they are unpacked.
[`clients.md`](clients.md) explains each message.

Left out are the headers every message has, and the merge groups of the hello, which
[`records.md`](records.md) lists. The photo is the bytes FF D8 FF and 200,000 zeros. What is said
here can be said again to any server that knows the plot: `tests/sync/replay.py` does.
"""
SHOWN = ("Content-Type", "Upload-Length", "Upload-Offset", "Upload-Metadata", "Tus-Resumable")
TOLD = ("location", "upload-offset", "upload-length", "tus-resumable")
CHANGING = {
    "token": "<token>",
    "cursor": "<cursor>",
    "sum": "<sum>",
    "sent_at": "<moment>",
    "server_time": "<moment>",
    "received_at": "<moment>",
    "at": "<moment>",
    "mono_ms": 0,
    "batch": "<batch>",
}
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Recorder(InProcess):
    """Carries requests to the site and writes down what passes."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.ids: dict[str, str] = {}

    def title(self, text: str) -> None:
        self.said.append(f"## {text}\n")

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        answer = super().request(method, path, headers, body)
        asked = [f"{method} {path}", *(f"{n}: {headers[n]}" for n in SHOWN if n in headers)]
        told = [f"{answer.status}"]
        told += [f"{n.title()}: {answer.headers[n]}" for n in TOLD if n in answer.headers]
        parts = ["\n".join(asked), self.body(body, headers.get("Content-Encoding", ""))]
        parts += [
            "\n".join(told),
            self.body(answer.body, answer.headers.get("content-encoding", "")),
        ]
        text = "\n\n".join(part for part in parts if part)
        self.said.append("```\n" + self.named(text) + "\n```\n")
        return answer

    def body(self, body: bytes | None, encoding: str) -> str:
        """Return a body as people read it: JSON a member a line, bytes by their number."""
        plain = gzip.decompress(body) if body and encoding == "gzip" else body
        if not plain:
            return ""
        try:
            return json.dumps(steady(json.loads(plain)), indent=1, ensure_ascii=False)
        except ValueError:
            return f"<{len(plain)} bytes>"

    def named(self, text: str) -> str:
        """Return a text with its ids numbered."""
        return UUID.sub(
            lambda found: self.ids.setdefault(found[0], f"id-{len(self.ids) + 1}"), text
        )

    def page(self) -> str:
        return HEAD + "\n" + "\n".join(self.said)


def steady(value: Any) -> Any:
    """Return a message with what differs from run to run replaced by words."""
    if isinstance(value, dict):
        return {
            name: CHANGING[name] if name in CHANGING and part else steady(part)
            for name, part in value.items()
            if name != "groups"
        }
    if isinstance(value, list):
        return [steady(part) for part in value]
    return value


def hold(tablet: Tablet, code: str, plot: Any, campaign: Any, photo: Path) -> None:
    """Let a tablet live through a morning: enrol, pull, capture, push, send a photo, pull."""
    recorder: Recorder = tablet._parts.wire._transport
    scope = campaign.capture_scope
    recorder.title("Hello")
    tablet.hello()
    recorder.title("Enrol")
    tablet.enrol(code)
    recorder.title("Capture offline, push")
    point = tablet.capture("sampling_point", {"plot": str(plot.pk), "code": "P1"}, scope)
    core = tablet.capture("soil_core", {"sampling_point": point, "code": "C1"}, scope)
    tablet.attach(photo, {"soil_core": core}, scope)
    tablet.push()
    recorder.title("The photo, in parts")
    tablet.send_files()
    recorder.title("Pull the campaign and the project")
    tablet.pull()
    recorder.title("Edit on what was pulled, push")
    tablet.edit("soil_core", core, {"inner_diameter_cm": 6.0}, why="measured again")
    tablet.push()
