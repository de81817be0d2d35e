"""The codes with which the server answers one operation of a push, and what each means."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SAMPLING = Path(__file__).resolve().parents[2] / "sampling"
# Where operations are read, judged and given back.
JUDGES = (
    *("actions/batch.py", "actions/planning.py", "actions/storage.py", "actions/duplicates.py"),
    *("rules/envelope.py", "rules/record_types.py"),
)

HELD = {
    "base-elsewhere": "The operation this builds on is of another record.",
    "change-malformed": "A change is neither a value nor members of a set.",
    "id-taken": "A record outside this project has the id.",
    "missing": "A field that a new record must name is not named.",
    "not-unique": "Another record has the same combination of fields.",
    "out-of-range": "A value is outside of what can be.",
    "out-of-scope": "The scope is not granted for this, or the record is not in it.",
    "read-only": "Such records may not be changed by this sender, or not at all.",
    "refused-by-database": "A rule without a name; `detail` is what the database says.",
    "too-deep": "A value nests deeper than `max_depth`.",
    "too-large": "One operation is over `max_op` bytes.",
    "unknown-protocol-version": "The record was captured by a sampling protocol nobody here knows.",
    "unknown-type": "There is no such record type.",
    "unstorable-number": "A number is beyond all floating point numbers.",
    "unstorable-text": "A text holds NUL or half of a surrogate pair.",
    "wrong-type": "A value is not what the field takes; `detail` says what it takes.",
}
REJECTED = {
    "already-resolved": "Somebody decided one of the conflicts before.",
    "malformed": "The operation cannot be read, but it has an id.",
    "no-op-id": "The operation cannot be read and has no id.",
    "not-your-op": "Another device sent an operation with this id.",
    "op-id-reused": "The operation came before with another content.",
    "record-moved": "The record of a decision changed since the revision it names.",
    "refused": "A data steward does not want it; `detail` says why.",
    "resolves-nothing": "A decision names no conflict.",
    "returned": "A data steward gives it back; `detail` is their sentence.",
}


def section() -> str:
    """Return the part of the page of error codes that is about operations."""
    rows = [f"| `{code}` | quarantined | {meaning} |" for code, meaning in HELD.items()]
    rows += [f"| `{code}` | rejected | {meaning} |" for code, meaning in REJECTED.items()]
    return "\n".join(
        (
            "",
            "## Outcomes of operations",
            "",
            "With the outcome of one operation: `code` of a rejected one; in the `problems` of a",
            "quarantined one (`pointer`, `code`, `detail`), where also the rules below may stand,",
            "written with hyphens.",
            "",
            "| code | status | meaning |",
            "| --- | --- | --- |",
            *sorted(rows),
            "",
        )
    )


def codes_in_the_code() -> set[str]:
    """Return every code spelled out where operations are judged."""
    return {code for name in JUDGES for code in _codes_of(ast.parse((SAMPLING / name).read_text()))}


def _codes_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id == "rejected" and len(node.args) > 1:
            yield from _texts(node.args[1])
        if node.func.id == "Problem":
            for keyword in node.keywords:
                if keyword.arg == "code":
                    yield from _texts(keyword.value)


def _texts(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and len(part.value) > 1:
            yield part.value
