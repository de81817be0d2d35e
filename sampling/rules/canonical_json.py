"""One way to write a JSON value, so that equal contents have equal digests.

After RFC 8785 (Rundgren, Jordan and Erdtman 2020, doi:10.17487/RFC8785): keys in the order of their
UTF-16 code units, no blanks, numbers as ECMAScript prints them (1.0 is 1, 1e-7 is 1e-7).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sampling.errors import RuleError

_PLAIN_BELOW = 21  # ECMAScript writes numbers below 1e21 and from 1e-6 on without an exponent
_PLAIN_FROM = -6


class NotCanonical(RuleError):
    """A value that JSON cannot write in one way: NaN, infinity, too long integers, other types."""

    code = "not-canonical"
    title = "This value cannot be written as canonical JSON."


def canonical_json(value: Any) -> str:
    """Return the one spelling of a JSON value; raises NotCanonical."""
    return "".join(_pieces(value))


def canonical_sha256(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON in UTF-8, as 64 hex digits; raises NotCanonical."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def _pieces(value: Any) -> Iterator[str]:
    if value is None or isinstance(value, bool):
        yield json.dumps(value)
    elif isinstance(value, int | float):
        yield _number(value)
    elif isinstance(value, str):
        yield _text(value)
    elif isinstance(value, list | tuple):
        yield from _joined("[]", (_pieces(item) for item in value))
    elif isinstance(value, dict):
        yield from _joined("{}", (_member(key, value[key]) for key in _in_order(value)))
    else:
        raise NotCanonical(f"A {type(value).__name__} is no JSON value.")


def _joined(brackets: str, parts: Iterator[Iterator[str]]) -> Iterator[str]:
    yield brackets[0]
    for place, part in enumerate(parts):
        if place:
            yield ","
        yield from part
    yield brackets[1]


def _member(key: str, value: Any) -> Iterator[str]:
    yield f"{_text(key)}:"
    yield from _pieces(value)


def _in_order(members: dict[Any, Any]) -> list[str]:
    if not all(isinstance(key, str) for key in members):
        raise NotCanonical("The names of a JSON object are texts.")
    return sorted(members, key=lambda key: key.encode("utf-16-be", "surrogatepass"))


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotCanonical("A text holds half a character (a lone surrogate).") from None
    return json.dumps(text, ensure_ascii=False)


def _number(number: float) -> str:
    if isinstance(number, int):
        number = _as_double(number)
    if not math.isfinite(number):
        raise NotCanonical("NaN and infinity are no JSON numbers.")
    if number == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    return ("-" if sign else "") + _ecma("".join(map(str, digits)), int(exponent) + len(digits))


def _as_double(integer: int) -> float:
    """Return the double that prints as this integer; above 2^53 most integers have none."""
    try:
        double = float(integer)
    except OverflowError:
        double = math.inf
    if not math.isfinite(double) or Decimal(repr(double)) != integer:
        raise NotCanonical("An integer this long must be written as text.")
    return double


def _ecma(digits: str, point: int) -> str:
    """Return 0.DIGITS times ten to the point as ECMAScript's Number::toString spells it."""
    count = len(digits)
    if count <= point <= _PLAIN_BELOW:
        return digits + "0" * (point - count)
    if 0 < point <= _PLAIN_BELOW:
        return f"{digits[:point]}.{digits[point:]}"
    if _PLAIN_FROM < point <= 0:
        return f"0.{'0' * -point}{digits}"
    mantissa = digits if count == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{point - 1:+d}"
