"""Parameter sets that ship with the site, loaded into the database once and read from there."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any

from estimates.errors import ParameterSetChanged
from estimates.models import ParameterSet
from estimates.runs.registry import set_of
from estimates.science.parameters import ParameterSet as Numbers
from estimates.science.parameters import load_parameter_set
from sampling.models import User
from sampling.rules.canonical_json import canonical_sha256

DIRECTORY = Path(__file__).resolve().parent.parent / "parameter_sets"


def load_parameter_sets(*, now: dt.datetime, directory: Path = DIRECTORY) -> list[ParameterSet]:
    """Store every set of the directory that is not stored yet, and return them all.

    Safe to repeat. Raises ImpossibleParameter for a set that breaks its own rules and
    ParameterSetChanged for a known version with other numbers.
    """
    return [_load(path, now=now) for path in sorted(directory.glob("*.json"))]


def parameters_for(method: str, *, now: dt.datetime) -> ParameterSet | None:
    """Return the newest set a method reads, loading the shipped ones when there is none."""
    name = set_of(method)
    if name is None:
        return None
    return newest_of(name) or _newest_after_loading(name, now=now)


def newest_of(name: str) -> ParameterSet | None:
    """Return the set of this name that was loaded last."""
    return ParameterSet.objects.filter(method=name).order_by("-loaded_at", "-version").first()


@lru_cache(maxsize=32)
def numbers_of(parameter_set_id: uuid.UUID) -> Numbers:
    """Return the checked numbers of a set; kept, as a set never changes."""
    return load_parameter_set(json.dumps(ParameterSet.objects.get(pk=parameter_set_id).content))


def _newest_after_loading(name: str, *, now: dt.datetime) -> ParameterSet | None:
    load_parameter_sets(now=now)
    return newest_of(name)


def _load(path: Path, *, now: dt.datetime) -> ParameterSet:
    content = json.loads(path.read_text(encoding="utf-8"))
    return store_content(content, name=path.stem, now=now)


def store_content(
    content: dict[str, Any], *, name: str, now: dt.datetime, loaded_by: User | None = None
) -> ParameterSet:
    """Store the content of a set under its version, once; raises as `check_content` does.

    name is the title of a set that has none.
    """
    numbers = check_content(content)
    stored, _ = ParameterSet.objects.get_or_create(
        method=numbers.method,
        version=numbers.version,
        defaults={
            "name": content.get("title", name),
            "content": content,
            "sha256": canonical_sha256(content),
            "source_note": content.get("note", ""),
            "loaded_at": now,
            "loaded_by": loaded_by,
        },
    )
    _check_same(stored, content)
    return stored


def check_content(content: dict[str, Any]) -> Numbers:
    """Return the numbers of a set that may be stored.

    Raises ImpossibleParameter for a set that breaks its own rules and ParameterSetChanged for a
    known version with other numbers.
    """
    numbers = load_parameter_set(json.dumps(content))
    known = ParameterSet.objects.filter(method=numbers.method, version=numbers.version).first()
    if known is not None:
        _check_same(known, content)
    return numbers


def _check_same(stored: ParameterSet, content: dict[str, Any]) -> None:
    if stored.sha256 != canonical_sha256(content):
        raise ParameterSetChanged(
            f"{stored} is stored with other numbers than these; give it a new version.",
        )
