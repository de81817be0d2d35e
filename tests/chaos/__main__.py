"""`python -m tests.chaos [--seconds 60] [--seed 1] [--json FILE]`: attack, settle, judge."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

from tests.chaos.run import Result, attack


def main() -> int:
    """Run once; return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long faults rain")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--json", type=Path, help="also write what was found to this file")
    options = parser.parse_args()
    started = time.monotonic()
    result = attack(seconds=options.seconds, seed=options.seed, writers=options.writers)
    document = result.document() | {"wall_s": round(time.monotonic() - started, 1)}
    if options.json:
        options.json.write_text(json.dumps(document, indent=1))
    say(table(result, document))
    say(json.dumps(document, separators=(",", ":")))
    return 1 if result.broken else 0


def table(result: Result, document: dict[str, Any]) -> str:
    """Return what was done and found, for people."""
    lines = [f"seed {document['seed']}, {document['seconds']:.0f} s of faults", ""]
    for title, rows in (("Done", document["done"]), ("Found", document["found"])):
        lines += [f"{title:40}{'number':>12}", "-" * 52]
        lines += [f"{name:40}{number:>12,}" for name, number in rows.items()]
        lines.append("")
    for promise, examples in result.findings.examples.items():
        lines += [f"{promise}: {example}"[:600] for example in examples[:3]]
    return "\n".join(lines)


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
