"""The page of findings names every rule that raises one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "findings.md"
RULES = ROOT / "sampling" / "rules" / "findings.py"


def test_the_page_names_the_rules_and_no_others() -> None:
    code = RULES.read_text(encoding="utf-8")
    raised = set(re.findall(r'"([a-z]+(?:-[a-z]+)+|compaction)"', code))
    table = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]

    named = {code for line in table for code in re.findall(r"`([^`]+)`", line.split("|")[1])}

    assert named == raised
