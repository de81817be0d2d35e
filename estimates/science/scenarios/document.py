"""Scenarios and sites as JSON documents, with a sentence for whatever does not fit."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields
from typing import Any, Union, get_args, get_origin, get_type_hints

from estimates.science.errors import ImpossibleScenario
from estimates.science.scenarios.describe import Scenario, Site

WORDS: Mapping[type, str] = {float: "a number", int: "a whole number", str: "a text"}


def scenario_of(document: Mapping[str, Any], *, name: str) -> Scenario:
    """Return the scenario a document describes: {"years": [...]}; raises ImpossibleScenario."""
    found: Scenario = _built(Scenario, {**document, "name": name}, "")
    return found


def site_of(document: Mapping[str, Any]) -> Site:
    """Return the site a document describes; raises ImpossibleScenario."""
    found: Site = _built(Site, document, "")
    return found


def document_of(item: Scenario | Site) -> dict[str, Any]:
    """Return the document that describes a scenario or a site in full."""
    document = _plain(asdict(item))
    if isinstance(item, Scenario):
        del document["name"]
    return dict(document)


def _built(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise ImpossibleScenario(f"{where or 'The document'} is an object, not {value!r}.")
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}
    for name in value:
        if name not in known:
            listed = ", ".join(sorted(known))
            raise ImpossibleScenario(
                f"{where}/{name} is not known; what may stand there is: {listed}."
            )
    for name, field in known.items():
        if name not in value and field.default is MISSING:
            raise ImpossibleScenario(f"{where}/{name} is missing.")
    return kind(
        **{
            name: _value(hints[name], value[name], f"{where}/{name}")
            for name in known
            if name in value
        }
    )


def _value(kind: Any, value: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        (inner,) = (item for item in get_args(kind) if item is not type(None))
        return _value(inner, value, where)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ImpossibleScenario(f"{where} is a list, not {value!r}.")
        inner = get_args(kind)[0]
        return tuple(_value(inner, item, f"{where}/{n}") for n, item in enumerate(value))
    if kind in WORDS:
        return _single(kind, value, where)
    if origin is not None:  # one of some words
        known = get_args(kind)
        if value not in known:
            raise ImpossibleScenario(f"{where} is one of {', '.join(known)}, not {value!r}.")
        return value
    return _built(kind, value, where)


def _single(kind: type, value: Any, where: str) -> Any:
    allowed = (int, float) if kind is float else (kind,)
    if isinstance(value, bool) or not isinstance(value, allowed):
        raise ImpossibleScenario(f"{where} is {WORDS[kind]}, not {value!r}.")
    return kind(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
