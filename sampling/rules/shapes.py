"""What a JSON document must look like, said once and checked to the end: every problem is named.

A shape takes a value and the pointer to it (RFC 6901) and yields a Problem for each thing wrong.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeAlias

from sampling.rules.operations import Problem

Shape: TypeAlias = Callable[[Any, str], Iterator[Problem]]

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def escaped(name: str) -> str:
    """Return a member's name as one step of a pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def text(*, at_most: int = 2000, may_be_blank: bool = False) -> Shape:
    """Return the shape of a text."""

    def check(value: Any, pointer: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(pointer=pointer, code="not-a-text", detail="This is a text.")
        elif not value.strip() and not may_be_blank:
            yield Problem(pointer=pointer, code="blank", detail="This text is not left blank.")
        elif len(value) > at_most:
            detail = f"This text has at most {at_most} characters."
            yield Problem(pointer=pointer, code="too-long", detail=detail)

    return check


def identifier() -> Shape:
    """Return the shape of a stable id: small letters, digits, hyphen and underscore."""

    def check(value: Any, pointer: str) -> Iterator[Problem]:
        if not isinstance(value, str) or not _ID.fullmatch(value):
            detail = "An id has 1 to 60 small letters, digits, hyphens or underscores."
            yield Problem(pointer=pointer, code="not-an-id", detail=detail)

    return check


def boolean() -> Shape:
    """Return the shape of true or false."""

    def check(value: Any, pointer: str) -> Iterator[Problem]:
        if not isinstance(value, bool):
            yield Problem(pointer=pointer, code="not-a-boolean", detail="This is true or false.")

    return check


def one_of(*words: str) -> Shape:
    """Return the shape of one of some words."""

    def check(value: Any, pointer: str) -> Iterator[Problem]:
        if value not in words:
            near = get_close_matches(str(value), words, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            detail = f"This is one of: {', '.join(words)}.{hint}"
            yield Problem(pointer=pointer, code="not-a-choice", detail=detail)

    return check


def number(
    *, lowest: float = -math.inf, highest: float = math.inf, above: float = -math.inf
) -> Shape:
    """Return the shape of a number within limits; `above` is itself excluded."""

    def check(value: Any, pointer: str) -> Iterator[Problem]:
        if not is_number(value):
            yield Problem(pointer=pointer, code="not-a-number", detail="This is a number.")
        elif not (lowest <= value <= highest and value > above):
            bounds = [f"above {above:g}"] if above > -math.inf else []
            bounds += [f"at least {lowest:g}"] if lowest > -math.inf else []
            bounds += [f"at most {highest:g}"] if highest < math.inf else []
            detail = f"This number is {' and '.join(bounds)}."
            yield Problem(pointer=pointer, code="out-of-range", detail=detail)

    return check


def whole_number(*, lowest: int, highest: int) -> Shape:
    """Return the shape of a whole number within limits, both included."""

    def check(value: Any, pointer: str) -> Iterator[Problem]:
        if not is_number(value) or value != int(value):
            detail = "This is a whole number."
            yield Problem(pointer=pointer, code="not-a-whole-number", detail=detail)
        elif not lowest <= value <= highest:
            detail = f"This number is {lowest} to {highest}."
            yield Problem(pointer=pointer, code="out-of-range", detail=detail)

    return check


def nullable(shape: Shape) -> Shape:
    """Return a shape that also takes null."""

    def check(value: Any, pointer: str) -> Iterator[Problem]:
        if value is not None:
            yield from shape(value, pointer)

    return check


def list_of(shape: Shape, *, at_least: int = 0, key: str = "") -> Shape:
    """Return the shape of a list; `key` names a member that no two items share."""

    def check(value: Any, pointer: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(pointer=pointer, code="not-a-list", detail="This is a list.")
            return
        if len(value) < at_least:
            detail = f"This list has at least {at_least}."
            yield Problem(pointer=pointer, code="too-few", detail=detail)
        for place, item in enumerate(value):
            yield from shape(item, f"{pointer}/{place}")
        yield from _repeated(value, key, pointer)

    return check


def _repeated(items: Sequence[Any], key: str, pointer: str) -> Iterator[Problem]:
    if not key:
        return
    named = [item.get(key) for item in items if isinstance(item, dict)]
    counts = Counter(name for name in named if isinstance(name, str))
    for name, count in counts.items():
        if count > 1:
            detail = f"{name} is used {count} times as {key}."
            yield Problem(pointer=pointer, code="repeated", detail=detail)


def record(required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """Return the shape of an object that has some members, may have others, and no more."""
    known = {**required, **(optional or {})}

    def check(value: Any, pointer: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(pointer=pointer, code="not-an-object", detail="This is an object.")
            return
        for name in required.keys() - value.keys():
            at = f"{pointer}/{escaped(name)}"
            yield Problem(pointer=at, code="missing", detail=f"{name} must be given.")
        for name, member in value.items():
            at = f"{pointer}/{escaped(str(name))}"
            if name in known:
                yield from known[name](member, at)
            else:
                near = get_close_matches(str(name), known, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                detail = f"{name} is not known here.{hint}"
                yield Problem(pointer=at, code="unknown-member", detail=detail)

    return check


def an_object() -> Shape:
    """Return the shape of an object whose members are looked at elsewhere."""

    def check(value: Any, pointer: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(pointer=pointer, code="not-an-object", detail="This is an object.")

    return check


def is_number(value: Any) -> bool:
    """Return whether a JSON value is a finite number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
