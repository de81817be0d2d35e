"""`python -m tests.chaos.hostile`: bodies made to hurt, and how much memory they cost the server.

Each is sent by four clients at once, several times, to a pre-forked server. None may be
answered with 5xx, each refusal has a code, and no process may ever hold more than PEAK_MIB.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import msgspec

from tests.chaos.line import Line, Lost
from tests.chaos.plan import NO_FAULTS, Setting
from tests.chaos.site import Site, running_site

CLIENTS = 4
TIMES = 5
PEAK_MIB = 400.0
"""What four processes may hold together with 1.6 GiB; one that did nothing holds 95 MiB."""


def bodies(device: str) -> Iterator[tuple[str, str, bytes, bool]]:
    """Yield name, address, body and whether it is packed."""
    head = json.dumps({"device": device, "incarnation": 1})[:-1].encode()

    def push(ops: bytes) -> bytes:
        return head + b',"ops":' + ops + b"}"

    keys = b"{" + b",".join(b'"k%d":1' % n for n in range(600_000)) + b"}"
    yield "gzip bomb of 300 MB", "push", gzip.compress(b" " * 300_000_000, 9), True
    yield "bomb in a bomb", "push", gzip.compress(gzip.compress(b"0" * 50_000_000)), True
    yield "two gzip members", "push", gzip.compress(push(b"[]")) * 2, True
    yield "half a gzip stream", "push", gzip.compress(push(b"[]"))[:20], True
    yield "100,000 brackets", "push", push(b"[" * 100_000 + b"]" * 100_000), False
    yield "a body of brackets", "push", b"[" * 4_000_000, False
    yield "600,000 keys", "push", gzip.compress(push(b"[" + keys + b"]"), 1), True
    yield (
        "a million empty operations",
        "push",
        push(b"[" + b",".join([b"{}"] * 1_000_000) + b"]"),
        False,
    )
    yield "500 numbers that are no operations", "push", push(json.dumps([1] * 500).encode()), False
    yield "a number of 200,000 digits", "push", push(b"[" + b"9" * 200_000 + b"]"), False
    yield "NaN", "push", push(b'[{"op": NaN}]'), False
    yield "infinity", "push", push(b"[1e999]"), False
    yield "NUL bytes", "push", b"\x00" * 100_000, False
    yield "no UTF-8", "push", b'{"device": "\xff\xfe"}', False
    yield "half a surrogate pair", "push", push(b'[{"op": "\\ud800"}]'), False
    yield "nothing", "push", b"", False
    yield "too long", "push", b" " * 5_000_000, False
    yield (
        "a pull of 100,000 scopes",
        "pull",
        json.dumps(
            {"device": device, "scopes": {f"campaign:{n}": None for n in range(100_000)}}
        ).encode(),
        False,
    )
    yield (
        "a cursor of a megabyte",
        "pull",
        json.dumps({"device": device, "scopes": {"campaign:x": "A" * 1_000_000}}).encode(),
        False,
    )
    yield (
        "a path as a scope",
        "pull",
        json.dumps({"device": device, "scopes": {"../../etc/passwd": None}}).encode(),
        False,
    )


def peak_mib(pid: int) -> float:
    """Return the most memory a process has ever held."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def assault(site: Site, setting: Setting) -> list[str]:
    """Send everything; return what was not as it should be."""
    wrong: list[str] = []
    before = site.workers()
    who = setting.writers[0]
    lines = [Line(setting.port, who, random.Random(n), NO_FAULTS) for n in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as hands:
        for name, path, body, is_packed in bodies(who.device):
            send = partial(answered, path=path, body=body, is_packed=is_packed)
            said = Counter(hands.map(send, lines * TIMES))
            sys.stdout.write(f"{name:40}{dict(said)}\n")
            wrong += [f"{name}: {status} {code}" for status, code in said if status >= 500]
            wrong += [f"{name}: {status} says no code" for status, code in said if not code]
    peaks = {pid: peak_mib(pid) for pid in site.workers()}
    sys.stdout.write(f"the most memory a worker held: {max(peaks.values()):.0f} MiB\n")
    wrong += ["a worker died" for pid in before if pid not in peaks]
    wrong += [f"a worker held {peak:.0f} MiB" for peak in peaks.values() if peak > PEAK_MIB]
    return wrong


def answered(line: Line, *, path: str, body: bytes, is_packed: bool) -> tuple[int, str]:
    """Return status and code of an answer; a body cut off by the server counts as refused."""
    try:
        status, content = line.post(path, body, is_packed=is_packed)
    except Lost:
        return 413, "connection closed"
    document = json.loads(content)
    return status, document.get("code", "answered" if status == 200 else "")


def main() -> int:
    """Run once; return 1 when something was not as it should be."""
    people = {"writers": CLIENTS, "readers": 1, "tablets": 1}
    with running_site(**people) as (site, founded):
        wrong = assault(site, msgspec.convert(founded, Setting))
    for one in wrong:
        sys.stdout.write(f"WRONG: {one}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
