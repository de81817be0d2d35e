"""Which part of a file is asked for (RFC 9110 section 14)."""

from __future__ import annotations

import re

from sampling.errors import RangeUnsatisfiable

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def asked_range(header: str, size: int) -> tuple[int, int] | None:
    """Return first and last byte asked for of a file of a size, both included.

    None is the whole: nothing was asked for, or something that is not understood, or several
    ranges at once. Raises RangeUnsatisfiable when the file ends before the range begins.
    """
    match = _ONE_RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        count = min(int(last), size)
        if count == 0:
            raise RangeUnsatisfiable(size=size)
        return size - count, size - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise RangeUnsatisfiable(size=size)
    return int(first), min(int(last), size - 1) if last else size - 1
