"""The parameter sets that ship with the project, read from their files without a database."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from estimates.science.parameters import ParameterSet, load_parameter_set

DIRECTORY = Path(__file__).resolve().parent.parent / "parameter_sets"


@cache
def shipped_content(method: str) -> dict[str, Any]:
    """Return the newest shipped set of a method as it is written."""
    path = max(DIRECTORY.glob(f"{method}_*.json"), key=lambda each: each.name)
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@cache
def shipped_parameters(method: str) -> ParameterSet:
    """Return the newest shipped set of a method, checked."""
    return load_parameter_set(json.dumps(shipped_content(method)))
