"""Field names, values and moments as people read them."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from django import template

from sampling.actions.record_types import record_type
from sampling.models import RECORD_MODELS

register = template.Library()

# The unit at the end of a field's name, as it is written beside a number.
UNITS = {
    "cm": "cm",
    "cm2": "cm²",
    "deg": "°",
    "g": "g",
    "m": "m",
    "m2": "m²",
    "min": "min",
    "mm": "mm",
    "mpa": "MPa",
    "percent": "%",
    "s": "s",
    "c": "°C",
}
RATES = {"t_ha": "t/ha", "kg_ha": "kg/ha"}

LIKE_A_FIELD = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
IN_A_CHANGE = re.compile(r"/chg/([^/]+)")

STATUS_TONES = {
    "applied": "good",
    "merged": "good",
    "published": "good",
    "active": "good",
    "fixed": "good",
    "conflict": "bad",
    "quarantined": "bad",
    "rejected": "bad",
    "serious": "bad",
    "revoked": "bad",
    "deferred": "warn",
    "warning": "warn",
    "draft": "warn",
    "open": "warn",
}


@register.filter
def words(name: str) -> str:
    """Return a field, type or code as words: `dry_mass_g` is "dry mass (g)"."""
    name = name.removeprefix("is_")
    for ending, unit in RATES.items():
        if name.endswith(f"_{ending}"):
            return f"{words(name.removesuffix(f'_{ending}'))} ({unit})"
    stem, _, ending = name.rpartition("_")
    if stem and ending in UNITS:
        return f"{stem.replace('_', ' ')} ({UNITS[ending]})"
    return name.replace("_", " ").replace("-", " ")


@register.filter
def readable(sentence: str) -> str:
    """Return a sentence with the names of fields in it as words."""
    known = _field_names()
    return LIKE_A_FIELD.sub(
        lambda found: words(found[0]) if found[0] in known else found[0], str(sentence)
    )


@cache
def _field_names() -> frozenset[str]:
    return frozenset(name for kind in RECORD_MODELS for name in record_type(kind).names)


@register.filter
def listed(names: Any) -> str:
    """Return names as words, one after the other."""
    return ", ".join(words(str(name)) for name in names)


@register.filter
def place(pointer: str) -> str:
    """Return the field a problem points to, as words: `/chg/dry_mass_g/to` is "dry mass (g)"."""
    found = IN_A_CHANGE.match(pointer)
    return words(found[1]) if found else pointer


@register.filter
def shown(value: Any) -> str:
    """Return a JSON value in the way people write it; nothing is "blank"."""
    if value is None or value in ("", [], {}):
        return "blank"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, list) and not any(isinstance(part, dict | list) for part in value):
        return ", ".join(shown(part) for part in value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


@register.filter
def pretty(value: Any) -> str:
    """Return a JSON value with one member a line."""
    return json.dumps(value, indent=2, ensure_ascii=False)


@register.filter
def tone(word: str) -> str:
    """Return how a state is coloured: good, warn, bad, or not at all."""
    return STATUS_TONES.get(word, "")


@register.filter
def of(values: Any, key: Any) -> Any:
    """Return the value a mapping has for a key; None without one."""
    return values.get(key) if values else None


@register.filter
def duration(seconds: float | None) -> str:
    """Return a span of time in the unit it is said in; nothing is "not known"."""
    if seconds is None:
        return "not known"
    for unit, size_s in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size_s:
            return f"{seconds / size_s:.0f} {unit}"
    return f"{seconds:.0f} s"


@register.filter
def clock(offset_s: float | None) -> str:
    """Return a clock's offset from the server's, in words."""
    if offset_s is None:
        return "not known"
    size = abs(offset_s)
    if size < 5:
        return "right"
    way = "fast" if offset_s > 0 else "slow"
    if size < 120:
        return f"{size:.0f} s {way}"
    return f"{size / 60:.0f} min {way}" if size < 7200 else f"{size / 3600:.0f} h {way}"
