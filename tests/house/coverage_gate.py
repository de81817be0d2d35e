"""The coverage the gate asks for: `python -m tests.house.coverage_gate var/coverage.json`.

`make test` hands it the rooms that must be covered whole: a report of everything takes 18 s to
write. How much is covered over all is held by the test run itself.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

LEAST_OVERALL_PERCENT = 95.0
FULLY_COVERED = re.compile(r"^(sampling/rules/|estimates/science/)")


def shortfalls(report: dict[str, Any]) -> list[str]:
    """Return a sentence for everything that is covered too little."""
    percent = report["totals"]["percent_covered"]
    found = []
    if percent < LEAST_OVERALL_PERCENT:
        found.append(
            f"{percent:.2f} % are covered over all; {LEAST_OVERALL_PERCENT:g} % are asked."
        )
    for path, measured in sorted(report["files"].items()):
        summary = measured["summary"]
        missing = summary["missing_branches"] + summary["missing_lines"]
        if FULLY_COVERED.match(path.replace("\\", "/")) and missing:
            lines = ", ".join(str(line) for line in measured["missing_lines"])
            branches = ", ".join(f"{start}->{end}" for start, end in measured["missing_branches"])
            found.append(f"{path} must be covered whole; missing: {lines} {branches}".rstrip())
    return found


def main(report: Path) -> int:
    """Print what is covered too little; return the exit status."""
    found = shortfalls(json.loads(report.read_text()))
    for sentence in found:
        sys.stderr.write(f"{sentence}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
