"""Values as they travel in JSON, and when two of them say the same."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

Value: TypeAlias = "bool | int | float | Decimal | str | list[Value] | dict[str, Value] | None"

SHORTEST_INSTANT = len("2026-05-02T10:11Z")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)


def same_value(left: Value, right: Value) -> bool:
    """Say whether two JSON values are the same: 1 is 1.0, true is no number, instants are instants.

    Two texts are the same instant when both are ISO 8601 datetimes with an offset and at most six
    decimals; a datetime without an offset is compared as text. A Decimal stands for the number
    it prints as, so a stored 12.10 is the 12.1 that travelled.
    """
    if left is right:
        return True
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    if isinstance(left, (int, float, Decimal)) and isinstance(right, (int, float, Decimal)):
        return left == right or Decimal(str(left)) == Decimal(str(right))
    if isinstance(left, str) and isinstance(right, str):
        return left == right or _same_instant(left, right)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_value, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_value(left[k], right[k]) for k in left)
    return False


def _same_instant(left: str, right: str) -> bool:
    if min(len(left), len(right)) < SHORTEST_INSTANT:
        return False
    if not (_INSTANT.fullmatch(left) and _INSTANT.fullmatch(right)):
        return False
    try:
        return datetime.fromisoformat(left) == datetime.fromisoformat(right)
    except ValueError:
        return False
