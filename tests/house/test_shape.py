"""Files and functions stay small enough to read at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 500
LONGEST_FUNCTION = 50
ROOMS = ("rootfield", "sampling", "estimates", "benchmarks", "tests")


def sources() -> list[Path]:
    found = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_and_its_functions_stay_short(path):
    text = path.read_text()
    functions = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    too_long = {
        function.name: function.end_lineno - function.lineno + 1
        for function in functions
        if function.end_lineno - function.lineno + 1 > LONGEST_FUNCTION
    }

    assert too_long == {}
    assert len(text.splitlines()) <= LONGEST_FILE
