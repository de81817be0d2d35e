"""Columns of values as PostgreSQL reads them: one parameter a column, whatever the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

LINE_END = "\n"  # JSON never holds it as it is

_encoder = msgspec.json.Encoder()


def literal_array(column: Sequence[Any]) -> str:
    """Return a column as PostgreSQL writes an array of it.

    JSON writes plain values, nulls and quoted texts the same way; only a backslash means
    something else there.
    """
    text = msgspec.json.encode(column)
    if b"\\" not in text:
        return f"{{{text[1:-1].decode()}}}"
    return f"{{{','.join(map(_literal, column))}}}"


def _literal(value: Any) -> str:
    if not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def json_lines(column: Iterable[Any]) -> str:
    """Return a column of JSON values as lines; `lines_sql` reads them, None as NULL."""
    return _encoder.encode_lines(column).decode().removesuffix(LINE_END)


def lines_sql(parameter: str = "%s") -> str:
    """Return the SQL of an array of texts that json_lines wrote for a parameter."""
    return f"string_to_array({parameter}::text, chr(10), 'null')"
