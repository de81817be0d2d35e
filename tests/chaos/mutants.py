"""`python -m tests.chaos.mutants [NAME ...]`: attack servers that are broken on purpose.

Each mutant has to be found, and by a promise that its fault breaks; an attack that passes a broken
server proves nothing about a sound one.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.chaos.__main__ import say
from tests.chaos.plan import Faults
from tests.chaos.run import attack

BREAKS = {
    "sequence instead of counter": ("reader gaps", "diverged"),
    "dedupe off": ("doubles", "changed outcomes"),
    "acknowledge before commit": ("losses",),
    "cursor at head": ("reader gaps", "diverged"),
    "no bisect": ("unexplained errors", "unsettled"),
    "tombstones purged": ("reader gaps", "diverged"),
    "upsert over unseen row": ("doubles", "wrong outcomes", "unexplained errors"),
    "counter first without lock order": ("deadlocks",),
    "snapshot of a later moment": ("wrong checksums",),
}
"""The mutants, and the promises of which each has to break at least one."""

SECONDS = 6.0
LONGER_S = {"sequence instead of counter": 15.0, "snapshot of a later moment": 12.0}
"""Where a race has to be lost that takes a while to set up."""


def main() -> int:
    """Attack mutants; return 1 when one of them was not found."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BREAKS))
    parser.add_argument("--seconds", type=float, help=f"of attack on each; {SECONDS:g} or more")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write what was found to this file")
    options = parser.parse_args()
    found = {}
    for name in options.names or BREAKS:
        seconds = options.seconds or LONGER_S.get(name, SECONDS)
        found[name] = hunted(name, seconds=seconds, seed=options.seed)
        say(line(name, found[name]))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    return 0 if all(one["is_found"] for one in found.values()) else 1


def hunted(name: str, *, seconds: float, seed: int) -> dict[str, Any]:
    """Attack one mutant and return what gave it away."""
    os.environ["CHAOS_MUTANT"] = name
    result = attack(
        seconds=seconds,
        seed=seed,
        faults=Faults(deaf=0.05, half_body=0.02, before_body=0.01, forgotten=0.1),
        entry="tests.chaos.mutant_entry",
        patience_s=20.0,
        spares_database=True,
    )
    counts = {promise: count for promise, count in result.findings.counts.items() if count}
    return {"is_found": any(promise in counts for promise in BREAKS[name]), "broken": counts}


def line(name: str, found: dict[str, Any]) -> str:
    """Return one line of the table."""
    counts = ", ".join(f"{count:,} {promise}" for promise, count in found["broken"].items())
    return f"| {name} | {'found' if found['is_found'] else 'NOT FOUND'} | {counts or 'nothing'} |"


if __name__ == "__main__":
    sys.exit(main())
