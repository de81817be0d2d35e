"""The page of record types: `python -m tests.house.record_page > docs/sync/records.md`."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Iterator
from typing import Any

import django

HEAD = """# Record types

What tablets write and read: every type, where it lives, and its fields as they stand in `chg` and
in `data`. [`clients.md`](clients.md) explains the messages. A new record has to name the fields
marked with *; one that may be blank takes null. Fields that stand together merge together and are
sent together. Texts hold at most 20,000 characters where no other number stands. What a record
breaks besides is answered with one of the rules in [`errors.md`](../errors.md).

Each record also has `received_at`, and captured ones have `device`: the server writes both. What an
app sends in fields that are not here is kept, and comes back under `extra`.

`make pages` writes this page from the code.
"""
WORDS = {
    "json": "object or list",
    "uuid": "id",
    "integer": "whole number",
    "numbers": "list of numbers",
    "datetime": "moment",
}


def page() -> str:
    """Return the page as the code has it now."""
    models = importlib.import_module("sampling.models").RECORD_MODELS
    return "\n".join([HEAD, *(line for name in models for line in section(name, models[name]))])


def section(name: str, model: type[Any]) -> Iterator[str]:
    """Yield the lines about one type."""
    kind = importlib.import_module("sampling.actions.record_types").record_type(name)
    about = (inspect.getdoc(model) or "").split("\n\n")[0].replace("\n", " ")
    is_captured = kind.scope_kind == "campaign" and not kind.is_read_only
    who = "tablets write it" if is_captured else "tablets read it"
    yield from (f"## `{name}`", "", f"{about} In `{kind.scope_kind}:` scopes; {who}.", "")
    together = [group for group in kind.groups if len(group) > 1]
    if together:
        groups = "; ".join(" + ".join(f"`{one}`" for one in group) for group in together)
        yield from (f"Together: {groups}.", "")
    yield from ("| field | takes |", "| --- | --- |")
    for field in kind.fields:
        star = " *" if field.is_required else ""
        yield f"| `{field.name}`{star} | {takes(field)} |"
    yield ""


def takes(field: Any) -> str:
    """Return in words what a field takes."""
    words = WORDS.get(field.kind, field.kind)
    if field.choices:
        words = ", ".join(f"`{choice}`" if choice else "blank text" for choice in field.choices)
    elif field.references:
        words = f"id of a `{field.references}`"
    elif field.kind == "text" and field.max_length:
        words = f"text of at most {field.max_length}"
    elif field.kind == "integer" and field.lowest is not None:
        words = f"whole number from {field.lowest} to {field.highest}"
    return f"{words}, or null" if field.is_nullable else words


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rootfield.settings")
    django.setup()
    sys.stdout.write(page())
