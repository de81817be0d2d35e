"""Field values as people type and read them in forms."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from sampling.rules.record_types import Field


def text_of(field: Field, value: Any) -> str:
    """Return a field's JSON value as people type it; `value_from_text` reads it back."""
    if value is None:
        return ""
    if field.kind == "boolean":
        return "yes" if value else "no"
    if field.kind in ("json", "numbers"):
        return json.dumps(value, ensure_ascii=False)
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def value_from_text(field: Field, text: str) -> Any:
    """Return what a person typed as the field's JSON value; what cannot be read stays text.

    A decimal comma is read as a point. Blank is nothing, where the field can be nothing.
    """
    text = text.strip()
    if not text:
        return None if field.is_nullable else ""
    read = READERS.get(field.kind)
    try:
        return read(text) if read else text
    except (KeyError, RecursionError, ValueError):
        return text


def _number(text: str) -> float:
    value = float(text.replace(",", "."))
    if not math.isfinite(value):
        raise ValueError(text)
    return value


READERS: dict[str, Callable[[str], Any]] = {
    "boolean": lambda text: {"yes": True, "no": False}[text.lower()],
    "integer": int,
    "number": _number,
    "json": json.loads,
    "numbers": json.loads,
}
