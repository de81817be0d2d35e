"""Pulling over HTTP against COPY TO of the same rows, in one run.

A scope of 12,000 records is read from its start in pages of 2,000, by one client and by eight at
once; the same rows are copied out of their tables.
"""

from __future__ import annotations

import re
import time
import zlib
from functools import partial

from benchmarks._world import (
    RUNS,
    Sender,
    Twins,
    World,
    batch_of_creates,
    packed,
    report,
    together,
    world,
)

BATCHES = 24
PAGE = 2000
HEAD = re.compile(rb'"cursor":"(?P<cursor>[^"]+)","more":(?P<more>true|false)')
UNIT = "records per second over those of COPY TO"


def pull_all(site: World, sender: Sender) -> None:
    """Read the campaign's scope from its start to its end."""
    cursor: str | None = None
    has_more = True
    while has_more:
        message = {"device": sender.device, "limit": PAGE, "scopes": {site.scope: cursor}}
        head = HEAD.search(unpacked_start(sender.post("pull", packed(message))))
        if head is None:
            raise RuntimeError("The page does not begin with its cursor.")
        cursor, has_more = head["cursor"].decode(), head["more"] == b"true"


def unpacked_start(body: bytes) -> bytes:
    """Return the first bytes of a page: COPY's rows are not parsed either."""
    if not body.startswith(b"\x1f\x8b"):
        return body[:2000]
    return zlib.decompressobj(31).decompress(body, 2000)


def pull_seconds(site: World, clients: int) -> float:
    """Return the seconds until all clients have read the whole scope."""
    return together([partial(pull_all, site, sender) for sender in site.senders[:clients]])


def main() -> None:
    """Print pull_1 and pull_8."""
    ratios: dict[str, list[float]] = {"pull_1": [], "pull_8": []}
    with world(devices=8) as site:
        twins = Twins(site.database)
        for _ in range(BATCHES):
            site.senders[0].post("push", packed(batch_of_creates(site, site.senders[0])))
        site.database.execute("VACUUM ANALYZE")
        pull_seconds(site, 8)
        for _ in range(RUNS):
            for clients in (1, 8):
                start = time.perf_counter()
                twins.dump()
                copied = time.perf_counter() - start
                ratios[f"pull_{clients}"].append(clients * copied / pull_seconds(site, clients))
    for name, found in ratios.items():
        report(name, found, UNIT)


if __name__ == "__main__":
    main()
